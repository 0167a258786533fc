using PSBpf.Diagnostics;
using PSBpf.Kernel;

namespace PSBpf.Hosting;

/// <summary>The outcome of an import: all of the programs, or none and the reasons.</summary>
/// <param name="Programs">The programs, in file order; empty when one was refused.</param>
/// <param name="Refusals">One for each program that was refused or cannot run here.</param>
/// <param name="Warnings">What is odd about the object but does no harm.</param>
public sealed record ImportResult(
    IReadOnlyList<BpfProgram> Programs, IReadOnlyList<ImportRefusal> Refusals, IReadOnlyList<BpfDiagnostic> Warnings);

/// <summary>Why one program was not loaded.</summary>
/// <param name="Verification">The verifier's report.</param>
/// <param name="Diagnostic">The same as an error: BPF4003 for a refusal, BPF2103 for what the kernel cannot run.</param>
public sealed record ImportRefusal(BpfVerification Verification, BpfDiagnostic Diagnostic)
{
    internal static ImportRefusal From(BpfVerification verification)
    {
        var location = new DiagnosticLocation
        {
            File = verification.Path,
            Section = verification.Section,
            Program = verification.Name,
            Instruction = verification.At?.Instruction,
            Source = verification.At?.Source,
        };
        if (verification.Accepted)
        {
            var parts = string.Join(", ", verification.Unsupported);
            return new(verification, DiagnosticRules.NotRunnable.At(
                $"Program '{verification.Name}' uses what the {verification.Kernel} kernel does not run here: {parts}.", location));
        }

        var rule = verification.RuleId.Length == 0 ? "" : $" by {verification.RuleName} ({verification.RuleId})";
        var why = verification.Reason.Length > 0 ? verification.Reason : verification.Message;
        var at = verification.At is { } point ? $" at {point}" : "";
        return new(verification, DiagnosticRules.ProgramRefused.At(
            $"Program '{verification.Name}' is refused{rule}{at}: {why}", location, verification.Suggestion.Length > 0 ? verification.Suggestion : null));
    }
}
