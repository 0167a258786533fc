using System.Buffers.Binary;
using System.Collections;
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
internal sealed class ValueCodec
{
    private readonly BtfTypeSet? _types;
    private readonly BtfType? _type;
    private readonly int _size;
    private readonly string _what;
    private readonly bool _isPrefix;

    /// <summary>Makes a codec.</summary>
    /// <param name="types">The type information; null when there is none.</param>
    /// <param name="type">The type in it; one whose size differs from <paramref name="size"/> is not used.</param>
    /// <param name="size">How many bytes there are.</param>
    /// <param name="what">What they are, for messages, e.g. <c>a key of map 'stats'</c>.</param>
    /// <param name="isPrefix">Whether it is the key of a trie.</param>
    public ValueCodec(BtfTypeSet? types, BtfType? type, int size, string what, bool isPrefix = false)
    {
        _isPrefix = isPrefix && PrefixText.Fits(size);
        _size = size;
        _what = what;
        if (types is null || type is null || types.SizeOf(type) != size) return;
        _types = types;
        _type = type;
    }

    /// <summary>The type as C writes it; empty when unknown.</summary>
    public string TypeName => _types is not null ? _types.Declare(_type!) : "";

    public object Read(ReadOnlySpan<byte> bytes)
    {
        if (_types is not null) return BtfValue.Read(_types, _type!, bytes) ?? bytes.ToArray();
        if (_isPrefix) return PrefixText.Read(bytes);
        return _size switch
        {
            1 => bytes[0],
            2 => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
            4 => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
            8 => BinaryPrimitives.ReadUInt64LittleEndian(bytes),
            _ => bytes.ToArray(),
        };
    }

    /// <summary>Writes a value; <see cref="TryWriteVariables"/> writes some of a data section's.</summary>
    /// <exception cref="BpfException">BPF0202, when the value does not fit.</exception>
    public void Write(object? value, Span<byte> into)
    {
        try
        {
            if (_types is null) WriteUntyped(value, into);
            else BtfValue.Write(_types, _type!, value, into);
        }
        catch (BpfException exception) when (exception.Diagnostic.Rule == DiagnosticRules.BtfValue)
        {
            throw About(exception);
        }
    }

    /// <summary>Writes variables of a data section, and says where; false when it is none, or the value does not name variables.</summary>
    /// <exception cref="BpfException">BPF0202, when there is no such variable, or a value does not fit.</exception>
    public bool TryWriteVariables(object? value, Span<byte> into, out IReadOnlyList<(int Offset, int Length)> written)
    {
        written = [];
        if (_type is not BtfDataSection section || value is not (IDictionary or IReadOnlyDictionary<string, object?>)) return false;
        try
        {
            written = WriteVariables(_types!, section, value, into);
            return true;
        }
        catch (BpfException exception) when (exception.Diagnostic.Rule == DiagnosticRules.BtfValue)
        {
            throw About(exception);
        }
    }

    private BpfException About(BpfException exception) => new(exception.Diagnostic with { Message = $"{_what}: {exception.Message}" }, exception);

    private static List<(int Offset, int Length)> WriteVariables(BtfTypeSet types, BtfDataSection section, object value, Span<byte> into)
    {
        List<(int Offset, int Length)> written = [];
        var given = value as IReadOnlyDictionary<string, object?>
            ?? ((IDictionary)value).Cast<DictionaryEntry>().ToDictionary(entry => entry.Key.ToString() ?? "", entry => entry.Value);
        foreach (var (name, content) in given)
        {
            var variable = section.Variables.FirstOrDefault(variable => types[variable.TypeId].Name == name)
                ?? throw DiagnosticRules.BtfValue.Error(
                    $"There is no variable '{name}'; there are {string.Join(", ", section.Variables.Select(variable => types[variable.TypeId].Name))}.");
            BtfValue.Write(types, types[variable.TypeId], content, into.Slice(variable.Offset, variable.Size));
            written.Add((variable.Offset, variable.Size));
        }

        return written;
    }

    private void WriteUntyped(object? value, Span<byte> into)
    {
        if (_isPrefix && value is string text && PrefixText.TryWrite(text, into)) return;
        if (LayerValues.ToBytes(value) is { } bytes && (bytes.Length == _size || value is byte[]))
        {
            if (bytes.Length != _size) throw DiagnosticRules.BtfValue.Error($"It takes {_size} bytes; {bytes.Length} are given.");
            bytes.CopyTo(into);
            return;
        }

        if (LayerValues.ToInteger(value) is not { } number || _size is not (1 or 2 or 4 or 8))
            throw DiagnosticRules.BtfValue.Error($"It takes {_size} bytes; '{value}' is none.", action: "Without BTF pass bytes, or a number for 1, 2, 4 or 8 bytes.");
        if (number < -(BigInteger.One << (_size * 8 - 1)) || number >= BigInteger.One << (_size * 8))
            throw DiagnosticRules.BtfValue.Error(string.Create(CultureInfo.InvariantCulture, $"It takes {_size} bytes; {number} does not fit."));
        for (var i = 0; i < _size; i++) into[i] = (byte)(number >> (8 * i) & 0xff);
    }
}
