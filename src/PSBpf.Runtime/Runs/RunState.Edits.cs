using PSBpf.Runtime.Contexts;

namespace PSBpf.Runtime.Runs;

/// <summary>Changes of a packet's length, at its front, at its end and within. The packet may move: programs have to ask for its edges anew.</summary>
internal sealed unsafe partial class RunState
{
    /// <summary>The level up to which checksums are known to be right; −1 when none is (CHECKSUM_NONE).</summary>
    public int ChecksumLevel { get; set; }

    /// <summary>Whether an outer header was put in front in this run.</summary>
    public bool IsEncapsulated { get; set; }

    /// <summary>The tunnel that programs chose for a packet, in this run if it is set; null as long as none ever did.</summary>
    public Tunnel? Tunnel { get; set; }

    /// <summary>Moves the end; what the packet grows by is zero.</summary>
    public void MoveEnd(int bytes)
    {
        MakeRoom(0, Math.Max(bytes, 0));
        if (bytes > 0) new Span<byte>(DataEnd, bytes).Clear();
        SetPacket(Data, DataEnd + bytes, DataMeta);
        SkbRecord.Length(this) = (uint)(DataEnd - Data);
    }

    /// <summary>Puts zeros in, behind the first bytes of the packet, whose headers' places move along with them.</summary>
    public void Insert(int offset, int bytes)
    {
        MakeRoom(bytes, 0);
        byte* data = Data - bytes;
        new ReadOnlySpan<byte>(Data, offset).CopyTo(new Span<byte>(data, offset));
        new Span<byte>(data + offset, bytes).Clear();
        Begin(data);
    }

    /// <summary>Takes bytes out, behind the first ones.</summary>
    public void Cut(int offset, int bytes)
    {
        byte* data = Data + bytes;
        new ReadOnlySpan<byte>(Data, offset).CopyTo(new Span<byte>(data, offset));
        Begin(data);
    }

    private void Begin(byte* data)
    {
        long moved = data - Data;
        LinkHeader += moved;
        NetworkHeader += moved;
        SetPacket(data, DataEnd, data);
        SkbRecord.Length(this) = (uint)(DataEnd - Data);
    }

    private void MakeRoom(int front, int back)
    {
        long moved = Packet.MakeRoom(Data, DataEnd, front, back);
        if (moved == 0) return;
        LinkHeader += moved;
        NetworkHeader += moved;
        SetPacket(Data + moved, DataEnd + moved, DataMeta + moved);
    }
}
