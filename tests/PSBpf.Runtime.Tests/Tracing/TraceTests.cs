using PSBpf.Isa;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Runtime.Tracing;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Tests.Tracing;

public sealed class TraceTests : IDisposable
{
    private const int NoLimit = int.MaxValue;

    private readonly ManagedKernel _kernel = new(new ManagedKernelOptions { PossibleCpus = 2 });
    private readonly List<IDisposable> _owned = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        foreach (var thing in _owned) thing.Dispose();
        _kernel.Dispose();
    }

    [Fact]
    public void A_step_tells_the_registers_that_changed_with_places_as_words()
    {
        var steps = Trace("""
            r2 = *(u32 *)(r1 +0)
            r3 = *(u32 *)(r1 +4)
            r2 += 14
            r4 = r10
            r4 += -8
            r0 = 1
            r0 = 1
            exit
            """, new byte[60]);
        Assert.Equal(["r2 = packet+0", "r3 = packet+60", "r2 = packet+14", "r4 = fp", "r4 = fp-8", "r0 = 1", "", ""], steps.Select(step => string.Join(' ', step.Registers)));
        Assert.Equal(["ctx.data", "ctx.data_end"], steps.Take(2).Select(step => Assert.Single(step.Memory).Place));
        Assert.All(steps.Take(2), step => Assert.Equal(MemoryArea.Context, step.Memory[0].Area));
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7], steps.Select(step => step.Index));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], steps.Select(step => step.Step));
        Assert.Equal("XDP_DROP", steps[^1].Verdict);
        Assert.All(steps.SkipLast(1), step => Assert.Equal("", step.Verdict));
    }

    [Fact]
    public void A_store_tells_the_bytes_before_and_after_and_a_load_what_was_read()
    {
        var steps = Trace("""
            r2 = *(u32 *)(r1 +0)
            r3 = *(u32 *)(r1 +4)
            r4 = r2
            r4 += 4
            if r4 > r3 goto out
            *(u16 *)(r2 +2) = 258
            r5 = *(u32 *)(r2 +0)
            *(u64 *)(r10 -16) = -1
            out: r0 = 2
            exit
            """, [9, 8, 7, 6]);
        var packet = Assert.Single(steps[5].Memory);
        Assert.Equal((true, MemoryArea.Packet, "packet+2", 2L, 2), (packet.Write, packet.Area, packet.Place, packet.Offset, packet.Size));
        Assert.Equal("packet+2: 07 06 → 02 01", packet.ToString());
        Assert.Equal("packet+0 = 09 08 02 01", Assert.Single(steps[6].Memory).ToString());
        Assert.Equal((-16L, "fp-16"), (Assert.Single(steps[7].Memory).Offset, steps[7].Memory[0].Place));
        Assert.False(steps[4].Taken);
        Assert.Null(steps[5].Taken);
    }

    [Fact]
    public void A_helper_tells_its_arguments_with_the_memory_behind_them()
    {
        var map = Own(_kernel.CreateMap(new MapSpec { Name = "counts", Type = MapType.Hash, KeySize = 4, ValueSize = 8, MaxEntries = 4 }));
        map.Update([7, 0, 0, 0], [1, 2, 3, 4, 5, 6, 7, 8], MapUpdateFlags.Any);
        var steps = Trace("""
            *(u32 *)(r10 -4) = 7
            r2 = r10
            r2 += -4
            r1 = map[counts]
            call bpf_map_lookup_elem
            if r0 == 0 goto out
            r3 = 1
            lock *(u64 *)(r0 +0) += r3
            *(u32 *)(r10 -4) = 8
            r2 = r10
            r2 += -4
            r1 = map[counts]
            call bpf_map_delete_elem
            out: r0 = 0
            exit
            """, new byte[14], map);
        Assert.Contains(steps, step => step.Registers.Any(change => change.ToString() == "r1 = map counts"));
        var calls = steps.Select(step => step.Helper).OfType<BpfHelperCall>().ToArray();
        Assert.Equal("bpf_map_lookup_elem(map counts, fp-4: 07 00 00 00) = counts value", calls[0].ToString());
        Assert.Equal("bpf_map_delete_elem(map counts, fp-4: 08 00 00 00) = -ENOENT", calls[1].ToString());
        var atomic = Assert.Single(steps, step => step.Text.StartsWith("lock", StringComparison.Ordinal)).Memory[0];
        Assert.Equal(("counts", MemoryArea.MapValue, "counts value"), (atomic.Map, atomic.Area, atomic.Place));
        Assert.Equal(((byte)1, (byte)2), (atomic.Old[0], atomic.New[0]));
    }

    [Fact]
    public void A_helper_that_fills_memory_tells_what_it_filled()
    {
        _kernel.Environment = new Environment.ExecutionEnvironment { Task = new Environment.TaskIdentity(1, 1, 0, 0, "curl") };
        var steps = Trace("r1 = r10\nr1 += -16\nr2 = 16\ncall bpf_get_current_comm\nr0 = 0\nexit", [], type: ProgramType.Kprobe);
        Assert.Equal("curl", System.Text.Encoding.UTF8.GetString(Assert.Single(steps, step => step.Helper is not null).Helper!.Arguments[0].Bytes).TrimEnd('\0'));
    }

    [Fact]
    public void Subprograms_are_deeper_and_the_callers_frame_has_a_name()
    {
        var steps = Trace("""
            r1 = r10
            r1 += -8
            *(u64 *)(r10 -8) = 0
            call f
            r0 = *(u64 *)(r10 -8)
            exit
            f:
            *(u64 *)(r1 +0) = 5
            r0 = 0
            exit
            """, new byte[14]);
        Assert.Equal([0, 0, 0, 0, 1, 1, 1, 0, 0], steps.Select(step => step.Depth));
        Assert.Equal("frame 0 fp-8", Assert.Single(steps[4].Memory).Place);
        Assert.Contains(steps[^2].Registers, change => change.ToString() == "r0 = 5");
    }

    [Fact]
    public void A_tail_call_leads_into_the_other_program()
    {
        var jump = Own(_kernel.CreateMap(new MapSpec { Name = "jump", Type = MapType.ProgArray, KeySize = 4, ValueSize = 4, MaxEntries = 1 }));
        var target = Program("r0 = 1\nexit", name: "target");
        Assert.Equal(Errno.None, jump.Update(new byte[4], BitConverter.GetBytes(target.Id), MapUpdateFlags.Any));
        var steps = Trace("r2 = map[jump]\nr3 = 0\ncall bpf_tail_call\nr0 = 2\nexit", new byte[14], jump);
        Assert.Equal(["traced 0", "traced 2", "traced 3", "target 0", "target 1"], steps.Select(step => $"{step.Program} {step.Index}"));
        Assert.Equal([false, false, false, true, false], steps.Select(step => step.StartsProgram));
        Assert.Equal("XDP_DROP", steps[^1].Verdict);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(3, true)]
    [InlineData(22, false)]
    [InlineData(100, false)]
    public void A_limit_keeps_the_first_steps_and_the_program_runs_to_its_end(int limit, bool truncated)
    {
        var trace = Program("r0 = 10\nagain: r0 -= 1\nif r0 != 0 goto again\nexit").Trace(new TestRunRequest { Data = new byte[14] }, limit, Cancellation);
        Assert.Equal(Math.Min(limit, 22), trace.Steps.Count);
        Assert.Equal(22, trace.Executed);
        Assert.Equal(truncated, trace.IsTruncated);
        Assert.Equal(0u, trace.Result!.ReturnValue);
    }

    [Fact]
    public void A_program_that_is_stopped_gives_the_steps_that_led_there_and_the_reason()
    {
        _kernel.InstructionBudget = 100;
        var trace = Program("r0 = 1000\nagain: r0 -= 1\nif r0 != 0 goto again\nexit").Trace(new TestRunRequest { Data = new byte[14] }, 50, Cancellation);
        Assert.Null(trace.Result);
        Assert.Equal("BPF2102", trace.Fault!.Id);
        Assert.Equal(50, trace.Steps.Count);
        Assert.InRange(trace.Executed, 101, 999);
        Assert.Equal("", trace.Steps[^1].Fault);
    }

    [Fact]
    public void Input_that_does_not_fit_is_an_error_and_no_trace() =>
        Assert.Equal("BPF2104", Assert.Throws<Diagnostics.BpfException>(() =>
            Program("r0 = 0\nexit").Trace(new TestRunRequest { Data = new byte[14], Context = new byte[24] }, NoLimit, Cancellation)).Id);

    [Fact]
    public void A_removed_program_is_not_watched()
    {
        var program = Program("r0 = 0\nexit");
        program.Dispose();
        Assert.Equal("BPF2105", Assert.Throws<Diagnostics.BpfException>(() => program.Trace(new TestRunRequest(), NoLimit, Cancellation)).Id);
    }

    [Fact]
    public void Hits_count_each_instruction_over_several_runs()
    {
        var program = Program("r0 = 3\nagain: r0 -= 1\nif r0 != 0 goto again\nif r0 != 0 goto never\nexit\nnever: r0 = 9\nexit");
        var hits = new long[program.Spec.Instructions.Length];
        for (int run = 0; run < 2; run++) program.CountHits(new TestRunRequest { Data = new byte[14] }, hits, Cancellation);
        Assert.Equal([2, 6, 6, 2, 2, 0, 0], hits);
    }

    private IReadOnlyList<BpfTraceStep> Trace(string text, byte[] packet, IKernelMap? map = null, ProgramType type = ProgramType.Xdp)
    {
        var trace = Program(text, map, type).Trace(new TestRunRequest { Data = packet }, NoLimit, Cancellation);
        Assert.Null(trace.Fault);
        Assert.Equal(trace.Executed, trace.Steps.Count);
        return trace.Steps;
    }

    private ManagedProgram Program(string text, IKernelMap? map = null, ProgramType type = ProgramType.Xdp, string name = "traced")
    {
        var assembled = Assembler.Assemble(text, map is null ? [] : [map.Spec.Name]);
        var spec = new ProgramSpec { Name = name, Type = type, Instructions = assembled.Instructions, Maps = map is null ? [] : [map.Spec] };
        var result = _kernel.LoadProgram(spec, map is null ? [] : [map], ProgramLoadOptions.Default, Cancellation);
        Assert.True(result.Program is not null, result.Verification.Message);
        return Own((ManagedProgram)result.Program!);
    }

    private T Own<T>(T thing)
        where T : IDisposable
    {
        _owned.Add(thing);
        return thing;
    }
}
