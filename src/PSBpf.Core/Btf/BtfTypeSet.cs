using System.Diagnostics.CodeAnalysis;
using PSBpf.Diagnostics;
using PSBpf.Elf;

namespace PSBpf.Btf;

/// <summary>
/// All types of one .BTF section: ids exist, lengths fit, and no type contains itself by value. Immutable and thread-safe.
/// </summary>
public sealed partial class BtfTypeSet
{
    private readonly BtfType[] _types;
    private readonly BtfLayout _layout;
    private readonly StringTable _strings;
    private readonly int[] _offsets;
    private readonly Lazy<Dictionary<(BtfKind Kind, string Name), BtfType>> _byName;

    internal BtfTypeSet(BtfType[] types, ReadOnlyMemory<byte> data, BtfLayout layout, StringTable strings, int[] offsets)
    {
        _types = types;
        _layout = layout;
        _strings = strings;
        _offsets = offsets;
        Data = data;
        _byName = new(() =>
        {
            Dictionary<(BtfKind Kind, string Name), BtfType> byName = [];
            foreach (BtfType type in _types)
                if (type.Name.Length > 0) byName.TryAdd((type.Kind, type.Name), type);
            return byName;
        });
    }

    /// <summary>The section's bytes, as bpf(2) takes them.</summary>
    public ReadOnlyMemory<byte> Data { get; }

    /// <summary>Every type; the index is the id, 0 is void.</summary>
    public IReadOnlyList<BtfType> Types => _types;

    /// <summary>The type with an id.</summary>
    public BtfType this[int id] => _types[id];

    /// <summary>Reads a .BTF section.</summary>
    /// <param name="data">The section's bytes, which must not change afterwards.</param>
    /// <param name="location">Where they are from, for messages.</param>
    /// <exception cref="BpfException">BPF0201: the section contradicts itself.</exception>
    public static BtfTypeSet Read(ReadOnlyMemory<byte> data, DiagnosticLocation? location = null) =>
        new BtfReader(data, location ?? DiagnosticLocation.None).Read();

    /// <summary>The first type of a kind with a name; null when there is none.</summary>
    public BtfType? Find(BtfKind kind, string name) => _byName.Value.GetValueOrDefault((kind, name));

    /// <summary>Follows typedefs, qualifiers and type tags to the type that says how bytes are laid out.</summary>
    public BtfType Resolve(BtfType type)
    {
        while (type is BtfReference { ReferenceKind: BtfKind.Typedef or BtfKind.Const or BtfKind.Volatile or BtfKind.Restrict or BtfKind.TypeTag or BtfKind.Variable } modifier)
            type = _types[modifier.TargetId];
        return type;
    }

    /// <summary>Bytes that a value of the type takes; 0 for void, functions and forward declarations.</summary>
    public int SizeOf(BtfType type) => Math.Max(0, _layout.Sizes[type.Id]);

    /// <summary>Whether values of the type have a size.</summary>
    public bool HasSize(BtfType type) => _layout.Sizes[type.Id] != BtfLayout.Unsized;

    /// <summary>The type's alignment in bytes, as clang lays it out unless the struct is packed.</summary>
    public int AlignmentOf(BtfType type) => _layout.Alignments[type.Id];

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

                if (candidate.Name.Length == 0 && TryFindMember(_types[candidate.TypeId], name, out member, out bitOffset))
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
    internal int PartsOf(BtfType type) => _layout.Parts[type.Id];

    /// <summary>Where a type's record starts in <see cref="Data"/>.</summary>
    internal int OffsetOf(BtfType type) => _offsets[type.Id];

    /// <summary>A string of the string section.</summary>
    internal bool TryGetString(uint offset, [NotNullWhen(true)] out string? text)
    {
        lock (_strings) return _strings.TryGet(offset, out text);
    }
}
