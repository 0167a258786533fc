using System.Buffers.Binary;
using PSBpf.Diagnostics;
using PSBpf.Elf;

namespace PSBpf.Btf;

/// <summary>
/// Reads a .BTF section (the kernel's Documentation/bpf/btf.rst): a header, type records one after the other, strings.
/// <code>
/// struct btf_type { u32 name_off; u32 info; u32 size_or_type; }   then what the kind adds
/// info: | vlen 0-15 | 16-23 unused | kind 24-28 | unused | kind_flag 31 |
/// </code>
/// </summary>
internal sealed class BtfReader
{
    public const ushort Magic = 0xeb9f;
    public const int HeaderSize = 24;

    /// <summary>The kernel's BTF_MAX_TYPE.</summary>
    private const int MaxTypes = 0xfffff;

    private readonly ReadOnlyMemory<byte> _data;
    private readonly DiagnosticLocation _location;
    private readonly StringTable _strings;
    private readonly int _end;
    private readonly List<BtfType> _types = [new BtfVoid()];
    private readonly List<int> _offsets = [0];
    private int _at;

    public BtfReader(ReadOnlyMemory<byte> data, DiagnosticLocation location)
    {
        _data = data;
        _location = location with { Section = location.Section ?? ".BTF" };
        ReadOnlySpan<byte> bytes = data.Span;
        if (bytes.Length < HeaderSize) throw Malformed($"The BTF header takes {HeaderSize} bytes, but there are only {bytes.Length}.", 0);

        ushort magic = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
        if (magic == BinaryPrimitives.ReverseEndianness(Magic)) throw Malformed("The BTF is big-endian.", 0);
        if (magic != Magic) throw Malformed($"The BTF starts with {magic:x4} instead of {Magic:x4}.", 0);
        if (bytes[2] != 1) throw Malformed($"The BTF version is {bytes[2]}, but only 1 exists.", 2);

        uint header = U32(4);
        if (header < HeaderSize || header > (uint)bytes.Length) throw Malformed($"The BTF header is said to take {header} bytes.", 4);
        (int typeStart, int typeLength) = Part(header, 8, "types");
        (int stringStart, int stringLength) = Part(header, 16, "strings");
        if (typeStart % 4 != 0) throw Malformed("The BTF types are not aligned to four bytes.", 8);
        if (stringLength == 0 || bytes[stringStart] != 0 || bytes[stringStart + stringLength - 1] != 0)
            throw Malformed("The BTF strings do not start and end with NUL.", 16);

        _strings = new StringTable(data.Slice(stringStart, stringLength));
        _at = typeStart;
        _end = typeStart + typeLength;
    }

    public BtfTypeSet Read()
    {
        while (_at < _end)
        {
            if (_types.Count > MaxTypes) throw Malformed($"There are more than {MaxTypes} BTF types.", _at);
            _offsets.Add(_at);
            _types.Add(ReadType(_types.Count));
        }

        BtfType[] types = [.. _types];
        var checker = new BtfChecker(types, message => Malformed(message, null));
        checker.CheckReferences();
        return new BtfTypeSet(types, _data, BtfLayout.Compute(types, message => Malformed(message, null)), _strings, [.. _offsets]);
    }

    private BtfType ReadType(int id)
    {
        int start = _at;
        uint nameOffset = Next(), info = Next(), sizeOrType = Next();
        int count = (int)(info & 0xffff);
        bool flag = info >> 31 != 0;
        var kind = (BtfKind)(info >> 24 & 0x1f);
        string name = Name(nameOffset);

        int Target() => sizeOrType <= MaxTypes ? (int)sizeOrType : throw Malformed($"BTF type {id} refers to type {sizeOrType}.", start);
        int Size() => sizeOrType <= int.MaxValue ? (int)sizeOrType : throw Malformed($"BTF type {id} is said to take {sizeOrType} bytes.", start);

        switch (kind)
        {
            case BtfKind.Int:
                return ReadInt(id, name, Size(), start);
            case BtfKind.Pointer or BtfKind.Typedef or BtfKind.Volatile or BtfKind.Const or BtfKind.Restrict or BtfKind.TypeTag:
                return new BtfReference(id, name, kind, Target());
            case BtfKind.Array:
                return new BtfArray(id, NextId(), NextId(), Next());
            case BtfKind.Struct or BtfKind.Union:
                return new BtfStruct(id, name, kind == BtfKind.Union, Size(), ReadMembers(count, flag));
            case BtfKind.Enum or BtfKind.Enum64:
                if (sizeOrType is not (1 or 2 or 4 or 8)) throw Malformed($"BTF enum {id} '{name}' is said to take {sizeOrType} bytes.", start);
                return new BtfEnumType(id, name, kind == BtfKind.Enum64, Size(), flag, ReadEnumerators(count, kind == BtfKind.Enum64, flag));
            case BtfKind.Forward:
                return new BtfForward(id, name, flag);
            case BtfKind.Function:
                return new BtfReference(id, name, kind, Target(), Linkage((uint)count, start));
            case BtfKind.FunctionPrototype:
                return new BtfFunctionPrototype(id, Target(), ReadParameters(count));
            case BtfKind.Variable:
                return new BtfReference(id, name, kind, Target(), Linkage(Next(), start));
            case BtfKind.DataSection:
                return new BtfDataSection(id, name, Size(), ReadSectionVariables(count));
            case BtfKind.Float:
                if (sizeOrType is not (2 or 4 or 8 or 12 or 16)) throw Malformed($"BTF float {id} '{name}' is said to take {sizeOrType} bytes.", start);
                return new BtfFloat(id, name, Size());
            case BtfKind.DeclarationTag:
                return new BtfReference(id, name, kind, Target(), ComponentIndex: (int)Next());
            default:
                throw Malformed($"BTF type {id} is of kind {(int)kind}, which is not known.", start);
        }
    }

    private BtfInt ReadInt(int id, string name, int size, int start)
    {
        // u32: | bits 0-7 | 8-15 unused | offset 16-23 | encoding 24-27 |
        uint detail = Next();
        int bits = (int)(detail & 0xff), offset = (int)(detail >> 16 & 0xff);
        if (size is not (1 or 2 or 4 or 8 or 16) || bits == 0 || bits + offset > size * 8)
            throw Malformed($"BTF integer {id} '{name}' takes {bits} bits at bit {offset} of {size} bytes.", start);
        return new BtfInt(id, name, size, (BtfIntEncoding)(detail >> 24 & 0xf), offset, bits);
    }

    private BtfMember[] ReadMembers(int count, bool bitfields)
    {
        BtfMember[] members = Reserve<BtfMember>(count, 12);
        foreach (ref BtfMember member in members.AsSpan())
        {
            string name = Name(Next());
            int type = NextId();
            uint offset = Next();
            // With kind_flag, the offset's top byte is the size of a bitfield.
            int bitOffset = bitfields ? (int)(offset & 0xffffff) : (int)Math.Min(offset, int.MaxValue);
            member = new BtfMember(name, type, bitOffset, bitfields ? (int)(offset >> 24) : 0);
        }

        return members;
    }

    private BtfEnumMember[] ReadEnumerators(int count, bool is64, bool signed)
    {
        BtfEnumMember[] members = Reserve<BtfEnumMember>(count, is64 ? 12 : 8);
        foreach (ref BtfEnumMember member in members.AsSpan())
        {
            string name = Name(Next());
            uint low = Next();
            member = new BtfEnumMember(name, is64 ? (long)(low | (ulong)Next() << 32) : signed ? (int)low : low);
        }

        return members;
    }

    private BtfParameter[] ReadParameters(int count)
    {
        BtfParameter[] parameters = Reserve<BtfParameter>(count, 8);
        foreach (ref BtfParameter parameter in parameters.AsSpan()) parameter = new BtfParameter(Name(Next()), NextId());
        return parameters;
    }

    private BtfSectionVariable[] ReadSectionVariables(int count)
    {
        BtfSectionVariable[] variables = Reserve<BtfSectionVariable>(count, 12);
        foreach (ref BtfSectionVariable variable in variables.AsSpan())
        {
            int type = NextId();
            uint offset = Next(), size = Next();
            if (offset > int.MaxValue || size > int.MaxValue)
                throw Malformed($"A variable of a BTF data section is said to take {size} bytes at offset {offset}.", _at);
            variable = new BtfSectionVariable(type, (int)offset, (int)size);
        }

        return variables;
    }

    private T[] Reserve<T>(int count, int size) =>
        count <= (_end - _at) / size ? new T[count] : throw Malformed($"A BTF type has {count} parts, but the section ends before.", _at);

    private BtfLinkage Linkage(uint value, int start) =>
        value <= (uint)BtfLinkage.Extern ? (BtfLinkage)value : throw Malformed($"A BTF linkage of {value} does not exist.", start);

    private string Name(uint offset) =>
        _strings.TryGet(offset, out string? name) ? name : throw Malformed($"A BTF name is at offset {offset}, outside the {_strings.Length} bytes of strings.", _at);

    private int NextId()
    {
        uint id = Next();
        return id <= MaxTypes ? (int)id : throw Malformed($"A BTF type refers to type {id}.", _at - 4);
    }

    private uint Next()
    {
        if (_end - _at < 4) throw Malformed("The BTF types end in the middle of one.", _at);
        uint value = U32(_at);
        _at += 4;
        return value;
    }

    private (int Start, int Length) Part(uint header, int field, string what)
    {
        uint offset = U32(field), length = U32(field + 4);
        ulong start = (ulong)header + offset;
        if (start + length > (ulong)_data.Length)
            throw Malformed($"The BTF {what} ({length} bytes at offset {start}) lie outside the section, which has {_data.Length} bytes.", field);
        return ((int)start, (int)length);
    }

    private uint U32(int at) => BinaryPrimitives.ReadUInt32LittleEndian(_data.Span[at..]);

    private BpfException Malformed(string message, int? at) =>
        DiagnosticRules.BtfMalformed.Error(message, _location with { Offset = at });
}
