using System.Collections;
using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Numerics;
using PSBpf.Diagnostics;

namespace PSBpf.Hosting.Packets;

/// <summary>Reads a layer's fields as the types its header needs, and names the field when a value does not fit.</summary>
internal sealed class LayerValues
{
    private readonly string _layer;
    private readonly Dictionary<string, object?> _given = new(StringComparer.OrdinalIgnoreCase);

    public LayerValues(PacketLayer layer, IReadOnlyList<string> known)
    {
        _layer = layer.Name;
        foreach (var (name, value) in layer.Fields)
        {
            if (!known.Contains(name, StringComparer.OrdinalIgnoreCase))
                throw Error($"Layer '{_layer}' has no field '{name}'; its fields are {string.Join(", ", known)}.");
            _given[name] = value;
        }
    }

    public bool Has(string field) => _given.ContainsKey(field);

    /// <summary>
    /// A number of <paramref name="bits"/> bits. Both the signed and the unsigned range are taken, since 0xFFFFFFFF is
    /// −1 in PowerShell.
    /// </summary>
    public ulong Number(string field, int bits, ulong otherwise)
    {
        if (!_given.TryGetValue(field, out var value)) return otherwise;
        var number = ToInteger(value) ?? throw NotA(field, value, "a number");
        if (number < -(BigInteger.One << (bits - 1)) || number >= BigInteger.One << bits)
            throw Error($"Field '{field}' of layer '{_layer}' holds {bits} bits; {number} does not fit.");
        return (ulong)(number & ((BigInteger.One << bits) - 1));
    }

    public ushort Word(string field, ushort otherwise) => (ushort)Number(field, 16, otherwise);

    public byte Byte(string field, byte otherwise) => (byte)Number(field, 8, otherwise);

    public byte[] Mac(string field, string otherwise)
    {
        var value = _given.TryGetValue(field, out var given) ? given : otherwise;
        if (value is byte[] { Length: 6 } bytes) return bytes;
        if (value is PhysicalAddress physical && physical.GetAddressBytes() is { Length: 6 } raw) return raw;
        return value is string text && PhysicalAddress.TryParse(text, out var address) && address.GetAddressBytes() is { Length: 6 } parsed
            ? parsed
            : throw NotA(field, value, "an Ethernet address such as 02:00:00:00:00:01");
    }

    public byte[] Address(string field, AddressFamily family, string otherwise)
    {
        var size = family == AddressFamily.InterNetwork ? 4 : 16;
        var value = _given.TryGetValue(field, out var given) ? given : otherwise;
        if (value is byte[] bytes && bytes.Length == size) return bytes;
        var address = value as IPAddress;
        // IPAddress.Parse takes "1" as 0.0.0.1; an address with too few dots is a slip, not a number.
        if (address is null && value is string text && (size == 16 || text.Count(c => c == '.') == 3)) _ = IPAddress.TryParse(text, out address);
        return address?.AddressFamily == family
            ? address.GetAddressBytes()
            : throw NotA(field, value, size == 4 ? "an IPv4 address" : "an IPv6 address");
    }

    /// <summary>Raw bytes: an array, or hexadecimal text.</summary>
    public byte[] Bytes(string field)
    {
        if (!_given.TryGetValue(field, out var value)) return [];
        return ToBytes(value) ?? (value is string text ? PacketText.Parse(text) : throw NotA(field, value, "bytes or hexadecimal text"));
    }

    /// <summary>Text as it was given, or null when it is not text.</summary>
    public string? Text(string field) => _given.TryGetValue(field, out var value) ? value as string : null;

    public static BpfException Error(string message) => DiagnosticRules.PacketFormat.Error(message,
        action: "Correct the layer; Get-Help about_PSBpf_Packets lists layers and fields.");

    private BpfException NotA(string field, object? value, string wanted) =>
        Error($"Field '{field}' of layer '{_layer}' is '{value ?? "null"}', not {wanted}.");

    internal static byte[]? ToBytes(object? value) => value switch
    {
        byte[] bytes => bytes,
        ReadOnlyMemory<byte> memory => memory.ToArray(),
        string => null,
        IEnumerable items when items.Cast<object?>().Select(ToInteger).ToArray() is var numbers
            && Array.TrueForAll(numbers, n => n is { } number && number >= 0 && number <= 255) => Array.ConvertAll(numbers, n => (byte)n!.Value),
        _ => null,
    };

    internal static BigInteger? ToInteger(object? value) => value switch
    {
        bool flag => flag ? 1 : 0,
        byte or ushort or uint or ulong => Convert.ToUInt64(value, CultureInfo.InvariantCulture),
        sbyte or short or int or long or Enum => Convert.ToInt64(value, CultureInfo.InvariantCulture),
        BigInteger big => big,
        double number when Math.Floor(number) == number => new BigInteger(number),
        string text when text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            && BigInteger.TryParse("0" + text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex) => hex,
        string text when BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number,
        _ => null,
    };
}
