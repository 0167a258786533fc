using PSBpf.Runtime.Interpreter;

namespace PSBpf.Runtime.Tests.Interpreter;

public sealed class ObserverTests
{
    [Fact]
    public void An_observer_sees_every_instruction_access_and_helper_in_order()
    {
        using var machine = new TestMachine();
        var program = machine.Load("""
            r6 = 5
            *(u32 *)(r10 -4) = 9
            r1 = *(u16 *)(r10 -4)
            r0 = 0x100000000 ll
            call bpf_get_smp_processor_id
            call f
            exit
            f:
            lock *(u64 *)(r10 -8) += r6
            exit
            """);
        var recorder = new Recorder([]);
        machine.Run(program, ref recorder);
        Assert.Equal(
            ["0 r6=0", "1 r6=5", "write 1 4", "2 r6=5", "read 2 2", "3 r6=5", "5 r6=5", "helper 5 8", "6 r6=5", "8 r6=5", "write 8 8", "9 r6=5", "7 r6=5"],
            recorder.Events);
    }

    [Fact]
    public void An_observer_sees_the_access_that_faults()
    {
        using var machine = new TestMachine();
        var recorder = new Recorder([]);
        var program = machine.Load("r1 = 0\nr0 = *(u8 *)(r1 +3)\nexit");
        Assert.Throws<Diagnostics.BpfException>(() => machine.Run(program, ref recorder));
        Assert.Equal("read 1 1", recorder.Events[^1]);
    }

    private readonly unsafe struct Recorder(List<string> events) : IRunObserver
    {
        public List<string> Events => events;

        public void BeforeInstruction(int index, ulong* registers) => events.Add($"{index} r6={registers[6]}");

        public void OnAccess(int index, ulong address, int size, bool write) => events.Add($"{(write ? "write" : "read")} {index} {size}");

        public void OnHelper(int index, int helper, ulong* registers) => events.Add($"helper {index} {helper}");

        public void OnProgram(ExecutableProgram program) => events.Add($"program {program.Name}");
    }
}
