using PSBpf.Diagnostics;

namespace PSBpf.Hosting;

/// <summary>Where something that a script gives goes.</summary>
public enum ScriptStream
{
    /// <summary>The pipeline.</summary>
    Output,

    /// <summary>console.log, console.info.</summary>
    Information,

    /// <summary>console.warn.</summary>
    Warning,

    /// <summary>console.trace.</summary>
    Verbose,

    /// <summary>console.debug.</summary>
    Debug,

    /// <summary>console.error, exceptions and limits.</summary>
    Error,
}

/// <summary>Something that a script gives.</summary>
/// <param name="Stream">Where it goes.</param>
/// <param name="Value">A value, or text.</param>
/// <param name="Exception">The error; null elsewhere.</param>
public sealed record ScriptOutput(ScriptStream Stream, object? Value, BpfException? Exception = null);
