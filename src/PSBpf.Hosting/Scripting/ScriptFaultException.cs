namespace PSBpf.Hosting;

/// <summary>Why a guest failed.</summary>
public enum ScriptFaultKind
{
    /// <summary>It threw, or is no JavaScript.</summary>
    Error,

    /// <summary>It ran for too long.</summary>
    Time,

    /// <summary>It took too much memory; the engine cannot go on.</summary>
    Memory,

    /// <summary>The host interrupted it.</summary>
    Stopped,
}

/// <summary>A guest's failure, as an engine tells it to the host.</summary>
/// <param name="kind">What it is.</param>
/// <param name="message">The engine's words.</param>
/// <param name="stack">The script's stack as V8 writes it; empty when it is not known.</param>
public sealed class ScriptFaultException(ScriptFaultKind kind, string message, string stack) : Exception(message)
{
    /// <summary>What it is.</summary>
    public ScriptFaultKind Kind { get; } = kind;

    /// <summary>The script's stack as V8 writes it.</summary>
    public string Stack { get; } = stack;
}
