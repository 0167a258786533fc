using System.Text.RegularExpressions;

namespace PSBpf.Pester.Runner;

/// <summary>The runner judged by specs whose results are known.</summary>
public sealed class RunnerTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("psbpf-runner-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Each_test_ends_as_its_name_says()
    {
        using SpecFile file = new(Path.Combine(SpecFolder.Path, "SelfTest", "Outcomes.Spec.ps1"));
        SpecReport report = file.Run();

        Assert.All(report.Results, result => Assert.Equal(Expected(result.Name), result.Outcome));
        Assert.Equal(
            (6, 47, 2),
            (Count(report, SpecOutcome.Passed), Count(report, SpecOutcome.Failed), Count(report, SpecOutcome.Skipped)));
        Assert.All(report.Results, result => Assert.Equal(result.Outcome == SpecOutcome.Failed, result.Error.Length > 0));
        Assert.DoesNotContain(report.Results, result => result.Error.Contains("must not run", StringComparison.Ordinal));
        Assert.Collection(
            report.Errors,
            error => Assert.StartsWith("BeforeAll of 'outcomes.with a BeforeAll that throws' failed: on purpose", error, StringComparison.Ordinal),
            error => Assert.StartsWith("AfterAll of 'outcomes.with an AfterAll that throws' failed: on purpose", error, StringComparison.Ordinal));
    }

    [Fact]
    public void The_example_of_the_whole_subset_has_the_expected_counts()
    {
        using SpecFile file = new(Path.Combine(SpecFolder.Path, "SelfTest", "Subset.Spec.ps1"));
        SpecReport report = file.Run();

        Assert.Empty(report.Errors);
        Assert.Equal((32, 0, 3), (Count(report, SpecOutcome.Passed), Count(report, SpecOutcome.Failed), Count(report, SpecOutcome.Skipped)));
        Assert.Contains("data.adds 20 and 22 to 42", file.TestNames);
        Assert.Contains("data.is two", file.TestNames);
        Assert.Contains("data.reaches into outer and inner", file.TestNames);
        Assert.Contains("data.block 2.has its own item: a", file.TestNames);
    }

    [Theory]
    [InlineData("", "No tests were found.")]
    [InlineData("Describe 'd' { }", "No tests were found.")]
    [InlineData("Describe 'd' { It 'i' -ForEach @() { } }", "-ForEach of 'i' has no items")]
    [InlineData("Describe 'd' -ForEach @() { It 'i' { } }", "-ForEach of 'd' has no items")]
    [InlineData("Describe 'd' { It 'i' -ForEach $nothing { } }", "-ForEach of 'i' has no items")]
    [InlineData("Describe 'd' { It 'i' -Pending { }; It 'j' { } }", "NamedParameterNotFound")]
    [InlineData("Describe 'd' -Tag 'x' { It 'j' { } }", "NamedParameterNotFound")]
    [InlineData("Describe 'd' { It 'i' { }; InModuleScope 'x' { } }", "InModuleScope")]
    [InlineData("Describe 'd' { It 'i' { }; throw 'on purpose' }", "on purpose")]
    [InlineData("Describe 'd' { It 'i' { } ", "Missing closing '}'")]
    [InlineData("It 'i' { }", "It 'i' stands in no Describe or Context.")]
    [InlineData("BeforeEach { }; Describe 'd' { It 'i' { } }", "BeforeEach cannot stand outside of Describe and Context.")]
    [InlineData("Describe 'd' { BeforeAll { }; BeforeAll { }; It 'i' { } }", "second BeforeAll in the same block")]
    [InlineData("Describe 'd' { It 'i' -ForEach @{ a = 1 } { param($a) } }", "param() block")]
    public void A_file_that_cannot_be_read_as_meant_fails_as_a_whole(string text, string expected)
    {
        using SpecFile file = Write(text);
        SpecReport report = file.Run();

        Assert.Contains(expected, Assert.Single(report.Errors), StringComparison.Ordinal);
        Assert.All(report.Results, result => Assert.Equal(SpecOutcome.Failed, result.Outcome));
    }

    [Theory]
    [InlineData("It 'inner' { }", "stands inside a test")]
    [InlineData("break", "cannot leave a test")]
    [InlineData("exit 3", "cannot leave a test")]
    [InlineData("1 | Should -Be 1 -ErrorAction Continue", "not in this Pester-compatible subset")]
    public void A_test_that_leaves_the_subset_fails_and_the_next_one_runs(string body, string expected)
    {
        using SpecFile file = Write($"Describe 'd' {{ It 'outside' {{ {body} }}; It 'next' {{ 1 | Should -Be 1 }} }}");
        SpecReport report = file.Run();

        Assert.Empty(report.Errors);
        Assert.Equal(SpecOutcome.Failed, report.Results[0].Outcome);
        Assert.Contains(expected, report.Results[0].Error, StringComparison.Ordinal);
        Assert.Equal(SpecOutcome.Passed, report.Results[1].Outcome);
    }

    [Theory]
    [InlineData("1 | Should -Be 2 -Because 'because it is odd'", "Expected 2, because it is odd, but got 1.")]
    [InlineData("'a', 'b' | Should -Be 'a', 'c'", "Expected @('a', 'c'), but got @('a', 'b').")]
    [InlineData("'a' | Should -BeExactly 'A'", "Expected exactly 'A', but got 'a'.")]
    [InlineData("$null | Should -Not -BeNullOrEmpty", "Expected a value, but got $null or empty.")]
    [InlineData("3 | Should -BeLessThan 2", "Expected the actual value to be less than 2, but got 3.")]
    [InlineData("1, 2 | Should -HaveCount 3", "Expected a collection with size 3, but got collection with size 2 @(1, 2).")]
    [InlineData("1 | Should -BeOfType [string]", "Expected the value to have type [string] or any of its subtypes, but got 1 with type [int].")]
    [InlineData("{ 1 } | Should -Throw 'x*' -ErrorId 'y'", "Expected an exception with message like 'x*' and FullyQualifiedErrorId 'y' to be thrown, but no exception was thrown.")]
    public void A_failed_assertion_says_what_was_expected_and_what_was_found(string body, string expected)
    {
        using SpecFile file = Write($"Describe 'd' {{ It 'i' {{ {body} }} }}");
        Assert.StartsWith(expected, file.Run().Results.Single().Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Setups_and_tests_run_in_the_order_of_Pester()
    {
        using SpecFile file = Write("""
            BeforeAll { $log = [System.Collections.Generic.List[string]]::new(); $log.Add('file') }
            AfterAll { $log.Add('end'); throw ($log -join ' ') }
            Describe 'd' {
                It '1' { $log.Add('1') }
                AfterEach { $log.Add('-') }
                Context 'c' {
                    BeforeAll { $log.Add('[') }
                    AfterAll { $log.Add(']') }
                    BeforeEach { $log.Add('inner') }
                    AfterEach { $log.Add('=') }
                    It '2' { $log.Add('2') }
                }
                It '3' { $log.Add('3') }
                BeforeEach { $log.Add('+') }
            }
            """);
        Assert.Contains("file + 1 - [ + inner 2 = - ] + 3 - end\n", file.Run().Errors.Single(), StringComparison.Ordinal);
    }

    [Fact]
    public void Code_outside_of_setups_runs_while_tests_are_found_and_leaves_nothing_behind()
    {
        using SpecFile file = Write("""
            $outside = 'file'
            function Get-Outside { 'function' }
            Describe 'd' {
                $inside = 'block'
                It 'is found as <inside>' { "$outside$inside" | Should -Be ''; { Get-Outside } | Should -Throw -ErrorId 'CommandNotFoundException' }
            }
            """);
        Assert.Equal("d.is found as block", file.TestNames.Single());
        Assert.Equal(new SpecResult("d.is found as ", SpecOutcome.Passed, ""), file.Run().Results.Single());
    }

    [Fact]
    public void A_name_may_use_what_only_BeforeAll_knows()
    {
        using SpecFile file = Write("Describe 'd' { BeforeAll { $late = 7 }; It 'has <late> and a `<bracket`>' { } }");
        Assert.Equal("d.has <late> and a <bracket>", file.TestNames.Single());
        Assert.Equal("d.has 7 and a <bracket>", file.Run().Results.Single().Name);
    }

    [Fact]
    public void A_file_that_hangs_is_stopped_and_fails()
    {
        using SpecFile file = Write("Describe 'd' { It 'first' { }; It 'hangs' { while ($true) { } }; It 'next' { } }");
        SpecReport report = file.Run(TimeSpan.FromSeconds(2));

        Assert.Contains("did not end within", Assert.Single(report.Errors), StringComparison.Ordinal);
        Assert.Equal([SpecOutcome.Passed, SpecOutcome.NotRun, SpecOutcome.NotRun], report.Results.Select(result => result.Outcome));
        Assert.Equal("It never ended.", report.Results[1].Error);
    }

    private static SpecOutcome Expected(string name) => Regex.Match(name, "passes|fails|skips").Value switch
    {
        "passes" => SpecOutcome.Passed,
        "fails" => SpecOutcome.Failed,
        "skips" => SpecOutcome.Skipped,
        _ => throw new InvalidOperationException($"'{name}' does not say what must become of it."),
    };

    private static int Count(SpecReport report, SpecOutcome outcome) => report.Results.Count(result => result.Outcome == outcome);

    private SpecFile Write(string text)
    {
        string path = Path.Combine(_folder.FullName, "Made.Spec.ps1");
        File.WriteAllText(path, text);
        return new SpecFile(path);
    }
}
