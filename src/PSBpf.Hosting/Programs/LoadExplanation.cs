using PSBpf.Diagnostics;
using PSBpf.Kernel;
using PSBpf.Objects;

namespace PSBpf.Hosting;

/// <summary>Says what a refusal is about where the loader knows more than the verifier: what the kernel lacks, by name.</summary>
internal static class LoadExplanation
{
    // The helper that a poisoned instruction calls, as every verifier names it.
    private const string PoisonedCall = "195896080";

    /// <summary>The report with the loader's words.</summary>
    public static BpfVerification Explain(ProgramSpec program, BpfVerification report)
    {
        if (report.Accepted) return Named(program, report);
        int? at = report.At?.Instruction;
        var poisoned = program.Poisoned.FirstOrDefault(poisoned => poisoned.Instruction == at)
            ?? (program.Poisoned.Count > 0 && report.Message.Contains(PoisonedCall, StringComparison.Ordinal) ? program.Poisoned[0] : null);
        if (poisoned is not null)
        {
            return report with
            {
                RuleId = DiagnosticRules.CoreMissing.Id,
                RuleName = DiagnosticRules.CoreMissing.Name,
                Reason = $"The program gets to an instruction that needs what the kernel lacks: {poisoned.Message}.",
                Suggestion = DiagnosticRules.CoreMissing.Action,
            };
        }

        if (report.Kernel != BpfKernelKind.Managed || program.Externs.FirstOrDefault(use => use.Instruction == at && NameOf(use.Extern) is not null) is not { } use) return report;
        return report with
        {
            Reason = $"The program uses the {NameOf(use.Extern)}, which the managed engine does not have.",
            Unsupported = [.. report.Unsupported, NameOf(use.Extern)!],
            Suggestion = "Load it into the Linux kernel: -Kernel Linux.",
        };
    }

    /// <summary>What cannot run is told by the name that the program uses.</summary>
    private static BpfVerification Named(ProgramSpec program, BpfVerification report)
    {
        if (report.Unsupported.Count == 0) return report;
        var names = program.Externs.Select(use => NameOf(use.Extern)).OfType<string>().Distinct().ToArray();
        return names.Length == 0 ? report : report with { Unsupported = [.. report.Unsupported, .. names] };
    }

    private static string? NameOf(ExternSpec found) => found.Kind switch
    {
        ExternKind.Function => $"kernel function '{found.Name}'",
        ExternKind.Variable => $"kernel variable '{found.Name}'",
        _ => null,
    };
}
