namespace PSBpf.Verifier.Calls;

/// <summary>Where paths begin: functions that are verified on their own, for any arguments that their callers may give.</summary>
/// <param name="Kind">Who calls.</param>
/// <param name="Function">Index of the function.</param>
/// <param name="Map">The map whose value has what calls back; 0 for others.</param>
/// <param name="Row">How it calls back; null for others.</param>
internal readonly record struct PathStart(StartKind Kind, int Function, int Map = 0, CallbackRow? Row = null);

/// <summary>Who calls a function that is verified on its own.</summary>
internal enum StartKind : byte
{
    /// <summary>The kernel runs the program.</summary>
    Program,

    /// <summary>The program calls a global function.</summary>
    GlobalFunction,

    /// <summary>A timer, a work queue or a task calls back, after the program.</summary>
    Callback,

    /// <summary>bpf_throw calls it in place of what is left of the program.</summary>
    Exception,
}
