using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace PSBpf.Btf;

/// <summary>Addresses as people write them, to the bytes that stand in packets.</summary>
internal static class NetworkText
{
    private const int Ipv4Length = 4;
    private const int MacLength = 6;
    private const int Ipv6Length = 16;

    /// <summary>The address of exactly so many bytes that a value is: 4 IPv4, 6 MAC, 16 IPv6; as text or as .NET's own types.</summary>
    public static bool TryParse(object value, int length, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = value switch
        {
            string text when length == Ipv4Length => ParseIpv4(text),
            string text when length == MacLength => ParseMac(text),
            string text when length == Ipv6Length => ParseIpv6(text),
            IPAddress address when address.GetAddressBytes() is var raw && raw.Length == length => raw,
            PhysicalAddress address when address.GetAddressBytes() is var raw && raw.Length == length => raw,
            _ => null,
        };
        return bytes is not null;
    }

    /// <summary>A prefix such as 10.0.0.0/8 as struct bpf_lpm_trie_key has it: its length in bits, then the address; so many bytes together.</summary>
    public static bool TryParsePrefix(string text, int length, out int prefix, [NotNullWhen(true)] out byte[]? address)
    {
        prefix = 0;
        address = null;
        int slash = text.IndexOf('/', StringComparison.Ordinal), bytes = length - sizeof(uint);
        string host = slash >= 0 ? text[..slash] : text;
        if (bytes is not (Ipv4Length or Ipv6Length) || !TryParse(host, bytes, out address)) return false;
        prefix = bytes * 8;
        return slash < 0
            || (int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out prefix) && prefix <= bytes * 8);
    }

    private static byte[]? ParseIpv4(string text)
    {
        string[] parts = text.Trim().Split('.');
        if (parts.Length != Ipv4Length) return null;
        byte[] bytes = new byte[Ipv4Length];
        for (int index = 0; index < bytes.Length; index++)
            if (!byte.TryParse(parts[index], NumberStyles.None, CultureInfo.InvariantCulture, out bytes[index])) return null;
        return bytes;
    }

    private static byte[]? ParseMac(string text)
    {
        string[] parts = text.Trim().Split(':', '-');
        if (parts.Length != MacLength) return null;
        byte[] bytes = new byte[MacLength];
        for (int index = 0; index < bytes.Length; index++)
            if (parts[index].Length != 2 || !byte.TryParse(parts[index], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out bytes[index])) return null;
        return bytes;
    }

    private static byte[]? ParseIpv6(string text) =>
        text.Contains(':', StringComparison.Ordinal) && !text.Contains('%', StringComparison.Ordinal) && !text.Contains('[', StringComparison.Ordinal)
        && IPAddress.TryParse(text.Trim(), out IPAddress? address) && address.AddressFamily == AddressFamily.InterNetworkV6
            ? address.GetAddressBytes() : null;
}
