using System.Buffers.Binary;
using PSBpf.Diagnostics;

namespace PSBpf.Btf;

/// <summary>
/// Checks one type record without making anything of it: that what it refers to exists and may stand there. Most of an object's types
/// are never looked at, but all are checked. <see cref="BtfRecordReader"/> reads what was found good here.
/// </summary>
internal readonly ref struct BtfRecordCheck(BtfImage image)
{
    private const int NameField = 0, InfoField = 4, TargetField = 8;

    private readonly ReadOnlySpan<byte> _data = image.Data.Span;
    private readonly int _count = image.Count;
    private readonly uint _strings = image.StringEnd;

    /// <summary>Checks the type with an id, one of the image's own but void.</summary>
    /// <exception cref="BpfException">BPF0201: it contradicts itself.</exception>
    public void Check(int id)
    {
        int start = image.OffsetOf(id), part = start + BtfImage.RecordSize;
        uint info = U32(start + InfoField), sizeOrType = U32(start + TargetField);
        int count = (int)(info & 0xffff);
        var kind = (BtfKind)(info >> 24 & 0x1f);
        int size = BtfImage.PartSize(kind);
        CheckName(id, U32(start + NameField));

        switch (kind)
        {
            case BtfKind.Int:
                CheckInt(id, sizeOrType, U32(part));
                break;
            case BtfKind.Pointer or BtfKind.Typedef or BtfKind.Volatile or BtfKind.Const or BtfKind.Restrict or BtfKind.TypeTag:
                CheckTarget(id, sizeOrType);
                break;
            case BtfKind.Array:
                CheckTarget(id, U32(part));
                CheckTarget(id, U32(part + 4));
                break;
            case BtfKind.Struct or BtfKind.Union:
                CheckSize(id, sizeOrType);
                for (; count > 0; count--, part += size)
                {
                    CheckName(id, U32(part));
                    CheckTarget(id, U32(part + 4));
                }

                break;
            case BtfKind.Enum or BtfKind.Enum64:
                if (sizeOrType is not (1 or 2 or 4 or 8)) throw Malformed(id, $"BTF enum {Show(id)} is said to take {sizeOrType} bytes.");
                for (; count > 0; count--, part += size) CheckName(id, U32(part));
                break;
            case BtfKind.Forward:
                break;
            case BtfKind.Function:
                CheckTarget(id, sizeOrType, BtfKind.FunctionPrototype);
                CheckLinkage(id, (uint)count);
                break;
            case BtfKind.FunctionPrototype:
                CheckTarget(id, sizeOrType);
                for (; count > 0; count--, part += size)
                {
                    CheckName(id, U32(part));
                    CheckTarget(id, U32(part + 4));
                }

                break;
            case BtfKind.Variable:
                CheckTarget(id, sizeOrType);
                CheckLinkage(id, U32(part));
                break;
            case BtfKind.DataSection:
                CheckSize(id, sizeOrType);
                for (; count > 0; count--, part += size)
                {
                    CheckTarget(id, U32(part), BtfKind.Variable, BtfKind.Function);
                    uint offset = U32(part + 4), length = U32(part + 8);
                    if (offset > int.MaxValue || length > int.MaxValue)
                        throw Malformed(id, $"A variable of BTF data section {id} is said to take {length} bytes at offset {offset}.");
                }

                break;
            case BtfKind.Float:
                if (sizeOrType is not (2 or 4 or 8 or 12 or 16)) throw Malformed(id, $"BTF float {Show(id)} is said to take {sizeOrType} bytes.");
                break;
            default:
                CheckTarget(id, sizeOrType, BtfKind.Struct, BtfKind.Union, BtfKind.Function, BtfKind.Variable, BtfKind.Typedef);
                break;
        }
    }

    private void CheckInt(int id, uint size, uint detail)
    {
        // u32: | bits 0-7 | 8-15 unused | offset 16-23 | encoding 24-27 |
        uint bits = detail & 0xff, offset = detail >> 16 & 0xff;
        if (size is not (1 or 2 or 4 or 8 or 16) || bits == 0 || bits + offset > size * 8)
            throw Malformed(id, $"BTF integer {Show(id)} takes {bits} bits at bit {offset} of {size} bytes.");
    }

    /// <summary>A reference to a type in the C sense.</summary>
    private void CheckTarget(int id, uint target)
    {
        if (target >= (uint)_count || image.KindOf((int)target) is BtfKind.Variable or BtfKind.DataSection or BtfKind.Function or BtfKind.DeclarationTag)
            throw BadTarget(id, target);
    }

    private void CheckTarget(int id, uint target, params ReadOnlySpan<BtfKind> kinds)
    {
        if (target >= (uint)_count || !kinds.Contains(image.KindOf((int)target))) throw BadTarget(id, target);
    }

    private void CheckSize(int id, uint size)
    {
        if (size > int.MaxValue) throw Malformed(id, $"BTF type {id} is said to take {size} bytes.");
    }

    private void CheckLinkage(int id, uint value)
    {
        if (value > (uint)BtfLinkage.Extern) throw Malformed(id, $"A BTF linkage of {value} does not exist.");
    }

    private void CheckName(int id, uint offset)
    {
        if (offset >= _strings && offset != 0) throw Malformed(id, $"A BTF name is at offset {offset}, outside the strings.");
    }

    private uint U32(int at) => BinaryPrimitives.ReadUInt32LittleEndian(_data[at..]);

    private string Show(int id) => $"{id} '{image.NameOf(id)}'";

    private BpfException BadTarget(int id, uint target) =>
        Malformed(id, target >= (uint)_count
            ? $"BTF type {id} refers to type {target}, but there are only {_count}."
            : $"BTF type {id} ({image.KindOf(id)}) refers to type {target}, which is a {image.KindOf((int)target)}.");

    private BpfException Malformed(int id, string message) => image.Malformed(message, image.OffsetOf(id));
}
