using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Differential.Tests;

/// <summary>Dynptrs: the same answers, the same bytes.</summary>
public sealed class DynptrTests
{
    // The first entry of m in r6; the dynptr lies at r10-24.
    private const string Value = """
        *(u32 *)(r10 -4) = 0
        r2 = r10
        r2 += -4
        r1 = map[m]
        call bpf_map_lookup_elem
        if r0 == 0 goto out
        r6 = r0
        """;

    private static readonly byte[] Packet = [.. Enumerable.Range(1, 64).Select(number => (byte)number)];

    public static TheoryData<string> Executors => CallbackTests.Executors;

    private static MapPair Values(KernelPair kernels)
    {
        var map = kernels.CreateMap(new MapSpec { Name = "m", Type = MapType.Array, KeySize = 4, ValueSize = 64, MaxEntries = 1 });
        map.Same("fill", each => each.Update(new byte[4], Packet, MapUpdateFlags.Any));
        return map;
    }

    // Folds a result into r7, whose low half is returned.
    private static string Fold(string register) => $"""
        r7 *= 31
        r7 += {register}
        """;

    // The dynptr at r10-24 is asked for everything that can be asked at a place.
    private static string Ask(long offset, int flags, bool isPacket) => $"""
        r1 = 0x1122334455667788 ll
        *(u64 *)(r10 -32) = r1
        r1 = r10
        r1 += -24
        r2 = {offset} ll
        r3 = r10
        r3 += -32
        r4 = 8
        r5 = {flags}
        call bpf_dynptr_write
        {Fold("r0")}
        *(u64 *)(r10 -40) = 0x55
        r1 = r10
        r1 += -40
        r2 = 7
        r3 = r10
        r3 += -24
        r4 = {offset} ll
        r5 = {flags}
        call bpf_dynptr_read
        {Fold("r0")}
        r1 = *(u64 *)(r10 -40)
        {Fold("r1")}
        r1 >>= 32
        {Fold("r1")}
        r1 = r10
        r1 += -24
        r2 = {offset} ll
        r3 = {(isPacket ? 0 : 8)}
        call bpf_dynptr_data
        if r0 == 0 goto none
        {(isPacket ? "r1 = 77" : "r1 = *(u32 *)(r0 +0)")}
        {Fold("r1")}
        {(isPacket ? "" : "*(u8 *)(r0 +7) = 0x99")}
        none:
        r7 += 1
        """;

    [Theory]
    [MemberData(nameof(Executors))]
    public void Those_of_values_read_and_write_alike(string executor)
    {
        using var kernels = KernelPair.OpenOrSkip(CallbackTests.Options(executor));
        using var map = Values(kernels);
        foreach (var (size, made) in ((int, long)[])[(64, 0), (64, 1), (13, 0), (8, 0), (7, 0), (0, 0), (64, 0x1_0000_0000)])
        {
            foreach (long offset in (long[])[0, 1, 5, 6, 56, 57, 64, 0xffff_fff8, -1, 0x1_0000_0000])
            {
                foreach (int flags in (int[])[0, 1, 4])
                {
                    using var program = kernels.LoadWithKernelFunctions(ProgramType.SchedCls, $"""
                        {Value}
                        r1 = r6
                        r2 = {size}
                        r3 = {made} ll
                        r4 = r10
                        r4 += -24
                        call bpf_dynptr_from_mem
                        r7 = r0
                        {Ask(offset, flags, isPacket: false)}
                        r0 = r7
                        out: exit
                        """, map);
                    Assert.NotNull(program.Same(Packet, what: $"{size} bytes made with {made:x}, at {offset} with {flags}:"));
                    Assert.Equal(MapPair.Contents(map.Linux), MapPair.Contents(map.Managed));
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Executors))]
    public void Those_of_packets_read_and_write_alike(string executor)
    {
        using var kernels = KernelPair.OpenOrSkip(CallbackTests.Options(executor));
        foreach (var (type, function, exit) in ((ProgramType, string, int)[])[(ProgramType.SchedCls, "bpf_dynptr_from_skb", 0), (ProgramType.SocketFilter, "bpf_dynptr_from_skb", 0), (ProgramType.Xdp, "bpf_dynptr_from_xdp", 2)])
        {
            foreach (int made in (int[])[0, 1])
            {
                foreach (int offset in (int[])[0, 14, 42, 43, 56, 57, 64, -8])
                {
                    foreach (int flags in (int[])[0, 1, 2, 4])
                    {
                        using var program = kernels.LoadWithKernelFunctions(type, $"""
                            r2 = {made}
                            r3 = r10
                            r3 += -24
                            call {function}()
                            r7 = r0
                            {Ask(offset, flags, isPacket: true)}
                            r1 = r10
                            r1 += -24
                            call bpf_dynptr_size()
                            {Fold("r0")}
                            r1 = r10
                            r1 += -24
                            call bpf_dynptr_is_rdonly()
                            r0 &= 1
                            {Fold("r0")}
                            r0 = r7
                            exit
                            """);
                        Assert.NotNull(program.Same(Packet, what: $"{type}, made with {made}, at {offset} with {flags} (passes with {exit}):"));
                    }
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Executors))]
    public void Slices_lead_to_the_same_bytes(string executor)
    {
        using var kernels = KernelPair.OpenOrSkip(CallbackTests.Options(executor));
        foreach (var (type, function) in ((ProgramType, string)[])[(ProgramType.SchedCls, "bpf_dynptr_from_skb"), (ProgramType.SocketFilter, "bpf_dynptr_from_skb"), (ProgramType.Xdp, "bpf_dynptr_from_xdp")])
        {
            foreach (bool writes in (bool[])[false, true])
            {
                if (writes && type == ProgramType.SocketFilter) continue;
                foreach (int start in (int[])[0, 5])
                {
                    foreach (int offset in (int[])[0, 14, 36, 42, 50, 51, 56, 60, 64, -1])
                    {
                        foreach (bool buffered in (bool[])[false, true])
                        {
                            using var program = kernels.LoadWithKernelFunctions(type, $"""
                                r2 = 0
                                r3 = r10
                                r3 += -24
                                call {function}()
                                r7 = r0
                                r1 = r10
                                r1 += -24
                                r2 = {start}
                                r3 = 50
                                call bpf_dynptr_adjust()
                                {Fold("r0")}
                                r1 = r10
                                r1 += -24
                                r2 = {offset}
                                r3 = {(buffered ? "r10" : "0")}
                                {(buffered ? "r3 += -48" : "")}
                                r4 = 8
                                call bpf_dynptr_slice{(writes ? "_rdwr" : "")}()
                                if r0 == 0 goto none
                                r1 = *(u32 *)(r0 +4)
                                {Fold("r1")}
                                {(writes ? "*(u16 *)(r0 +2) = 0x4711" : "")}
                                none:
                                r0 = r7
                                exit
                                """);
                            Assert.NotNull(program.Same(Packet, what: $"{type}, from {start} at {offset}, {(writes ? "written" : "read")}{(buffered ? ", with a buffer" : "")}:"));
                        }
                    }
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Executors))]
    public void Narrowing_and_cloning_answer_alike(string executor)
    {
        using var kernels = KernelPair.OpenOrSkip(CallbackTests.Options(executor));
        using var map = Values(kernels);
        foreach (int flags in (int[])[0, 1])
        {
            foreach (var (start, end) in ((int, int)[])[(0, 64), (0, 0), (64, 64), (3, 20), (20, 3), (0, 65), (65, 66), (65, 65), (-1, 5), (2, -1)])
            {
                using var program = kernels.LoadWithKernelFunctions(ProgramType.Xdp, $"""
                    {Value}
                    r1 = r6
                    r2 = 64
                    r3 = {flags}
                    r4 = r10
                    r4 += -24
                    call bpf_dynptr_from_mem
                    r7 = r0
                    r1 = r10
                    r1 += -24
                    r2 = {start}
                    r3 = {end}
                    call bpf_dynptr_adjust()
                    {Fold("r0")}
                    r1 = r10
                    r1 += -24
                    r2 = r10
                    r2 += -40
                    call bpf_dynptr_clone()
                    {Fold("r0")}
                    r1 = r10
                    r1 += -40
                    r2 = 1
                    r3 = 7
                    call bpf_dynptr_adjust()
                    {Fold("r0")}
                    {string.Concat(((string[])["size", "is_null", "is_rdonly"]).SelectMany(_ => (int[])[-24, -40], (name, at) => $"r1 = r10\nr1 += {at}\ncall bpf_dynptr_{name}()\n{(name == "size" ? "" : "r0 &= 1\n")}{Fold("r0")}\n"))}
                    r1 = r10
                    r1 += -40
                    r2 = 2
                    r3 = 0
                    r4 = 4
                    call bpf_dynptr_slice()
                    if r0 == 0 goto none
                    r1 = *(u32 *)(r0 +0)
                    {Fold("r1")}
                    none:
                    r0 = r7
                    out: exit
                    """, map);
                Assert.NotNull(program.Same(Packet, what: $"{start} to {end}, made with {flags}:"));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Executors))]
    public void Records_of_a_ring_buffer_are_written_and_given_back_alike(string executor)
    {
        using var kernels = KernelPair.OpenOrSkip(CallbackTests.Options(executor));
        using var ring = kernels.CreateMap(new MapSpec { Name = "r", Type = MapType.RingBuf, MaxEntries = 4096 });
        foreach (string back in (string[])["submit", "discard"])
        {
            foreach (var (size, flags) in ((int, int)[])[(24, 0), (8, 0), (4, 0), (0, 0), (4088, 0), (4089, 0), (1 << 24, 0), (-1, 0), (24, 1)])
            {
                using var program = kernels.LoadWithKernelFunctions(ProgramType.SchedCls, $"""
                    r6 = *(u32 *)(r1 +0)
                    r1 = map[r]
                    r2 = {size}
                    r3 = {flags}
                    r4 = r10
                    r4 += -24
                    call bpf_ringbuf_reserve_dynptr
                    r7 = r0
                    {Ask(0, 0, isPacket: false)}
                    r1 = r10
                    r1 += -24
                    r2 = 8
                    r3 = r10
                    r3 += -32
                    r4 = 4
                    r5 = 0
                    call bpf_dynptr_write
                    {Fold("r0")}
                    r1 = r10
                    r1 += -24
                    r2 = 0
                    call bpf_ringbuf_{back}_dynptr
                    r0 = r7
                    exit
                    """, ring);
                Assert.NotNull(program.Same(Packet, what: $"{size} bytes with {flags}:"));
                var (linux, managed) = (MapPair.Samples(ring.Linux), MapPair.Samples(ring.Managed));
                Assert.Equal(linux.Count, managed.Count);

                // What a program does not write of a record is whatever was there.
                foreach (var (theirs, ours) in linux.Zip(managed)) Assert.Equal((theirs.Length, theirs[..Math.Min(theirs.Length, 24)]), (ours.Length, ours[..Math.Min(ours.Length, 24)]));
            }
        }
    }
}
