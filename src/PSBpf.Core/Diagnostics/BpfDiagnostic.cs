namespace PSBpf.Diagnostics;

/// <summary>An error or warning with everything a user needs: id, message, place and what to do.</summary>
/// <param name="Rule">The row of the table it is an instance of.</param>
/// <param name="Message">What is wrong with which thing.</param>
/// <param name="Location">Where it is.</param>
/// <param name="Action">What to do about it.</param>
public sealed record BpfDiagnostic(DiagnosticRule Rule, string Message, DiagnosticLocation Location, string Action)
{
    /// <summary>The stable id, <c>BPFnnnn</c>.</summary>
    public string Id => Rule.Id;

    /// <inheritdoc/>
    public override string ToString() => Location.File is { } file && !Message.Contains(file, StringComparison.Ordinal) ? $"{Id}: {file}: {Message}" : $"{Id}: {Message}";
}
