using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Runtime.Environment;
using PSBpf.Runtime.Jit;
using PSBpf.Uapi;
using PSBpf.Verifier.Tests.Support;

namespace PSBpf.Differential.Tests;

public sealed class TimerTests
{
    // The packet says what to do with the timer at its value's offset 16: which helper, flags, nanoseconds; r0 is its answer. A callback
    // counts at offset 0 and notes its key at offset 8.
    private const string Operate = """
        r9 = r1
        *(u32 *)(r10 -4) = 2
        r2 = r10
        r2 += -4
        r1 = map[m]
        call bpf_map_lookup_elem
        if r0 == 0 goto none
        r6 = r0
        r1 = *(u32 *)(r9 +0)
        r2 = *(u32 *)(r9 +4)
        r3 = r1
        r3 += 32
        if r3 > r2 goto none
        r7 = *(u64 *)(r1 +0)
        r8 = *(u64 *)(r1 +8)
        r9 = *(u64 *)(r1 +16)
        r1 = r6
        r1 += 16
        if r7 == 1 goto init
        if r7 == 2 goto set
        if r7 == 3 goto start
        if r7 == 4 goto stop
        none:
        r0 = 99
        exit
        init:
        r2 = map[m]
        r3 = r8
        call bpf_timer_init
        exit
        set:
        r2 = func called
        call bpf_timer_set_callback
        exit
        start:
        r2 = r9
        r3 = r8
        call bpf_timer_start
        exit
        stop:
        call bpf_timer_cancel
        exit
        called:
        r6 = r3
        r4 = *(u32 *)(r2 +0)
        *(u64 *)(r3 +8) = r4
        r4 = *(u64 *)(r3 +0)
        r4 += 1
        *(u64 *)(r3 +0) = r4
        if r4 > 2 goto done
        r1 = r6
        r1 += 16
        r2 = 1000000
        r3 = 0
        call bpf_timer_start
        done:
        r0 = 0
        exit
        """;

    private const ulong Init = 1, Set = 2, Start = 3, Cancel = 4;

    private static readonly byte[] Key = [2, 0, 0, 0];

    public static TheoryData<MapType, JitMode> Kinds => new()
    {
        { MapType.Hash, JitMode.Off }, { MapType.Hash, JitMode.On }, { MapType.Array, JitMode.Off }, { MapType.Array, JitMode.On }, { MapType.LruHash, JitMode.On },
    };

    private static MapSpec Timed(MapType type)
    {
        var types = new CaseTypes();
        types.Declare("value u64 count; u64 key; struct bpf_timer timer");
        int key = types.Type("int"), value = types.Type("struct value");
        var built = types.Build();
        return new MapSpec { Name = "m", Type = type, KeySize = 4, ValueSize = 32, MaxEntries = 4, Btf = built, KeyType = built[key], ValueType = built[value] };
    }

    private static byte[] Packet(ulong operation, ulong flags = 0, ulong nanoseconds = 0)
    {
        var packet = new byte[64];
        BitConverter.TryWriteBytes(packet, operation);
        BitConverter.TryWriteBytes(packet.AsSpan(8), flags);
        BitConverter.TryWriteBytes(packet.AsSpan(16), nanoseconds);
        return packet;
    }

    private static long Count(IKernelMap map)
    {
        var value = new byte[32];
        Assert.Equal(Errno.None, map.Lookup(Key, value));
        return BitConverter.ToInt64(value);
    }

    private static async Task Await(IKernelMap map, long count)
    {
        while (Count(map) < count) await Task.Delay(1, TestContext.Current.CancellationToken);
    }

    // Linux takes a timer from what is free at that moment and does not wait: with ENOMEM nothing happened, and it is asked again.
    private static int DoInit(ProgramPair program, ulong flags)
    {
        var request = new TestRunRequest { Data = Packet(Init, flags) };
        int linux;
        do linux = (int)program.Linux.TestRun(request, TestContext.Current.CancellationToken).ReturnValue;
        while (linux == -(int)Errno.ENOMEM);
        Assert.Equal(linux, (int)program.Managed.TestRun(request, TestContext.Current.CancellationToken).ReturnValue);
        return linux;
    }

    private static ProgramSpec Program(MapSpec map)
    {
        var assembled = Isa.Assembler.Assemble(Operate, [map.Name]);
        var (types, functions) = FunctionTypes.Describe([("main", 0, "int"), ("called", assembled.Labels["called"], "int")]);
        return new ProgramSpec { Name = "p", Type = ProgramType.Xdp, Instructions = assembled.Instructions, Maps = [map], Btf = types, Functions = functions, License = "GPL" };
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Answers_and_callbacks_are_the_kernels(MapType type, JitMode mode)
    {
        const ulong far = 3_600_000_000_000;
        using var kernels = KernelPair.OpenOrSkip(new JitOptions { Mode = mode, Timing = JitTiming.Eager });
        using var map = kernels.CreateMap(Timed(type));
        map.Same("update", one => one.Update(Key, new byte[32], MapUpdateFlags.Any));
        using var program = kernels.Load(Program(map.Managed.Spec), map);
        int Do(ulong operation, ulong flags = 0, ulong nanoseconds = 0)
        {
            byte[] packet = Packet(operation, flags, nanoseconds);
            return operation == Init ? DoInit(program, flags) : (int)program.Same(packet, what: $"{operation} flags {flags}:")!.ReturnValue;
        }

        Assert.Equal(-22, Do(Set));
        Assert.Equal(-22, Do(Start, 0, 1));
        Assert.Equal(-22, Do(Cancel));
        Assert.Equal(-22, Do(Init, 2));
        Assert.Equal(-22, Do(Init, 17));
        Assert.Equal(0, Do(Init, 1));
        Assert.Equal(-16, Do(Init, 1));
        Assert.Equal(-22, Do(Start, 0, 1));
        Assert.Equal(0, Do(Cancel));
        Assert.Equal(0, Do(Set));
        Assert.Equal(0, Do(Set));
        Assert.Equal(-22, Do(Start, 4, 1));
        Assert.Equal(0, Do(Start, 0, far));
        Assert.Equal(0, Do(Start, 2, far));
        Assert.Equal(1, Do(Cancel));
        Assert.Equal(0, Do(Cancel));
        Assert.Equal(-22, Do(Start, 0, 1));
        Assert.Equal(0, Do(Set));
        Assert.Equal(0, Do(Start, 0, 1000));
        await Await(map.Linux, 3);
        await Await(map.Managed, 3);
        Assert.Equal(0, Do(Cancel));
        Assert.Equal(MapPair.Contents(map.Linux), MapPair.Contents(map.Managed));

        // An absolute time that has passed.
        map.Same("update", one => one.Update(Key, new byte[32], MapUpdateFlags.Any));
        Assert.Equal(0, Do(Init, 1));
        Assert.Equal(0, Do(Set));
        Assert.Equal(0, Do(Start, 1, 1));
        await Await(map.Linux, 3);
        await Await(map.Managed, 3);
        Assert.Equal(MapPair.Contents(map.Linux), MapPair.Contents(map.Managed));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_value_that_is_written_anew_has_no_timer(MapType type, JitMode mode)
    {
        using var kernels = KernelPair.OpenOrSkip(new JitOptions { Mode = mode, Timing = JitTiming.Eager });
        using var map = kernels.CreateMap(Timed(type));
        map.Same("update", one => one.Update(Key, new byte[32], MapUpdateFlags.Any));
        using var program = kernels.Load(Program(map.Managed.Spec), map);
        Assert.Equal(0, DoInit(program, 7));
        Assert.Equal(0u, program.Same(Packet(Set))!.ReturnValue);
        Assert.Equal(0u, program.Same(Packet(Start, 0, 3_600_000_000_000))!.ReturnValue);
        map.Same("update again", one => one.Update(Key, new byte[32], MapUpdateFlags.Any));
        Assert.Equal(-22, (int)program.Same(Packet(Cancel))!.ReturnValue);
        Assert.Equal(0, DoInit(program, 0));
        map.Same("deletion", one => one.Delete(Key));
        map.Same("update at last", one => one.Update(Key, new byte[32], MapUpdateFlags.Any));
        Assert.Equal(-22, (int)program.Same(Packet(Set))!.ReturnValue);
    }

    [Fact]
    public void A_map_without_users_takes_no_timers()
    {
        using var kernels = KernelPair.OpenOrSkip();
        using var map = kernels.CreateMap(Timed(MapType.Array));
        using var program = kernels.Load(Program(map.Managed.Spec), map);
        Assert.Equal(0, DoInit(program, 1));
        Assert.Equal(0u, program.Same(Packet(Set))!.ReturnValue);
        map.Dispose();
        Assert.Equal(-22, (int)program.Same(Packet(Cancel))!.ReturnValue);
        Assert.Equal(-1, DoInit(program, 1));
    }

    [Theory]
    [InlineData(MapType.Hash)]
    [InlineData(MapType.Array)]
    public void A_set_clock_calls_back_when_it_is_moved_on(MapType type)
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var kernel = new Runtime.ManagedKernel(new Runtime.ManagedKernelOptions { PossibleCpus = 1, Environment = new ExecutionEnvironment { Clock = 5_000_000 } });
        using var map = kernel.CreateMap(Timed(type));
        Assert.Equal(Errno.None, map.Update(Key, new byte[32], MapUpdateFlags.Any));
        using var program = kernel.LoadProgram(Program(map.Spec), [map], ProgramLoadOptions.Default, cancellation).Program!;
        void Do(ulong operation, ulong flags = 0, ulong nanoseconds = 0) =>
            Assert.Equal(0u, program.TestRun(new TestRunRequest { Data = Packet(operation, flags, nanoseconds) }, cancellation).ReturnValue);

        Do(Init, 1);
        Do(Set);
        Do(Start, 0, 2_000_000);
        Assert.Equal(0, kernel.AdvanceClock(1_999_999, cancellation));
        Assert.Equal(0, Count(map));
        Assert.Equal(1, kernel.AdvanceClock(1, cancellation));
        Assert.Equal(7_000_000, kernel.ClockTime);

        // It starts itself anew each millisecond, twice.
        Assert.Equal(2, kernel.AdvanceClock(10_000_000, cancellation));
        Assert.Equal(3, Count(map));
        Assert.Equal(17_000_000, kernel.ClockTime);

        Assert.Equal(Errno.None, map.Update(Key, new byte[32], MapUpdateFlags.Any));
        Do(Init, 1);
        Do(Set);
        Do(Start, 1, 20_000_000);
        kernel.Environment = new ExecutionEnvironment { Clock = 19_999_999 };
        Assert.Equal(0, Count(map));
        kernel.Environment = new ExecutionEnvironment { Clock = 20_000_000 };
        Assert.Equal(1, Count(map));
        kernel.Environment = ExecutionEnvironment.Machine;
        Assert.Throws<Diagnostics.BpfException>(() => kernel.AdvanceClock(1, cancellation));
    }
}
