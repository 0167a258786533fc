using System.Buffers.Binary;
using System.Text;
using PSBpf.Btf;

namespace PSBpf.Core.Tests.Btf;

/// <summary>Assembles a .BTF section record by record. Every method gives the new type's id.</summary>
internal sealed class BtfBuilder
{
    private readonly List<byte> _types = [];
    private readonly List<byte> _strings = [0];
    private readonly Dictionary<string, uint> _offsets = new() { [""] = 0 };
    private int _count;

    public int Int(string name, int size, int encoding = 0, int offset = 0, int? bits = null)
    {
        int id = Record(name, BtfKind.Int, 0, (uint)size);
        U32((uint)(encoding << 24 | offset << 16 | (bits ?? size * 8)));
        return id;
    }

    public int Reference(BtfKind kind, int target, string name = "") => Record(name, kind, 0, (uint)target);

    public int Pointer(int target) => Reference(BtfKind.Pointer, target);

    public int Array(int element, uint length, int index = 0)
    {
        int id = Record("", BtfKind.Array, 0, 0);
        U32((uint)element, (uint)index, length);
        return id;
    }

    public int Struct(string name, int size, params (string Name, int Type, int BitOffset)[] members) => Composite(BtfKind.Struct, name, size, members);

    public int Union(string name, int size, params (string Name, int Type, int BitOffset)[] members) => Composite(BtfKind.Union, name, size, members);

    /// <summary>A struct with kind_flag: members say how many bits they take, 0 for ordinary ones.</summary>
    public int Bitfields(string name, int size, params (string Name, int Type, int BitOffset, int Bits)[] members)
    {
        int id = Record(name, BtfKind.Struct, members.Length, (uint)size, flag: true);
        foreach (var member in members) U32(String(member.Name), (uint)member.Type, (uint)(member.Bits << 24 | member.BitOffset));
        return id;
    }

    public int Enum(string name, int size, bool signed, params (string Name, long Value)[] members)
    {
        int id = Record(name, BtfKind.Enum, members.Length, (uint)size, signed);
        foreach (var member in members) U32(String(member.Name), (uint)member.Value);
        return id;
    }

    public int Enum64(string name, bool signed, params (string Name, long Value)[] members)
    {
        int id = Record(name, BtfKind.Enum64, members.Length, 8, signed);
        foreach (var member in members) U32(String(member.Name), (uint)member.Value, (uint)(member.Value >> 32));
        return id;
    }

    public int Forward(string name, bool isUnion) => Record(name, BtfKind.Forward, 0, 0, isUnion);

    public int Prototype(int result, params (string Name, int Type)[] parameters)
    {
        int id = Record("", BtfKind.FunctionPrototype, parameters.Length, (uint)result);
        foreach (var parameter in parameters) U32(String(parameter.Name), (uint)parameter.Type);
        return id;
    }

    public int Function(string name, int prototype, BtfLinkage linkage) => Record(name, BtfKind.Function, (int)linkage, (uint)prototype);

    public int Variable(string name, int type, BtfLinkage linkage = BtfLinkage.Global)
    {
        int id = Record(name, BtfKind.Variable, 0, (uint)type);
        U32((uint)linkage);
        return id;
    }

    public int DataSection(string name, int size, params (int Variable, int Offset, int Size)[] variables)
    {
        int id = Record(name, BtfKind.DataSection, variables.Length, (uint)size);
        foreach (var variable in variables) U32((uint)variable.Variable, (uint)variable.Offset, (uint)variable.Size);
        return id;
    }

    public int Float(string name, int size) => Record(name, BtfKind.Float, 0, (uint)size);

    public int DeclarationTag(string name, int target, int component)
    {
        int id = Record(name, BtfKind.DeclarationTag, 0, (uint)target);
        U32((uint)component);
        return id;
    }

    /// <summary>A record as it stands, for ones that are wrong.</summary>
    public int Record(string name, BtfKind kind, int count, uint sizeOrType, bool flag = false)
    {
        U32(String(name), (uint)kind << 24 | (uint)count | (flag ? 1u << 31 : 0), sizeOrType);
        return ++_count;
    }

    /// <summary>A map definition's field: __uint(name, value).</summary>
    public int Number(int integer, uint value) => Pointer(Array(integer, value, integer));

    public uint String(string text)
    {
        if (_offsets.TryGetValue(text, out uint offset)) return offset;
        offset = (uint)_strings.Count;
        _offsets.Add(text, offset);
        _strings.AddRange(Encoding.UTF8.GetBytes(text));
        _strings.Add(0);
        return offset;
    }

    public byte[] Build()
    {
        byte[] types = [.. _types], strings = [.. _strings], bytes = new byte[24 + types.Length + strings.Length];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, 0xeb9f);
        bytes[2] = 1;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), 24);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), types.Length);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(16), types.Length);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(20), strings.Length);
        types.CopyTo(bytes, 24);
        strings.CopyTo(bytes, 24 + types.Length);
        return bytes;
    }

    public BtfTypeSet Read() => BtfTypeSet.Read(Build());

    private int Composite(BtfKind kind, string name, int size, (string Name, int Type, int BitOffset)[] members)
    {
        int id = Record(name, kind, members.Length, (uint)size);
        foreach (var member in members) U32(String(member.Name), (uint)member.Type, (uint)member.BitOffset);
        return id;
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
