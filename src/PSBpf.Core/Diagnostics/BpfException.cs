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

    /// <summary>Wraps all that a compiler found in one source.</summary>
    /// <param name="diagnostics">Errors and warnings in their order; at least one is an error.</param>
    public BpfException(IReadOnlyList<BpfDiagnostic> diagnostics)
        : this(diagnostics.First(diagnostic => diagnostic.Rule != DiagnosticRules.CompileWarning)) => All = diagnostics;

    /// <summary>What went wrong, where, and what to do.</summary>
    public BpfDiagnostic Diagnostic { get; }

    /// <summary><see cref="Diagnostic"/> and what was found with it, in order: a compiler finds several errors and warnings at once.</summary>
    public IReadOnlyList<BpfDiagnostic> All { get => field ?? [Diagnostic]; }

    /// <summary>The stable id, <c>BPFnnnn</c>.</summary>
    public string Id => Diagnostic.Id;
}
