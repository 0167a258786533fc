using System.Buffers.Binary;
using System.Collections;
using System.Globalization;
using System.Numerics;
using System.Text;
using PSBpf.Diagnostics;

namespace PSBpf.Btf;

/// <summary>Writes one value, keeping the path to the member it is at for messages.</summary>
internal sealed class BtfValueWriter(BtfTypeSet types, BtfType root)
{
    /// <summary>Most names that a message lists.</summary>
    private const int MaxListed = 30;

    private readonly List<(string? Member, int Index)> _path = [];

    public void Write(object? value, Span<byte> destination)
    {
        destination.Clear();
        Write(root, value, destination);
    }

    private void Write(BtfType type, object? value, Span<byte> destination)
    {
        if (value is byte[] bytes && bytes.Length == destination.Length)
        {
            bytes.CopyTo(destination);
            return;
        }

        BtfType resolved = types.Resolve(type);
        switch (resolved)
        {
            case BtfInt integer:
                WriteInteger(type, integer, value, destination, integer.BitOffset, integer.Bits);
                break;
            case BtfEnumType enumeration:
                WriteEnum(type, enumeration, value, destination, 0, enumeration.Size * 8);
                break;
            case BtfReference { ReferenceKind: BtfKind.Pointer }:
                BtfBits.Write(destination, 0, 64, BtfNumber.Bits(Number(type, value, 64)));
                break;
            case BtfFloat number:
                WriteFloat(type, number, value, destination);
                break;
            case BtfStruct structure:
                WriteStruct(type, structure, value, destination);
                break;
            case BtfDataSection section:
                WriteSection(section, value, destination);
                break;
            case BtfArray array:
                WriteArray(type, array, value, destination);
                break;
            default:
                throw Error(type, value, "has no values");
        }
    }

    private void WriteInteger(BtfType type, BtfInt integer, object? value, Span<byte> destination, int offset, int bits)
    {
        if (integer.Encoding.HasFlag(BtfIntEncoding.Bool))
        {
            BigInteger flag = value is string word && bool.TryParse(word, out bool parsed) ? (parsed ? 1 : 0) : Number(type, value, bits);
            if (flag != BigInteger.Zero && flag != BigInteger.One) throw Error(type, value, "is true (1) or false (0)");
            BtfBits.Write(destination, offset, bits, BtfNumber.Bits(flag));
        }
        else if (integer.Size == 4 && bits == 32 && value is not null && NetworkText.TryParse(value, 4, out byte[]? address))
        {
            address.CopyTo(destination[(offset / 8)..]);
        }
        else if (value is string { Length: 1 } text && BtfValueReader.IsCharacter(integer) && !char.IsAsciiDigit(text[0]) && char.IsAscii(text[0]))
        {
            BtfBits.Write(destination, offset, bits, text[0]);
        }
        else
        {
            BtfBits.Write(destination, offset, bits, BtfNumber.Bits(Number(type, value, bits)));
        }
    }

    private void WriteEnum(BtfType type, BtfEnumType enumeration, object? value, Span<byte> destination, int offset, int bits)
    {
        BigInteger number;
        if (value is string text && FindEnumerator(enumeration, text) is { } member)
            number = member.Value;
        else if (value is string name && !BtfNumber.TryParse(name, out _))
            throw Error(type, value, $"is one of {List(enumeration.Members.Select(candidate => candidate.Name))}");
        else
            number = Number(type, value, bits);

        // The names of a wide unsigned enumeration keep their bits in a signed number.
        BtfBits.Write(destination, offset, bits, BtfNumber.Bits(number));
    }

    private static BtfEnumMember? FindEnumerator(BtfEnumType enumeration, string name)
    {
        BtfEnumMember[] similar = [.. enumeration.Members.Where(member => string.Equals(member.Name, name, StringComparison.OrdinalIgnoreCase))];
        return similar.FirstOrDefault(member => member.Name == name) ?? (similar.Length == 1 ? similar[0] : null);
    }

    private void WriteFloat(BtfType type, BtfFloat number, object? value, Span<byte> destination)
    {
        double parsed;
        if (value is string text)
        {
            if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out parsed)) throw Error(type, value, "is a number");
        }
        else if (BtfNumber.TryConvert(value, out BigInteger whole))
        {
            parsed = (double)whole;
        }
        else
        {
            parsed = value switch
            {
                double n => n,
                float n => n,
                Half n => (double)n,
                decimal n => (double)n,
                _ => throw Error(type, value, "is a number"),
            };
        }

        switch (number.Size)
        {
            case 2 when !double.IsFinite(parsed) || Half.IsFinite((Half)parsed):
                BinaryPrimitives.WriteHalfLittleEndian(destination, (Half)parsed);
                break;
            case 4 when !double.IsFinite(parsed) || float.IsFinite((float)parsed):
                BinaryPrimitives.WriteSingleLittleEndian(destination, (float)parsed);
                break;
            case 8:
                BinaryPrimitives.WriteDoubleLittleEndian(destination, parsed);
                break;
            case 2 or 4:
                throw Error(type, value, "does not reach so far");
            default:
                throw Error(type, value, $"takes {number.Size} bytes");
        }
    }

    private void WriteStruct(BtfType type, BtfStruct structure, object? value, Span<byte> destination)
    {
        if (value is not null && NetworkText.TryParse(value, structure.Size, out byte[]? address))
        {
            address.CopyTo(destination);
            return;
        }

        if (value is string text && StartsWithPrefixLength(structure) && NetworkText.TryParsePrefix(text, structure.Size, out int prefix, out byte[]? network))
        {
            BinaryPrimitives.WriteInt32LittleEndian(destination, prefix);
            network.CopyTo(destination[sizeof(uint)..]);
            return;
        }

        foreach ((string name, object? item) in Members(type, value, () => MemberNames(structure)))
        {
            if (!TryFindMember(structure, name, out BtfMember? member, out int bitOffset))
                throw Error(type, name, $"has the members {List(MemberNames(structure))}", "a member");
            _path.Add((member.Name, 0));
            WriteMember(member, bitOffset, item, destination);
            _path.RemoveAt(_path.Count - 1);
        }
    }

    private void WriteMember(BtfMember member, int bitOffset, object? value, Span<byte> destination)
    {
        BtfType type = types[member.TypeId];
        switch (types.Resolve(type))
        {
            case BtfInt integer when member.BitfieldSize > 0:
                WriteInteger(type, integer, value, destination, bitOffset, member.BitfieldSize);
                break;
            case BtfEnumType enumeration when member.BitfieldSize > 0:
                WriteEnum(type, enumeration, value, destination, bitOffset, member.BitfieldSize);
                break;
            case BtfInt integer when integer.Bits != integer.Size * 8 || bitOffset % 8 != 0:
                WriteInteger(type, integer, value, destination, bitOffset + integer.BitOffset, integer.Bits);
                break;
            default:
                Span<byte> part = destination.Slice(bitOffset / 8, types.SizeOf(type));
                // Another member of the same union may have been here.
                part.Clear();
                Write(type, value, part);
                break;
        }
    }

    private bool TryFindMember(BtfStruct structure, string name, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out BtfMember? member, out int bitOffset)
    {
        if (types.TryFindMember(structure, name, out member, out bitOffset)) return true;
        string[] similar = [.. MemberNames(structure).Where(candidate => string.Equals(candidate, name, StringComparison.OrdinalIgnoreCase)).Take(2)];
        return similar.Length == 1 && types.TryFindMember(structure, similar[0], out member, out bitOffset);
    }

    private IEnumerable<string> MemberNames(BtfStruct structure) => structure.Members.SelectMany(member =>
        member.Name.Length > 0 ? [member.Name] : types.Resolve(types[member.TypeId]) is BtfStruct nested ? MemberNames(nested) : []).Take(BtfLayout.MaxParts);

    private bool StartsWithPrefixLength(BtfStruct structure) =>
        !structure.IsUnion && structure.Members.Count > 1 && structure.Members[0] is { BitOffset: 0, BitfieldSize: 0 } first
        && types.Resolve(types[first.TypeId]) is BtfInt { Size: sizeof(uint) };

    private void WriteSection(BtfDataSection section, object? value, Span<byte> destination)
    {
        foreach ((string name, object? item) in Members(section, value, () => section.Variables.Select(variable => types[variable.TypeId].Name)))
        {
            if (section.Variables.FirstOrDefault(candidate => types[candidate.TypeId].Name == name) is not { } variable)
                throw Error(section, name, $"has the variables {List(section.Variables.Select(candidate => types[candidate.TypeId].Name))}", "a variable");
            BtfType type = types[variable.TypeId];
            if (variable.Offset > destination.Length - types.SizeOf(type)) throw Error(section, name, $"takes {destination.Length} bytes");
            _path.Add((name, 0));
            Write(type, item, destination.Slice(variable.Offset, types.SizeOf(type)));
            _path.RemoveAt(_path.Count - 1);
        }
    }

    private IEnumerable<(string Name, object? Value)> Members(BtfType type, object? value, Func<IEnumerable<string>> names) => value switch
    {
        IReadOnlyDictionary<string, object?> dictionary => dictionary.Select(pair => (pair.Key, pair.Value)),
        IDictionary dictionary => dictionary.Cast<DictionaryEntry>().Select(entry =>
            (entry.Key as string ?? throw Error(type, entry.Key, "has members with names, as text"), entry.Value)),
        _ => throw Error(type, value, $"takes a dictionary of {List(names())}, or its {types.SizeOf(type)} bytes"),
    };

    private void WriteArray(BtfType type, BtfArray array, object? value, Span<byte> destination)
    {
        BtfType element = types[array.ElementId];
        BtfInt? integer = types.Resolve(element) as BtfInt;
        if (value is string text && integer is not null && BtfValueReader.IsCharacter(integer))
        {
            int length = Encoding.UTF8.GetByteCount(text);
            if (length > destination.Length) throw Error(type, value, $"takes {destination.Length} bytes of text, not {length}");
            Encoding.UTF8.GetBytes(text, destination);
            return;
        }

        if (integer is not null && value is not null && NetworkText.TryParse(value, destination.Length, out byte[]? address))
        {
            address.CopyTo(destination);
            return;
        }

        if (value is string or IDictionary or not IEnumerable) throw Error(type, value, $"takes {array.Length} items, or its {destination.Length} bytes");
        int size = types.SizeOf(element), index = 0;
        foreach (object? item in (IEnumerable)value)
        {
            if (index >= array.Length) throw Error(type, value, $"takes {array.Length} items, not more");
            _path.Add((null, index));
            Write(element, item, destination.Slice(index * size, size));
            _path.RemoveAt(_path.Count - 1);
            index++;
        }

        if (index < array.Length) throw Error(type, value, $"takes {array.Length} items, not {index}");
    }

    private BigInteger Number(BtfType type, object? value, int bits)
    {
        if (!BtfNumber.TryConvert(value, out BigInteger number) && !(value is string text && BtfNumber.TryParse(text, out number)))
            throw Error(type, value, "takes a whole number");
        return BtfNumber.Fits(number, bits) ? number
            : throw Error(type, value, $"takes {bits} bits: {-(BigInteger.One << (bits - 1))} … {(BigInteger.One << bits) - 1}");
    }

    private BpfException Error(BtfType type, object? value, string need, string what = "a value")
    {
        var place = new StringBuilder(root.Name.Length > 0 ? root.Name : types.Declare(root));
        foreach ((string? member, int index) in _path)
            place.Append(member is null ? $"[{index.ToString(CultureInfo.InvariantCulture)}]" : "." + member);
        return DiagnosticRules.BtfValue.Error($"{place}: {Show(value)} is not {what} of '{types.Declare(type)}', which {need}.");
    }

    private static string Show(object? value)
    {
        string text = value switch
        {
            null => "null",
            string characters => $"'{characters}'",
            byte[] bytes => $"byte[{bytes.Length}]",
            IDictionary => "a dictionary",
            ICollection items => $"a list of {items.Count}",
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            _ => value.ToString() ?? value.GetType().Name,
        };
        return text.Length <= 80 ? text : text[..80] + "…";
    }

    private static string List(IEnumerable<string> names)
    {
        string[] listed = [.. names.Take(MaxListed + 1)];
        return listed.Length == 0 ? "no names" : string.Join(", ", listed.Take(MaxListed)) + (listed.Length > MaxListed ? ", …" : "");
    }
}
