namespace PSBpf.Host.Execution;

/// <summary>How a run ended.</summary>
internal enum RunState
{
    /// <summary>It came to its end or to <c>exit</c>.</summary>
    Completed,

    /// <summary>An error ended it, which has been shown.</summary>
    Failed,

    /// <summary>Ctrl+C ended it.</summary>
    Stopped,
}
