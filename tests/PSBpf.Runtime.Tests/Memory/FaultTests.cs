using PSBpf.Diagnostics;
using PSBpf.Objects;
using PSBpf.Runtime.Tests.Interpreter;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Tests.Memory;

/// <summary>Every edge of everything a program may touch: the last byte works, the next one is a fault of the program and never of the process.</summary>
public sealed class FaultTests
{
    private static readonly int[] Widths = [1, 2, 4, 8];

    [Fact]
    public void The_stack_ends_at_its_frame_on_both_sides()
    {
        using var machine = new TestMachine();
        foreach (int width in Widths)
        {
            foreach (bool write in (bool[])[false, true])
            {
                Works(machine, Access("r10", -width, width, write));
                Works(machine, Access("r10", -512, width, write));
                Faults(machine, Access("r10", -width + 1, width, write));
                Faults(machine, Access("r10", -513, width, write));
                Faults(machine, Access("r10", 0, width, write));
            }
        }
    }

    [Fact]
    public void Frames_do_not_touch_each_other()
    {
        using var machine = new TestMachine();
        foreach (int offset in (int[])[-512, -8]) Works(machine, "r1 = r10\ncall f\nexit\nf: " + Access("r1", offset, 8, write: true));
        foreach (int offset in (int[])[-520, -513, -7, 0]) Faults(machine, "r1 = r10\ncall f\nexit\nf: " + Access("r1", offset, 8, write: true));

        // A frame that has returned belongs to nobody.
        Faults(machine, "call f\n" + Access("r0", -8, 8, write: false) + "\nf: r0 = r10\nexit");
    }

    [Fact]
    public void A_packet_ends_at_its_last_byte()
    {
        using var machine = new TestMachine { Type = ProgramType.Xdp };
        byte[] packet = new byte[60];
        foreach (int width in Widths)
        {
            foreach (bool write in (bool[])[false, true])
            {
                const string data = "r2 = *(u32 *)(r1 +0)\n";
                machine.TestRun(data + Access("r2", 0, width, write), packet);
                machine.TestRun(data + Access("r2", 60 - width, width, write), packet);
                FaultsOn(machine, data + Access("r2", -1, width, write), packet);
                FaultsOn(machine, data + Access("r2", 61 - width, width, write), packet);
                FaultsOn(machine, data + Access("r2", 60, width, write), packet);
            }
        }

        FaultsOn(machine, "r2 = *(u32 *)(r1 +0)\n" + Access("r2", 0, 1, write: false), []);
    }

    [Fact]
    public void A_packet_that_a_type_may_not_write_is_read_only()
    {
        using var machine = new TestMachine { Type = ProgramType.CgroupSkb };
        byte[] packet = new byte[60];
        machine.TestRun("r2 = *(u32 *)(r1 +76)\n" + Access("r2", 0, 4, write: false), packet);
        FaultsOn(machine, "r2 = *(u32 *)(r1 +76)\n" + Access("r2", 0, 4, write: true), packet);
    }

    [Theory]
    [InlineData(MapType.Array, 12u)]
    [InlineData(MapType.PerCpuArray, 12u)]
    [InlineData(MapType.Hash, 12u)]
    [InlineData(MapType.PerCpuHash, 5u)]
    [InlineData(MapType.LruHash, 1u)]
    public unsafe void A_map_value_ends_at_its_size_though_more_memory_follows(MapType type, uint size)
    {
        using var machine = new TestMachine();
        var map = machine.Add(new MapSpec { Name = "m", Type = type, KeySize = 4, ValueSize = size, MaxEntries = 4 });
        if (type is not (MapType.Array or MapType.PerCpuArray))
        {
            int key = 1;
            byte* value = stackalloc byte[64];
            Assert.Equal(Errno.None, map.Update((byte*)&key, value, 0, 0));
        }

        const string lookup = "*(u32 *)(r10 -4) = 1\nr2 = r10\nr2 += -4\nr1 = map[m]\ncall bpf_map_lookup_elem\nr3 = r0\n";
        foreach (bool write in (bool[])[false, true])
        {
            Works(machine, lookup + Access("r3", 0, 1, write));
            Works(machine, lookup + Access("r3", (int)size - 1, 1, write));
            Faults(machine, lookup + Access("r3", (int)size, 1, write));
            Faults(machine, lookup + Access("r3", -1, 1, write));
            if (size >= 4) Faults(machine, lookup + Access("r3", (int)size - 3, 4, write));
        }

        // A second value that was used in between must not change that.
        if (type == MapType.Array)
            Faults(machine, lookup + "r4 = r3\nr4 += 16\nr5 = *(u8 *)(r4 +0)\nr5 = *(u8 *)(r3 +0)\n" + Access("r4", -1, 1, write: false));
    }

    [Theory]
    [InlineData(MapFlags.ReadOnlyProgram, false)]
    [InlineData(MapFlags.WriteOnlyProgram, true)]
    public void Flags_that_forbid_programs_to_read_or_write_are_kept(MapFlags flags, bool writes)
    {
        using var machine = new TestMachine();
        machine.Add(new MapSpec { Name = "m", Type = MapType.Array, KeySize = 4, ValueSize = 8, MaxEntries = 1, Flags = flags });
        Works(machine, "r1 = map[m][0] +0\n" + Access("r1", 0, 8, writes));
        Faults(machine, "r1 = map[m][0] +0\n" + Access("r1", 0, 8, !writes));
    }

    [Fact]
    public void A_ring_buffer_sample_belongs_to_the_program_until_it_is_given_back()
    {
        using var machine = new TestMachine();
        machine.Add(new MapSpec { Name = "ring", Type = MapType.RingBuf, MaxEntries = 4096 });
        const string reserve = "r1 = map[ring]\nr2 = 16\nr3 = 0\ncall bpf_ringbuf_reserve\nr6 = r0\n", submit = "r1 = r6\nr2 = 0\ncall bpf_ringbuf_submit\n";
        Works(machine, reserve + "*(u64 *)(r6 +8) = 1\n" + submit + "r0 = 0\nexit");
        Faults(machine, reserve + Access("r6", 16, 1, write: true));
        Faults(machine, reserve + Access("r6", -1, 1, write: true));
        Faults(machine, reserve + submit + Access("r6", 0, 1, write: false));
        Faults(machine, reserve + submit + submit + "exit");
        Faults(machine, reserve + "r6 += 8\n" + submit + "exit");
    }

    [Theory]
    [InlineData("r1 = 0\n")]
    [InlineData("r1 = -1\n")]
    [InlineData("r1 = 0x7fffffffffffffff ll\n")]
    [InlineData("r1 = 0xfffffffffffffff8 ll\n")]
    [InlineData("r1 = map[m]\n")]
    [InlineData("r1 = 0x400000 ll\n")]
    public void A_wild_pointer_faults_wherever_it_leads(string pointer)
    {
        using var machine = new TestMachine();
        machine.Add(new MapSpec { Name = "m", Type = MapType.Array, KeySize = 4, ValueSize = 8, MaxEntries = 1 });
        foreach (int width in Widths)
        {
            foreach (int offset in (int[])[0, -8, 7, short.MinValue, short.MaxValue])
            {
                Faults(machine, pointer + Access("r1", offset, width, write: false));
                Faults(machine, pointer + Access("r1", offset, width, write: true));
            }
        }

        Faults(machine, pointer + "r2 = 1\nlock *(u64 *)(r1 +0) += r2\nexit");
        Faults(machine, pointer + "r2 = 1\nw2 = atomic_fetch_add((u32 *)(r1 +0), w2)\nexit");
        Faults(machine, pointer + "r0 = load_acquire((u64 *)(r1 +0))\nexit");
        Faults(machine, pointer + "store_release((u64 *)(r1 +0), r1)\nexit");
    }

    [Fact]
    public void A_misaligned_atomic_access_is_a_fault_on_every_machine()
    {
        using var machine = new TestMachine();
        Works(machine, "r2 = 1\nlock *(u64 *)(r10 -16) += r2\nr0 = 0\nexit");
        Faults(machine, "r2 = 1\nlock *(u64 *)(r10 -12) += r2\nr0 = 0\nexit");
        Faults(machine, "r2 = 1\nlock *(u32 *)(r10 -10) += w2\nr0 = 0\nexit");
    }

    [Theory]
    [InlineData("r1 = map[m]\nr2 = 0\ncall bpf_map_lookup_elem")]
    [InlineData("r1 = map[m]\nr2 = r10\nr2 += -3\ncall bpf_map_lookup_elem")]
    [InlineData("r1 = 5\nr2 = r10\nr2 += -8\ncall bpf_map_lookup_elem")]
    [InlineData("r1 = r10\nr2 = r10\nr2 += -8\ncall bpf_map_lookup_elem")]
    [InlineData("r1 = map[m]\nr2 = r10\nr2 += -8\nr3 = r10\nr3 += -4\nr4 = 0\ncall bpf_map_update_elem")]
    [InlineData("r1 = map[m]\nr2 = r10\nr2 += -8\nr3 = 100\ncall bpf_ringbuf_output\n")]
    [InlineData("r1 = r10\nr1 += -8\nr2 = 9\ncall bpf_get_current_comm")]
    [InlineData("r1 = r10\nr1 += -8\nr2 = -1\ncall bpf_get_current_comm")]
    [InlineData("r1 = r10\nr1 += -8\nr2 = 16\ncall bpf_trace_printk")]
    [InlineData("r1 = r10\nr1 += -8\nr2 = 0\ncall bpf_ringbuf_submit")]
    [InlineData("r1 = 0\nr2 = 0\nr3 = 0\nr4 = 8\nr5 = 0\ncall bpf_csum_diff")]
    public void A_helper_argument_that_refers_to_foreign_memory_is_a_fault(string text)
    {
        using var machine = new TestMachine();
        machine.Add(new MapSpec { Name = "m", Type = MapType.Array, KeySize = 4, ValueSize = 8, MaxEntries = 1 });
        Faults(machine, text + "\nr0 = 0\nexit");
    }

    [Theory]
    [InlineData("r2 = *(u32 *)(r1 +20)", "a field that the type hides")]
    [InlineData("r2 = *(u32 *)(r1 +24)", "after the struct")]
    [InlineData("r2 = *(u64 *)(r1 +0)", "two fields at once")]
    [InlineData("r2 = *(u16 *)(r1 +0)", "half a pointer")]
    [InlineData("r2 = *(u32 *)(r1 -4)", "before the struct")]
    [InlineData("*(u32 *)(r1 +0) = 1", "a pointer is written")]
    [InlineData("*(u32 *)(r1 +12) = 1", "a read-only field is written")]
    public void A_context_allows_what_its_layout_allows(string text, string why)
    {
        using var machine = new TestMachine { Type = ProgramType.Xdp };
        Assert.NotEmpty(why);
        FaultsOn(machine, text + "\nr0 = 0\nexit", new byte[20]);
    }

    [Fact]
    public void A_plain_context_is_read_only_and_ends_at_its_size()
    {
        using var machine = new TestMachine { Type = ProgramType.Kprobe };
        int size = ContextLayouts.PtRegs.Size;
        machine.TestRun(Access("r1", size - 8, 8, write: false));
        Assert.Throws<BpfException>(() => machine.TestRun(Access("r1", size - 7, 8, write: false)));
        Assert.Throws<BpfException>(() => machine.TestRun(Access("r1", size - 8, 8, write: true)));
    }

    [Fact]
    public void A_value_of_a_map_that_is_gone_is_nobodys()
    {
        using var machine = new TestMachine(new ManagedKernelOptions { PossibleCpus = 1 });
        var spec = new MapSpec { Name = "m", Type = MapType.Array, KeySize = 4, ValueSize = 8, MaxEntries = 1 };
        var map = Runtime.Maps.MapFactory.Create(machine.Engine, spec);
        var program = Runtime.Interpreter.ExecutableProgram.From(new Runtime.Interpreter.UncheckedProgram(
            "holder", Isa.Assembler.Assemble("r0 = map[m][0] +0\n*(u64 *)(r0 +0) = 1\nexit", ["m"]).Instructions, [map]));
        ulong address = machine.Run(program);
        machine.Run($"r1 = 0x{address:x} ll\nr0 = *(u64 *)(r1 +0)\nexit");
        map.Release();
        Faults(machine, $"r1 = 0x{address:x} ll\nr0 = *(u64 *)(r1 +0)\nexit");
    }

    [Fact]
    public void A_fault_names_program_instruction_and_place()
    {
        using var machine = new TestMachine();
        var error = Faults(machine, "r0 = 0\nr0 = *(u32 *)(r0 +64)\nexit");
        Assert.Equal("test", error.Diagnostic.Location.Program);
        Assert.Equal(1, error.Diagnostic.Location.Instruction);
        Assert.Contains("r0 = *(u32 *)(r0 +64)", error.Message, StringComparison.Ordinal);
        Assert.Contains("0x40", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void After_a_fault_the_next_run_starts_clean()
    {
        using var machine = new TestMachine();
        var ring = (Runtime.Maps.RingBufferMap)machine.Add(new MapSpec { Name = "ring", Type = MapType.RingBuf, MaxEntries = 4096 });
        for (int round = 0; round < 3000; round++)
            Faults(machine, "r1 = map[ring]\nr2 = 16\nr3 = 0\ncall bpf_ringbuf_reserve\nr1 = 0\nr0 = *(u8 *)(r1 +0)\nexit", TakeAll(ring));
        Assert.Equal(0, ring.Dropped);
        Works(machine, "r0 = 7\nexit");
    }

    // The sample of a run that faulted was discarded: the ring goes on.
    private static Action TakeAll(Runtime.Maps.RingBufferMap ring) => () =>
    {
        Assert.True(ring.TryAddReference());
        using var reader = new Runtime.Maps.RingBufferReader(ring);
        Assert.Equal(0, reader.Consume(static _ => true));
        Assert.Equal(0, reader.BacklogBytes);
    };

    private static string Access(string register, int offset, int width, bool write) => write
        ? $"*(u{width * 8} *)({register} {offset:+0;-0;+0}) = 1\nr0 = 0\nexit"
        : $"r0 = *(u{width * 8} *)({register} {offset:+0;-0;+0})\nexit";

    private static void Works(TestMachine machine, string text) => machine.Run(text);

    private static BpfException Faults(TestMachine machine, string text, Action? afterwards = null)
    {
        var error = Assert.Throws<BpfException>(() => machine.Run(text));
        Assert.Equal(DiagnosticRules.MemoryFault.Id, error.Id);
        afterwards?.Invoke();
        return error;
    }

    private static void FaultsOn(TestMachine machine, string text, byte[] packet) =>
        Assert.Equal(DiagnosticRules.MemoryFault.Id, Assert.Throws<BpfException>(() => machine.TestRun(text, packet)).Id);
}
