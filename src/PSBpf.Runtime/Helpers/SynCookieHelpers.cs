using System.Buffers.Binary;
using System.Security.Cryptography;
using PSBpf.Runtime.Runs;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Helpers;

#pragma warning disable IDE0060 // All helpers have the same signature.

/// <summary>
/// bpf_tcp_raw_gen_syncookie_* and bpf_tcp_raw_check_syncookie_*: sequence numbers that remember a connection, so that nobody else has to. They are the engine's own, made with the environment's
/// secret and clock; a kernel's do not mean anything here.
/// <code>
///  28 bits of a hash of connection, secret and minute | 2 bits of the minute | 2 bits: which segment size
/// </code>
/// </summary>
internal static unsafe class SynCookieHelpers
{
    private const int TcpHeader = 20, Sequence = 4, Acknowledgement = 8, DataOffset = 12;
    private const int Ipv4Addresses = 12, Ipv4Length = 8, Ipv6Addresses = 8, Ipv6Length = 32;
    private const int EndOfOptions = 0, NoOperation = 1, SegmentSize = 2, SegmentSizeLength = 4;

    // What Linux calls MAX_SYNCOOKIE_AGE: minutes that a cookie is good for.
    private const int LongestAge = 2;

    private const ulong Invalid = unchecked((ulong)-(long)Errno.EINVAL), Wrong = unchecked((ulong)-(long)Errno.EACCES);

    private const long Minute = 60_000_000_000;

    // The segment sizes that a cookie can tell, the smallest of which counts where none is offered.
    private static ReadOnlySpan<ushort> SizesOfIpv4 => [536, 1300, 1440, 1460];

    private static ReadOnlySpan<ushort> SizesOfIpv6 => [1220, 1420, 1440, 8940];

    public static ulong MakeForIpv4(RunState run, ulong ip, ulong tcp, ulong length, ulong r4, ulong r5) => Make(run, Of(ip, Ipv4Addresses, Ipv4Length), (byte*)tcp, (uint)length, SizesOfIpv4);

    public static ulong MakeForIpv6(RunState run, ulong ip, ulong tcp, ulong length, ulong r4, ulong r5) => Make(run, Of(ip, Ipv6Addresses, Ipv6Length), (byte*)tcp, (uint)length, SizesOfIpv6);

    public static ulong CheckIpv4(RunState run, ulong ip, ulong tcp, ulong r3, ulong r4, ulong r5) => Check(run, Of(ip, Ipv4Addresses, Ipv4Length), (byte*)tcp);

    public static ulong CheckIpv6(RunState run, ulong ip, ulong tcp, ulong r3, ulong r4, ulong r5) => Check(run, Of(ip, Ipv6Addresses, Ipv6Length), (byte*)tcp);

    private static ReadOnlySpan<byte> Of(ulong header, int offset, int length) => new((byte*)header + offset, length);

    // The cookie in the low half, the segment size that it tells in the high one.
    private static ulong Make(RunState run, ReadOnlySpan<byte> addresses, byte* tcp, uint length, ReadOnlySpan<ushort> sizes)
    {
        if (length < TcpHeader || length != (uint)(tcp[DataOffset] >> 4) * sizeof(uint)) return Invalid;
        int offered = OfferedSize(new ReadOnlySpan<byte>(tcp + TcpHeader, (int)length - TcpHeader)), index = sizes.Length - 1;
        while (index > 0 && offered < sizes[index]) index--;
        uint cookie = CookieOf(run, addresses, tcp, Word(tcp + Sequence), run.Environment.Now / Minute, index);
        return cookie | (ulong)sizes[index] << 32;
    }

    private static ulong Check(RunState run, ReadOnlySpan<byte> addresses, byte* tcp)
    {
        uint cookie = Word(tcp + Acknowledgement) - 1, sequence = Word(tcp + Sequence) - 1;
        long now = run.Environment.Now / Minute;
        for (long minute = now; minute >= now - LongestAge; minute--)
            if (cookie == CookieOf(run, addresses, tcp, sequence, minute, (int)(cookie & 3))) return 0;
        return Wrong;
    }

    private static uint CookieOf(RunState run, ReadOnlySpan<byte> addresses, byte* tcp, uint sequence, long minute, int size)
    {
        Span<byte> text = stackalloc byte[Ipv6Length + 32];
        text.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(text, run.Environment.Secret);
        BinaryPrimitives.WriteInt64LittleEndian(text[8..], minute);
        BinaryPrimitives.WriteUInt32LittleEndian(text[16..], sequence);
        text[20] = (byte)size;
        new ReadOnlySpan<byte>(tcp, sizeof(uint)).CopyTo(text[24..]);
        addresses.CopyTo(text[32..]);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text, hash);
        return (BinaryPrimitives.ReadUInt32LittleEndian(hash) & ~15u) | (uint)(minute & 3) << 2 | (uint)size;
    }

    // RFC 9293, 3.2: the option that tells the largest segment; 0 for none.
    private static int OfferedSize(ReadOnlySpan<byte> options)
    {
        while (!options.IsEmpty && options[0] != EndOfOptions)
        {
            int length = options[0] == NoOperation ? 1 : options.Length > 1 ? options[1] : 0;
            if (length == 0 || length > options.Length || (length == 1 && options[0] != NoOperation)) return 0;
            if (options[0] == SegmentSize && length == SegmentSizeLength && BinaryPrimitives.ReadUInt16BigEndian(options[2..]) is not 0 and var size) return size;
            options = options[length..];
        }

        return 0;
    }

    private static uint Word(byte* at) => BinaryPrimitives.ReadUInt32BigEndian(new ReadOnlySpan<byte>(at, sizeof(uint)));
}
