using PSBpf.Runtime.Memory;

namespace PSBpf.Runtime.Contexts;

/// <summary>
/// The memory of one packet: bytes in the middle, room before them to grow a header, room after them to grow a tail.
/// </summary>
internal sealed unsafe class PacketBuffer : IDisposable
{
    /// <summary>Room before the packet (XDP_PACKET_HEADROOM).</summary>
    public const int Headroom = 256;

    // What a page leaves for an XDP packet behind the headroom: the kernel keeps 320 bytes for skb_shared_info.
    private const int PageRoom = 4096 - Headroom - 320;

    private NativeBlock _block = new(Headroom + PageRoom);

    /// <summary>First byte of the room.</summary>
    public byte* Start => _block.Address;

    /// <summary>Where the packet is put.</summary>
    public byte* Origin => _block.Address + Headroom;

    /// <summary>End of the room that a program may grow into.</summary>
    public byte* Limit { get; private set; }

    /// <summary>Puts a packet in.</summary>
    public void Fill(ReadOnlySpan<byte> packet)
    {
        if (Headroom + packet.Length > _block.Length)
        {
            _block.Dispose();
            _block = new NativeBlock(Headroom + packet.Length);
        }

        packet.CopyTo(new Span<byte>(Origin, packet.Length));
        Limit = Origin + Math.Max(PageRoom, packet.Length);
    }

    /// <inheritdoc/>
    public void Dispose() => _block.Dispose();
}
