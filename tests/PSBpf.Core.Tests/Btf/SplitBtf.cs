using System.Buffers.Binary;
using System.Text;
using PSBpf.Btf;

namespace PSBpf.Core.Tests.Btf;

/// <summary>Assembles split BTF: ids and string offsets go on where those of a base end.</summary>
internal sealed class SplitBtf(byte[] @base)
{
    private readonly List<byte> _types = [], _strings = [];
    private readonly uint _firstString = BinaryPrimitives.ReadUInt32LittleEndian(@base.AsSpan(20));
    private int _next = BtfTypeSet.Open(@base).Count;

    public int Struct(string name, int size, params (string Name, int Type, int BitOffset)[] members)
    {
        U32(String(name), (uint)BtfKind.Struct << 24 | (uint)members.Length, (uint)size);
        foreach (var member in members) U32(String(member.Name), (uint)member.Type, (uint)member.BitOffset);
        return _next++;
    }

    public int Pointer(int target)
    {
        U32(0, (uint)BtfKind.Pointer << 24, (uint)target);
        return _next++;
    }

    public byte[] Build()
    {
        byte[] bytes = new byte[24 + _types.Count + _strings.Count];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, 0xeb9f);
        bytes[2] = 1;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), 24);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), _types.Count);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(16), _types.Count);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(20), _strings.Count);
        _types.CopyTo(bytes, 24);
        _strings.CopyTo(bytes, 24 + _types.Count);
        return bytes;
    }

    private uint String(string text)
    {
        uint offset = _firstString + (uint)_strings.Count;
        _strings.AddRange(Encoding.UTF8.GetBytes(text));
        _strings.Add(0);
        return offset;
    }

    private void U32(params ReadOnlySpan<uint> values)
    {
        Span<byte> bytes = stackalloc byte[4];
        foreach (uint value in values)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
            _types.AddRange(bytes);
        }
    }
}
