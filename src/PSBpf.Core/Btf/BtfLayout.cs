namespace PSBpf.Btf;

/// <summary>
/// Size, alignment and extent of types. Computed once for each, without recursion, when somebody asks; types that contain
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

    private const byte Open = 1, Done = 2;

    private readonly BtfTypeSet _types;
    private readonly BtfLayout? _base;
    private readonly int _first;
    private readonly Func<string, Exception> _malformed;
    private readonly Lock _gate = new();
    private readonly byte[] _state;
    private readonly byte[] _depths;
    private readonly int[] _sizes;
    private readonly byte[] _alignments;
    private readonly int[] _parts;
    // Of the one visit at a time, under the lock.
    private readonly Stack<(int Id, int Child)> _path = new();

    /// <summary>The layout of a set's types; those of its base are in the base's layout.</summary>
    public BtfLayout(BtfTypeSet types, BtfLayout? @base, int first, Func<string, Exception> malformed)
    {
        _types = types;
        _base = @base;
        _first = first;
        _malformed = malformed;
        int count = types.Count - first;
        _state = new byte[count];
        _depths = new byte[count];
        _sizes = new int[count];
        _alignments = new byte[count];
        _parts = new int[count];
    }

    /// <summary>Bytes of a type, or <see cref="Unsized"/>.</summary>
    public int SizeOf(int id) => id < _first ? _base!.SizeOf(id) : _sizes[Known(id)];

    /// <summary>Alignment in bytes.</summary>
    public int AlignmentOf(int id) => id < _first ? _base!.AlignmentOf(id) : _alignments[Known(id)];

    /// <summary>How many objects a value of the type is read as; saturated.</summary>
    public int PartsOf(int id) => id < _first ? _base!.PartsOf(id) : _parts[Known(id)];

    private int DepthOf(int id) => id < _first ? _base!.DepthOf(id) : _depths[Known(id)];

    private int Known(int id)
    {
        int index = id - _first;
        if (Volatile.Read(ref _state[index]) == Done) return index;
        lock (_gate) Visit(id);
        return index;
    }

    private void Visit(int root)
    {
        if (_state[root - _first] == Done) return;
        _path.Push((root, 0));
        _state[root - _first] = Open;
        (int Id, int Child) top = default;
        try
        {
            while (_path.TryPop(out top))
            {
                BtfType type = _types[top.Id];
                if (top.Child == CountParts(type))
                {
                    Measure(type);
                    Volatile.Write(ref _state[top.Id - _first], Done);
                    continue;
                }

                _path.Push((top.Id, top.Child + 1));
                int child = Part(type, top.Child);
                if (child < _first) continue;
                byte state = _state[child - _first];
                if (state == Open) throw _malformed($"BTF type {child} '{_types[child].Name}' contains itself.");
                if (state == Done) continue;
                _state[child - _first] = Open;
                _path.Push((child, 0));
            }
        }
        catch
        {
            // Whoever asks next is told the same.
            _state[top.Id - _first] = 0;
            foreach ((int id, _) in _path) _state[id - _first] = 0;
            _path.Clear();
            throw;
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
        for (int part = 0; part < CountParts(type); part++) depth = Math.Max(depth, DepthOf(Part(type, part)) + 1);
        if (depth > MaxDepth) throw _malformed($"BTF type {type.Id} '{type.Name}' is nested more than {MaxDepth} deep.");
        _depths[type.Id - _first] = (byte)depth;

        (int size, int alignment, long parts) = type switch
        {
            BtfInt integer => (integer.Size, integer.Size, 1),
            BtfFloat number => (number.Size, Math.Min(number.Size & -number.Size, 16), 1),
            BtfEnumType enumeration => (enumeration.Size, enumeration.Size, 1),
            BtfReference { ReferenceKind: BtfKind.Pointer } => (PointerSize, PointerSize, 1),
            BtfReference { ReferenceKind: BtfKind.Function or BtfKind.DeclarationTag } => (Unsized, 1, 0),
            BtfReference reference => (SizeOf(reference.TargetId), AlignmentOf(reference.TargetId), PartsOf(reference.TargetId)),
            BtfArray array => MeasureArray(array),
            BtfStruct structure => MeasureStruct(structure),
            BtfDataSection section => (section.Size, 8, section.Variables.Sum(variable => (long)PartsOf(variable.TypeId))),
            _ => (Unsized, 1, 0L),
        };
        _sizes[type.Id - _first] = size;
        _alignments[type.Id - _first] = (byte)alignment;
        _parts[type.Id - _first] = (int)Math.Min(parts, int.MaxValue);
    }

    private (int Size, int Alignment, long Parts) MeasureArray(BtfArray array)
    {
        int element = SizeOf(array.ElementId);
        if (element == Unsized) throw _malformed($"BTF array {array.Id} has elements without a size.");
        long size = (long)element * array.Length;
        if (size > int.MaxValue) throw _malformed($"BTF array {array.Id} takes {size} bytes.");
        // Arrays of characters and bytes are read as one object.
        bool isText = Strip(array.ElementId) is BtfInt { Size: 1 } character && !character.Encoding.HasFlag(BtfIntEncoding.Bool);
        long parts = isText ? 1 : 1 + PartsOf(array.ElementId) * (long)array.Length;
        return ((int)size, AlignmentOf(array.ElementId), parts);
    }

    private (int Size, int Alignment, long Parts) MeasureStruct(BtfStruct structure)
    {
        int alignment = 1;
        long parts = 1;
        foreach (BtfMember member in structure.Members)
        {
            int size = SizeOf(member.TypeId);
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
            alignment = Math.Max(alignment, AlignmentOf(member.TypeId));
            parts += PartsOf(member.TypeId);
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
