using System.Buffers.Binary;
using PSBpf.Diagnostics;

namespace PSBpf.Runtime.Sources.Pcap;

/// <summary>
/// Reads a pcapng file (draft-ietf-opsawg-pcapng): sections in either byte order, several interfaces with times of their own. Blocks that
/// hold no packets are passed over.
/// </summary>
public sealed class PcapngReader : CaptureReader
{
    private const uint InterfaceBlock = 1, ObsoletePacketBlock = 2, SimplePacketBlock = 3, EnhancedPacketBlock = 6;
    private const uint ByteOrderMagic = 0x1a2b3c4d;

    // Type, length, and the length again at the end. A block of names or secrets may be large; what is larger than that is damage.
    private const int BlockFrame = 12, LargestBlock = 64 << 20;
    private const int EndOfOptions = 0, TimeResolutionOption = 9, TimeOffsetOption = 14;

    private readonly List<Interface> _interfaces = [];
    private byte[] _block = new byte[4096];
    private bool _isBigEndian;
    private long _packets;

    /// <summary>Reads from a stream, which is closed with the reader.</summary>
    /// <param name="stream">The bytes, from their start.</param>
    /// <param name="path">What diagnostics call it.</param>
    /// <exception cref="BpfException">BPF0402, BPF0403.</exception>
    public PcapngReader(Stream stream, string? path = null)
        : base(stream, path)
    {
        if (!TryReadBlock(out uint type, out _) || type != PcapFormat.PcapngMagic)
            throw Damage is { } damage ? new BpfException(damage) : DiagnosticRules.CaptureFormat.Error($"{Name} is no pcapng file: it does not begin with a section.", Location(0));
    }

    /// <inheritdoc/>
    public override bool TryRead(out PcapPacket packet)
    {
        packet = default;
        while (Damage is null && TryReadBlock(out uint type, out int length))
        {
            var body = _block.AsSpan(0, length);
            switch (type)
            {
                case InterfaceBlock:
                    if (!TryAddInterface(body)) return false;
                    break;
                case EnhancedPacketBlock when body.Length >= 20:
                    return TryMake(Number(body), (ulong)Number(body[4..]) << 32 | Number(body[8..]), Number(body[12..]), Number(body[16..]), body[20..], out packet);
                case ObsoletePacketBlock when body.Length >= 20:
                    return TryMake(Short(body), (ulong)Number(body[4..]) << 32 | Number(body[8..]), Number(body[12..]), Number(body[16..]), body[20..], out packet);
                case SimplePacketBlock when body.Length >= 4:
                    // It has no time, and as many bytes as the first interface keeps of a packet.
                    uint original = Number(body);
                    uint kept = _interfaces.Count > 0 && _interfaces[0].SnapLength > 0 ? Math.Min(original, _interfaces[0].SnapLength) : original;
                    return TryMake(0, null, kept, original, body[4..], out packet);
                case EnhancedPacketBlock or ObsoletePacketBlock or SimplePacketBlock:
                    return Stop($"has a packet block of {length} bytes, which is too short for its header");
            }
        }

        return false;
    }

    private bool TryMake(uint device, ulong? time, uint captured, uint original, ReadOnlySpan<byte> data, out PcapPacket packet)
    {
        packet = default;
        if (device >= (uint)_interfaces.Count) return Stop($"says that packet {_packets + 1} is of interface {device}, where it has told of {_interfaces.Count}");
        var from = _interfaces[(int)device];
        if (from.LinkType != PcapFormat.Ethernet) return Stop($"holds packets of link type {from.LinkType}, not Ethernet", DiagnosticRules.CaptureLinkType);
        if (captured > PcapFormat.LargestPacket || captured > (uint)data.Length) return Stop($"says that packet {_packets + 1} has {captured} bytes, where its block has {data.Length}");
        _packets++;
        packet = new PcapPacket(time is { } units ? from.Nanoseconds(units) : 0, data[..(int)captured].ToArray(), original);
        return true;
    }

    private bool TryAddInterface(ReadOnlySpan<byte> body)
    {
        if (body.Length < 8) return Stop($"has an interface block of {body.Length} bytes, which is too short for its header");
        byte resolution = 6;
        long offset = 0;
        var options = body[8..];
        while (options.Length >= 4 && Short(options) != EndOfOptions)
        {
            int length = Short(options[2..]);
            if (length > options.Length - 4) return Stop("has an option that is longer than its block");
            var value = options.Slice(4, length);
            if (Short(options) == TimeResolutionOption && length >= 1) resolution = value[0];
            if (Short(options) == TimeOffsetOption && length >= 8) offset = _isBigEndian ? BinaryPrimitives.ReadInt64BigEndian(value) : BinaryPrimitives.ReadInt64LittleEndian(value);
            options = options[Math.Min(options.Length, 4 + (length + 3 & ~3))..];
        }

        _interfaces.Add(new Interface(Short(body), Number(body[4..]), resolution, offset));
        return true;
    }

    // The body is in _block afterwards.
    private bool TryReadBlock(out uint type, out int length)
    {
        type = 0;
        length = 0;
        Span<byte> head = stackalloc byte[8];
        int got = Stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        if (got == 0) return false;
        if (got < head.Length) return Stop("ends inside of the header of a block");
        type = BinaryPrimitives.ReadUInt32LittleEndian(head);
        Span<byte> order = stackalloc byte[sizeof(uint)];
        int ahead = 0;
        if (type == PcapFormat.PcapngMagic)
        {
            // The order of bytes of a section stands behind the length that it matters for.
            if ((ahead = Stream.ReadAtLeast(order, order.Length, throwOnEndOfStream: false)) < order.Length) return Stop("ends inside of the header of a section");
            _isBigEndian = BinaryPrimitives.ReadUInt32BigEndian(order) == ByteOrderMagic;
            if (!_isBigEndian && BinaryPrimitives.ReadUInt32LittleEndian(order) != ByteOrderMagic) return Stop("has a section without a byte order");
            _interfaces.Clear();
        }
        else if (_isBigEndian)
        {
            type = BinaryPrimitives.ReverseEndianness(type);
        }

        uint whole = Number(head[4..]);
        if (whole < BlockFrame + ahead || whole % 4 != 0 || whole > LargestBlock) return Stop($"has a block that says it is {whole} bytes long");
        length = (int)whole - BlockFrame;
        if (_block.Length < length + sizeof(uint)) _block = new byte[length + sizeof(uint)];
        order[..ahead].CopyTo(_block);
        var rest = _block.AsSpan(ahead, length - ahead + sizeof(uint));
        if (Stream.ReadAtLeast(rest, rest.Length, throwOnEndOfStream: false) < rest.Length) return Stop($"ends inside of {(type is SimplePacketBlock or EnhancedPacketBlock or ObsoletePacketBlock ? $"packet {_packets + 1}" : "a block")}");
        if (Number(_block.AsSpan(length)) != whole) return Stop($"has a block of {whole} bytes that says at its end that it has {Number(_block.AsSpan(length))}");
        Position += whole;
        return true;
    }

    private uint Number(ReadOnlySpan<byte> bytes) => _isBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);

    private ushort Short(ReadOnlySpan<byte> bytes) => _isBigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    /// <summary>An interface that packets were captured on.</summary>
    /// <param name="LinkType">LINKTYPE_*.</param>
    /// <param name="SnapLength">Bytes that were kept of a packet; 0 for all.</param>
    /// <param name="Resolution">if_tsresol: a negative power of ten, or of two with the highest bit set.</param>
    /// <param name="Offset">if_tsoffset: seconds to add.</param>
    private sealed record Interface(int LinkType, uint SnapLength, byte Resolution, long Offset)
    {
        public long Nanoseconds(ulong units)
        {
            const byte binary = 0x80;
            const int mostDigits = 19, mostBits = 63;
            int power = Resolution & ~binary;
            UInt128 nanoseconds = (Resolution & binary) != 0
                ? (UInt128)units * 1_000_000_000 >> Math.Min(power, mostBits)
                : power <= 9 ? units * (UInt128)Power(9 - power) : units / (UInt128)Power(Math.Min(power, mostDigits + 9) - 9);
            return unchecked((long)(ulong)nanoseconds + Offset * 1_000_000_000);
        }

        private static ulong Power(int digits)
        {
            ulong power = 1;
            for (int digit = 0; digit < digits; digit++) power *= 10;
            return power;
        }
    }
}
