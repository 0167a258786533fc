using PSBpf.Diagnostics;
using PSBpf.Isa;
using PSBpf.Kernel;
using PSBpf.Objects;

namespace PSBpf.Hosting;

/// <summary>Says in a verifier's report which version of Linux a program needs, and refuses what a version that was asked for lacks.</summary>
internal static class KernelProfile
{
    private const int MostNamed = 5;

    /// <summary>Adds to a report what depends on the version of Linux.</summary>
    /// <param name="report">The report.</param>
    /// <param name="spec">The program's object: all its maps are made, also those that no program names.</param>
    /// <param name="program">The program.</param>
    /// <param name="version">The version to compare with; null for none.</param>
    public static BpfVerification Apply(BpfVerification report, ObjectSpec spec, ProgramSpec program, Version? version)
    {
        var idle = spec.Maps.Where(map => spec.Programs.All(other => !other.Maps.Contains(map, ReferenceEqualityComparer.Instance)));
        var features = KernelFeatures.Of(program, idle, report.ProcessedInstructions, report.StackDepth, report.Unreached);
        report = report with { KernelFeatures = features, RequiredKernel = KernelFeatures.Required(features), KernelVersion = version };
        var missing = version is null ? [] : features.Where(feature => feature.IsRequired && feature.Since > version).ToList();
        // What no kernel takes is told first.
        return missing.Count == 0 || !report.Accepted ? report : Refuse(report, program, missing);
    }

    private static BpfVerification Refuse(BpfVerification report, ProgramSpec program, List<KernelFeature> missing)
    {
        var points = missing.Select(feature => new VerificationPoint(
            feature.Instruction, Disassembler.Format(program.Instructions, feature.Instruction), feature.Source, $"needs Linux {feature.Since}: {feature.Name}")).ToList();
        return report with
        {
            Accepted = false,
            RuleId = DiagnosticRules.KernelVersion.Id,
            RuleName = DiagnosticRules.KernelVersion.Name,
            Reason = $"It needs Linux {report.RequiredKernel}, and Linux {report.KernelVersion} was asked for, which lacks {Names(missing)}. (Its features were compared; its verifier may refuse more.)",
            At = points[0],
            CausalPath = points[1..],
            Suggestion = string.Join(Environment.NewLine, missing.Select(feature => feature.Instead).Distinct().Take(MostNamed)),
        };
    }

    private static string Names(List<KernelFeature> features)
    {
        var names = features.Take(MostNamed).Select(feature => feature.ToString()).ToList();
        if (features.Count > MostNamed) names.Add($"{features.Count - MostNamed} more");
        return names.Count == 1 ? names[0] : $"{string.Join(", ", names[..^1])} and {names[^1]}";
    }
}
