using PSBpf.Diagnostics;

namespace PSBpf.Verifier;

/// <summary>Why a program was refused, as the transfer function that refused it saw it.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Instruction">Where.</param>
/// <param name="Message">The kernel's wording, one or two lines.</param>
/// <param name="Reason">Plain words.</param>
/// <param name="Register">The register it is about; −1 for none.</param>
/// <param name="Suggestion">What to write, more specific than the rule's action; empty for that.</param>
internal sealed record Refusal(DiagnosticRule Rule, int Instruction, string Message, string Reason, int Register, string Suggestion)
{
    /// <summary>The instruction that reserved what is still held; −1 where it is not about that.</summary>
    public int Acquired { get; init; } = -1;
}
