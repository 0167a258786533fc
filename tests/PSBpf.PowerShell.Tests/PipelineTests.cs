using System.Diagnostics;
using System.Management.Automation;

namespace PSBpf.ModuleTests;

public sealed class PipelineTests : IDisposable
{
    private readonly Shell _shell = new();

    public void Dispose() => _shell.Dispose();

    [Theory]
    [InlineData("Watch-BpfRingBuffer events")]
    [InlineData("Watch-BpfRingBuffer events -ScriptBlock { $_ }")]
    [InlineData("Use-BpfSession { Import-BpfProgram ./packet_counter.bpf.o | Out-Null; Watch-BpfRingBuffer events }")]
    [InlineData("Invoke-BpfProgram packet_counter -Packet @{ tcp = @{} } -Repeat 2147483647")]
    [InlineData("Start-BpfSource -Packet 'aa' -Hook xdp:eth0 -Rate 1 -WarningAction Ignore | Wait-BpfSource")]
    [InlineData("while ($true) { Invoke-BpfProgram packet_counter -Path ./mixed.pcap }")]
    public void Stopping_the_pipeline_ends_it_soon(string script)
    {
        _shell.Get("Import-BpfProgram ./packet_counter.bpf.o");
        using var running = System.Management.Automation.PowerShell.Create(_shell.Runspace);
        running.AddScript(script);
        var invocation = running.BeginInvoke();
        Thread.Sleep(700);
        Assert.False(invocation.IsCompleted);
        var clock = Stopwatch.GetTimestamp();
        running.Stop();
        Assert.True(Stopwatch.GetElapsedTime(clock) < TimeSpan.FromSeconds(5));
        Assert.Equal(PSInvocationState.Stopped, running.InvocationStateInfo.State);
        // The reader, the session and the program are as they were.
        Assert.Equal("packet_counter", _shell.Get("(Get-BpfProgram).Name")[0].ToString());
        _shell.Get("Watch-BpfRingBuffer events -Timeout 0");
    }

    [Fact]
    public void A_later_command_that_has_had_enough_ends_a_watch_and_frees_the_reader()
    {
        _shell.Get("Import-BpfProgram ./packet_counter.bpf.o | Invoke-BpfProgram -Packet @{ tcp = @{ dport = 23 } } -Repeat 9");
        Assert.Equal([1UL, 2UL], _shell.Get("Watch-BpfRingBuffer events | Select-Object -First 2 | ForEach-Object { $_.Data.sequence }").Select(item => item.BaseObject));
        Assert.EndsWith("events: delivered 2, dropped 0\n", _shell.Screen, StringComparison.Ordinal);
        Assert.Equal(3UL, Assert.Single(_shell.Get("Watch-BpfRingBuffer events -Count 1 | ForEach-Object { $_.Data.sequence }")).BaseObject);
    }

    [Fact]
    public void The_counts_at_the_end_of_a_watch_can_be_redirected()
    {
        _shell.Get("Import-BpfProgram ./packet_counter.bpf.o");
        var line = Assert.Single(_shell.Get("Watch-BpfRingBuffer events -Timeout 0 6>&1"));
        Assert.Equal("events: delivered 0, dropped 0", line.ToString());
    }

    [Fact]
    public void A_later_command_that_has_had_enough_ends_a_session_block_and_cleans_up()
    {
        Assert.Single(_shell.Get("Use-BpfSession { Import-BpfProgram ./packet_counter.bpf.o; 'never' } | Select-Object -First 1"));
        Assert.Empty(_shell.Get("Get-BpfProgram"));
    }

    [Fact]
    public void Runspaces_share_the_session_of_the_process_and_closing_one_or_removing_the_module_leaves_it()
    {
        using (var other = new Shell())
        {
            other.Get("Import-BpfProgram ./packet_counter.bpf.o");
            Assert.Equal("packet_counter", _shell.Get("(Get-BpfProgram).Name")[0].ToString());
            other.Get("Remove-Module PSBpf");
            other.Runspace.Close();
        }

        Assert.Equal("packet_counter", _shell.Get("(Get-BpfProgram).Name")[0].ToString());
        _shell.Get($"Remove-Module PSBpf; Import-Module '{Repository.Manifest}'");
        Assert.Equal("packet_counter", _shell.Get("(Get-BpfProgram).Name")[0].ToString());
    }

    [Fact]
    public void Closing_a_runspace_stops_the_sources_that_it_started()
    {
        var mine = _shell.Get("Start-BpfSource ./mixed.pcap xdp:eth0 -Loop -WarningAction Ignore")[0];
        using var other = new Shell();
        var theirs = other.Get("Start-BpfSource ./mixed.pcap xdp:eth0 -Loop -WarningAction Ignore; Start-BpfSource -Packet 'aa' -Hook xdp:eth1 -Rate 1 -WarningAction Ignore");
        Assert.Equal(["Running", "Running"], theirs.Select(State));
        other.Runspace.Close();
        Assert.Equal(["Stopped", "Stopped"], theirs.Select(State));
        Assert.Equal("Running", State(mine));
        _shell.Get("Stop-BpfSource *");

        static string State(PSObject source) => source.Properties["State"].Value.ToString()!;
    }

    [Fact]
    public void A_block_that_ends_stops_its_sources()
    {
        var source = _shell.Get("Use-BpfSession { Start-BpfSource ./mixed.pcap xdp:eth0 -Loop -WarningAction Ignore }")[0];
        Assert.Equal("Stopped", source.Properties["State"].Value.ToString());
        Assert.Empty(_shell.Get("Get-BpfSource -State Running"));
    }

    [Fact]
    public void A_block_s_session_belongs_to_its_runspace()
    {
        using var other = new Shell();
        using var running = System.Management.Automation.PowerShell.Create(other.Runspace);
        running.AddScript("Use-BpfSession { Import-BpfProgram ./packet_counter.bpf.o; Watch-BpfRingBuffer events }");
        var output = new PSDataCollection<PSObject>();
        running.BeginInvoke<PSObject, PSObject>(null, output);
        for (var waited = 0; output.Count == 0 && waited < 100; waited++) Thread.Sleep(50);
        Assert.Equal("Verified", output[0].Properties["State"].Value.ToString());
        Assert.Empty(_shell.Get("Get-BpfProgram"));
        running.Stop();
        Assert.Equal("Removed", output[0].Properties["State"].Value.ToString());
    }

    [Fact]
    public void Programs_run_from_parallel_runspaces_at_once()
    {
        _shell.Get("Import-BpfProgram ./packet_counter.bpf.o -Attach xdp:lanes");
        var counts = _shell.Get($$"""
            1..4 | ForEach-Object -Parallel {
                Import-Module '{{Repository.Manifest}}'
                @(Invoke-BpfHook xdp:lanes -Path '{{Repository.Samples}}/mixed.pcap').Count
            }
            """);
        Assert.Equal([414, 414, 414, 414], counts.Select(count => count.BaseObject));
        Assert.Equal(4 * 414UL, _shell.Get("(Get-BpfProgram packet_counter).Variables.total")[0].BaseObject);
        Assert.Equal(4 * 414L, _shell.Get("(Get-BpfHook xdp:lanes).Events")[0].BaseObject);
    }

    [Fact]
    public void Files_piped_from_the_file_system_are_imported()
    {
        Assert.Equal("reflector", _shell.Get("Get-Item ./reflector.bpf.o | Import-BpfProgram | ForEach-Object Name")[0].ToString());
        Assert.True((bool)_shell.Get("Get-ChildItem ./reflector.bpf.o | Test-BpfProgram -Quiet")[0].BaseObject);
    }

    [Fact]
    public void A_long_replay_shows_progress()
    {
        var capture = Path.GetTempFileName();
        try
        {
            var packets = File.ReadAllBytes(Path.Combine(Repository.Samples, "mixed.pcap"));
            using (var stream = File.Create(capture))
            {
                stream.Write(packets);
                for (var copy = 0; copy < 100; copy++) stream.Write(packets.AsSpan(24));
            }

            _shell.Get("Import-BpfProgram ./packet_counter.bpf.o");
            using var running = System.Management.Automation.PowerShell.Create(_shell.Runspace);
            // However fast the machine, what takes the results takes its time.
            running.AddScript($"Invoke-BpfProgram packet_counter -Path '{capture}' | ForEach-Object {{ if (-not $slept) {{ $slept = $true; Start-Sleep -Milliseconds 1200 }} }}");
            running.Invoke();
            Assert.Empty(running.Streams.Error);
            var records = running.Streams.Progress.ReadAll();
            Assert.NotEmpty(records);
            Assert.All(records, record => Assert.InRange(record.PercentComplete, 0, 100));
            Assert.Equal(ProgressRecordType.Completed, records[^1].RecordType);
        }
        finally
        {
            File.Delete(capture);
        }
    }
}
