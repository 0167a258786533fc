using System.Buffers.Binary;
using PSBpf.Runtime.Contexts;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Runs;

/// <summary>The packet: its edges in the context's record, and the legacy loads.</summary>
internal sealed unsafe partial class RunState
{
    // Negative offsets of legacy loads count from these (SKF_NET_OFF, SKF_LL_OFF in linux/filter.h).
    private const int NetworkOffset = -0x100000, LinkLayerOffset = -0x200000;

    /// <summary>Whether the program's type has a packet.</summary>
    public bool HasPacket => Program.Input.HasPacket;

    /// <summary>Where the socket lies that the packet belongs to; 0 for none.</summary>
    public ulong PacketSocket => Environment.Socket is { } own ? Engine.Sockets.AddressOf(own.Cookie) : 0;

    /// <summary>The packet's first byte.</summary>
    public byte* Data => *(byte**)(Record + ContextView.DataOffset);

    /// <summary>One past its last byte.</summary>
    public byte* DataEnd => *(byte**)(Record + ContextView.DataEndOffset);

    /// <summary>The metadata in front of it; the same as <see cref="Data"/> when there is none.</summary>
    public byte* DataMeta => *(byte**)(Record + ContextView.DataMetaOffset);

    /// <summary>Where the link layer's header began when the run started.</summary>
    public byte* LinkHeader { get; set; }

    /// <summary>Where the network layer's header began.</summary>
    public byte* NetworkHeader { get; set; }

    /// <summary>The context's internal record.</summary>
    public byte* Record => (byte*)Frame->RecordBase;

    /// <summary>Opens the context's record: what lies there is up to the caller.</summary>
    /// <param name="length">Bytes of plain memory; for views their own size counts.</param>
    public void OpenRecord(int length)
    {
        var view = Program.View;
        Frame->RecordBase = (ulong)Context + (view.IsPlain ? 0ul : ContextView.RecordDistance);
        Frame->RecordLength = (ulong)(view.IsPlain ? length : view.RecordSize);
        Frame->RecordWritable = view.IsPlain && view.Layout is not { PlainWrites: true } ? 0 : Frame->RecordLength;
    }

    /// <summary>Lets a program without context read and write some memory.</summary>
    public void OpenMemory(byte* start, int length)
    {
        Frame->PacketBase = (ulong)start;
        Frame->PacketLength = Frame->PacketWritable = (ulong)length;
    }

    /// <summary>Sets the packet's edges, in the record and for the checks.</summary>
    public void SetPacket(byte* data, byte* end, byte* meta)
    {
        byte** record = (byte**)Record;
        record[0] = data;
        record[1] = end;
        record[2] = meta;
        Frame->PacketBase = (ulong)meta;
        Frame->PacketLength = (ulong)(end - meta);
        Frame->PacketWritable = Program.Type.Packet == PacketAccess.Write ? Frame->PacketLength : 0;
    }

    /// <summary>A legacy packet load into r0 in network order (RFC 9669, section 5.4).</summary>
    /// <param name="size">0 for a byte, 1 for a half word, 2 for a word.</param>
    /// <param name="offset">From the packet's start; some negative ones count from its headers.</param>
    /// <param name="index">The instruction.</param>
    /// <returns>False outside of the packet, which ends the program.</returns>
    public bool LoadPacket(int size, int offset, int index)
    {
        if (!Program.Input.HasPacket || Frame->Registers[6] != (ulong)Context) throw Fault(index, "loads from the packet without the context in r6");
        byte* address = offset switch
        {
            >= 0 => Data + offset,
            >= NetworkOffset => NetworkHeader + (offset - NetworkOffset),
            >= LinkLayerOffset => LinkHeader + (offset - LinkLayerOffset),
            _ => null,
        };
        byte* first = offset >= 0 ? Data : Packet.Start;
        if (address < first || address + (1 << size) > DataEnd) return false;
        Frame->Registers[0] = size switch
        {
            0 => *address,
            1 => BinaryPrimitives.ReverseEndianness(*(ushort*)address),
            _ => BinaryPrimitives.ReverseEndianness(*(uint*)address),
        };
        return true;
    }
}
