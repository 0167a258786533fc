using System.Management.Automation;
using PSBpf.Host.Terminal;

namespace PSBpf.Host.Tests.Cmdlets;

public sealed class OutputCmdletTests : IDisposable
{
    private readonly HostedRunspace _session = new();

    public void Dispose() => _session.Dispose();

    [Theory]
    [InlineData("Write-Output 1 2 3", "1|2|3")]
    [InlineData("Write-Output @(1,2); 1,2 | Write-Output", "1|2|1|2")]
    [InlineData("(Write-Output @(1,2) -NoEnumerate | Measure-Object).Count", "1")]
    [InlineData("echo a", "a")]
    [InlineData("1,2 | Out-String -Stream", "1|2")]
    [InlineData("('a','b' | Out-String).Replace(\"`r\", '')", "a\nb\n")]
    [InlineData("'a','b' | Out-String -NoNewline", "ab")]
    [InlineData("([pscustomobject]@{a=1;b='x'} | Out-String).Replace(\"`r\", '')", "\na b\n- -\n1 x\n\n")]
    [InlineData("('x' * 500 | Out-String).Trim().Length", "500")]
    [InlineData("([pscustomobject]@{a='x' * 50} | Format-Table | Out-String -Width 20 -Stream | Measure-Object Length -Maximum).Maximum", "20")]
    [InlineData("([pscustomobject]@{a='x' * 500} | Format-List | Out-String -Stream | Measure-Object Length -Maximum).Maximum", "504")]
    [InlineData("Write-Host text 6>&1 | ForEach-Object { $_.GetType().Name; \"$_\" }", "InformationRecord|text")]
    [InlineData("Write-Information data -Tags t 6>&1 | ForEach-Object { $_.Tags; $_.MessageData }", "t|data")]
    [InlineData("Write-Warning w 3>&1 | ForEach-Object Message", "w")]
    [InlineData("Write-Verbose v -Verbose 4>&1 | ForEach-Object Message", "v")]
    [InlineData("$DebugPreference = 'Continue'; Write-Debug d 5>&1 | ForEach-Object Message", "d")]
    [InlineData("Write-Error e 2>&1 | ForEach-Object { $_.Exception.Message }", "e")]
    public void Output_goes_where_it_should(string script, string expected)
    {
        Assert.Equal(expected, _session.TextWithoutErrors(script));
        _ = _session.Written; // Write-Host shows its text even where it is redirected
    }

    [Theory]
    [InlineData("Write-Host a b", "a b\n")]
    [InlineData("Write-Host 1,2,3 -Separator '-'", "1-2-3\n")]
    [InlineData("Write-Host a -NoNewline; Write-Host b", "ab\n")]
    [InlineData("1,2 | Write-Host", "1\n2\n")]
    [InlineData("Write-Host $null", "\n")]
    [InlineData("Write-Host red -ForegroundColor Red", "red\n")]
    [InlineData("Write-Warning w", "WARNING: w\n")]
    [InlineData("Write-Verbose v", "")]
    [InlineData("Write-Verbose v -Verbose", "VERBOSE: v\n")]
    [InlineData("Write-Debug d", "")]
    [InlineData("Write-Information i", "")]
    [InlineData("Write-Information i -InformationAction Continue", "i\n")]
    [InlineData("Write-Progress -Activity x -PercentComplete 5", "")]
    public void Messages_reach_the_console(string script, string expected)
    {
        Assert.Equal("", _session.TextWithoutErrors(script));
        Assert.Equal(expected, _session.Written);
    }

    [Fact]
    public void Colours_are_written_where_the_terminal_takes_them()
    {
        using var session = new HostedRunspace(TerminalProfile.Plain with { OutputSequences = true });
        session.Objects("Write-Host red -ForegroundColor Red; Write-Warning w");
        Assert.Equal("\e[91mred\e[0m\n\e[33;1mWARNING: w\e[0m\n".Replace("\e", "^", StringComparison.Ordinal), session.Written.Replace("\e", "^", StringComparison.Ordinal));
    }

    [Fact]
    public void Write_Error_makes_the_record_that_is_asked_for()
    {
        _session.Objects("Write-Error -Message m -ErrorId Id7 -Category InvalidData -TargetObject 5 -RecommendedAction act -CategoryActivity doing -CategoryReason why");
        ErrorRecord error = Assert.Single(_session.Errors);
        Assert.Equal("Id7,PSBpf.Host.Cmdlets.WriteErrorMessage", error.FullyQualifiedErrorId);
        Assert.Equal("InvalidData: (5:Int32) [doing], why", error.CategoryInfo.GetMessage());
        Assert.Equal("act", error.ErrorDetails.RecommendedAction);
    }

    [Theory]
    [InlineData("Write-Error x", "Microsoft.PowerShell.Commands.WriteErrorException,PSBpf.Host.Cmdlets.WriteErrorMessage")]
    [InlineData("Write-Error -Exception ([ArgumentException]::new('m'))", "System.ArgumentException,PSBpf.Host.Cmdlets.WriteErrorMessage")]
    [InlineData("try { Get-Item nope -ErrorAction Stop } catch { Write-Error -ErrorRecord $_ }", "PathNotFound,PSBpf.Host.Cmdlets.WriteErrorMessage")]
    public void Write_Error_gives_errors_their_ids(string script, string id)
    {
        _session.Objects(script);
        Assert.Equal(id, _session.Errors[^1].FullyQualifiedErrorId);
    }

    [Fact]
    public void Write_Error_ends_the_script_where_errors_do() =>
        Assert.ThrowsAny<RuntimeException>(() => _session.Objects("$ErrorActionPreference = 'Stop'; Write-Error x; 'never'"));

    [Fact]
    public void Text_written_to_the_host_by_other_commands_is_not_caught_by_Out_String()
    {
        Assert.Equal("1", _session.Text("1 | ForEach-Object { Write-Host seen; $_ } | Out-String").Trim());
        Assert.Equal("seen\n", _session.Written);
    }

    [Fact]
    public void Escape_sequences_do_not_reach_a_file()
    {
        _session.Objects("\"`e[31mred`e[0m\" > f; [pscustomobject]@{a=1} >> f");
        Assert.DoesNotContain('\e', File.ReadAllText(Path.Combine(_session.Folder, "f")));
    }
}
