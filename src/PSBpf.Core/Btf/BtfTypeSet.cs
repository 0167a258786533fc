using System.Collections;
using System.Diagnostics.CodeAnalysis;
using PSBpf.Diagnostics;

namespace PSBpf.Btf;

/// <summary>
/// All types of one .BTF section. What is read is checked: ids exist, lengths fit, and no type contains itself by value. Thread-safe.
/// A set that was read is checked whole; one that was opened checks a type when somebody asks for it, since a kernel has
/// a hundred thousand. Both make objects and strings only of types that somebody asks for. Split BTF, as modules have it, goes on where its base ends.
/// </summary>
public sealed partial class BtfTypeSet
{
    private readonly BtfImage _image;
    private readonly int _first;
    private readonly BtfType?[] _types;
    private readonly BtfLayout _layout;
    private readonly Lazy<BtfNameIndex> _names;
    private bool _isChecked;

    private BtfTypeSet(BtfImage image, BtfTypeSet? @base)
    {
        _image = image;
        Base = @base;
        _first = image.FirstId;
        _types = new BtfType?[image.Count - _first];
        if (_first == 0) _types[0] = new BtfVoid();
        Types = new TypeList(this);
        _layout = new BtfLayout(image, @base?._layout, Check, message => image.Malformed(message, null));
        _names = new(() => new BtfNameIndex(image));
    }

    /// <summary>The section's bytes, as bpf(2) takes them.</summary>
    public ReadOnlyMemory<byte> Data => _image.Data;

    /// <summary>For split BTF what it goes on from, the kernel's for modules; else null.</summary>
    public BtfTypeSet? Base { get; }

    /// <summary>Number of types, void and those of the base included.</summary>
    public int Count => _image.Count;

    /// <summary>Every type, those of the base first; the index is the id, 0 is void.</summary>
    public IReadOnlyList<BtfType> Types { get; }

    /// <summary>The type with an id.</summary>
    /// <exception cref="BpfException">
    /// BPF0201: the type contradicts itself, which only sets that were opened can say here, or names overlap until they are far longer than the strings.
    /// </exception>
    public BtfType this[int id]
    {
        get
        {
            if (id < _first) return Base![id];
            ref BtfType? slot = ref _types[id - _first];
            if (Volatile.Read(ref slot) is { } known) return known;
            Check(id);
            BtfType type = new BtfRecordReader(_image, id).Read();
            return Interlocked.CompareExchange(ref slot, type, null) ?? type;
        }
    }

    /// <summary>Reads a .BTF section and checks all of it.</summary>
    /// <param name="data">The section's bytes, which must not change afterwards.</param>
    /// <param name="location">Where they are from, for messages.</param>
    /// <exception cref="BpfException">BPF0201: the section contradicts itself.</exception>
    public static BtfTypeSet Read(ReadOnlyMemory<byte> data, DiagnosticLocation? location = null)
    {
        BtfTypeSet types = Open(data, null, location);
        var check = new BtfRecordCheck(types._image);
        for (int id = 1; id < types.Count; id++) check.Check(id);
        types._isChecked = true;
        types._layout.MeasureAll();
        return types;
    }

    /// <summary>Opens a .BTF section: finds where its types are, and reads each when it is asked for.</summary>
    /// <param name="data">The section's bytes, which must not change afterwards.</param>
    /// <param name="base">What it goes on from, for split BTF.</param>
    /// <param name="location">Where they are from, for messages.</param>
    /// <exception cref="BpfException">BPF0201: the section is none.</exception>
    public static BtfTypeSet Open(ReadOnlyMemory<byte> data, BtfTypeSet? @base = null, DiagnosticLocation? location = null) =>
        new(new BtfImage(data, @base?._image, location ?? DiagnosticLocation.None), @base);

    /// <summary>BTF_KIND_* of the type with an id.</summary>
    public BtfKind KindOf(int id) => _image.KindOf(id);

    /// <summary>The first type of a kind with a name; null when there is none. Types of its own count before those of the base.</summary>
    public BtfType? Find(BtfKind kind, string name)
    {
        foreach (int id in _names.Value.Find(name))
            if (_image.KindOf(id) == kind && this[id] is var type && type.Name == name) return type;
        return Base?.Find(kind, name);
    }

    /// <summary>Follows typedefs, qualifiers and type tags to the type that says how bytes are laid out.</summary>
    public BtfType Resolve(BtfType type)
    {
        // A set that was only opened may have circles.
        int steps = 0;
        while (type is BtfReference { ReferenceKind: BtfKind.Typedef or BtfKind.Const or BtfKind.Volatile or BtfKind.Restrict or BtfKind.TypeTag or BtfKind.Variable } modifier)
        {
            if (++steps > BtfLayout.MaxDepth) throw _image.Malformed($"BTF type {type.Id} '{type.Name}' is nested more than {BtfLayout.MaxDepth} deep.", null);
            type = this[modifier.TargetId];
        }

        return type;
    }

    /// <summary>
    /// Ids of this set's own types whose name is the given one when what follows a <c>___</c> is left out on both sides (CO-RE's flavours).
    /// </summary>
    internal BtfNameIndex.Matches FindEssential(string name) => _names.Value.Find(name);

    /// <summary>Bytes that a value of the type takes; 0 for void, functions and forward declarations.</summary>
    public int SizeOf(BtfType type) => Math.Max(0, _layout.SizeOf(type.Id));

    /// <summary>Whether values of the type have a size.</summary>
    public bool HasSize(BtfType type) => _layout.SizeOf(type.Id) != BtfLayout.Unsized;

    /// <summary>The type's alignment in bytes, as clang lays it out unless the struct is packed.</summary>
    public int AlignmentOf(BtfType type) => _layout.AlignmentOf(type.Id);

    /// <summary>Finds a member by name, also inside anonymous members.</summary>
    /// <param name="type">A struct or union; typedefs and qualifiers are followed.</param>
    /// <param name="name">The member's name.</param>
    /// <param name="member">The member as declared.</param>
    /// <param name="bitOffset">Its offset from the start of <paramref name="type"/>, in bits.</param>
    public bool TryFindMember(BtfType type, string name, [NotNullWhen(true)] out BtfMember? member, out int bitOffset)
    {
        if (PartsOf(type) <= BtfLayout.MaxParts && Resolve(type) is BtfStruct structure)
        {
            foreach (BtfMember candidate in structure.Members)
            {
                if (candidate.Name == name)
                {
                    member = candidate;
                    bitOffset = candidate.BitOffset;
                    return true;
                }

                if (candidate.Name.Length == 0 && TryFindMember(this[candidate.TypeId], name, out member, out bitOffset))
                {
                    bitOffset += candidate.BitOffset;
                    return true;
                }
            }
        }

        member = null;
        bitOffset = 0;
        return false;
    }

    /// <summary>How many objects a value of the type is read as.</summary>
    internal int PartsOf(BtfType type) => _layout.PartsOf(type.Id);

    /// <summary>Where a type's record starts in <see cref="Data"/>.</summary>
    internal int OffsetOf(BtfType type) => _image.OffsetOf(type.Id);

    /// <summary>A string of the string section.</summary>
    internal bool TryGetString(uint offset, [NotNullWhen(true)] out string? text) => _image.TryGetString(offset, out text);

    /// <summary>Whether the string section has a string at an offset.</summary>
    internal bool HasString(uint offset) => offset < _image.StringEnd;

    /// <summary>A string that <see cref="HasString"/> found.</summary>
    /// <exception cref="BpfException">BPF0201: strings overlap until they are far longer than the section.</exception>
    internal string TextAt(uint offset) => _image.TryGetString(offset, out string? text) ? text : throw _image.Overlapping(offset, null);

    private void Check(int id)
    {
        if (!_isChecked && id > 0) new BtfRecordCheck(_image).Check(id);
    }

    private sealed class TypeList(BtfTypeSet types) : IReadOnlyList<BtfType>
    {
        public int Count => types.Count;

        public BtfType this[int index] => types[index];

        public IEnumerator<BtfType> GetEnumerator()
        {
            for (int id = 0; id < types.Count; id++) yield return types[id];
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
