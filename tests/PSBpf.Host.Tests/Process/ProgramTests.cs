namespace PSBpf.Host.Tests.Process;

public sealed class ProgramTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("psbpf-program-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("exit 7", 7)]
    [InlineData("exit", 0)]
    [InlineData("exit 0; 'never'", 0)]
    [InlineData("'fine'", 0)]
    [InlineData("throw 'x'", 1)]
    [InlineData("Get-Item nope -ErrorAction Stop; 'never'", 1)]
    [InlineData("$ErrorActionPreference = 'Stop'; Get-Item nope; 'never'", 1)]
    [InlineData("Get-Item nope; 'goes on'", 0)]
    [InlineData("Get-Item nope", 0)]
    [InlineData("try { throw 1 } catch { 'caught' }", 0)]
    [InlineData("function f { exit 3 }; f; 'never'", 3)]
    [InlineData("[Console]::Error.WriteLine('native'); exit 300", 44)]
    [InlineData("$x = 1\n$y = )", 1)]
    public void A_script_gives_its_exit_code(string script, int code)
    {
        if (code == 44 && OperatingSystem.IsWindows())
            Assert.Skip("Windows keeps the whole exit code");
        HostResult result = HostProcess.Run(Script(script));
        Assert.Equal(code, result.ExitCode);
        Assert.DoesNotContain("never", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("'fine'", 0)]
    [InlineData("exit 5", 5)]
    [InlineData("throw 'x'", 1)]
    [InlineData("Get-Item nope", 1)]
    [InlineData("Get-Item nope; 'goes on'", 0)]
    [InlineData("1 +", 1)]
    [InlineData("no-such-command", 1)]
    public void Commands_give_the_exit_code_of_the_last(string command, int code) =>
        Assert.Equal(code, HostProcess.Run("-Command", command).ExitCode);

    [Fact]
    public void The_exit_code_of_a_native_command_is_passed_on_by_exit_only()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("uses sh");
        Assert.Equal(0, HostProcess.Run(Script("sh -c 'exit 9'")).ExitCode);
        Assert.Equal(9, HostProcess.Run(Script("sh -c 'exit 9'; exit $LASTEXITCODE")).ExitCode);
        Assert.Equal(1, HostProcess.Run("-c", "sh -c 'exit 9'").ExitCode);
    }

    [Fact]
    public void Arguments_reach_the_script()
    {
        string script = Script("param($Name, [switch]$Loud, [int]$Number, [Parameter(ValueFromRemainingArguments)]$Rest) \"$Name|$Loud|$Number|$($Rest -join ',')|$PSScriptRoot\"");
        HostResult result = HostProcess.Run(script, "a b", "-Loud", "-Number", "5", "c", "it's");
        Assert.Equal($"a b|True|5|c,it's|{_folder}\n", result.Output);
        Assert.Equal("x|False|0||" + _folder + "\n", HostProcess.Run("-File", script, "-Loud:$false", "-Name:x").Output);
    }

    [Fact]
    public void A_call_that_the_script_cannot_take_fails()
    {
        HostResult result = HostProcess.Run(Script("[CmdletBinding()]param([int]$Number) 'never'"), "-Number", "x");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("Cannot convert", result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    [Fact]
    public void Errors_go_to_the_error_output_and_everything_else_to_the_output()
    {
        HostResult result = HostProcess.Run(Script("'object'; Write-Host 'host'; Write-Warning 'warning'; Write-Error 'error'; [pscustomobject]@{a=1}"));
        Assert.Equal("object\nhost\nWARNING: warning\n\na\n-\n1\n\n", result.Output);
        Assert.StartsWith("Write-Error: ", result.Error, StringComparison.Ordinal);
        Assert.Contains("| error", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Redirected_output_is_plain_whatever_the_terminal_is_called()
    {
        HostResult result = HostProcess.Run(
            ["-NoModule", "-c", "[pscustomobject]@{a=1}; Write-Host x -ForegroundColor Red; Write-Error y; \"`e[31mz`e[0m\""],
            null, ("TERM", "xterm-256color"), ("NO_COLOR", null));
        Assert.DoesNotContain('\e', result.Output + result.Error);
    }

    [Fact]
    public void Objects_that_were_written_before_exit_or_an_error_are_shown()
    {
        Assert.Equal("\na\n-\n1\n\n", HostProcess.Run("-c", "[pscustomobject]@{a=1}; exit 2").Output);
        Assert.Equal("\na\n-\n1\n\n", HostProcess.Run("-c", "[pscustomobject]@{a=1}; throw 'x'").Output);
        Assert.Equal("\na\n-\n1\n\n", HostProcess.Run(Script("[pscustomobject]@{a=1}; exit 2")).Output);
    }

    [Fact]
    public void Standard_input_holds_the_script_when_nothing_is_given()
    {
        HostResult result = HostProcess.Run(["-NoModule"], "$x = 20\nif ($x) {\n  $x + 1\n}\nexit 4\n");
        Assert.Equal((4, "21\n", ""), (result.ExitCode, result.Output, result.Error));
        Assert.Equal("3\n", HostProcess.Run(["-NoModule", "-Command", "-"], "1+2").Output);
        Assert.Equal("", HostProcess.Run(["-NoModule"], "").Output);
    }

    [Fact]
    public void Help_and_version_are_printed_and_a_wrong_option_is_refused()
    {
        Assert.Contains("-NonInteractive", HostProcess.Run([ "-Help" ], null).Output, StringComparison.Ordinal);
        Assert.Matches("^psbpf [0-9]+\\.[0-9]+\\.[0-9]+\n$", HostProcess.Run(["-Version"], null).Output);
        HostResult wrong = HostProcess.Run(["-wrong"], null);
        Assert.Equal((64, ""), (wrong.ExitCode, wrong.Output));
        Assert.Equal("psbpf: there is no option '-wrong'.\n  do  psbpf -Help shows what can be given\n", wrong.Error);
        Assert.Equal(64, HostProcess.Run("missing.ps1").ExitCode);
    }

    [Fact]
    public void Questions_fail_with_NonInteractive()
    {
        HostResult result = HostProcess.Run("-NonInteractive", "-c", "Read-Host name");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("nobody can answer", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Answers_are_read_from_standard_input()
    {
        string script = Script("$a = Read-Host name; \"got $a\"");
        Assert.EndsWith("got me\n", HostProcess.Run(["-NoModule", script], "me\n").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_script_does_not_start_without_the_module_and_the_error_says_how_to_build_it()
    {
        HostResult result = HostProcess.Run(["-c", "'never'"], null, ("PSBPF_MODULE", Path.Combine(_folder, "nowhere")));
        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.Contains("the PSBpf module was not found", result.Error, StringComparison.Ordinal);
        Assert.Contains("dotnet build src/PSBpf.PowerShell", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_module_is_imported_from_its_manifest()
    {
        string manifest = Module("function Get-Answer { 42 }");
        HostResult result = HostProcess.Run(["-c", "Get-Answer; (Get-Module PSBpf).Version.ToString()"], null, ("PSBPF_MODULE", _folder));
        Assert.Equal((0, "42\n1.2\n", ""), (result.ExitCode, result.Output, result.Error));
        Assert.Equal("42\n", HostProcess.Run([Script("Get-Answer")], null, ("PSBPF_MODULE", manifest)).Output);
    }

    [Fact]
    public void A_module_that_cannot_be_loaded_says_why()
    {
        Module("throw 'its binaries are missing'");
        HostResult result = HostProcess.Run(["-c", "'never'"], null, ("PSBPF_MODULE", _folder));
        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.Contains("its binaries are missing", result.Error, StringComparison.Ordinal);
        Assert.Contains("dotnet build", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_in_any_language_passes_through()
    {
        Assert.Equal("é 日本 😀\n", HostProcess.Run("-c", "'é 日本 😀'").Output);
        Assert.Equal("é 日本 😀\n", HostProcess.Run(["-NoModule"], "'é 日本 😀'").Output);
    }

    [Fact]
    public void Telemetry_is_off()
    {
        HostResult result = HostProcess.Run(["-NoModule", "-c", "$env:POWERSHELL_TELEMETRY_OPTOUT"], null, ("POWERSHELL_TELEMETRY_OPTOUT", null));
        Assert.Equal("1\n", result.Output);
    }

    private string Script(string text)
    {
        string path = Path.Combine(_folder, "script.ps1");
        File.WriteAllText(path, text);
        return path;
    }

    private string Module(string text)
    {
        File.WriteAllText(Path.Combine(_folder, "PSBpf.psm1"), text);
        string manifest = Path.Combine(_folder, "PSBpf.psd1");
        File.WriteAllText(manifest, "@{ RootModule = 'PSBpf.psm1'; ModuleVersion = '1.2'; FunctionsToExport = '*' }");
        return manifest;
    }
}
