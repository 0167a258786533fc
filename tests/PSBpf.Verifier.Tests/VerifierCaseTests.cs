using PSBpf.Kernel;
using PSBpf.Targets;
using PSBpf.Uapi;
using PSBpf.Verifier.Tests.Support;

namespace PSBpf.Verifier.Tests;

public sealed class VerifierCaseTests
{
    public static TheoryData<string> Names() => new(VerifierCase.All.Select(one => one.ToString()));

    [Theory]
    [MemberData(nameof(Names))]
    public void The_verdict_is_as_the_case_says(string name)
    {
        var one = VerifierCase.All.Single(candidate => candidate.ToString() == name);
        Assert.SkipWhen(one.NeedsTypes && TargetKernel.Machine.Types is null, "the machine's kernel tells nothing of its types");
        var report = ProgramVerifier.Verify(one.Program, one.Program.Maps, cancellation: TestContext.Current.CancellationToken).Verification;
        Assert.True(one.Accepts == report.Accepted, report.Accepted ? "accepted" : $"refused: {report.Message} ({report.Reason})");
        Assert.Contains(one.Message, report.Message, StringComparison.Ordinal);
        if (one.Accepts) return;
        Assert.StartsWith("BPF1", report.RuleId, StringComparison.Ordinal);
        Assert.NotEmpty(report.Reason);
        Assert.NotEmpty(report.Suggestion);
        Assert.NotNull(report.At);
    }

    [Fact]
    public void The_kernel_gives_every_case_the_same_verdict()
    {
        using var kernel = Oracle.OpenOrSkip();
        var disagreements = new List<string>();
        int count = 0;
        foreach (var one in VerifierCase.All)
        {
            count++;
            if (one.NeedsTypes && TargetKernel.Machine.Types is null) continue;
            // Those the kernel forbids on some machines before it looks at them.
            if (one.Program.Type is ProgramType.Lsm || (one.Program.Type == ProgramType.Tracing && one.Program.ExpectedAttachType is not (AttachType.TraceRawTp or AttachType.TraceIter))) continue;
            var maps = one.Program.Maps.Select(kernel.CreateMap).ToList();
            var report = kernel.LoadProgram(one.Program, maps, new ProgramLoadOptions { VerifyOnly = true }, TestContext.Current.CancellationToken).Verification;
            foreach (var map in maps) map.Dispose();
            if (report.Accepted != one.Accepts) disagreements.Add($"{one}: the kernel {(report.Accepted ? "accepts" : "refuses: " + report.Message)}");
            else if (one.KernelSaysSo && !report.Log.Contains(one.Message, StringComparison.Ordinal)) disagreements.Add($"{one}: the kernel says '{report.Message}'");
        }

        Assert.True(disagreements.Count == 0, string.Join('\n', disagreements));
        Assert.True(count >= 200, $"{count} cases");
    }
}
