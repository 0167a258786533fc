using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Differential.Tests;

/// <summary>What stands beside packets: tunnels, congestion, times, counters, cookies.</summary>
public sealed class PacketMarkTests
{
    public static TheoryData<string> Executors => CallbackTests.Executors;

    private static byte[] Frame(ushort type, byte first, byte second, int length = 64)
    {
        var frame = new byte[length];
        for (int index = 0; index < length; index++) frame[index] = (byte)(index * 7);
        frame[12] = (byte)(type >> 8);
        frame[13] = (byte)type;
        if (length > 15) (frame[14], frame[15]) = (first, second);
        return frame;
    }

    [Theory]
    [MemberData(nameof(Executors))]
    public void Congestion_is_told_alike(string executor)
    {
        using var kernels = KernelPair.OpenOrSkip(CallbackTests.Options(executor));
        foreach (var type in (ProgramType[])[ProgramType.SchedCls, ProgramType.CgroupSkb])
        {
            using var program = kernels.Load(type, "call bpf_skb_ecn_set_ce\nr0 &= 1\nexit");
            for (byte mark = 0; mark < 4; mark++)
            {
                foreach (byte sum in (byte[])[0, 1, 0xff])
                {
                    var frame = Frame(0x0800, 0x45, (byte)(0x28 | mark));
                    (frame[24], frame[25]) = (sum, sum);
                    Assert.NotNull(program.Same(frame, what: $"{type}, IPv4, mark {mark}, sum {sum:x}:"));
                }

                Assert.NotNull(program.Same(Frame(0x86dd, 0x60, (byte)(mark << 4 | 0x8f)), what: $"{type}, IPv6, mark {mark}:"));
                Assert.NotNull(program.Same(Frame(0x0806, 0x45, mark), what: $"{type}, ARP, mark {mark}:"));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Executors))]
    public void Times_to_be_sent_at_are_set_alike(string executor)
    {
        using var kernels = KernelPair.OpenOrSkip(CallbackTests.Options(executor));
        foreach (var (time, clock) in ((long, long)[])[(0, 0), (5, 0), (0, 1), (5, 1), (0x1_0000_0000, 1), (7, 2), (0, 2), (7, 3), (7, -1), (7, 0x1_0000_0001)])
        {
            foreach (bool reads in (bool[])[true, false])
            {
                using var program = kernels.Load(ProgramType.SchedCls, $"""
                    r6 = r1
                    r2 = {time} ll
                    r3 = {clock} ll
                    call bpf_skb_set_tstamp
                    r7 = r0
                    {(reads ? "r1 = *(u64 *)(r6 +152)\nr7 *= 31\nr7 += r1\nr1 = *(u8 *)(r6 +180)\nr7 *= 31\nr7 += r1" : "")}
                    r0 = r7
                    exit
                    """);
                foreach (ushort type in (ushort[])[0x0800, 0x86dd, 0x0806]) Assert.NotNull(program.Same(Frame(type, 0x45, 0), what: $"{time} of clock {clock}, {type:x}, {(reads ? "read" : "not read")}:"));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Executors))]
    public void What_is_said_of_a_tunnel_is_read_alike(string executor)
    {
        using var kernels = KernelPair.OpenOrSkip(CallbackTests.Options(executor));
        foreach (var (size, flags) in ((int, int)[])[(44, 0), (44, 1), (44, 2), (44, 4), (44, 8), (44, 16), (44, 32), (44, 31), (28, 0), (24, 0), (22, 0), (8, 0), (20, 0), (43, 0)])
        {
            foreach (var (label, extension) in ((int, int)[])[(0, 0), (3, 0), (0, 1)])
            {
                foreach (var (read, readFlags) in ((int, int)[])[(44, 0), (44, 1), (44, 16), (44, 17), (28, 0), (24, 0), (22, 0), (8, 0), (30, 0), (44, 2)])
                {
                    string fold = string.Concat(Enumerable.Range(0, 11).Select(word => $"r1 = *(u32 *)(r10 {-48 + word * 4})\nr7 *= 31\nr7 += r1\n"));
                    using var program = kernels.Load(ProgramType.SchedCls, $"""
                        r6 = r1
                        {string.Concat(Enumerable.Range(0, 11).Select(word => $"*(u32 *)(r10 {-48 + word * 4}) = {0x1020304 * (word + 1) % 0x7000000}\n"))}
                        *(u16 *)(r10 -26) = {extension}
                        *(u32 *)(r10 -24) = {label}
                        r2 = r10
                        r2 += -48
                        r3 = {size}
                        r4 = {flags}
                        call bpf_skb_set_tunnel_key
                        r7 = r0
                        r1 = r6
                        r2 = r10
                        r2 += -48
                        r3 = {read}
                        r4 = {readFlags}
                        call bpf_skb_get_tunnel_key
                        r7 *= 31
                        r7 += r0
                        {fold}
                        r0 = r7
                        exit
                        """);
                    Assert.NotNull(program.Same(Frame(0x0800, 0x45, 0), what: $"{size} bytes with {flags}, label {label}, extension {extension}, read {read} with {readFlags}:"));
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Executors))]
    public void Options_of_a_tunnel_are_read_alike(string executor)
    {
        using var kernels = KernelPair.OpenOrSkip(CallbackTests.Options(executor));
        foreach (bool chosen in (bool[])[false, true])
        {
            foreach (int size in (int[])[0, 4, 8, 7, 256])
            {
                foreach (int read in (int[])[4, 8, 16])
                {
                    using var program = kernels.Load(ProgramType.SchedCls, $"""
                        r6 = r1
                        {string.Concat(Enumerable.Range(0, 40).Select(word => $"*(u64 *)(r10 {-320 + word * 8}) = {(word is >= 1 and <= 5 or 32 ? 0 : word + 1)}\n"))}
                        *(u32 *)(r10 -300) = 0
                        {(chosen ? "r2 = r10\nr2 += -320\nr3 = 44\nr4 = 1\ncall bpf_skb_set_tunnel_key" : "r0 = 0")}
                        r7 = r0
                        {(size == 0 ? "" : $"r1 = r6\nr2 = r10\nr2 += -256\nr3 = {size}\ncall bpf_skb_set_tunnel_opt\nr7 *= 31\nr7 += r0")}
                        *(u64 *)(r10 -16) = 0x55
                        *(u64 *)(r10 -8) = 0x66
                        r1 = r6
                        r2 = r10
                        r2 += -16
                        r3 = {read}
                        call bpf_skb_get_tunnel_opt
                        r7 *= 31
                        r7 += r0
                        r1 = *(u64 *)(r10 -16)
                        r7 *= 31
                        r7 += r1
                        r1 = *(u64 *)(r10 -8)
                        r7 *= 31
                        r7 += r1
                        r1 = r6
                        r2 = r10
                        r2 += -56
                        r3 = 44
                        r4 = 17
                        call bpf_skb_get_tunnel_key
                        r1 = *(u32 *)(r10 -36)
                        r7 *= 31
                        r7 += r1
                        r0 = r7
                        exit
                        """);
                    Assert.NotNull(program.Same(Frame(0x0800, 0x45, 0), what: $"{(chosen ? "chosen" : "not chosen")}, {size} bytes, read {read}:"));
                }
            }
        }
    }

    [Theory]
    [InlineData("bpf_get_route_realm")]
    [InlineData("bpf_skb_cgroup_classid")]
    public void A_packet_that_came_from_nowhere_has_none(string helper)
    {
        using var kernels = KernelPair.OpenOrSkip();
        using var program = kernels.Load(ProgramType.SchedCls, $"call {helper}\nexit");
        Assert.Equal(0u, program.Same(Frame(0x0800, 0x45, 0))!.ReturnValue);
    }

    [Fact]
    public void Counters_and_branches_that_nobody_opened_give_the_same_errors()
    {
        using var kernels = KernelPair.OpenOrSkip();
        using var map = kernels.CreateMap(new MapSpec { Name = "m", Type = MapType.PerfEventArray, KeySize = 4, ValueSize = 4, MaxEntries = 2 });
        foreach (long flags in (long[])[0, 1, 2, 0xffff_ffff, 0x1_0000_0000])
        {
            foreach (int size in (int[])[24, 16])
            {
                using var program = kernels.Load(ProgramType.Xdp, $"""
                    *(u64 *)(r10 -24) = 1
                    *(u64 *)(r10 -16) = 1
                    *(u64 *)(r10 -8) = 1
                    r1 = map[m]
                    r2 = {flags} ll
                    r3 = r10
                    r3 += -24
                    r4 = {size}
                    call bpf_perf_event_read_value
                    r7 = r0
                    r1 = *(u64 *)(r10 -24)
                    r7 *= 31
                    r7 += r1
                    r1 = map[m]
                    r2 = {flags} ll
                    call bpf_perf_event_read
                    r7 *= 31
                    r7 += r0
                    r1 = r10
                    r1 += -24
                    r2 = 24
                    r3 = {flags} ll
                    call bpf_get_branch_snapshot
                    r7 *= 31
                    r7 += r0
                    r0 = r7
                    exit
                    """, map);
                Assert.NotNull(program.Same(new byte[64], what: $"flags {flags:x}, {size} bytes:"));
            }
        }
    }

    // The header of a connection's first segment at r10-64, with so many bytes of options; what a cookie is made of it says.
    [Theory]
    [MemberData(nameof(Executors))]
    public void Cookies_are_made_for_the_same_segments_and_known_again(string executor)
    {
        using var kernels = KernelPair.OpenOrSkip(CallbackTests.Options(executor));
        foreach (string version in (string[])["4", "6"])
        {
            foreach (var (length, words, option) in ((int, int, uint)[])[(20, 5, 0), (24, 6, 0xb4050402), (24, 6, 0x18020402), (24, 6, 0xff0f0402), (24, 6, 0xb4050302), (24, 6, 0x01010101), (24, 6, 0x00000009), (24, 5, 0), (20, 6, 0)])
            {
                foreach (int wrong in (int[])[0, 1])
                {
                    using var program = kernels.Load(ProgramType.Xdp, $"""
                        {string.Concat(Enumerable.Range(0, 13).Select(word => $"*(u64 *)(r10 {-104 + word * 8}) = {word + 1}\n"))}
                        *(u8 *)(r10 -52) = {words << 4}
                        w1 = 0x{option:x}
                        *(u32 *)(r10 -44) = r1
                        r1 = r10
                        r1 += -104
                        r2 = r10
                        r2 += -64
                        r3 = {length}
                        call bpf_tcp_raw_gen_syncookie_ipv{version}
                        r6 = r0
                        r6 s>>= 32
                        if r0 s< 0 goto out
                        w1 = w0
                        w1 += {1 + wrong * 16}
                        r1 = be32 r1
                        *(u32 *)(r10 -56) = r1
                        r1 = *(u32 *)(r10 -60)
                        r1 = be32 r1
                        w1 += 1
                        r1 = be32 r1
                        *(u32 *)(r10 -60) = r1
                        r1 = r10
                        r1 += -104
                        r2 = r10
                        r2 += -64
                        call bpf_tcp_raw_check_syncookie_ipv{version}
                        r6 *= 31
                        r6 += r0
                        out:
                        r0 = r6
                        exit
                        """);
                    Assert.NotNull(program.Same(new byte[64], what: $"IPv{version}, {length} bytes, {words} words, option {option:x}, {(wrong == 0 ? "right" : "wrong")}:"));
                }
            }
        }
    }
}
