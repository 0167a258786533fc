using PSBpf.Btf;

namespace PSBpf.Core.Tests.Btf;

/// <summary>Builds random types as a C compiler would lay them out: scalars, arrays, structs, bitfields, unions of integers, typedefs.</summary>
internal sealed class RandomTypes(Random random)
{
    private readonly BtfBuilder _builder = new();
    private int _names;

    /// <summary>A random type and the set that it is in.</summary>
    public static (BtfTypeSet Types, BtfType Type) Make(int seed)
    {
        var maker = new RandomTypes(new Random(seed));
        int id = maker.Any(4).Id;
        BtfTypeSet types = maker._builder.Read();
        return (types, types[id]);
    }

    private (int Id, int Size, int Alignment) Any(int depth) => random.Next(depth > 0 ? 9 : 3) switch
    {
        0 or 1 => Integer(),
        2 => Scalar(),
        3 => Array(depth),
        4 or 5 => Struct(depth),
        6 => Bitfields(),
        7 => Union(),
        _ => Modified(depth),
    };

    private (int Id, int Size, int Alignment) Integer()
    {
        int size = 1 << random.Next(5);
        return (_builder.Int(Name("int"), size, random.Next(2)), size, size);
    }

    private (int Id, int Size, int Alignment) Scalar()
    {
        switch (random.Next(6))
        {
            case 0:
                return (_builder.Pointer(0), 8, 8);
            case 1:
                return (_builder.Int("_Bool", 1, encoding: 4), 1, 1);
            case 2:
                return (_builder.Float("double", 8), 8, 8);
            case 3:
                return (_builder.Float("float", 4), 4, 4);
            case 4:
                return (_builder.Enum(Name("enum"), 4, random.Next(2) == 0, (Name("A"), 0), (Name("B"), 1), (Name("C"), int.MaxValue)), 4, 4);
            default:
                return (_builder.Enum64(Name("wide"), random.Next(2) == 0, (Name("A"), 0), (Name("B"), -1), (Name("C"), 1L << 40)), 8, 8);
        }
    }

    private (int Id, int Size, int Alignment) Array(int depth)
    {
        uint length = (uint)random.Next(6);
        if (random.Next(3) == 0) return (_builder.Array(_builder.Int("char", 1, random.Next(2)), length + 1), (int)length + 1, 1);
        var element = Any(depth - 1);
        return (_builder.Array(element.Id, length), element.Size * (int)length, element.Alignment);
    }

    private (int Id, int Size, int Alignment) Struct(int depth)
    {
        int size = 0, alignment = 1;
        List<(string, int, int)> members = [];
        for (int count = random.Next(5); count > 0; count--)
        {
            bool isAnonymous = random.Next(6) == 0;
            var member = isAnonymous ? Struct(depth - 1 < 0 ? 0 : depth - 1) : Any(Math.Max(0, depth - 1));
            size = Align(size, member.Alignment);
            members.Add((isAnonymous ? "" : Name("m"), member.Id, size * 8));
            size += member.Size;
            alignment = Math.Max(alignment, member.Alignment);
        }

        size = Align(size, alignment);
        return (_builder.Struct(Name("s"), size, [.. members]), size, alignment);
    }

    private (int Id, int Size, int Alignment) Bitfields()
    {
        int unsigned = _builder.Int("unsigned long long", 8), signed = _builder.Int("long long", 8, 1), flag = _builder.Int("_Bool", 1, 4), bits = 0;
        int enumeration = _builder.Enum(Name("e"), 4, true, (Name("X"), 1), (Name("Y"), -1));
        List<(string, int, int, int)> members = [];
        for (int count = random.Next(1, 7); count > 0; count--)
        {
            (int type, int most) = random.Next(4) switch { 0 => (flag, 1), 1 => (enumeration, 32), 2 => (unsigned, 64), _ => (signed, 64) };
            int width = random.Next(1, most + 1);
            members.Add((Name("b"), type, bits, width));
            bits += width;
        }

        int size = Align((bits + 7) / 8, 8);
        return (_builder.Bitfields(Name("bits"), size, [.. members]), size, 8);
    }

    private (int Id, int Size, int Alignment) Union()
    {
        int size = 1;
        List<(string, int, int)> members = [];
        for (int count = random.Next(1, 4); count > 0; count--)
        {
            var member = Integer();
            members.Add((Name("u"), member.Id, 0));
            size = Math.Max(size, member.Size);
        }

        return (_builder.Union(Name("union"), size, [.. members]), size, size);
    }

    private (int Id, int Size, int Alignment) Modified(int depth)
    {
        var target = Any(depth - 1);
        BtfKind kind = random.Next(3) switch { 0 => BtfKind.Const, 1 => BtfKind.Volatile, _ => BtfKind.Typedef };
        return (_builder.Reference(kind, target.Id, kind == BtfKind.Typedef ? Name("t") : ""), target.Size, target.Alignment);
    }

    private string Name(string stem) => $"{stem}{++_names}";

    private static int Align(int size, int alignment) => (size + alignment - 1) / alignment * alignment;
}
