using System.Buffers.Binary;
using System.Text;

namespace PSBpf.Btf;

/// <summary>Writes a .BTF section from types: what <see cref="BtfTypeSet.Read"/> reads, and what bpf(2) takes.</summary>
internal sealed class BtfWriter
{
    private readonly List<byte> _types = [];
    private readonly List<byte> _strings = [0];
    private readonly Dictionary<string, uint> _offsets = new() { [""] = 0 };

    /// <summary>The section's bytes.</summary>
    /// <param name="types">Types in the order of their ids, without void; each says its id, counted from 1.</param>
    public static byte[] Write(IEnumerable<BtfType> types)
    {
        var writer = new BtfWriter();
        foreach (BtfType type in types) writer.Add(type);
        return writer.Finish();
    }

    private byte[] Finish()
    {
        byte[] section = new byte[BtfImage.HeaderSize + _types.Count + _strings.Count];
        BinaryPrimitives.WriteUInt16LittleEndian(section, BtfImage.Magic);
        section[2] = 1;
        ReadOnlySpan<int> header = [BtfImage.HeaderSize, 0, _types.Count, _types.Count, _strings.Count];
        for (int index = 0; index < header.Length; index++) BinaryPrimitives.WriteInt32LittleEndian(section.AsSpan(4 + index * 4), header[index]);
        _types.CopyTo(section, BtfImage.HeaderSize);
        _strings.CopyTo(section, BtfImage.HeaderSize + _types.Count);
        return section;
    }

    private void Add(BtfType type)
    {
        switch (type)
        {
            case BtfInt integer:
                Record(type, 0, false, (uint)integer.Size);
                U32((uint)integer.Encoding << 24 | (uint)integer.BitOffset << 16 | (uint)integer.Bits);
                break;
            case BtfFloat number:
                Record(type, 0, false, (uint)number.Size);
                break;
            case BtfReference reference:
                AddReference(reference);
                break;
            case BtfArray array:
                Record(type, 0, false, 0);
                U32((uint)array.ElementId, (uint)array.IndexId, array.Length);
                break;
            case BtfStruct structure:
                AddStruct(structure);
                break;
            case BtfEnumType enumeration:
                Record(type, enumeration.Members.Count, enumeration.IsSigned, (uint)enumeration.Size);
                foreach (BtfEnumMember member in enumeration.Members)
                {
                    U32(String(member.Name), (uint)member.Value);
                    if (enumeration.Is64) U32((uint)(member.Value >> 32));
                }

                break;
            case BtfForward forward:
                Record(type, 0, forward.IsUnion, 0);
                break;
            case BtfFunctionPrototype prototype:
                Record(type, prototype.Parameters.Count, false, (uint)prototype.ReturnId);
                foreach (BtfParameter parameter in prototype.Parameters) U32(String(parameter.Name), (uint)parameter.TypeId);
                break;
            case BtfDataSection section:
                Record(type, section.Variables.Count, false, (uint)section.Size);
                foreach (BtfSectionVariable variable in section.Variables) U32((uint)variable.TypeId, (uint)variable.Offset, (uint)variable.Size);
                break;
            default:
                throw new ArgumentException($"BTF has no record for {type.Kind}.", nameof(type));
        }
    }

    // A function's linkage takes the place of a count, a variable's and a tag's component follow.
    private void AddReference(BtfReference reference)
    {
        Record(reference, reference.Kind == BtfKind.Function ? (int)reference.Linkage : 0, false, (uint)reference.TargetId);
        if (reference.Kind == BtfKind.Variable) U32((uint)reference.Linkage);
        else if (reference.Kind == BtfKind.DeclarationTag) U32((uint)reference.ComponentIndex);
    }

    // With kind_flag, a member's offset shares its word with the size of a bitfield.
    private void AddStruct(BtfStruct structure)
    {
        bool hasBitfields = structure.Members.Any(member => member.BitfieldSize > 0);
        Record(structure, structure.Members.Count, hasBitfields, (uint)structure.Size);
        foreach (BtfMember member in structure.Members) U32(String(member.Name), (uint)member.TypeId, (uint)member.BitfieldSize << 24 | (uint)member.BitOffset);
    }

    private void Record(BtfType type, int count, bool flag, uint sizeOrType)
    {
        if (count > ushort.MaxValue) throw new ArgumentException($"BTF type {type.Id} '{type.Name}' has {count} parts, but a record holds {ushort.MaxValue}.", nameof(count));
        U32(String(type is BtfArray or BtfFunctionPrototype ? "" : type.Name), (flag ? 1u << 31 : 0) | (uint)type.Kind << 24 | (uint)count, sizeOrType);
    }

    private uint String(string text)
    {
        if (_offsets.TryGetValue(text, out uint offset)) return offset;
        offset = (uint)_strings.Count;
        _strings.AddRange(Encoding.UTF8.GetBytes(text));
        _strings.Add(0);
        return _offsets[text] = offset;
    }

    private void U32(params ReadOnlySpan<uint> values)
    {
        Span<byte> bytes = stackalloc byte[4];
        foreach (uint value in values)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
            foreach (byte part in bytes) _types.Add(part);
        }
    }
}
