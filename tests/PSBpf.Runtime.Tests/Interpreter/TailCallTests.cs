using PSBpf.Diagnostics;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Tests.Interpreter;

/// <summary>Tail calls of programs that nobody verified: every mistake is a fault.</summary>
public sealed class TailCallTests
{
    private static TestMachine Machine()
    {
        var machine = new TestMachine { Type = ProgramType.SchedCls };
        machine.Add(new MapSpec { Name = "jump", Type = MapType.ProgArray, KeySize = 4, ValueSize = 4, MaxEntries = 2 });
        machine.Add(new MapSpec { Name = "counts", Type = MapType.Array, KeySize = 4, ValueSize = 8, MaxEntries = 1 });
        return machine;
    }

    [Theory]
    [InlineData("r2 = 5", "r2, which is no program array")]
    [InlineData("r2 = map[counts]", "r2, which is no program array")]
    [InlineData("r2 = map[jump]\nr1 = r10", "r1, which is not the context")]
    public void A_tail_call_with_the_wrong_arguments_faults(string arguments, string message)
    {
        using var machine = Machine();
        var fault = Assert.Throws<BpfException>(() => machine.TestRun($"{arguments}\nr3 = 0\ncall bpf_tail_call\nr0 = 0\nexit", new byte[64]));
        Assert.Equal(DiagnosticRules.MemoryFault.Id, fault.Diagnostic.Id);
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tail_call_into_an_empty_slot_goes_on_after_it()
    {
        using var machine = Machine();
        var result = machine.TestRun("r6 = 4\nr2 = map[jump]\nr3 = 1\ncall bpf_tail_call\nr0 = r6\nexit", new byte[64]);
        Assert.Equal(4u, result.ReturnValue);
    }

    [Fact]
    public void A_load_that_misses_the_packet_returns_from_the_subprogram_alone()
    {
        using var machine = Machine();
        var result = machine.TestRun("r9 = 40\ncall sub\nr0 += r9\nexit\nsub:\nr6 = r1\nr0 = *(u8 *)skb[1000]\nr0 = 100\nexit", new byte[64]);
        Assert.Equal(40u, result.ReturnValue);
    }

    [Fact]
    public void Nine_frames_of_one_program_are_too_many()
    {
        using var machine = Machine();
        string functions = string.Concat(Enumerable.Range(1, 8).Select(level => $"f{level}:\n{(level < 8 ? $"call f{level + 1}\n" : "")}r0 = {level}\nexit\n"));
        var fault = Assert.Throws<BpfException>(() => machine.TestRun($"call f1\nexit\n{functions}", new byte[64]));
        Assert.Contains("more than 8 functions deep", fault.Message, StringComparison.Ordinal);
    }
}
