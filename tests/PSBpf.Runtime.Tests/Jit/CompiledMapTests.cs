using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Runtime.Contexts;
using PSBpf.Runtime.Jit;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Tests.Jit;

/// <summary>Compiled programs at every kind of map: the same results as interpreted, without allocating.</summary>
public sealed class CompiledMapTests
{
    private const int Rounds = 600, Warm = 300, Part = 75;

    private static readonly MapSpec Ring = new() { Name = "ring", Type = MapType.RingBuf, MaxEntries = 4096 };

    // Counts its runs in the element that a random key names, replaces and deletes others.
    private const string Elements = """
        r6 = r1
        *(u64 *)(r10 -24) = 0
        *(u64 *)(r10 -16) = 0
        *(u64 *)(r10 -8) = 0
        *(u64 *)(r10 -32) = 0
        call bpf_get_prandom_u32
        r0 &= 15
        *(u32 *)(r10 -24) = r0
        r1 = map[m]
        r2 = r10
        r2 += -24
        call bpf_map_lookup_elem
        if r0 != 0 goto found
        r1 = map[m]
        r2 = r10
        r2 += -24
        r3 = r10
        r3 += -32
        r4 = 0
        call bpf_map_update_elem
        r7 = r0
        goto second
        found:
        r1 = *(u64 *)(r0 +0)
        r1 += 1
        *(u64 *)(r0 +0) = r1
        r7 = r1
        second:
        call bpf_get_prandom_u32
        r0 &= 15
        *(u32 *)(r10 -24) = r0
        r1 = map[m]
        r2 = r10
        r2 += -24
        r3 = r10
        r3 += -32
        r4 = 2
        call bpf_map_update_elem
        r7 <<= 8
        r7 ^= r0
        call bpf_get_prandom_u32
        r0 &= 15
        *(u32 *)(r10 -24) = r0
        r1 = map[m]
        r2 = r10
        r2 += -24
        call bpf_map_delete_elem
        r7 <<= 8
        r7 ^= r0
        r0 = r7
        exit
        """;

    private const string Samples = """
        r7 = r1
        *(u64 *)(r10 -8) = 5
        r1 = map[ring]
        r2 = 24
        r3 = 0
        call bpf_ringbuf_reserve
        if r0 == 0 goto full
        r6 = r0
        *(u64 *)(r6 +0) = 1
        r1 = map[ring]
        r2 = 8
        r3 = 0
        call bpf_ringbuf_reserve
        if r0 == 0 goto one
        r1 = r0
        r2 = 0
        call bpf_ringbuf_discard
        one:
        r1 = r6
        r2 = 0
        call bpf_ringbuf_submit
        full:
        r1 = map[ring]
        r2 = r10
        r2 += -8
        r3 = 8
        r4 = 0
        call bpf_ringbuf_output
        r6 = r0
        r1 = map[ring]
        r2 = 0
        call bpf_ringbuf_query
        r0 <<= 8
        r0 ^= r6
        exit
        """;

    private const string World = """
        *(u64 *)(r10 -16) = 77
        *(u64 *)(r10 -8) = 99
        call bpf_ktime_get_ns
        call bpf_get_smp_processor_id
        call bpf_get_current_pid_tgid
        r1 = r10
        r1 += -16
        r2 = 8
        r3 = r10
        r3 += -8
        r4 = 8
        r5 = 3
        call bpf_csum_diff
        exit
        """;

    [Theory]
    [InlineData(MapType.Array, 4u)]
    [InlineData(MapType.PerCpuArray, 4u)]
    [InlineData(MapType.Hash, 4u)]
    [InlineData(MapType.Hash, 8u)]
    [InlineData(MapType.Hash, 16u)]
    [InlineData(MapType.Hash, 13u)]
    [InlineData(MapType.Hash, 24u)]
    [InlineData(MapType.PerCpuHash, 4u)]
    [InlineData(MapType.LruHash, 4u)]
    [InlineData(MapType.LruHash, 16u)]
    [InlineData(MapType.LruPerCpuHash, 8u)]
    [InlineData(MapType.LpmTrie, 8u)]
    [InlineData(MapType.LpmTrie, 20u)]
    public void A_compiled_program_does_with_a_map_what_the_interpreter_does_and_allocates_nothing(MapType type, uint keySize) =>
        Compare(Elements, new MapSpec { Name = "m", Type = type, KeySize = keySize, ValueSize = 8, MaxEntries = 8, Flags = type == MapType.LpmTrie ? MapFlags.NoPrealloc : MapFlags.None });

    [Fact]
    public void A_compiled_program_fills_a_ring_as_the_interpreter_does_and_allocates_nothing() => Compare(Samples, Ring);

    [Fact]
    public void A_compiled_program_calls_other_helpers_without_allocating() => Compare(World, Ring);

    private static void Compare(string text, MapSpec spec)
    {
        var interpreted = Run(text, spec, interpret: true);
        var compiled = Run(text, spec, interpret: false);
        Assert.Equal(interpreted.Results, compiled.Results);
        Assert.Equal(0, interpreted.Allocated);
        Assert.Equal(0, compiled.Allocated);
    }

    private static (ulong[] Results, long Allocated) Run(string text, MapSpec spec, bool interpret)
    {
        using var kernel = new ManagedKernel(new ManagedKernelOptions
        {
            PossibleCpus = 2,
            Jit = new JitOptions { Timing = JitTiming.Eager },
            Environment = new Runtime.Environment.ExecutionEnvironment { Clock = 1, Seed = 7, Cpu = 1 },
        });
        using var map = kernel.CreateMap(spec);
        var blueprint = new ProgramSpec { Name = "maps", Type = ProgramType.Xdp, Maps = [spec], Instructions = Isa.Assembler.Assemble(text, [spec.Name]).Instructions };
        var loaded = kernel.LoadProgram(blueprint, [map], ProgramLoadOptions.Default, TestContext.Current.CancellationToken);
        Assert.True(loaded.Program is not null, loaded.Verification.Message);
        using var program = (ManagedProgram)loaded.Program;
        Assert.True(program.IsCompiled);
        using var reader = spec.Type == MapType.RingBuf ? map.OpenRingBuffer() : null;

        byte[] packet = new byte[64];
        var results = new ulong[Rounds];
        var engine = kernel.Engine;
        // Lists of what waits to be freed grow once in a while, as long as a run elsewhere lasts: what each run allocates shows in every part.
        long before = 0, least = long.MaxValue;
        for (int round = 0; round < Rounds; round++)
        {
            if (round >= Warm && (round - Warm) % Part == 0)
            {
                if (round > Warm) least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
                before = GC.GetAllocatedBytesForCurrentThread();
            }

            if (round % 50 == 0) reader?.Consume(static _ => true);
            var cpu = engine.Cpus.Enter(engine.Environment.Cpu);
            var run = cpu.State;
            run.Begin(program.Executable, engine.Environment, interpret, CancellationToken.None);
            XdpInput.Instance.Fill(run, packet, []);
            results[round] = run.Execute();
            engine.Cpus.Exit(cpu);
        }

        return (results, Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before));
    }
}
