namespace PSBpf.Diagnostics;

/// <summary>One kind of error that a user can meet. The rows of <see cref="DiagnosticRules"/> are the only instances.</summary>
/// <param name="Id">Stable id, <c>BPFnnnn</c>; scripts match on it and never on message text.</param>
/// <param name="Name">Short name in kebab case, e.g. <c>packet-bounds</c>.</param>
/// <param name="Category">What kind of trouble it is.</param>
/// <param name="Action">What the user can do about it, as an imperative.</param>
public sealed record DiagnosticRule(string Id, string Name, DiagnosticCategory Category, string Action)
{
    /// <summary>The document that explains it, relative to the project's folder; null for rules other than the verifier's.</summary>
    public string? Page => Id.StartsWith("BPF1", StringComparison.Ordinal) ? $"docs/verifier/{Name}.md" : null;

    /// <summary>Makes a diagnostic of this kind.</summary>
    /// <param name="message">What is wrong with which thing, in one sentence without a final newline.</param>
    /// <param name="location">Where it is, as far as known.</param>
    /// <param name="action">A more specific action than the rule's own.</param>
    public BpfDiagnostic At(string message, DiagnosticLocation? location = null, string? action = null) =>
        new(this, message, location ?? DiagnosticLocation.None, action ?? Action);

    /// <summary>Makes an exception that carries a diagnostic of this kind.</summary>
    /// <inheritdoc cref="At"/>
    public BpfException Error(string message, DiagnosticLocation? location = null, string? action = null) =>
        new(At(message, location, action));
}
