using System.Management.Automation;

namespace PSBpf.ModuleTests;

public sealed class CompletionTests : IDisposable
{
    private readonly Shell _shell = new();

    public CompletionTests() => _shell.Get("Import-BpfProgram ./packet_counter.bpf.o -Attach xdp:eth0; Import-BpfProgram ./port_firewall.bpf.o");

    public void Dispose() => _shell.Dispose();

    [Theory]
    [InlineData("Get-BpfProgram pac", "packet_counter")]
    [InlineData("Remove-BpfProgram ", "packet_counter port_firewall")]
    [InlineData("Invoke-BpfProgram -Program p", "packet_counter port_firewall")]
    [InlineData("Get-BpfMapEntry prot", "protocols")]
    [InlineData("Get-BpfMap .b", ".bss")]
    [InlineData("Watch-BpfRingBuffer ", "events")]
    [InlineData("Invoke-BpfHook x", "xdp:eth0")]
    [InlineData("Get-BpfProgram -Type sched", "SchedAct SchedCls")]
    [InlineData("Test-BpfProgram pac", "packet_counter")]
    [InlineData("Import-BpfProgram ./x.o -Kernel L", "Linux")]
    [InlineData("Get-BpfMap -Type Ring", "RingBuf")]
    [InlineData("Get-BpfInstruction pa", "packet_counter")]
    [InlineData("Measure-BpfProgram po", "port_firewall")]
    [InlineData("Measure-BpfProgram po -Mode ", "Interpreter Jit Linux")]
    [InlineData("New-BpfProgram xd", "Xdp")]
    [InlineData("New-BpfProgram xdp -Map block", "blocklist")]
    [InlineData("Start-BpfSource ./mixed.pcap xdp:e", "xdp:eth0")]
    [InlineData("Start-BpfSource -Hook xdp:eth0 -Packet 'aa' -Random udp", "udp.dport udp.sport")]
    [InlineData("Start-BpfSource -Hook xdp:eth0 -Packet 'aa' -Counter ipv6.s", "ipv6.src")]
    [InlineData("Get-BpfSource -State ", "Failed Finished Running Stopped")]
    [InlineData("Set-BpfOption -Jit ", "Debug Off On")]
    [InlineData("Set-BpfOption -JitTiming e", "Eager")]
    [InlineData("Set-BpfOption -Kernel m", "Managed")]
    public void An_argument_completes_to(string line, string expected)
    {
        Assert.Equal(expected.Split(' '), Complete(line).Select(match => match.CompletionText));
    }

    [Fact]
    public void Sources_complete_by_name_and_those_that_have_ended_only_to_be_looked_at()
    {
        _shell.Get("Start-BpfSource ./few-le-us.pcap xdp:eth0 -Name over | Wait-BpfSource; Start-BpfSource -Packet 'aa' -Hook xdp:eth0 -Rate 1 -Name ongoing");
        Assert.Equal(["ongoing", "over"], Complete("Get-BpfSource o").Select(match => match.CompletionText));
        Assert.Equal(["ongoing"], Complete("Stop-BpfSource o").Select(match => match.CompletionText));
        Assert.Equal(["ongoing"], Complete("Wait-BpfSource o").Select(match => match.CompletionText));
    }

    [Fact]
    public void A_name_that_several_maps_have_completes_to_ids_that_say_which()
    {
        _shell.Get("Import-BpfProgram ./reflector.bpf.o");
        var matches = Complete("Get-BpfMap ").Where(match => match.ToolTip.StartsWith("verdicts:", StringComparison.Ordinal)).ToArray();
        Assert.Equal(2, matches.Length);
        Assert.All(matches, match => Assert.True(int.TryParse(match.CompletionText, out _), match.CompletionText));
    }

    private IReadOnlyList<CompletionResult> Complete(string line)
    {
        using var shell = System.Management.Automation.PowerShell.Create(_shell.Runspace);
        return CommandCompletion.CompleteInput(line, line.Length, null, shell).CompletionMatches;
    }
}
