using System.Buffers.Binary;
using System.Text;
using PSBpf.Objects;
using PSBpf.Runtime.Sources.Pcap;
using PSBpf.Uapi;

namespace PSBpf.Differential.Tests;

public sealed class ContextTests
{
    public static TheoryData<ProgramType> PacketTypes() => new(ProgramType.Xdp, ProgramType.SocketFilter, ProgramType.SchedCls, ProgramType.SchedAct, ProgramType.CgroupSkb, ProgramType.LwtIn, ProgramType.LwtOut, ProgramType.LwtXmit);

    [Theory]
    [MemberData(nameof(PacketTypes))]
    public void Every_field_of_a_context_reads_the_same(ProgramType type)
    {
        using var kernels = KernelPair.OpenOrSkip();
        using var map = kernels.CreateMap(new MapSpec { Name = "m", Type = MapType.Array, KeySize = 4, ValueSize = 400, MaxEntries = 1 });
        using var program = kernels.Load(type, Reader(type), map);
        using var capture = PcapReader.Open(Path.Combine(AppContext.BaseDirectory, "Samples", "mixed.pcap"));
        byte[][] frames =
        [
            .. capture.ReadPackets().Select(packet => packet.Data.ToArray()).Where(frame => frame.Length >= 14).Take(120),
            [0, 0, 0, 0, 0, 0, .. new byte[6], 8, 6, .. new byte[40]],
            [1, 0, 94, 0, 0, 0, .. new byte[6], 0, 40, 0xff, 0xff, .. new byte[40]],
            [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, .. new byte[6], 0, 40, 0xaa, 0xaa, .. new byte[40]],
        ];
        foreach (byte[] frame in frames)
        {
            // A refusal by both, such as for IP packets cut short, counts as the same; so does one by Linux alone for that reason.
            if (type != ProgramType.Xdp && (frame[12], frame[13]) is (8, 0) or (0x86, 0xdd) && frame.Length < 54) continue;
            program.Same(frame);
            Assert.Equal(MapPair.Contents(map.Linux)["00000000"], MapPair.Contents(map.Managed)["00000000"]);
        }
    }

    [Theory]
    [MemberData(nameof(PacketTypes))]
    public void Every_byte_of_a_given_context_is_taken_or_refused_alike(ProgramType type)
    {
        using var kernels = KernelPair.OpenOrSkip();
        using var map = kernels.CreateMap(new MapSpec { Name = "m", Type = MapType.Array, KeySize = 4, ValueSize = 400, MaxEntries = 1 });
        using var program = kernels.Load(type, Reader(type), map);
        int size = ProgramTypeTable.Get(type).Context!.Size;
        byte[] frame = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 6, .. new byte[60]];
        for (int at = 0; at < size + 4; at++)
        {
            var context = new byte[at < size ? size : size + 4];
            if (type == ProgramType.Xdp) BinaryPrimitives.WriteInt32LittleEndian(context.AsSpan(4), frame.Length);

            // Devices exist or not on each side for reasons of its own; the loopback device is number 1 on both.
            var field = ProgramTypeTable.Get(type).Context!.FieldAt(at);
            bool device = field?.Name is "ingress_ifindex" or "ifindex";
            if (device && at != field!.Offset) continue;
            if (field?.Name is "rx_queue_index") continue;
            context[at] ^= (byte)(device ? 1 : field?.Name == "data" ? 8 : 4);
            program.Same(frame, context, $"byte {at} ({field?.Name})");
            Assert.Equal(MapPair.Contents(map.Linux)["00000000"], MapPair.Contents(map.Managed)["00000000"]);
        }
    }

    [Theory]
    [InlineData(ProgramType.SchedCls, "mark priority tc_index tc_classid cb tstamp queue_mapping")]
    [InlineData(ProgramType.SocketFilter, "cb")]
    [InlineData(ProgramType.CgroupSkb, "cb mark priority")]
    public void What_a_program_writes_to_its_context_comes_out_the_same(ProgramType type, string fields)
    {
        using var kernels = KernelPair.OpenOrSkip();
        foreach (string name in fields.Split(' '))
        {
            var field = ProgramTypeTable.Get(type).Context!.Fields.First(each => each.Name == name);
            using var program = kernels.Load(type, $"""
                r2 = 0x{0x1234_5678:x} ll
                *(u{field.ElementSize * 8} *)(r1 +{field.Offset}) = r2
                r0 = *(u{field.ElementSize * 8} *)(r1 +{field.Offset})
                {(type == ProgramType.CgroupSkb ? "r0 &= 1" : "")}
                exit
                """);
            program.Same([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 6, .. new byte[60]], new byte[192]);
        }
    }

    // Stores every readable field into the map's value, at its own offset; pointers as distances.
    private static string Reader(ProgramType type)
    {
        var text = new StringBuilder("""
            r6 = r1
            *(u32 *)(r10 -4) = 0
            r2 = r10
            r2 += -4
            r1 = map[m]
            call bpf_map_lookup_elem
            if r0 == 0 goto out

            """);
        foreach (var field in ProgramTypeTable.Get(type).Context!.Fields)
        {
            if (!field.Reads.Allows(field.Offset, field.ElementSize) || field.Kind > ContextFieldKind.PacketMeta) continue;
            if (field.Kind == ContextFieldKind.Scalar)
            {
                for (int at = field.Offset; at < field.Offset + field.Size; at += field.ElementSize)
                    text.AppendLine(System.Globalization.CultureInfo.InvariantCulture, $"r1 = *(u{field.ElementSize * 8} *)(r6 +{at})\n*(u{field.ElementSize * 8} *)(r0 +{at}) = r1");
            }
            else if (field.Kind != ContextFieldKind.PacketData)
            {
                var start = ProgramTypeTable.Get(type).Context!.Fields.First(each => each.Kind == ContextFieldKind.PacketData);
                text.AppendLine(System.Globalization.CultureInfo.InvariantCulture, $"r1 = *(u32 *)(r6 +{field.Offset})\nr2 = *(u32 *)(r6 +{start.Offset})\nr1 -= r2\n*(u64 *)(r0 +{200 + field.Offset}) = r1");
            }
        }

        return text.Append("out: r0 = 1\nexit").ToString();
    }
}
