using PSBpf.Runtime.Memory;

namespace PSBpf.Runtime.Contexts;

/// <summary>
/// The memory of one packet: bytes in the middle, room before them to grow a header, room after them to grow a tail.
/// </summary>
internal sealed unsafe class PacketBuffer
{
    /// <summary>Room before the packet (XDP_PACKET_HEADROOM).</summary>
    public const int Headroom = 256;

    // What a page leaves for an XDP packet behind the headroom: the kernel keeps 320 bytes for skb_shared_info.
    private const int PageRoom = 4096 - Headroom - 320;

    private NativeBlock _block = new(Headroom + PageRoom);

    /// <summary>First byte of the room.</summary>
    public byte* Start => _block.Address;

    /// <summary>Where what was put in begins.</summary>
    public byte* Origin { get; private set; }

    /// <summary>End of the room that a program may grow into.</summary>
    public byte* Limit { get; private set; }

    /// <summary>Puts a packet in.</summary>
    /// <param name="packet">Metadata, if any, and the packet.</param>
    /// <param name="metadata">Bytes of metadata; they take from the room in front.</param>
    public void Fill(ReadOnlySpan<byte> packet, int metadata = 0)
    {
        if (Headroom + packet.Length > _block.Length)
        {
            _block.Free();
            _block = new NativeBlock(Headroom + packet.Length);
        }

        Origin = _block.Address + Headroom - metadata;
        packet.CopyTo(new Span<byte>(Origin, packet.Length));
        Limit = _block.Address + Headroom + Math.Max(PageRoom, packet.Length - metadata);
    }

    /// <summary>Sees to it that there is room around a packet, which moves where there was none.</summary>
    /// <param name="data">Its first byte.</param>
    /// <param name="end">One past its last.</param>
    /// <param name="front">Bytes before it that are needed.</param>
    /// <param name="back">Bytes behind it.</param>
    /// <returns>How far it was moved.</returns>
    public long MakeRoom(byte* data, byte* end, int front, int back)
    {
        byte* limit = _block.Address + _block.Length;
        if (data - front >= Start && end + back <= limit) return 0;
        var old = _block;
        long length = end - data;
        var block = new NativeBlock(Headroom + front + length + Math.Max(back, PageRoom));
        byte* target = block.Address + Headroom + front;
        new ReadOnlySpan<byte>(data, (int)length).CopyTo(new Span<byte>(target, (int)length));
        _block = block;
        Origin = target;
        Limit = block.Address + block.Length;
        old.Free();
        return target - data;
    }
}
