using System.Diagnostics;

namespace PSBpf.ModuleTests;

/// <summary>What is left when a process ends: nothing.</summary>
public sealed class ProcessExitTests
{
    [Fact]
    public async Task Sources_that_run_do_not_keep_a_process_alive()
    {
        var start = new ProcessStartInfo("dotnet") { WorkingDirectory = Repository.Samples, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "psbpf.dll"));
        string script = $$"""
            Import-Module '{{Repository.Manifest}}'
            Import-BpfProgram ./packet_counter.bpf.o -Attach xdp:eth0 | Out-Null
            (Start-BpfSource ./mixed.pcap xdp:eth0 -Loop).State
            (Start-BpfSource -Packet 'aa' -Hook xdp:eth0 -Rate 0.001).State
            exit 3
            """;
        foreach (string argument in (string[])["-NoModule", "-NonInteractive", "-Command", script]) start.ArgumentList.Add(argument);
        start.Environment["NO_COLOR"] = "1";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromMinutes(2));
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        Assert.Equal("", await errors);
        Assert.Equal(["Running", "Running"], (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        Assert.Equal(3, process.ExitCode);
    }
}
