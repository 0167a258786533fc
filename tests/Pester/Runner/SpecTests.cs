namespace PSBpf.Pester.Runner;

/// <summary>Every test of every spec, each under its own name, and one case more for each file as a whole.</summary>
public sealed class SpecTests
{
    // One file at a time: they share the process, and the module has one session per process.
    private static readonly Lazy<SpecFile[]> Files = new(() =>
        [.. SpecFolder.Specs().Select(path => new SpecFile(path, LeftBehind))]);

    // Files run in an order that nobody chose, so what one leaves would be found by any other.
    private const string LeftBehind = """
        if (Get-Module PSBpf) {
            foreach ($kind in 'Program', 'Link', 'Map', 'Source', 'Pin') {
                if (Get-Command "Get-Bpf$kind" -ErrorAction Ignore) { & "Get-Bpf$kind" | ForEach-Object { "${kind}: $($_.Name ?? $_)" } }
            }
        }
        """;

    public static TheoryData<string> FileNames() => [.. Files.Value.Select(file => file.Name)];

    public static IEnumerable<TheoryDataRow<string, int>> Tests() =>
        from file in Files.Value
        from test in file.TestNames.Select((name, number) => (name, number))
        select new TheoryDataRow<string, int>(file.Name, test.number) { TestDisplayName = $"{file.Name}: {test.name}", Label = "" };

    [Theory(DisplayName = "Spec")]
    [MemberData(nameof(Tests))]
    public void A_spec_holds(string file, int test)
    {
        SpecResult result = Files.Value.Single(candidate => candidate.Name == file).Run().Results[test];
        Assert.SkipWhen(result.Outcome == SpecOutcome.Skipped, "marked -Skip in the spec");
        Assert.True(result.Outcome == SpecOutcome.Passed, $"{result.Name}\n{result.Error}");
    }

    [Theory]
    [MemberData(nameof(FileNames))]
    public void A_spec_file_has_tests_and_sound_setups_and_leaves_nothing_behind(string file)
    {
        SpecReport report = Files.Value.Single(candidate => candidate.Name == file).Run();
        Assert.True(report.Errors.Count == 0, string.Join("\n\n", report.Errors));
        Assert.NotEmpty(report.Results);
        Assert.True(report.LeftBehind.Count == 0, "left behind: " + string.Join(", ", report.LeftBehind));
    }

    [Fact]
    public void There_are_spec_files() => Assert.NotEmpty(Files.Value);
}
