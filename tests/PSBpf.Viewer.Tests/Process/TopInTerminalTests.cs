using Tmux = PSBpf.Host.Tests.Process.Terminal;

namespace PSBpf.Viewer.Tests;

/// <summary>The top as a person starts it: in a terminal, through the module, while a capture is replayed.</summary>
public sealed class TopInTerminalTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("psbpf-top-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void It_shows_a_replay_follows_keys_and_size_and_leaves_the_terminal_as_it_was()
    {
        using var terminal = Open("Show-BpfTop -Interval 0.5");
        terminal.WaitFor("EVT/S");
        terminal.WaitFor(screen => screen.Split('\n').Any(line => line.Contains("port_firewall", StringComparison.Ordinal) && line.Contains("xdp:eth0", StringComparison.Ordinal)), "the program's row");
        // Packets come in: the rate in the first line is no longer zero.
        terminal.WaitFor(screen => screen.Contains("evt/s ", StringComparison.Ordinal) && !screen.Contains("evt/s 0 ", StringComparison.Ordinal), "a rate");
        Assert.Equal("1", terminal.Ask("#{alternate_on}"));
        terminal.Press("Enter");
        terminal.WaitFor("r6 = *(u32 *)(r1 +0)");
        terminal.Press("m");
        terminal.WaitFor("Maps of this session");
        terminal.Press("h");
        terminal.WaitFor("Hooks, and what they run in order");
        terminal.Press("F1");
        terminal.WaitFor("WHAT THEY DO");
        terminal.Press("Escape");
        terminal.WaitFor("Hooks, and what they run in order");
        terminal.Press("p");
        terminal.Resize(160, 50);
        terminal.WaitFor("VERDICTS");
        terminal.Resize(80, 24);
        terminal.WaitFor(screen => !screen.Contains("VERDICTS", StringComparison.Ordinal) && screen.Contains("F1Help", StringComparison.Ordinal), "the small screen");
        terminal.Press("q");
        Left(terminal, "the top is closed");
    }

    [Fact]
    public void Ctrl_C_leaves_it_too()
    {
        using var terminal = Open("Show-BpfTop");
        terminal.WaitFor("port_firewall");
        terminal.Press("C-c");
        Left(terminal, "the top is closed");
    }

    [Fact]
    public void An_interruption_from_outside_leaves_the_terminal_as_it_was()
    {
        using var terminal = Open($"$PID > '{_folder}/pid'; Show-BpfTop");
        terminal.WaitFor("port_firewall");
        Assert.Equal("1", terminal.Ask("#{alternate_on}"));
        using (var kill = System.Diagnostics.Process.Start("kill", ["-INT", File.ReadAllText(Path.Combine(_folder.FullName, "pid")).Trim()])) kill.WaitForExit();
        Left(terminal, "at the prompt");
    }

    [Fact]
    public void What_fails_inside_of_it_is_said_on_a_terminal_that_is_as_it_was()
    {
        using var terminal = Open($$"""
            $broken = [Reflection.Assembly]::LoadFrom('{{typeof(BrokenSource).Assembly.Location}}').CreateInstance('{{typeof(BrokenSource).FullName}}')
            $env:DisableRealDriverIO = $null # which loading the tests has set
            $options = [PSBpf.Hosting.TopOptions]@{ Session = [PSBpf.Hosting.BpfSession]::Default; Source = $broken; Interval = [TimeSpan]::FromSeconds(1) }
            try { [PSBpf.Hosting.BpfSession]::ShowTop($options, [Threading.CancellationToken]::None) } catch { "it failed: $($_.Exception.InnerException.Id)" }
            """);
        terminal.WaitFor("psbpf top");
        Assert.Equal("1", terminal.Ask("#{alternate_on}"));
        Left(terminal, "it failed: BPF4014");
    }

    private Tmux Open(string show)
    {
        string script = Path.Combine(_folder.FullName, "watch.ps1");
        File.WriteAllText(script, $"""
            $firewall = Import-BpfProgram '{Path.Combine(Samples.Folder, "port_firewall.bpf.o")}'
            Add-BpfLink $firewall -Hook xdp:eth0 | Out-Null
            $source = Start-BpfSource -Path '{Path.Combine(Samples.Folder, "mixed.pcap")}' -Hook xdp:eth0 -Rate 500 -Loop
            {show}
            Stop-BpfSource $source
            'the top is closed'
            """);
        string host = Path.Combine(Samples.Root, "src", "PSBpf.Host", "bin", "Debug", "net10.0", "psbpf");
        var terminal = Tmux.Open($"unset DisableRealDriverIO; stty -a > '{_folder}/before'; '{host}' '{script}'; stty -a > '{_folder}/after'; echo at the prompt; sleep 600");
        terminal.Resize(100, 30);
        return terminal;
    }

    private void Left(Tmux terminal, string text)
    {
        string screen = terminal.WaitFor("at the prompt");
        Assert.Contains(text, screen, StringComparison.Ordinal);
        Assert.DoesNotContain("F1Help", screen, StringComparison.Ordinal);
        Assert.Equal("0", terminal.Ask("#{alternate_on}"));
        Assert.Equal("1", terminal.Ask("#{cursor_flag}"));
        Assert.Equal("0", terminal.Ask("#{mouse_any_flag}"));
        Assert.Equal(Settings("before"), Settings("after"));
    }

    // How large it is may differ: the test changed that.
    private string Settings(string name) =>
        System.Text.RegularExpressions.Regex.Replace(File.ReadAllText(Path.Combine(_folder.FullName, name)), "rows \\d+; columns \\d+;", "");
}
