namespace PSBpf.Diagnostics;

/// <summary>The one exception that crosses the engine's public surface for a user's mistake or a machine's limit.</summary>
public sealed class BpfException : Exception
{
    /// <summary>Wraps a diagnostic.</summary>
    public BpfException(BpfDiagnostic diagnostic)
        : base(diagnostic.Message) => Diagnostic = diagnostic;

    /// <summary>Wraps a diagnostic and the exception that revealed it.</summary>
    public BpfException(BpfDiagnostic diagnostic, Exception inner)
        : base(diagnostic.Message, inner) => Diagnostic = diagnostic;

    /// <summary>What went wrong, where, and what to do.</summary>
    public BpfDiagnostic Diagnostic { get; }

    /// <summary>The stable id, <c>BPFnnnn</c>.</summary>
    public string Id => Diagnostic.Id;
}
