using PSBpf.Objects;
using PSBpf.Runtime.Jit;
using PSBpf.Uapi;

namespace PSBpf.Differential.Tests;

public sealed class CallbackTests
{
    public static TheoryData<string> Executors => new("interpreted", "compiled", "small pieces", "checked");

    internal static JitOptions Options(string executor) => executor switch
    {
        "interpreted" => new JitOptions { Mode = JitMode.Off },
        "compiled" => new JitOptions { Timing = JitTiming.Eager },
        "small pieces" => new JitOptions { Timing = JitTiming.Eager, LargestPiece = 3 },
        _ => new JitOptions { Timing = JitTiming.Eager, Checked = true },
    };

    // Adds the numbers of the rounds to the caller's stack, and stops at one of them.
    private static string Sum(string rounds, string stop, string flags = "0") => $"""
        r0 = *(u32 *)(r1 +4)
        *(u64 *)(r10 -16) = 0
        r1 = {rounds}
        r2 = func add
        r3 = r10
        r3 += -16
        r4 = {flags}
        call bpf_loop
        r6 = r0
        r1 = *(u64 *)(r10 -16)
        r6 <<= 20
        r6 += r1
        r0 = r6
        exit
        add:
        r3 = *(u64 *)(r2 +0)
        r3 += r1
        *(u64 *)(r2 +0) = r3
        r0 = 0
        if r1 != {stop} goto out
        r0 = 1
        out:
        exit
        """;

    [Theory]
    [MemberData(nameof(Executors))]
    public void A_loop_runs_as_often_and_says_so(string executor)
    {
        using var kernels = KernelPair.OpenOrSkip(Options(executor));
        foreach (var (rounds, stop, flags) in ((string, string, string)[])[("10", "100", "0"), ("10", "3", "0"), ("0", "0", "0"), ("1", "0", "0"), ("5000", "4000", "0"), ("10", "3", "1"), ("8388609", "3", "0"), ("8388608", "7", "0"), ("-1", "7", "0")])
        {
            using var program = kernels.LoadWithFunctions(ProgramType.Xdp, Sum(rounds, stop, flags));
            Assert.NotNull(program.Same(new byte[64], what: $"{rounds} rounds, stop at {stop}, flags {flags}"));
        }
    }

    [Theory]
    [MemberData(nameof(Executors))]
    public void Loops_in_loops_and_functions_called_both_ways(string executor)
    {
        using var kernels = KernelPair.OpenOrSkip(Options(executor));
        using var program = kernels.LoadWithFunctions(ProgramType.Xdp, """
            r7 = 5
            *(u64 *)(r10 -8) = 0
            r1 = 6
            r2 = func outer
            r3 = r10
            r3 += -8
            r4 = 0
            call bpf_loop
            r1 = 1
            r2 = r10
            r2 += -8
            call inner
            r0 = *(u64 *)(r10 -8)
            r0 += r7
            exit
            outer:
            r6 = r1
            r7 = r2
            *(u64 *)(r10 -8) = 0
            r1 += 1
            r2 = func inner
            r3 = r10
            r3 += -8
            r4 = 0
            call bpf_loop
            r1 = *(u64 *)(r10 -8)
            r2 = *(u64 *)(r7 +0)
            r2 += r1
            r2 += r6
            *(u64 *)(r7 +0) = r2
            r0 = 0
            exit
            inner:
            r3 = *(u64 *)(r2 +0)
            r3 += 3
            *(u64 *)(r2 +0) = r3
            r0 = 0
            exit
            """);
        Assert.Equal(5u + 3 + 3 * 21 + 15, program.Same(new byte[64])!.ReturnValue);
    }

    [Theory]
    [MemberData(nameof(Executors))]
    public void Which_function_is_called_may_be_known_at_run_time_only(string executor)
    {
        using var kernels = KernelPair.OpenOrSkip(Options(executor));
        using var program = kernels.LoadWithFunctions(ProgramType.Xdp, """
            r2 = *(u32 *)(r1 +0)
            r3 = *(u32 *)(r1 +4)
            r4 = r2
            r4 += 1
            if r4 > r3 goto none
            r6 = *(u8 *)(r2 +0)
            *(u64 *)(r10 -8) = 0
            r2 = func one
            if r6 == 0 goto call
            r2 = func two
            call:
            r1 = 7
            r3 = r10
            r3 += -8
            r4 = 0
            call bpf_loop
            r0 = *(u64 *)(r10 -8)
            exit
            none:
            r0 = 0
            exit
            one:
            r3 = *(u64 *)(r2 +0)
            r3 += 1
            *(u64 *)(r2 +0) = r3
            r0 = 0
            exit
            two:
            r3 = *(u64 *)(r2 +0)
            r3 += 2
            *(u64 *)(r2 +0) = r3
            r0 = 0
            exit
            """);
        Assert.Equal(7u, program.Same(new byte[64])!.ReturnValue);
        Assert.Equal(14u, program.Same([1, .. new byte[63]])!.ReturnValue);
    }

    private static string ForEach(string body, string flags = "0") => $"""
        *(u64 *)(r10 -8) = 0
        r1 = map[m]
        r2 = func each
        r3 = r10
        r3 += -8
        r4 = {flags}
        call bpf_for_each_map_elem
        r6 = r0
        r0 = *(u64 *)(r10 -8)
        r6 <<= 16
        r0 += r6
        exit
        each:
        {body}
        """;

    private const string AddUp = """
        r5 = *(u32 *)(r2 +0)
        r6 = *(u64 *)(r3 +0)
        r5 += r6
        *(u64 *)(r3 +0) = r5
        r6 = *(u64 *)(r4 +0)
        r6 += r5
        *(u64 *)(r4 +0) = r6
        r0 = 0
        exit
        """;

    [Theory]
    [MemberData(nameof(Executors))]
    public void Every_element_is_met_once(string executor)
    {
        using var kernels = KernelPair.OpenOrSkip(Options(executor));
        foreach (var type in (MapType[])[MapType.Hash, MapType.Array, MapType.LruHash, MapType.PerCpuArray, MapType.PerCpuHash])
        {
            foreach (string flags in (string[])["0", "2"])
            {
                using var map = kernels.CreateMap(new MapSpec { Name = "m", Type = type, KeySize = 4, ValueSize = 8, MaxEntries = 50 });
                bool isArray = type is MapType.Array or MapType.PerCpuArray;
                for (int key = 0; key < (isArray ? 50 : 30); key++)
                    map.Same("update", one => one.Update(BitConverter.GetBytes(isArray ? key : key * 7), Repeat(BitConverter.GetBytes(key * 3L), one.UserValueSize), MapUpdateFlags.Any));
                using var program = kernels.LoadWithFunctions(ProgramType.Xdp, ForEach(AddUp, flags), map);
                using var pin = PinnedThread.ToCpu(0);
                program.Same(new byte[64], what: $"{type}, flags {flags}");
            }
        }
    }

    private static byte[] Repeat(byte[] value, int size) => [.. Enumerable.Range(0, size).Select(index => value[index % value.Length])];

    [Theory]
    [MemberData(nameof(Executors))]
    public void Elements_may_be_deleted_on_the_way(string executor)
    {
        using var kernels = KernelPair.OpenOrSkip(Options(executor));
        using var map = kernels.CreateMap(new MapSpec { Name = "m", Type = MapType.Hash, KeySize = 4, ValueSize = 8, MaxEntries = 50 });
        for (int key = 0; key < 40; key++) map.Same("update", one => one.Update(BitConverter.GetBytes(key), BitConverter.GetBytes(1L), MapUpdateFlags.Any));
        using var program = kernels.LoadWithFunctions(ProgramType.Xdp, ForEach("""
            r6 = *(u64 *)(r4 +0)
            r6 += 1
            *(u64 *)(r4 +0) = r6
            r5 = *(u32 *)(r2 +0)
            r5 &= 1
            if r5 == 0 goto stays
            call bpf_map_delete_elem
            stays:
            r0 = 0
            exit
            """), map);
        Assert.Equal((40u << 16) + 40, program.Same(new byte[64])!.ReturnValue);
        Assert.Equal(MapPair.Contents(map.Linux), MapPair.Contents(map.Managed));
        Assert.Equal((20u << 16) + 20, program.Same(new byte[64])!.ReturnValue);
    }

    [Theory]
    [MemberData(nameof(Executors))]
    public void A_walk_may_stop_early(string executor)
    {
        using var kernels = KernelPair.OpenOrSkip(Options(executor));
        using var map = kernels.CreateMap(new MapSpec { Name = "m", Type = MapType.Array, KeySize = 4, ValueSize = 8, MaxEntries = 50 });
        using var program = kernels.LoadWithFunctions(ProgramType.Xdp, ForEach("""
            r6 = *(u32 *)(r2 +0)
            *(u64 *)(r4 +0) = r6
            r0 = 0
            if r6 < 17 goto on
            r0 = 1
            on:
            exit
            """), map);
        Assert.Equal((18u << 16) + 17, program.Same(new byte[64])!.ReturnValue);
    }
}
