using System.Text.RegularExpressions;
using PSBpf.Compile;
using PSBpf.Diagnostics;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Verifier.Tests.Support;

namespace PSBpf.Verifier.Tests;

/// <summary>Programs as people write them by mistake: what is said of them must lead to the line and the variable.</summary>
public sealed partial class BrokenProgramTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Broken");

    public static TheoryData<string, string> Names()
    {
        var names = new TheoryData<string, string>();
        foreach (var file in Files())
            foreach (var program in Expectations(file).Keys.Order(StringComparer.Ordinal)) names.Add(Path.GetFileName(file), program);
        return names;
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void An_explanation_names_the_line_the_rule_and_the_variable(string file, string name)
    {
        var expected = Expectations(Path.Combine(Folder, file))[name];
        var program = Compiled(file).Single(program => program.Name == name);
        var report = ProgramVerifier.Verify(program, program.Maps, cancellation: TestContext.Current.CancellationToken).Verification;
        string told = string.Join('\n',
            [report.Reason, report.Suggestion, .. report.CausalPath.Select(point => $"{point.Source?.Line}: {point.Before} → {point.Note}")]);
        TestContext.Current.TestOutputHelper!.WriteLine($"{report.RuleName} at {report.At}\n{report.At?.Source?.Text}\n{report.Message}\n{told}");
        Assert.False(report.Accepted);
        Assert.Equal(expected.Line, report.At?.Source?.Line);
        Assert.Equal(expected.Rule, report.RuleName);
        Assert.Matches($@"\b{expected.Variable}\b", told);
        Assert.NotEqual(DiagnosticRules.All[report.RuleId].Action, report.Suggestion);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_kernel_refuses_it_too(string file, string name)
    {
        using var kernel = Oracle.OpenOrSkip();
        var program = Compiled(file).Single(program => program.Name == name);
        var maps = program.Maps.Select(kernel.CreateMap).ToList();
        var theirs = kernel.LoadProgram(program, maps, new ProgramLoadOptions { VerifyOnly = true }, TestContext.Current.CancellationToken).Verification;
        foreach (var map in maps) map.Dispose();
        Assert.False(theirs.Accepted);
    }

    [Fact]
    public void There_are_sixty_of_them_and_most_are_about_packets()
    {
        var all = Files().SelectMany(file => Expectations(file).Values).ToList();
        Assert.True(all.Count >= 60, $"there are {all.Count}");
        Assert.Equal("packet-bounds", all.GroupBy(one => one.Rule).MaxBy(group => group.Count())!.Key);
    }

    private static IReadOnlyList<ProgramSpec> Compiled(string file)
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            var built = ObjectCompiler.Compile(Path.Combine(Folder, file), new CompileOptions
            {
                HeaderFolder = Path.Combine(AppContext.BaseDirectory, "include"),
                OutputPath = Path.Combine(folder, "out.o"),
                Arguments = ["-Wno-everything"],
            }, TestContext.Current.CancellationToken);
            return ObjectReader.Read(built.Path).Programs;
        }
        catch (BpfException exception) when (exception.Diagnostic.Rule == DiagnosticRules.CompilerMissing || exception.Diagnostic.Rule == DiagnosticRules.CompilerUnsuitable)
        {
            Assert.Skip(exception.Message);
            throw;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static IEnumerable<string> Files() => Directory.EnumerateFiles(Folder, "*.bpf.c").Order(StringComparer.Ordinal);

    // An expectation stands on the line that must be named, in the program whose function it is in, or that it names.
    private static Dictionary<string, Expectation> Expectations(string file)
    {
        var found = new Dictionary<string, Expectation>();
        string[] lines = File.ReadAllLines(file);
        string program = "";
        for (int index = 0; index < lines.Length; index++)
        {
            if (index > 0 && lines[index - 1].StartsWith("SEC(\"", StringComparison.Ordinal) && Function().Match(lines[index]) is { Success: true } function) program = function.Groups[1].Value;
            if (Marker().Match(lines[index]) is not { Success: true } marker) continue;
            string name = marker.Groups["program"] is { Success: true } named ? named.Value : program;
            found.Add(name, new Expectation(index + 1, marker.Groups["rule"].Value, marker.Groups["variable"].Value));
        }

        return found;
    }

    [GeneratedRegex(@"^int (\w+)\(")]
    private static partial Regex Function();

    [GeneratedRegex(@"// REFUSED: (?<rule>[\w-]+), names: (?<variable>\w+)(?:, program: (?<program>\w+))?\s*$")]
    private static partial Regex Marker();

    private sealed record Expectation(int Line, string Rule, string Variable);
}
