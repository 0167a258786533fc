using PSBpf.Diagnostics;

namespace PSBpf.Btf;

/// <summary>
/// Reads one type record, and checks that what it refers to exists and may stand there.
/// <code>
/// struct btf_type { u32 name_off; u32 info; u32 size_or_type; }   then what the kind adds
/// info: | vlen 0-15 | 16-23 unused | kind 24-28 | unused | kind_flag 31 |
/// </code>
/// </summary>
internal ref struct BtfRecordReader(BtfImage image, int id)
{
    private readonly BtfImage _image = image;
    private readonly int _id = id;
    private readonly int _start = image.OffsetOf(id);
    private int _at = image.OffsetOf(id);

    public BtfType Read()
    {
        uint nameOffset = Next(), info = Next(), sizeOrType = Next();
        int count = (int)(info & 0xffff), id = _id;
        bool flag = info >> 31 != 0;
        var kind = (BtfKind)(info >> 24 & 0x1f);
        string name = Name(nameOffset);

        switch (kind)
        {
            case BtfKind.Int:
                return ReadInt(name, Size(sizeOrType));
            case BtfKind.Pointer or BtfKind.Typedef or BtfKind.Volatile or BtfKind.Const or BtfKind.Restrict or BtfKind.TypeTag:
                return new BtfReference(id, name, kind, Target(sizeOrType));
            case BtfKind.Array:
                return new BtfArray(id, Target(Next()), Target(Next()), Next());
            case BtfKind.Struct or BtfKind.Union:
                return new BtfStruct(id, name, kind == BtfKind.Union, Size(sizeOrType), ReadMembers(count, flag));
            case BtfKind.Enum or BtfKind.Enum64:
                if (sizeOrType is not (1 or 2 or 4 or 8)) throw Malformed($"BTF enum {id} '{name}' is said to take {sizeOrType} bytes.");
                return new BtfEnumType(id, name, kind == BtfKind.Enum64, (int)sizeOrType, flag, ReadEnumerators(count, kind == BtfKind.Enum64, flag));
            case BtfKind.Forward:
                return new BtfForward(id, name, flag);
            case BtfKind.Function:
                return new BtfReference(id, name, kind, Target(sizeOrType, BtfKind.FunctionPrototype), Linkage((uint)count));
            case BtfKind.FunctionPrototype:
                return new BtfFunctionPrototype(id, Target(sizeOrType), ReadParameters(count));
            case BtfKind.Variable:
                return new BtfReference(id, name, kind, Target(sizeOrType), Linkage(Next()));
            case BtfKind.DataSection:
                return new BtfDataSection(id, name, Size(sizeOrType), ReadSectionVariables(count));
            case BtfKind.Float:
                if (sizeOrType is not (2 or 4 or 8 or 12 or 16)) throw Malformed($"BTF float {id} '{name}' is said to take {sizeOrType} bytes.");
                return new BtfFloat(id, name, (int)sizeOrType);
            default:
                int target = Target(sizeOrType, BtfKind.Struct, BtfKind.Union, BtfKind.Function, BtfKind.Variable, BtfKind.Typedef);
                return new BtfReference(id, name, kind, target, ComponentIndex: (int)Next());
        }
    }

    private BtfInt ReadInt(string name, int size)
    {
        // u32: | bits 0-7 | 8-15 unused | offset 16-23 | encoding 24-27 |
        uint detail = Next();
        int bits = (int)(detail & 0xff), offset = (int)(detail >> 16 & 0xff);
        if (size is not (1 or 2 or 4 or 8 or 16) || bits == 0 || bits + offset > size * 8)
            throw Malformed($"BTF integer {_id} '{name}' takes {bits} bits at bit {offset} of {size} bytes.");
        return new BtfInt(_id, name, size, (BtfIntEncoding)(detail >> 24 & 0xf), offset, bits);
    }

    private BtfMember[] ReadMembers(int count, bool bitfields)
    {
        var members = new BtfMember[count];
        foreach (ref BtfMember member in members.AsSpan())
        {
            string name = Name(Next());
            int type = Target(Next());
            uint offset = Next();
            // With kind_flag, the offset's top byte is the size of a bitfield.
            int bitOffset = bitfields ? (int)(offset & 0xffffff) : (int)Math.Min(offset, int.MaxValue);
            member = new BtfMember(name, type, bitOffset, bitfields ? (int)(offset >> 24) : 0);
        }

        return members;
    }

    private BtfEnumMember[] ReadEnumerators(int count, bool is64, bool signed)
    {
        var members = new BtfEnumMember[count];
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
        var parameters = new BtfParameter[count];
        foreach (ref BtfParameter parameter in parameters.AsSpan()) parameter = new BtfParameter(Name(Next()), Target(Next()));
        return parameters;
    }

    private BtfSectionVariable[] ReadSectionVariables(int count)
    {
        var variables = new BtfSectionVariable[count];
        foreach (ref BtfSectionVariable variable in variables.AsSpan())
        {
            int type = Target(Next(), BtfKind.Variable, BtfKind.Function);
            uint offset = Next(), size = Next();
            if (offset > int.MaxValue || size > int.MaxValue)
                throw Malformed($"A variable of BTF data section {_id} is said to take {size} bytes at offset {offset}.");
            variable = new BtfSectionVariable(type, (int)offset, (int)size);
        }

        return variables;
    }

    /// <summary>A reference to a type in the C sense; or, where kinds are given, to one of those.</summary>
    private readonly int Target(uint id, params ReadOnlySpan<BtfKind> kinds)
    {
        if (id >= (uint)_image.Count) throw Malformed($"BTF type {_id} refers to type {id}, but there are only {_image.Count}.");
        BtfKind kind = _image.KindOf((int)id);
        bool fits = kinds.IsEmpty
            ? kind is not (BtfKind.Variable or BtfKind.DataSection or BtfKind.Function or BtfKind.DeclarationTag)
            : kinds.Contains(kind);
        return fits ? (int)id : throw Malformed($"BTF type {_id} ({_image.KindOf(_id)}) refers to type {id}, which is a {kind}.");
    }

    private readonly int Size(uint size) =>
        size <= int.MaxValue ? (int)size : throw Malformed($"BTF type {_id} is said to take {size} bytes.");

    private readonly BtfLinkage Linkage(uint value) =>
        value <= (uint)BtfLinkage.Extern ? (BtfLinkage)value : throw Malformed($"A BTF linkage of {value} does not exist.");

    private readonly string Name(uint offset) =>
        offset == 0 ? "" : _image.TryGetString(offset, out string? name) ? name
            : throw Malformed($"A BTF name is at offset {offset}, outside the strings.");

    private uint Next()
    {
        uint value = _image.U32(_at);
        _at += 4;
        return value;
    }

    private readonly BpfException Malformed(string message) => _image.Malformed(message, _start);
}
