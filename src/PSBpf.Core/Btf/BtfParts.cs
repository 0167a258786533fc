using System.Buffers.Binary;

namespace PSBpf.Btf;

/// <summary>
/// The types that a type holds by value, as its record lists them: what a typedef or qualifier stands for, an array's element, a struct's members, a
/// section's variables. The record must have been checked.
/// </summary>
internal readonly ref struct BtfParts
{
    // struct btf_type: name_off, info, size_or_type. struct btf_member: name_off, type, offset. struct btf_var_secinfo: type, offset, size.
    private const int SizeOrTypeField = 8, MemberTypeField = 4, MemberOffsetField = 8;

    private readonly BtfImage _image;
    private readonly ReadOnlySpan<byte> _types;
    private readonly int _stride;

    public BtfParts(BtfImage image, int id)
    {
        _image = image;
        if (id == 0) return;
        BtfKind kind = image.KindOf(id);
        ReadOnlySpan<byte> record = image.Data.Span[image.OffsetOf(id)..];
        (int start, Count, _stride) = kind switch
        {
            BtfKind.Typedef or BtfKind.Const or BtfKind.Volatile or BtfKind.Restrict or BtfKind.TypeTag or BtfKind.Variable => (SizeOrTypeField, 1, 0),
            BtfKind.Array => (BtfImage.RecordSize, 1, 0),
            BtfKind.Struct or BtfKind.Union => (BtfImage.RecordSize + MemberTypeField, image.PartCountOf(id), BtfImage.PartSize(kind)),
            BtfKind.DataSection => (BtfImage.RecordSize, image.PartCountOf(id), BtfImage.PartSize(kind)),
            _ => (0, 0, 0),
        };
        _types = record[start..];
    }

    /// <summary>How many there are.</summary>
    public int Count { get; }

    /// <summary>The id of one.</summary>
    public int this[int index] => (int)BinaryPrimitives.ReadUInt32LittleEndian(_types[(index * _stride)..]);

    /// <summary>The word after a member's type: where it lies.</summary>
    public uint ExtraOf(int index) => BinaryPrimitives.ReadUInt32LittleEndian(_types[(index * _stride + MemberOffsetField - MemberTypeField)..]);

    /// <summary>A member's name, for messages.</summary>
    public string NameOf(int index) => _image.TextAt(BinaryPrimitives.ReadUInt32LittleEndian(_image.Data.Span[(_image.Data.Length - _types.Length + index * _stride - MemberTypeField)..]));
}
