using System.Buffers.Binary;
using System.Text;

namespace PSBpf.Btf;

/// <summary>Reads values. The set's layout has bounded how deep and how wide they are.</summary>
internal readonly struct BtfValueReader(BtfTypeSet types)
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public object? Read(BtfType type, ReadOnlySpan<byte> data) => types.Resolve(type) switch
    {
        BtfInt integer => ReadInteger(integer, data, integer.BitOffset, integer.Bits),
        BtfEnumType enumeration => ReadEnum(enumeration, data, 0, enumeration.Size * 8),
        BtfReference { ReferenceKind: BtfKind.Pointer } => BinaryPrimitives.ReadUInt64LittleEndian(data),
        BtfStruct structure => ReadStruct(structure, data),
        BtfArray array => ReadArray(array, data),
        BtfFloat number => ReadFloat(number, data),
        BtfDataSection section => ReadSection(section, data),
        _ => data.ToArray(),
    };

    private BtfRecord ReadStruct(BtfStruct structure, ReadOnlySpan<byte> data)
    {
        var record = new BtfRecord(types.Declare(structure));
        AddMembers(record, structure, data);
        return record;
    }

    private void AddMembers(BtfRecord record, BtfStruct structure, ReadOnlySpan<byte> data)
    {
        foreach (BtfMember member in structure.Members)
        {
            BtfType type = types[member.TypeId];
            BtfType resolved = types.Resolve(type);
            if (member.Name.Length == 0)
            {
                // Anonymous bitfields are padding.
                if (resolved is BtfStruct nested) AddMembers(record, nested, data.Slice(member.BitOffset / 8, nested.Size));
            }
            else if (member.BitfieldSize > 0)
            {
                record.Add(member.Name, resolved is BtfEnumType enumeration
                    ? ReadEnum(enumeration, data, member.BitOffset, member.BitfieldSize)
                    : ReadInteger((BtfInt)resolved, data, member.BitOffset, member.BitfieldSize));
            }
            else if (resolved is BtfInt integer)
            {
                record.Add(member.Name, ReadInteger(integer, data, member.BitOffset + integer.BitOffset, integer.Bits));
            }
            else
            {
                record.Add(member.Name, Read(type, data.Slice(member.BitOffset / 8, types.SizeOf(type))));
            }
        }
    }

    private BtfRecord ReadSection(BtfDataSection section, ReadOnlySpan<byte> data)
    {
        var record = new BtfRecord(section.Name);
        foreach (BtfSectionVariable variable in section.Variables)
        {
            BtfType type = types[variable.TypeId];
            if (types.HasSize(type) && variable.Offset <= data.Length - types.SizeOf(type))
                record.Add(type.Name, Read(type, data.Slice(variable.Offset, types.SizeOf(type))));
        }

        return record;
    }

    private object ReadArray(BtfArray array, ReadOnlySpan<byte> data)
    {
        BtfType element = types[array.ElementId];
        if (types.Resolve(element) is BtfInt { Size: 1 } integer && !integer.Encoding.HasFlag(BtfIntEncoding.Bool))
        {
            if (IsCharacter(integer)) return ReadText(data) ?? (object)data.ToArray();
            if (!integer.Encoding.HasFlag(BtfIntEncoding.Signed)) return data.ToArray();
        }

        int size = types.SizeOf(element);
        var items = new object?[array.Length];
        for (int index = 0; index < items.Length; index++) items[index] = Read(element, data.Slice(index * size, size));
        return items;
    }

    /// <summary>Whether arrays of a type are text. clang gives <c>char</c> no encoding of its own, only its name.</summary>
    public static bool IsCharacter(BtfInt integer) =>
        integer.Size == 1 && (integer.Encoding.HasFlag(BtfIntEncoding.Char) || integer.Name == "char");

    private static string? ReadText(ReadOnlySpan<byte> data)
    {
        int end = data.IndexOf((byte)0);
        if (end >= 0) data = data[..end];
        string text;
        try
        {
            text = Strict.GetString(data);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }

        foreach (char character in text)
            if (char.IsControl(character) && character is not ('\t' or '\n' or '\r')) return null;
        return text;
    }

    private static object ReadInteger(BtfInt integer, ReadOnlySpan<byte> data, int offset, int bits)
    {
        UInt128 raw = BtfBits.Read(data, offset, bits);
        if (integer.Encoding.HasFlag(BtfIntEncoding.Bool)) return raw != 0;
        if (integer.Encoding.HasFlag(BtfIntEncoding.Signed))
        {
            Int128 value = BtfBits.SignExtend(raw, bits);
            return integer.Size switch { 1 => (object)(sbyte)value, 2 => (short)value, 4 => (int)value, 8 => (long)value, _ => value };
        }

        return integer.Size switch { 1 => (object)(byte)raw, 2 => (ushort)raw, 4 => (uint)raw, 8 => (ulong)raw, _ => raw };
    }

    private static BtfEnumValue ReadEnum(BtfEnumType enumeration, ReadOnlySpan<byte> data, int offset, int bits)
    {
        UInt128 raw = BtfBits.Read(data, offset, bits);
        long value = enumeration.IsSigned ? (long)BtfBits.SignExtend(raw, bits) : (long)(ulong)raw;
        string? name = null;
        foreach (BtfEnumMember member in enumeration.Members)
        {
            if (member.Value != value) continue;
            name = member.Name;
            break;
        }

        return new BtfEnumValue(name, value, !enumeration.IsSigned);
    }

    private static object ReadFloat(BtfFloat number, ReadOnlySpan<byte> data) => number.Size switch
    {
        2 => BinaryPrimitives.ReadHalfLittleEndian(data),
        4 => BinaryPrimitives.ReadSingleLittleEndian(data),
        8 => BinaryPrimitives.ReadDoubleLittleEndian(data),
        _ => data.ToArray(),
    };
}
