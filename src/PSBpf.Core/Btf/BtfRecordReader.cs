namespace PSBpf.Btf;

/// <summary>
/// Reads one type record, which <see cref="BtfRecordCheck"/> found good.
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
        int count = (int)(info & 0xffff), id = _id, number = (int)sizeOrType;
        bool flag = info >> 31 != 0;
        var kind = (BtfKind)(info >> 24 & 0x1f);
        string name = Name(nameOffset);

        switch (kind)
        {
            case BtfKind.Int:
                (BtfIntEncoding encoding, int offset, int bits) = _image.IntDetailOf(id);
                return new BtfInt(id, name, number, encoding, offset, bits);
            case BtfKind.Pointer or BtfKind.Typedef or BtfKind.Volatile or BtfKind.Const or BtfKind.Restrict or BtfKind.TypeTag:
                return new BtfReference(id, name, kind, number);
            case BtfKind.Array:
                return new BtfArray(id, (int)Next(), (int)Next(), Next());
            case BtfKind.Struct or BtfKind.Union:
                return new BtfStruct(id, name, kind == BtfKind.Union, number, ReadMembers(count, flag));
            case BtfKind.Enum or BtfKind.Enum64:
                return new BtfEnumType(id, name, kind == BtfKind.Enum64, number, flag, ReadEnumerators(count, kind == BtfKind.Enum64, flag));
            case BtfKind.Forward:
                return new BtfForward(id, name, flag);
            case BtfKind.Function:
                return new BtfReference(id, name, kind, number, (BtfLinkage)count);
            case BtfKind.FunctionPrototype:
                return new BtfFunctionPrototype(id, number, ReadParameters(count));
            case BtfKind.Variable:
                return new BtfReference(id, name, kind, number, (BtfLinkage)Next());
            case BtfKind.DataSection:
                return new BtfDataSection(id, name, number, ReadSectionVariables(count));
            case BtfKind.Float:
                return new BtfFloat(id, name, number);
            default:
                return new BtfReference(id, name, kind, number, ComponentIndex: (int)Next());
        }
    }

    private BtfMember[] ReadMembers(int count, bool bitfields)
    {
        var members = new BtfMember[count];
        foreach (ref BtfMember member in members.AsSpan())
        {
            string name = Name(Next());
            int type = (int)Next();
            (int bitOffset, int bitfieldSize) = BtfBits.MemberPlace(Next(), bitfields);
            member = new BtfMember(name, type, bitOffset, bitfieldSize);
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
        foreach (ref BtfParameter parameter in parameters.AsSpan()) parameter = new BtfParameter(Name(Next()), (int)Next());
        return parameters;
    }

    private BtfSectionVariable[] ReadSectionVariables(int count)
    {
        var variables = new BtfSectionVariable[count];
        foreach (ref BtfSectionVariable variable in variables.AsSpan()) variable = new BtfSectionVariable((int)Next(), (int)Next(), (int)Next());
        return variables;
    }

    private readonly string Name(uint offset) =>
        offset == 0 ? "" : _image.TryGetString(offset, out string? name) ? name : throw _image.Overlapping(offset, _start);

    private uint Next()
    {
        uint value = _image.U32(_at);
        _at += 4;
        return value;
    }
}
