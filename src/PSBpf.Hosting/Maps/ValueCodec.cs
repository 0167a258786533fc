using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using PSBpf.Btf;
using PSBpf.Diagnostics;
using PSBpf.Hosting.Packets;

namespace PSBpf.Hosting;

/// <summary>
/// Between the bytes of a key or value and what a user reads and writes: by BTF where the object has it; without, numbers
/// for 1, 2, 4 and 8 bytes, and the bytes themselves for other sizes.
/// </summary>
internal sealed class ValueCodec(BtfTypeSet? types, BtfType? type, int size)
{
    /// <summary>The C name of the type; empty when unknown.</summary>
    public string TypeName => types is not null && type is not null ? TypeNames.Of(types, type) : "";

    public object Read(ReadOnlySpan<byte> bytes) => size switch
    {
        1 => bytes[0],
        2 => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
        4 => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        8 => BinaryPrimitives.ReadUInt64LittleEndian(bytes),
        _ => bytes.ToArray(),
    };

    /// <summary>Writes a value; a structure given by some of its members leaves the others in <paramref name="into"/> as they are.</summary>
    public void Write(object? value, Span<byte> into, string what)
    {
        if (LayerValues.ToBytes(value) is { } bytes && (bytes.Length == size || value is byte[]))
        {
            if (bytes.Length != size) throw DiagnosticRules.BtfValue.Error($"{what} takes {size} bytes; {bytes.Length} are given");
            bytes.CopyTo(into);
            return;
        }

        var number = LayerValues.ToInteger(value);
        if (number is not { } given || size > 8 || size is 3 or 5 or 6 or 7)
            throw DiagnosticRules.BtfValue.Error($"{what} takes {size} bytes; '{value}' is none");
        if (given < -(BigInteger.One << (size * 8 - 1)) || given >= BigInteger.One << (size * 8))
            throw DiagnosticRules.BtfValue.Error(string.Create(CultureInfo.InvariantCulture, $"{what} takes {size} bytes; {given} does not fit"));
        for (var i = 0; i < size; i++) into[i] = (byte)(given >> (8 * i) & 0xff);
    }
}
