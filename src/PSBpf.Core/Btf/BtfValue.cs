using PSBpf.Diagnostics;

namespace PSBpf.Btf;

/// <summary>Bytes as .NET objects and back, as a BTF type says.</summary>
/// <remarks>
/// <list type="table">
/// <item><term>integers</term><description><see cref="byte"/> … <see cref="ulong"/>, <see cref="Int128"/>, <see cref="UInt128"/>, by size and sign</description></item>
/// <item><term>_Bool</term><description><see cref="bool"/></description></item>
/// <item><term>float, double</term><description><see cref="float"/>, <see cref="double"/>; others their bytes</description></item>
/// <item><term>char[]</term><description><see cref="string"/> up to NUL when it is printable UTF-8, else the bytes</description></item>
/// <item><term>unsigned char[]</term><description><see cref="byte"/>[]</description></item>
/// <item><term>enums</term><description><see cref="BtfEnumValue"/></description></item>
/// <item><term>structs, unions, data sections</term><description><see cref="BtfRecord"/></description></item>
/// <item><term>pointers</term><description><see cref="ulong"/></description></item>
/// <item><term>other arrays</term><description><see cref="object"/>[]</description></item>
/// </list>
/// </remarks>
public static class BtfValue
{
    /// <summary>Reads a value.</summary>
    /// <param name="types">The set that the type belongs to.</param>
    /// <param name="type">The value's type; typedefs and qualifiers are followed.</param>
    /// <param name="data">Its bytes; what comes after them is left out. All of them when the type has no size.</param>
    /// <exception cref="BpfException">BPF0202: there are too few bytes.</exception>
    public static object? Read(BtfTypeSet types, BtfType type, ReadOnlySpan<byte> data)
    {
        if (!types.HasSize(type)) return data.ToArray();
        int size = types.SizeOf(type);
        if (data.Length < size)
            throw DiagnosticRules.BtfValue.Error($"'{types.Declare(type)}' takes {size} bytes, but there are only {data.Length}.");
        if (types.PartsOf(type) > BtfLayout.MaxParts)
            throw DiagnosticRules.BtfValue.Error($"'{types.Declare(type)}' has more than {BtfLayout.MaxParts} parts.", action: "Read its bytes instead.");
        return new BtfValueReader(types).Read(type, data[..size]);
    }

    /// <summary>Writes a value.</summary>
    /// <remarks>
    /// Integers take numbers of any type from −2^(n−1) to 2^n−1, booleans, decimal and 0x text; 4-byte ones dotted IPv4 text,
    /// which stands in network order. Enums take names. Structs take dictionaries; members left out are zero.
    /// Arrays take as many items as they have; char arrays text; byte arrays of 4, 6 and 16 IPv4, MAC and IPv6 text.
    /// Structs of 8 and 20 bytes that start with a 4-byte integer take prefixes such as 10.0.0.0/8 (struct bpf_lpm_trie_key).
    /// Anything takes a byte[] of its size.
    /// </remarks>
    /// <param name="types">The set that the type belongs to.</param>
    /// <param name="type">The value's type; typedefs and qualifiers are followed.</param>
    /// <param name="value">The value.</param>
    /// <param name="destination">As many bytes as the type takes; those after them are left alone.</param>
    /// <exception cref="BpfException">BPF0202: the value does not fit; the message names the member, its type and the value.</exception>
    public static void Write(BtfTypeSet types, BtfType type, object? value, Span<byte> destination)
    {
        int size = types.SizeOf(type);
        if (!types.HasSize(type)) throw DiagnosticRules.BtfValue.Error($"'{types.Declare(type)}' has no size, so no value of it can be written.");
        if (destination.Length < size) throw new ArgumentException($"The destination has {destination.Length} bytes, but the type takes {size}.", nameof(destination));
        new BtfValueWriter(types, type).Write(value, destination[..size]);
    }

    /// <summary>Writes a value into bytes of their own.</summary>
    /// <inheritdoc cref="Write(BtfTypeSet, BtfType, object?, Span{byte})"/>
    public static byte[] ToBytes(BtfTypeSet types, BtfType type, object? value)
    {
        byte[] bytes = new byte[types.SizeOf(type)];
        Write(types, type, value, bytes);
        return bytes;
    }
}
