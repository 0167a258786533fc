using System.Buffers.Binary;
using System.Globalization;
using System.Net;

namespace PSBpf.Hosting;

/// <summary>Keys of tries that no BTF describes: a length in bits and an IPv4 or IPv6 address, as 10.0.0.0/8.</summary>
internal static class PrefixText
{
    private const int LengthSize = 4;

    /// <summary>Whether keys of a size can be read so.</summary>
    public static bool Fits(int keySize) => keySize is LengthSize + 4 or LengthSize + 16;

    /// <summary>The text of a key.</summary>
    public static string Read(ReadOnlySpan<byte> key) =>
        string.Create(CultureInfo.InvariantCulture, $"{new IPAddress(key[LengthSize..])}/{BinaryPrimitives.ReadUInt32LittleEndian(key)}");

    /// <summary>Writes a prefix, or an address, which is the longest prefix of itself.</summary>
    /// <returns>False for text that is none, or of the other kind of addresses.</returns>
    public static bool TryWrite(string text, Span<byte> into)
    {
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        if (!IPAddress.TryParse(slash < 0 ? text : text[..slash], out var address) || !address.TryWriteBytes(into[LengthSize..], out int written) || written != into.Length - LengthSize) return false;
        uint length = (uint)written * 8;
        if (slash >= 0 && (!uint.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out length) || length > written * 8)) return false;
        BinaryPrimitives.WriteUInt32LittleEndian(into, length);
        return true;
    }
}
