namespace PSBpf.Btf;

/// <summary>
/// Size, alignment and extent of every type. Computed once, without recursion, when a set is read; types that contain
/// themselves, that do not fit or that nest absurdly are found on the way.
/// </summary>
internal sealed class BtfLayout
{
    /// <summary>Deepest nesting of typedefs, qualifiers, arrays and structs by value; the kernel's own limit is 32.</summary>
    public const int MaxDepth = 128;

    /// <summary>Size of types that have none: void, functions, forward declarations.</summary>
    public const int Unsized = -1;

    /// <summary>
    /// Most objects that a value may be read as. Members may overlap, so a few bytes can hold exponentially many of them.
    /// </summary>
    public const int MaxParts = 1 << 22;

    private const int PointerSize = 8;

    private readonly BtfType[] _types;
    private readonly Func<string, Exception> _malformed;
    private readonly byte[] _state;
    private readonly byte[] _depths;

    private BtfLayout(BtfType[] types, Func<string, Exception> malformed)
    {
        _types = types;
        _malformed = malformed;
        _state = new byte[types.Length];
        _depths = new byte[types.Length];
        Sizes = new int[types.Length];
        Alignments = new byte[types.Length];
        Parts = new int[types.Length];
    }

    /// <summary>Bytes by id, or <see cref="Unsized"/>.</summary>
    public int[] Sizes { get; }

    /// <summary>Alignment in bytes by id.</summary>
    public byte[] Alignments { get; }

    /// <summary>How many objects a value of the type is read as, by id; saturated.</summary>
    public int[] Parts { get; }

    public static BtfLayout Compute(BtfType[] types, Func<string, Exception> malformed)
    {
        var layout = new BtfLayout(types, malformed);
        for (int id = 0; id < types.Length; id++) layout.Visit(id);
        return layout;
    }

    private void Visit(int root)
    {
        const byte Open = 1, Done = 2;
        if (_state[root] == Done) return;
        Stack<(int Id, int Child)> path = new([(root, 0)]);
        _state[root] = Open;
        while (path.TryPop(out (int Id, int Child) top))
        {
            BtfType type = _types[top.Id];
            if (top.Child == CountParts(type))
            {
                Measure(type);
                _state[top.Id] = Done;
                continue;
            }

            path.Push((top.Id, top.Child + 1));
            int child = Part(type, top.Child);
            if (_state[child] == Open) throw _malformed($"BTF type {child} '{_types[child].Name}' contains itself.");
            if (_state[child] == Done) continue;
            _state[child] = Open;
            path.Push((child, 0));
        }
    }

    /// <summary>How many types this one holds by value.</summary>
    private static int CountParts(BtfType type) => type switch
    {
        BtfReference { ReferenceKind: BtfKind.Pointer or BtfKind.Function or BtfKind.DeclarationTag } => 0,
        BtfReference or BtfArray => 1,
        BtfStruct structure => structure.Members.Count,
        BtfDataSection section => section.Variables.Count,
        _ => 0,
    };

    private static int Part(BtfType type, int index) => type switch
    {
        BtfReference reference => reference.TargetId,
        BtfArray array => array.ElementId,
        BtfStruct structure => structure.Members[index].TypeId,
        BtfDataSection section => section.Variables[index].TypeId,
        _ => throw new InvalidOperationException(),
    };

    private void Measure(BtfType type)
    {
        int depth = 0;
        for (int part = 0; part < CountParts(type); part++) depth = Math.Max(depth, _depths[Part(type, part)] + 1);
        if (depth > MaxDepth) throw _malformed($"BTF type {type.Id} '{type.Name}' is nested more than {MaxDepth} deep.");
        _depths[type.Id] = (byte)depth;

        (int size, int alignment, long parts) = type switch
        {
            BtfInt integer => (integer.Size, integer.Size, 1),
            BtfFloat number => (number.Size, Math.Min(number.Size & -number.Size, 16), 1),
            BtfEnumType enumeration => (enumeration.Size, enumeration.Size, 1),
            BtfReference { ReferenceKind: BtfKind.Pointer } => (PointerSize, PointerSize, 1),
            BtfReference { ReferenceKind: BtfKind.Function or BtfKind.DeclarationTag } => (Unsized, 1, 0),
            BtfReference reference => (Sizes[reference.TargetId], Alignments[reference.TargetId], Parts[reference.TargetId]),
            BtfArray array => MeasureArray(array),
            BtfStruct structure => MeasureStruct(structure),
            BtfDataSection section => (section.Size, 8, section.Variables.Sum(variable => (long)Parts[variable.TypeId])),
            _ => (Unsized, 1, 0L),
        };
        Sizes[type.Id] = size;
        Alignments[type.Id] = (byte)alignment;
        Parts[type.Id] = (int)Math.Min(parts, int.MaxValue);
    }

    private (int Size, int Alignment, long Parts) MeasureArray(BtfArray array)
    {
        int element = Sizes[array.ElementId];
        if (element == Unsized) throw _malformed($"BTF array {array.Id} has elements without a size.");
        long size = (long)element * array.Length;
        if (size > int.MaxValue) throw _malformed($"BTF array {array.Id} takes {size} bytes.");
        // Arrays of characters and bytes are read as one object.
        bool isText = Strip(array.ElementId) is BtfInt { Size: 1 } character && !character.Encoding.HasFlag(BtfIntEncoding.Bool);
        long parts = isText ? 1 : 1 + Parts[array.ElementId] * (long)array.Length;
        return ((int)size, Alignments[array.ElementId], parts);
    }

    private (int Size, int Alignment, long Parts) MeasureStruct(BtfStruct structure)
    {
        int alignment = 1;
        long parts = 1;
        foreach (BtfMember member in structure.Members)
        {
            int size = Sizes[member.TypeId];
            if (size == Unsized) throw _malformed($"Member '{member.Name}' of BTF type {structure.Id} '{structure.Name}' has no size.");
            bool isBitfield = member.BitfieldSize > 0;
            long bits = isBitfield ? member.BitfieldSize : size * 8L;
            if (isBitfield ? bits > size * 8L : member.BitOffset % 8 != 0 && Strip(member.TypeId) is not BtfInt)
                throw _malformed($"Member '{member.Name}' of BTF type {structure.Id} '{structure.Name}' takes {bits} bits at bit {member.BitOffset}.");
            if (isBitfield && Strip(member.TypeId) is not (BtfInt or BtfEnumType))
                throw _malformed($"Bitfield '{member.Name}' of BTF type {structure.Id} '{structure.Name}' is no integer.");
            // An integer with fewer bits than its storage is an old-style bitfield, whose storage may reach past the end.
            if (!isBitfield && Strip(member.TypeId) is BtfInt integer && integer.Bits < integer.Size * 8) bits = integer.BitOffset + integer.Bits;
            if (member.BitOffset + bits > structure.Size * 8L)
                throw _malformed($"Member '{member.Name}' lies outside BTF type {structure.Id} '{structure.Name}', which has {structure.Size} bytes.");
            alignment = Math.Max(alignment, Alignments[member.TypeId]);
            parts += Parts[member.TypeId];
        }

        return (structure.Size, alignment, parts);
    }

    private BtfType Strip(int id)
    {
        BtfType type = _types[id];
        while (type is BtfReference { ReferenceKind: BtfKind.Typedef or BtfKind.Const or BtfKind.Volatile or BtfKind.Restrict or BtfKind.TypeTag } modifier)
            type = _types[modifier.TargetId];
        return type;
    }
}
