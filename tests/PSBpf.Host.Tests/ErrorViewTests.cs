using System.Management.Automation;
using PSBpf.Host.Terminal;

namespace PSBpf.Host.Tests;

public sealed class ErrorViewTests : IDisposable
{
    // An error as PSBpf's cmdlets write it: an id that begins with the diagnostic's, and a recommended action.
    private const string Diagnostic = """
        function Import-Thing {
            [CmdletBinding()] param()
            $record = [System.Management.Automation.ErrorRecord]::new([Exception]::new('./old.o: the section is legacy.'), 'BPF0312', 'InvalidData', $null)
            $record.ErrorDetails = [System.Management.Automation.ErrorDetails]::new('./old.o: the section is legacy.')
            $record.ErrorDetails.RecommendedAction = 'declare it in SEC(".maps")'
            $PSCmdlet.WriteError($record)
        }
        """;

    private readonly HostedRunspace _session = new();

    public void Dispose() => _session.Dispose();

    [Fact]
    public void An_error_with_a_PSBpf_id_says_what_to_do_in_a_second_line()
    {
        _session.Objects(Diagnostic.Replace("function Import-Thing", "function global:Import-Thing", StringComparison.Ordinal));
        Assert.Equal("", _session.Shown("Import-Thing"));
        Assert.Equal(
            "Import-Thing: ./old.o: the section is legacy.\n  id  BPF0312     do  declare it in SEC(\".maps\")\n",
            _session.WrittenErrors);
    }

    [Fact]
    public void Other_recommendations_are_shown_as_pwsh_shows_them()
    {
        _session.Shown("Write-Error m -RecommendedAction 'rest'");
        Assert.Equal("Write-Error: m\n  Recommendation: rest\n", _session.WrittenErrors);
    }

    [Theory]
    [InlineData("Get-Item nope", "Get-Item: Cannot find path '*nope' because it does not exist.\n")]
    [InlineData("throw 'it'", "Exception: it\n")]
    [InlineData("1/0", "*Exception: Attempted to divide by zero.\n")]
    [InlineData("no-such-command", "no-such-command: The term 'no-such-command' is not recognized*")]
    [InlineData("\n\nGet-Item nope", "Get-Item: \nLine |\n   3 |  Get-Item nope\n     |  ~~~~~~~~~~~~~\n     | Cannot find path '*nope' because it does not exist.\n")]
    [InlineData("$global:ErrorView = 'CategoryView'; Get-Item nope", "ObjectNotFound: (*nope:String) [Get-Item], ItemNotFoundException\n")]
    [InlineData("$global:ErrorView = 'NormalView'; Get-Item nope", "Cannot find path '*nope' because it does not exist.\nAt line:1 char:*\n+ *\n+ *~\n    + CategoryInfo          : ObjectNotFound: (*nope:String) [[]Get-Item], ItemNotFoundException\n    + FullyQualifiedErrorId : PathNotFound,PSBpf.Host.Cmdlets.GetItem\n")]
    public void Errors_look_as_in_the_concise_view(string script, string pattern)
    {
        // A statement that ends by a throw is shown by the host, which the child-process tests see; here a trap writes it.
        string written = _session.Shown("trap { $_ | Out-Default; continue } " + script) + _session.WrittenErrors;
        Assert.True(WildcardPattern.Get(pattern.Replace("[Get-Item]", "[[]Get-Item]", StringComparison.Ordinal), WildcardOptions.None).IsMatch(written), written);
    }

    [Fact]
    public void An_error_in_a_script_shows_its_line()
    {
        string path = Path.Combine(_session.Folder, "s.ps1");
        File.WriteAllText(path, "'first'\n  Get-Item nope   # note\n");
        _session.Shown($"& '{path}'");
        string nope = Path.Combine(_session.Folder, "nope");
        Assert.Equal(
            $"""
            Get-Item: {path}:2
            Line |
               2 |    Get-Item nope   # note
                 |    ~~~~~~~~~~~~~
                 | Cannot find path '{nope}' because it does not exist.

            """.ReplaceLineEndings("\n"),
            _session.WrittenErrors);
    }

    [Fact]
    public void A_long_message_is_folded_beside_its_line()
    {
        using var narrow = new HostedRunspace(TerminalProfile.Plain with { Width = 40 });
        string path = Path.Combine(narrow.Folder, "s.ps1");
        File.WriteAllText(path, $"Write-Error '{string.Join(' ', Enumerable.Repeat("word", 30))}'\n");
        narrow.Shown($"& '{path}'");
        string[] lines = narrow.WrittenErrors.TrimEnd('\n').Split('\n');
        Assert.All(lines[4..], static line => Assert.InRange(line.Length, 8, 40));
        Assert.Equal(30, lines[4..].Sum(static line => line.Split(' ').Count(static word => word == "word")));
    }

    [Fact]
    public void A_script_that_cannot_be_parsed_shows_where()
    {
        string path = Path.Combine(_session.Folder, "bad.ps1");
        File.WriteAllText(path, "$a = 1\n$b = )\n");
        _session.Shown($"try {{ & '{path}' }} catch {{ Write-Error -ErrorRecord $_ }}");
        Assert.Contains("   2 |  $b = )\n     |      ~\n     | You must provide a value expression", _session.WrittenErrors, StringComparison.Ordinal);
    }

    [Fact]
    public void Colours_are_used_only_where_the_terminal_takes_them()
    {
        using var colourful = new HostedRunspace(TerminalProfile.Plain with { OutputSequences = true, ErrorSequences = true });
        colourful.Shown("Write-Error red");
        Assert.Equal("\e[31;1mWrite-Error: red\e[0m", colourful.WrittenErrors.TrimEnd('\n').Replace("\e[0m\e[0m", "\e[0m", StringComparison.Ordinal).Replace("\e[31;1m\e[31;1m", "\e[31;1m", StringComparison.Ordinal));

        using var redirected = new HostedRunspace(TerminalProfile.Plain with { OutputSequences = true, ErrorSequences = false });
        redirected.Shown("Write-Error plain");
        Assert.Equal("Write-Error: plain\n", redirected.WrittenErrors);
    }

    [Fact]
    public void What_a_native_command_writes_to_its_error_output_is_shown_as_it_is()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("uses sh");
        Assert.Equal("oops\n", _session.Shown("sh -c 'echo oops >&2' 2>&1 | Out-Default") + _session.WrittenErrors);
    }
}
