using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Differential.Tests;

public sealed class HelperTests
{
    [Fact]
    public void Checksum_differences_are_the_same()
    {
        using var kernels = KernelPair.OpenOrSkip();
        using var map = kernels.CreateMap(new MapSpec { Name = "m", Type = MapType.Array, KeySize = 4, ValueSize = 256, MaxEntries = 1 });
        var random = new Random(1);
        foreach (int from in (int[])[0, 4, 6, 8, 40, 96])
        {
            foreach (int to in (int[])[0, 4, 5, 16, 32, 40, 67, 128])
            {
                foreach (uint seed in (uint[])[0, 1, 0xffff, 0x1_ffff, 0xffff_ffff, 0x8000_0001])
                {
                    var value = new byte[256];
                    random.NextBytes(value);
                    map.Same("fill", each => each.Update(new byte[4], value, MapUpdateFlags.Any));
                    using var program = kernels.Load(ProgramType.SchedCls, $"""
                        *(u32 *)(r10 -4) = 0
                        r2 = r10
                        r2 += -4
                        r1 = map[m]
                        call bpf_map_lookup_elem
                        if r0 == 0 goto out
                        r1 = {(from == 0 ? "0" : "r0")}
                        r2 = {from}
                        r3 = {(to == 0 ? "0" : "r0")}
                        {(to == 0 ? "" : "r3 += 128")}
                        r4 = {to}
                        w5 = 0x{seed:x}
                        call bpf_csum_diff
                        out: exit
                        """, map);
                    program.Same(new byte[64]);
                }
            }
        }
    }

    [Theory]
    [InlineData("bpf_xdp_adjust_head")]
    [InlineData("bpf_xdp_adjust_tail")]
    public void Moving_the_edges_of_a_packet_allows_and_leaves_the_same(string helper)
    {
        using var kernels = KernelPair.OpenOrSkip();
        int[] deltas = [0, 1, -1, 14, -14, 50, -50, 51, -51, 64, -64, 100, 215, 216, 217, -215, -216, -217, 256, -256, 257, 3455, 3456, 3457, 4000, int.MaxValue, int.MinValue];
        foreach (int length in (int[])[14, 15, 64, 65, 1500])
        {
            foreach (int delta in deltas)
            {
                using var program = kernels.Load(ProgramType.Xdp, $"""
                    w2 = {delta}
                    call {helper}
                    exit
                    """);
                program.Same([.. Enumerable.Range(1, length).Select(number => (byte)number)]);
            }
        }
    }

    [Fact]
    public void Metadata_moves_along_with_the_head_alike()
    {
        using var kernels = KernelPair.OpenOrSkip();
        foreach (int delta in (int[])[0, 1, -1, 3, -3, 8, -8, 20, -20, 50, -205, -213, -214, -215, -216])
        {
            foreach (byte metadata in (byte[])[0, 4, 8, 32])
            {
                using var program = kernels.Load(ProgramType.Xdp, $"""
                    w2 = {delta}
                    call bpf_xdp_adjust_head
                    exit
                    """);
                var context = new byte[24];
                context[0] = metadata;
                context[4] = 80;
                program.Same([.. Enumerable.Range(1, 80).Select(number => (byte)number)], context);
            }
        }
    }

    [Fact]
    public void Copies_from_and_to_packets_allow_and_leave_the_same()
    {
        using var kernels = KernelPair.OpenOrSkip();
        (ProgramType Type, string Helper)[] helpers =
            [(ProgramType.Xdp, "bpf_xdp_load_bytes"), (ProgramType.Xdp, "bpf_xdp_store_bytes"), (ProgramType.SchedCls, "bpf_skb_load_bytes"), (ProgramType.SocketFilter, "bpf_skb_load_bytes")];
        byte[] packet = [.. Enumerable.Range(1, 64).Select(number => (byte)number)];
        foreach (var (type, helper) in helpers)
        {
            foreach (uint offset in (uint[])[0, 1, 13, 49, 50, 51, 56, 57, 63, 64, 65, 0xffff, 0x10000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff])
            {
                foreach (int size in (int[])[1, 8])
                {
                    using var program = kernels.Load(type, $"""
                        *(u64 *)(r10 -8) = 0x55
                        w2 = 0x{offset:x}
                        r3 = r10
                        r3 += -8
                        r4 = {size}
                        call {helper}
                        r1 = *(u64 *)(r10 -8)
                        r1 &= 0xffff
                        r0 <<= 16
                        r0 |= r1
                        exit
                        """);
                    program.Same(packet);
                }
            }
        }
    }

    [Fact]
    public void Legacy_loads_find_the_same_bytes()
    {
        using var kernels = KernelPair.OpenOrSkip();
        byte[] packet = [.. Enumerable.Range(1, 64).Select(number => (byte)(number * 3))];
        int[] offsets = [0, 1, 12, 46, 47, 48, 49, 50, 60, 61, 62, 63, 64, 1000, int.MaxValue, -1, -14, -0x100000, -0x100000 + 1, -0x100000 - 1, -0x100000 + 49, -0x100000 + 47, -0x200000, -0x200000 + 12, -0x200000 + 62, -0x200000 - 1, int.MinValue];
        foreach (var type in (ProgramType[])[ProgramType.SocketFilter, ProgramType.SchedCls])
        {
            foreach (string width in (string[])["u8", "u16", "u32"])
            {
                foreach (int offset in offsets)
                {
                    using var absolute = kernels.Load(type, $"r6 = r1\nr0 = *({width} *)skb[{offset}]\nexit");
                    absolute.Same(packet);
                    using var indirect = kernels.Load(type, $"r6 = r1\nr7 = {offset}\nr0 = *({width} *)skb[r7 + 1]\nexit");
                    indirect.Same(packet);
                }
            }
        }
    }

    [Theory]
    [InlineData("plain text")]
    [InlineData("newline at the end\n")]
    [InlineData("%d %u %x")]
    [InlineData("%lld %llu %llx")]
    [InlineData("%ld %lu %lx")]
    [InlineData("%i %X %lX")]
    [InlineData("%%d %d %%")]
    [InlineData("%5d|%-5d|%05d")]
    [InlineData("%+d|% d|%+lld")]
    [InlineData("%3x|%030llx|%-30llu|")]
    [InlineData("%c%c %c")]
    [InlineData("%5c|%-5c|")]
    [InlineData("%p")]
    [InlineData("%px %px.")]
    [InlineData("%d %d %d %d")]
    [InlineData("%")]
    [InlineData("%l")]
    [InlineData("%ll")]
    [InlineData("%lll")]
    [InlineData("%q")]
    [InlineData("%f")]
    [InlineData("%5.2d")]
    [InlineData("%#x")]
    [InlineData("%hd")]
    [InlineData("%pz")]
    [InlineData("%sx")]
    [InlineData("%d%s")]
    [InlineData("%s")]
    [InlineData("%s, %d")]
    [InlineData("%ps and")]
    [InlineData("tab\tand \u0001")]
    [InlineData("umlaut \u00e4")]
    [InlineData("%s\u00e4")]
    [InlineData("%d\u00e4")]
    [InlineData("%\u00e4")]
    [InlineData("delete \u007f")]
    [InlineData("%px")]
    public void Printing_answers_with_the_same_length_or_error(string format)
    {
        using var kernels = KernelPair.OpenOrSkip();
        byte[] text = [.. format.Select(character => (byte)character), 0];
        var lines = new System.Text.StringBuilder();
        for (int at = 0; at < text.Length; at++) lines.AppendLine(System.Globalization.CultureInfo.InvariantCulture, $"*(u8 *)(r10 -{256 - at}) = {text[at]}");
        foreach (long number in (long[])[0, 1, -1, 77, int.MinValue, 0x1_2345_6789, long.MinValue])
        {
            // Addresses print differently by nature: those conversions get none but null.
            if (number != 0 && (format.Contains("%p", StringComparison.Ordinal) || format.Contains("%s", StringComparison.Ordinal))) continue;
            using var program = kernels.Load(ProgramType.Xdp, $"""
                {lines}
                r1 = r10
                r1 += -256
                r2 = {text.Length}
                r3 = 0x{number:x} ll
                r4 = r3
                r5 = r3
                call bpf_trace_printk
                exit
                """);
            program.Same(new byte[64]);
        }
    }

    [Fact]
    public void Ring_buffers_fill_and_answer_alike()
    {
        using var kernels = KernelPair.OpenOrSkip();
        using var ring = kernels.CreateMap(new MapSpec { Name = "ring", Type = MapType.RingBuf, MaxEntries = 4096 });
        int[] sizes = [0, 1, 8, 100, 1016, 4080, 4081, 4088, 4089, 8192, 0x1000_0000];
        var random = new Random(3);
        for (int step = 0; step < 150; step++)
        {
            int size = sizes[random.Next(sizes.Length)];
            ulong flags = (ulong)random.Next(4);
            string give = random.Next(3) == 0 ? "bpf_ringbuf_discard" : "bpf_ringbuf_submit";
            int query = random.Next(5);
            string mark = size >= 8 ? $"*(u64 *)(r0 +0) = {step}" : size >= 1 ? $"*(u8 *)(r0 +0) = {step & 0x7f}" : "";
            using var program = kernels.Load(ProgramType.Xdp, random.Next(4) == 0
                ? $"""
                *(u64 *)(r10 -8) = {step}
                r1 = map[ring]
                r2 = r10
                r2 += -8
                r3 = {Math.Min(size, 8)}
                r4 = {random.Next(6)}
                call bpf_ringbuf_output
                exit
                """
                : $"""
                r1 = map[ring]
                r2 = {size}
                r3 = {(random.Next(8) == 0 ? 1 : 0)}
                call bpf_ringbuf_reserve
                if r0 == 0 goto out
                {mark}
                r1 = r0
                r2 = {flags}
                call {give}
                out:
                r1 = map[ring]
                r2 = {query}
                call bpf_ringbuf_query
                exit
                """, ring);
            program.Same(new byte[64]);

            // The bytes of a sample that nobody wrote are whatever was there: here only the first eight count.
            if (random.Next(6) == 0) Assert.Equal(MapPair.Samples(ring.Linux).Select(Head), MapPair.Samples(ring.Managed).Select(Head));
        }

        static string Head(string sample) => $"{sample.Length / 2}: {sample[..Math.Min(sample.Length, 16)]}";
    }
}
