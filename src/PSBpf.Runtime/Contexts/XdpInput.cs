using System.Buffers.Binary;
using PSBpf.Runtime.Runs;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Contexts;

/// <summary>
/// Packets for XDP. A context may say how many bytes of metadata stand in front of the packet (its <c>data</c> field)
/// and where the packet came in; <c>data_end</c> has to be the length of it all.
/// </summary>
internal sealed unsafe class XdpInput : RunInput
{
    /// <summary>The loopback interface, on which the kernel runs packets that come from nowhere.</summary>
    public const uint DefaultInterface = 1;

    private const int DataField = 0, DataEndField = 4, DataMetaField = 8, InterfaceField = 12, QueueField = 16, EgressField = 20;

    // What the kernel's xdp_metalen_invalid allows.
    private const uint LongestMetadata = 255;

    public static XdpInput Instance { get; } = new();

    /// <inheritdoc/>
    public override bool HasPacket => true;

    /// <inheritdoc/>
    public override void Check(ProgramTypeInfo type, ReadOnlySpan<byte> packet, ReadOnlySpan<byte> context)
    {
        if (context.IsEmpty) return;
        CheckLength(type, context);
        uint data = Field(context, DataField), end = Field(context, DataEndField);
        if (end != packet.Length) throw Refuse(type, $"data_end is {end}, but there are {packet.Length} bytes of packet", Errno.EINVAL);
        if (data > end || data > LongestMetadata || data % 4 != 0) throw Refuse(type, $"data is {data}; metadata has at most {LongestMetadata} bytes, in steps of 4", Errno.EINVAL);
        if (Field(context, DataMetaField) != 0) throw Refuse(type, "data_meta is not 0", Errno.EINVAL);
        if (Field(context, EgressField) != 0) throw Refuse(type, "egress_ifindex is not 0", Errno.EINVAL);
    }

    /// <inheritdoc/>
    public override void Fill(RunState run, ReadOnlySpan<byte> packet, ReadOnlySpan<byte> context)
    {
        uint device = Field(context, InterfaceField);
        Fill(run, packet, Field(context, DataField), device == 0 ? DefaultInterface : device, Field(context, QueueField));
    }

    /// <inheritdoc/>
    public override void Fill(RunState run, ReadOnlySpan<byte> packet, ReadOnlySpan<byte> context, uint device, bool arrives)
    {
        uint given = Field(context, InterfaceField);
        Fill(run, packet, Field(context, DataField), given == 0 ? device : given, Field(context, QueueField));
    }

    /// <summary>Puts a packet in place that came in through an interface.</summary>
    public static void Fill(RunState run, ReadOnlySpan<byte> packet, uint metadata, uint device, uint queue)
    {
        run.Packet.Fill(packet, (int)metadata);
        run.OpenRecord(0);
        byte* fields = run.Record + ContextView.FieldsOffset;
        *(uint*)(fields + InterfaceField) = device;
        *(uint*)(fields + QueueField) = queue;
        *(uint*)(fields + EgressField) = 0;
        byte* start = run.Packet.Origin;
        run.SetPacket(start + metadata, start + packet.Length, start);
    }

    /// <summary>Gives the packet that a run has to the next program, which has begun.</summary>
    /// <param name="run">The run.</param>
    /// <param name="edges">First byte, one past the last, and metadata.</param>
    /// <param name="device">Where it came in.</param>
    /// <param name="egress">Where it goes out; 0 for nowhere yet.</param>
    public static void Continue(RunState run, (nint Data, nint End, nint Meta) edges, uint device, uint egress)
    {
        run.OpenRecord(0);
        byte* fields = run.Record + ContextView.FieldsOffset;
        *(uint*)(fields + InterfaceField) = device;
        *(uint*)(fields + QueueField) = 0;
        *(uint*)(fields + EgressField) = egress;
        run.SetPacket((byte*)edges.Data, (byte*)edges.End, (byte*)edges.Meta);
    }

    /// <inheritdoc/>
    public override byte[] ReadPacket(RunState run) => new ReadOnlySpan<byte>(run.DataMeta, (int)(run.DataEnd - run.DataMeta)).ToArray();

    /// <summary>What was given comes back with new edges, as the kernel hands it out; without that, what the program saw.</summary>
    public override byte[] ReadContext(RunState run, ReadOnlySpan<byte> input)
    {
        var context = new byte[run.Program.View.WindowSize];
        var source = input.IsEmpty ? new ReadOnlySpan<byte>(run.Record + ContextView.FieldsOffset, context.Length) : input;
        source[..Math.Min(source.Length, context.Length)].CopyTo(context);
        BinaryPrimitives.WriteUInt32LittleEndian(context.AsSpan(DataField), (uint)(run.Data - run.DataMeta));
        BinaryPrimitives.WriteUInt32LittleEndian(context.AsSpan(DataEndField), (uint)(run.DataEnd - run.DataMeta));
        BinaryPrimitives.WriteUInt32LittleEndian(context.AsSpan(DataMetaField), 0);
        return context;
    }

    private static uint Field(ReadOnlySpan<byte> context, int offset) =>
        offset + 4 <= context.Length ? BinaryPrimitives.ReadUInt32LittleEndian(context[offset..]) : 0;
}
