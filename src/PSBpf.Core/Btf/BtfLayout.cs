namespace PSBpf.Btf;

/// <summary>
/// Size, alignment and extent of types, from their records. Computed once for each, without recursion, when somebody asks; types that contain
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

    private readonly BtfImage _image;
    private readonly BtfLayout? _base;
    private readonly int _first;
    private readonly Action<int> _check;
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
    /// <param name="image">The records.</param>
    /// <param name="base">The layout of what the set goes on from.</param>
    /// <param name="check">Checks the record with an id, before anything in it is believed.</param>
    /// <param name="malformed">Makes the error for a type that cannot be laid out.</param>
    public BtfLayout(BtfImage image, BtfLayout? @base, Action<int> check, Func<string, Exception> malformed)
    {
        _image = image;
        _base = @base;
        _first = image.FirstId;
        _check = check;
        _malformed = malformed;
        int count = image.Count - _first;
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

    /// <summary>Lays out every type, to find those that cannot be.</summary>
    public void MeasureAll()
    {
        lock (_gate)
            for (int id = _first; id < _first + _state.Length; id++) Visit(id);
    }

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
        Enter(root);
        (int Id, int Child) top = default;
        try
        {
            while (_path.TryPop(out top))
            {
                var parts = new BtfParts(_image, top.Id);
                int inner = NextUnknown(parts, ref top.Child);
                if (inner == 0)
                {
                    Measure(top.Id, parts);
                    Volatile.Write(ref _state[top.Id - _first], Done);
                    continue;
                }

                _path.Push(top);
                Enter(inner);
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

    private void Enter(int id)
    {
        _check(id);
        _state[id - _first] = Open;
        _path.Push((id, 0));
    }

    /// <summary>The next part that has no layout yet, from the one with an index on; 0 when there is none.</summary>
    private int NextUnknown(in BtfParts parts, ref int index)
    {
        while (index < parts.Count)
        {
            int part = parts[index++];
            if (part < _first) continue;
            byte state = _state[part - _first];
            if (state == Open) throw _malformed($"BTF type {Show(part)} contains itself.");
            if (state != Done) return part;
        }

        return 0;
    }

    private void Measure(int id, in BtfParts held)
    {
        int depth = 0;
        for (int index = 0; index < held.Count; index++) depth = Math.Max(depth, DepthOf(held[index]) + 1);
        if (depth > MaxDepth) throw _malformed($"BTF type {Show(id)} is nested more than {MaxDepth} deep.");
        _depths[id - _first] = (byte)depth;

        int bytes = id == 0 ? 0 : (int)_image.SizeOrTypeOf(id);
        (int size, int alignment, long parts) = _image.KindOf(id) switch
        {
            BtfKind.Int or BtfKind.Enum or BtfKind.Enum64 => (bytes, bytes, 1L),
            BtfKind.Float => (bytes, Math.Min(bytes & -bytes, 16), 1),
            BtfKind.Pointer => (PointerSize, PointerSize, 1),
            BtfKind.Typedef or BtfKind.Const or BtfKind.Volatile or BtfKind.Restrict or BtfKind.TypeTag or BtfKind.Variable =>
                (SizeOf(bytes), AlignmentOf(bytes), PartsOf(bytes)),
            BtfKind.Array => MeasureArray(id, held[0]),
            BtfKind.Struct or BtfKind.Union => MeasureStruct(id, bytes, held),
            BtfKind.DataSection => (bytes, 8, CountParts(held)),
            _ => (Unsized, 1, 0),
        };
        _sizes[id - _first] = size;
        _alignments[id - _first] = (byte)alignment;
        _parts[id - _first] = (int)Math.Min(parts, int.MaxValue);
    }

    private long CountParts(in BtfParts held)
    {
        long parts = 0;
        for (int index = 0; index < held.Count; index++) parts += PartsOf(held[index]);
        return parts;
    }

    private (int Size, int Alignment, long Parts) MeasureArray(int id, int elementId)
    {
        int element = SizeOf(elementId);
        if (element == Unsized) throw _malformed($"BTF array {id} has elements without a size.");
        uint length = _image.ArrayLengthOf(id);
        long size = (long)element * length;
        if (size > int.MaxValue) throw _malformed($"BTF array {id} takes {size} bytes.");
        // Arrays of characters and bytes are read as one object.
        int plain = Strip(elementId);
        bool isText = _image.KindOf(plain) == BtfKind.Int && SizeOf(plain) == 1 && !_image.IntDetailOf(plain).Encoding.HasFlag(BtfIntEncoding.Bool);
        long parts = isText ? 1 : 1 + PartsOf(elementId) * (long)length;
        return ((int)size, AlignmentOf(elementId), parts);
    }

    private (int Size, int Alignment, long Parts) MeasureStruct(int id, int bytes, in BtfParts members)
    {
        int alignment = 1;
        long parts = 1;
        bool bitfields = _image.FlagOf(id);
        for (int index = 0; index < members.Count; index++)
        {
            int type = members[index], size = SizeOf(type);
            if (size == Unsized) throw _malformed($"Member '{members.NameOf(index)}' of BTF type {Show(id)} has no size.");
            (int offset, int bitfieldSize) = BtfBits.MemberPlace(members.ExtraOf(index), bitfields);
            bool isBitfield = bitfieldSize > 0;
            long bits = isBitfield ? bitfieldSize : size * 8L;
            int plain = Strip(type);
            BtfKind kind = _image.KindOf(plain);
            if (isBitfield ? bits > size * 8L : offset % 8 != 0 && kind != BtfKind.Int)
                throw _malformed($"Member '{members.NameOf(index)}' of BTF type {Show(id)} takes {bits} bits at bit {offset}.");
            if (isBitfield && kind is not (BtfKind.Int or BtfKind.Enum or BtfKind.Enum64))
                throw _malformed($"Bitfield '{members.NameOf(index)}' of BTF type {Show(id)} is no integer.");
            // An integer with fewer bits than its storage is an old-style bitfield, whose storage may reach past the end.
            if (!isBitfield && kind == BtfKind.Int && _image.IntDetailOf(plain) is var integer && integer.Bits < SizeOf(plain) * 8) bits = integer.Offset + integer.Bits;
            if (offset + bits > bytes * 8L)
                throw _malformed($"Member '{members.NameOf(index)}' lies outside BTF type {Show(id)}, which has {bytes} bytes.");
            alignment = Math.Max(alignment, AlignmentOf(type));
            parts += PartsOf(type);
        }

        return (bytes, alignment, parts);
    }

    private int Strip(int id)
    {
        while (_image.KindOf(id) is BtfKind.Typedef or BtfKind.Const or BtfKind.Volatile or BtfKind.Restrict or BtfKind.TypeTag) id = (int)_image.SizeOrTypeOf(id);
        return id;
    }

    private string Show(int id) => $"{id} '{_image.NameOf(id)}'";
}
