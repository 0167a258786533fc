using PSBpf.Diagnostics;
using PSBpf.Kernel;
using PSBpf.Targets;
using PSBpf.Verifier.Tests.Support;

namespace PSBpf.Verifier.Tests;

/// <summary>Each rule has a page, and what the page says fails and works does.</summary>
public sealed class RulePageTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Pages");

    /// <summary>Rules whose verdict depends on the machine, on what this version knows, or on what was asked.</summary>
    private static readonly DiagnosticRule[] WithoutExample = [DiagnosticRules.NotJudged, DiagnosticRules.KernelTypesMissing, DiagnosticRules.KernelVersion];

    public static TheoryData<string> Rules() =>
        new(DiagnosticRules.All.Values.Where(rule => rule.Id.StartsWith("BPF1", StringComparison.Ordinal)).Select(rule => rule.Name).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Rules))]
    public void A_page_shows_a_program_that_its_rule_refuses_and_one_that_is_accepted(string name)
    {
        var rule = DiagnosticRules.All.Values.Single(candidate => candidate.Name == name);
        string path = Path.Combine(Folder, name + ".md");
        Assert.True(File.Exists(path), $"docs/verifier/{name}.md is missing");
        string text = File.ReadAllText(path);
        Assert.StartsWith($"# {name} ({rule.Id}): ", text, StringComparison.Ordinal);
        foreach (string part in (string[])["## Why", "## What fails", "## What to write"]) Assert.Contains(part, text, StringComparison.Ordinal);
        Assert.Contains($"| [{name}]({name}.md) | {rule.Id} |", File.ReadAllText(Path.Combine(Folder, "README.md")), StringComparison.Ordinal);
        var cases = Cases(name, text);
        if (WithoutExample.Contains(rule))
        {
            Assert.Empty(cases);
            return;
        }

        Assert.Equal([false, true], cases.Select(one => one.Accepts));
        Assert.SkipWhen(cases.Any(one => one.NeedsTypes) && TargetKernel.Machine.Types is null, "the machine's kernel tells nothing of its types");
        foreach (var one in cases)
        {
            var report = ProgramVerifier.Verify(one.Program, one.Program.Maps, cancellation: TestContext.Current.CancellationToken).Verification;
            Assert.True(one.Accepts == report.Accepted, $"{one}: {report.Message} ({report.Reason})");
            if (one.Accepts) continue;
            Assert.Equal(rule.Id, report.RuleId);
            Assert.Contains(one.Message, report.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_kernel_gives_the_pages_examples_the_same_verdicts()
    {
        using var kernel = Oracle.OpenOrSkip();
        foreach (var one in Directory.EnumerateFiles(Folder, "*.md").Order(StringComparer.Ordinal).SelectMany(path => Cases(Path.GetFileName(path), File.ReadAllText(path))))
        {
            // Programs at tracepoints that do not exist are refused before bpf(2) is asked.
            if (one.NeedsTypes && (TargetKernel.Machine.Types is null || !one.Accepts)) continue;
            var maps = one.Program.Maps.Select(kernel.CreateMap).ToList();
            var report = kernel.LoadProgram(one.Program, maps, new ProgramLoadOptions { VerifyOnly = true }, TestContext.Current.CancellationToken).Verification;
            foreach (var map in maps) map.Dispose();
            Assert.True(report.Accepted == one.Accepts, $"{one}: {report.Message}");
        }
    }

    private static List<VerifierCase> Cases(string name, string text)
    {
        var lines = new List<string>();
        bool inside = false;
        foreach (string line in text.Split('\n').Select(line => line.TrimEnd('\r')))
        {
            if (inside && line == "```") lines.Add("");
            else if (inside) lines.Add(line);
            inside = inside ? line != "```" : line == "```case";
        }

        return [.. VerifierCase.Read(name, lines)];
    }
}
