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
    [InlineData("Set-BpfOption -Jit ", "Debug Off On")]
    [InlineData("Set-BpfOption -JitTiming e", "Eager")]
    [InlineData("Set-BpfOption -Kernel m", "Managed")]
    public void An_argument_completes_to(string line, string expected)
    {
        Assert.Equal(expected.Split(' '), Complete(line).Select(match => match.CompletionText));
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
