using PSBpf.Runtime.Environment;
using PSBpf.Uapi;

namespace PSBpf.Differential.Tests;

/// <summary>Helpers that change packets of classifiers: the same answers, the same bytes, the same fields afterwards.</summary>
public sealed class SkbHelperTests
{
    private const int Length = 80;

    // r6 is the context; the answer in r7 is mixed with the fields that tell about the packet.
    private const string Told = """
        r0 = *(u32 *)(r6 +0)
        r1 = *(u32 *)(r6 +16)
        r1 <<= 8
        r0 ^= r1
        r1 = *(u32 *)(r6 +20)
        r1 <<= 28
        r0 ^= r1
        r1 = *(u32 *)(r6 +24)
        r1 <<= 4
        r0 ^= r1
        r1 = *(u32 *)(r6 +28)
        r1 <<= 12
        r0 ^= r1
        r1 = *(u32 *)(r6 +4)
        r1 <<= 24
        r0 ^= r1
        r0 ^= r7
        exit
        """;

    public static TheoryData<string> Frames() => ["ipv4", "ipv6", "vlan", "vlans", "other"];

    [Theory]
    [MemberData(nameof(Frames))]
    public void Bytes_are_stored_alike(string frame) => Same(frame, from offset in (long[])[0, 12, 14, 72, 73, 79, 80, 0x7fff_ffff, 0xffff_ffff]
        from flags in (int[])[0, 1, 2, 3, 4]
        select $"r2 = 0x{offset:x} ll\nr3 = r10\nr3 += -8\nr4 = 8\nr5 = {flags}\ncall bpf_skb_store_bytes");

    [Fact]
    public void Checksums_are_replaced_alike()
    {
        var random = new Random(4);
        Same("ipv4", from helper in (string[])["l3", "l4"]
            from flags in (int[])[0, 2, 4, 1, 8, 16, 18, 20, 34, 36, 96, 98, 130, 256]
            from numbers in Enumerable.Range(0, 8)
            let old = numbers < 2 ? 0 : random.Next()
            let offset = numbers switch { 7 => 79, 6 => 15, 5 => 78, _ => 24 }
            select $"r2 = {offset}\nr3 = {old}\nr4 = {(numbers == 1 ? -1 : random.Next())}\nr5 = {flags}\ncall bpf_{helper}_csum_replace");
    }

    [Theory]
    [MemberData(nameof(Frames))]
    public void Tails_are_changed_alike(string frame) => Same(frame, from length in (int[])[0, 13, 14, 15, 34, 54, 79, 80, 81, 200, 3000, 5000, 16064, 16065, 65550]
        from flags in (int[])[0, 1]
        select $"r2 = {length}\nr3 = {flags}\ncall bpf_skb_change_tail");

    [Theory]
    [MemberData(nameof(Frames))]
    public void Heads_are_changed_alike(string frame) => Same(frame, from room in (long[])[0, 1, 14, 40, 300, 5000, 16064 - Length, 16065 - Length, 0xffff_ffff]
        from flags in (int[])[0, 1]
        select $"r2 = 0x{room:x} ll\nr3 = {flags}\ncall bpf_skb_change_head");

    [Theory]
    [MemberData(nameof(Frames))]
    public void Room_is_made_and_taken_alike(string frame) => Same(frame, from change in (int[])[0, 4, 20, 50, 300, 4095, 4096, -4, -20, -26, -27, -40, -46, -47, -66, -4096]
        from mode in (int[])[0, 1, 2]
        from flags in (ulong[])[0, 1, 2, 4, 6, 2 | 8, 2 | 16, 2 | 24, 2 | 64, 2 | 64 | (14UL << 56), 2 | 64 | (13UL << 56), 2 | (200UL << 56), 32, 128, 256, 384, 512]
        select $"r2 = {change}\nr3 = {mode}\nr4 = 0x{flags:x} ll\ncall bpf_skb_adjust_room");

    [Theory]
    [MemberData(nameof(Frames))]
    public void Protocols_types_and_tags_are_changed_alike(string frame) => Same(frame, [
        "r2 = 0x0008\nr3 = 0\ncall bpf_skb_change_proto", "r2 = 0xdd86\nr3 = 0\ncall bpf_skb_change_proto", "r2 = 0xdd86\nr3 = 1\ncall bpf_skb_change_proto", "r2 = 0x1234\nr3 = 0\ncall bpf_skb_change_proto",
        .. ((int[])[0, 1, 2, 3, 4, 6]).Select(type => $"r2 = {type}\ncall bpf_skb_change_type"),
        "call bpf_skb_vlan_pop", "r2 = 0x0081\nr3 = 5\ncall bpf_skb_vlan_push", "r2 = 0xa888\nr3 = 0x1fff\ncall bpf_skb_vlan_push", "r2 = 0x1234\nr3 = 0x10005\ncall bpf_skb_vlan_push",
        "r2 = 0x0081\nr3 = 5\ncall bpf_skb_vlan_push\nr1 = r6\nr2 = 0xa888\nr3 = 6\ncall bpf_skb_vlan_push",
        "r2 = 0x0081\nr3 = 5\ncall bpf_skb_vlan_push\nr1 = r6\nr2 = 0xa888\nr3 = 6\ncall bpf_skb_vlan_push\nr1 = r6\ncall bpf_skb_vlan_pop",
        "r2 = 0x0081\nr3 = 5\ncall bpf_skb_vlan_push\nr1 = r6\ncall bpf_skb_vlan_pop", "call bpf_skb_vlan_pop\nr1 = r6\ncall bpf_skb_vlan_pop", "call bpf_skb_vlan_pop\nr1 = r6\ncall bpf_skb_vlan_pop\nr1 = r6\ncall bpf_skb_vlan_pop",
        .. ((int[])[0, 1, 80, 81, -1]).Select(size => $"w2 = {size}\ncall bpf_skb_pull_data"),
        "r2 = 5\ncall bpf_csum_update",
        .. from first in Enumerable.Range(0, 5) from second in Enumerable.Range(0, 5) select $"r2 = {first}\ncall bpf_csum_level\nr1 = r6\nr2 = {second}\ncall bpf_csum_level\nr1 = r6\nr2 = 0\ncall bpf_csum_level",
    ]);

    [Theory]
    [MemberData(nameof(Frames))]
    public void Bytes_are_loaded_from_headers_alike(string frame)
    {
        foreach (var type in (ProgramType[])[ProgramType.SchedCls, ProgramType.SocketFilter])
        {
            Same(frame, from offset in (long[])[0, 12, 52, 58, 59, 65, 66, 72, 73, 0xffff, 0x10000]
                from header in (int[])[0, 1, 2]
                select $"r2 = 0x{offset:x} ll\nr3 = r10\nr3 += -8\nr4 = 8\nr5 = {header}\ncall bpf_skb_load_bytes_relative\nr1 = *(u64 *)(r10 -8)\nr0 ^= r1", type);
        }
    }

    [Fact]
    public void Metadata_is_made_alike()
    {
        using var kernels = KernelPair.OpenOrSkip();
        foreach (int delta in (int[])[0, -4, -8, -32, -128, -212, -216, -220, -252, -256, -3, 4, 8])
        {
            foreach (byte metadata in (byte[])[0, 8])
            {
                using var program = kernels.Load(ProgramType.Xdp, $"r6 = r1\nw2 = {delta}\ncall bpf_xdp_adjust_meta\nexit");
                var context = new byte[24];
                context[0] = metadata;
                context[4] = Length;
                var result = program.Same(Frame("ipv4"), context, $"{delta} from {metadata}");
                Assert.NotNull(result);
            }
        }
    }

    private static void Same(string frame, IEnumerable<string> calls, ProgramType type = ProgramType.SchedCls)
    {
        using var kernels = KernelPair.OpenOrSkip();
        kernels.Managed.Environment = new ExecutionEnvironment { Clock = 1 };
        foreach (string call in calls)
        {
            using var program = kernels.Load(type, $"""
                r6 = r1
                r1 = 0x1122334455667788 ll
                *(u64 *)(r10 -8) = r1
                r1 = r6
                {call}
                r7 = r0
                {Told}
                """);
            program.Same(Frame(frame), what: $"{frame}: {call.ReplaceLineEndings("; ")}:");
        }
    }

    // 80 bytes with the headers that decide what helpers do.
    private static byte[] Frame(string kind)
    {
        byte[] types = kind switch
        {
            "ipv4" => [0x08, 0x00, 0x45, 0, 0, 66, 0, 0, 0, 0, 64, 17, 0x12, 0x34, 10, 0, 0, 1, 10, 0, 0, 2],
            "ipv6" => [0x86, 0xdd, 0x60, 0, 0, 0, 0, 26, 17, 64],
            "vlan" => [0x81, 0x00, 0x00, 0x07, 0x08, 0x00, 0x45],
            "vlans" => [0x88, 0xa8, 0x00, 0x09, 0x81, 0x00, 0x00, 0x07, 0x86, 0xdd, 0x60],
            _ => [0x12, 0x34],
        };
        byte[] frame = [.. Enumerable.Range(1, Length).Select(number => (byte)number)];
        new byte[6].CopyTo(frame, 0);
        types.CopyTo(frame, 12);
        return frame;
    }
}
