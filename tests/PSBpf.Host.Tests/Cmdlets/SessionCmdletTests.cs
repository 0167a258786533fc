using System.Diagnostics;
using System.Management.Automation;

namespace PSBpf.Host.Tests.Cmdlets;

public sealed class SessionCmdletTests : IDisposable
{
    private readonly HostedRunspace _session = new();

    public void Dispose() => _session.Dispose();

    [Theory]
    [InlineData("$x = 5; (Get-Variable x).Value; Get-Variable x -ValueOnly", "5|5")]
    [InlineData("$xa = 1; $xb = 2; Get-Variable x? -ValueOnly", "1|2")]
    [InlineData("Set-Variable y 7; $y", "7")]
    [InlineData("1,2 | Set-Variable z; $z.Count", "2")]
    [InlineData("function f { Set-Variable g 1 -Scope Global; Set-Variable l 1 }; f; \"$g$l\"", "1")]
    [InlineData("function f { $v = 'inner'; Get-Variable v -Scope Global -ValueOnly; Get-Variable v -ValueOnly }; $global:v = 'outer'; f", "outer|inner")]
    [InlineData("Set-Variable c 1 -Option ReadOnly; Set-Variable c 2 -Force; $c", "2")]
    [InlineData("(Set-Variable p 1 -PassThru -Description d).Description", "d")]
    [InlineData("Invoke-Expression '$q = 3; $q + 1'; $q", "4|3")]
    [InlineData("'1+1','2+2' | iex", "2|4")]
    [InlineData("(Measure-Command { Start-Sleep -Milliseconds 30; 'dropped' }).TotalMilliseconds -gt 25", "True")]
    [InlineData("$n = 0; Measure-Command { $n = 5 } | Out-Null; $n", "5")]
    [InlineData("$s = 0; 1,2 | Measure-Command { $s += $_ } | Out-Null; $s", "3")]
    [InlineData("(Get-Process -Id $PID).Id -eq $PID", "True")]
    [InlineData("(Get-Process | Where-Object Id -eq $PID).Count", "1")]
    [InlineData("(New-Guid).GetType().Name; New-Guid -Empty; New-Guid 11111111-2222-3333-4444-555555555555", "Guid|00000000-0000-0000-0000-000000000000|11111111-2222-3333-4444-555555555555")]
    [InlineData("(New-TimeSpan -Hours 1 -Minutes 30).TotalMinutes", "90")]
    [InlineData("(New-TimeSpan '2020-01-01' '2020-01-03').Days", "2")]
    [InlineData("Get-Date '2020-02-03 04:05:06' -Format 'yyyy/MM/dd HH:mm'", "2020/02/03 04:05")]
    [InlineData("(Get-Date -Year 2020 -Month 2 -Day 3 -Hour 4 -Minute 5 -Second 6 -Millisecond 7).ToString('o').Substring(0, 23)", "2020-02-03T04:05:06.007")]
    [InlineData("(Get-Date -UnixTimeSeconds 0 -AsUTC).ToString('s')", "1970-01-01T00:00:00")]
    [InlineData("Get-Date 2020-01-02 -Format FileDate", "20200102")]
    [InlineData("((Get-Date) - [datetime]::Now).Duration().TotalSeconds -lt 5", "True")]
    [InlineData("Get-Random -Maximum 1", "0")]
    [InlineData("Get-Random -Minimum 5 -Maximum 6", "5")]
    [InlineData("$r = 1..50 | ForEach-Object { Get-Random 3 } | Sort-Object -Unique; \"$r\"", "0 1 2")]
    [InlineData("(Get-Random 1.5).GetType().Name; (Get-Random 9999999999).GetType().Name", "Double|Int64")]
    [InlineData("Get-Random -InputObject 'x'; (1..9 | Get-Random -Count 3).Count; (1..9 | Get-Random -Shuffle | Sort-Object) -join ''", "x|3|123456789")]
    [InlineData("$a = Get-Random -SetSeed 7; $b = Get-Random -SetSeed 7; $a -eq $b", "True")]
    [InlineData("Start-Sleep -Milliseconds 1; Start-Sleep 0.001; Start-Sleep -Duration ([timespan]::FromMilliseconds(1)); 'done'", "done")]
    public void The_session_and_the_system_are_at_hand(string script, string expected) => Assert.Equal(expected, _session.TextWithoutErrors(script));

    [Theory]
    [InlineData("Get-Variable nope", "VariableNotFound")]
    [InlineData("Get-Process no-such-process", "NoProcessFoundForGivenName")]
    [InlineData("Get-Process -Id 2147483647", "NoProcessFoundForGivenId")]
    [InlineData("Set-Variable PID 1", "VariableNotWritable")]
    [InlineData("New-Guid nonsense", "StringNotRecognizedAsGuid")]
    [InlineData("Get-Random -Minimum 5 -Maximum 5", "MinGreaterThanOrEqualMax")]
    [InlineData("Get-Date -Year 2021 -Month 2 -Day 30", "NoSuchDate")]
    public void What_is_not_there_is_an_error(string script, string id)
    {
        _session.Objects(script);
        Assert.StartsWith(id, Assert.Single(_session.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void Start_Sleep_ends_when_the_pipeline_is_stopped()
    {
        using var shell = PowerShell.Create(HostSessionState.Create());
        IAsyncResult run = shell.AddScript("Start-Sleep 60").BeginInvoke();
        Thread.Sleep(200);
        var watch = Stopwatch.StartNew();
        shell.Stop();
        Assert.True(run.AsyncWaitHandle.WaitOne(TimeSpan.FromSeconds(10)));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void Read_Host_reads_what_is_typed()
    {
        using var session = new HostedRunspace(Terminal.TerminalProfile.Plain with { Interactive = true }, "first\nsecret\n");
        Assert.Equal("first|secret", session.TextWithoutErrors("Read-Host name; Read-Host pass -MaskInput"));
        Assert.Equal("name: pass: ", session.Written);
    }

    [Fact]
    public void Questions_fail_where_nobody_can_answer()
    {
        _session.Objects("Read-Host name");
        Assert.Contains("not interactive", Assert.Single(_session.Errors).ToString(), StringComparison.Ordinal);
    }
}
