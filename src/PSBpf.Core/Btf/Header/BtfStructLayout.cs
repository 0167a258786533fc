namespace PSBpf.Btf;

/// <summary>
/// How clang will lay out structs as they are written: what must be packed, and where padding has to be said because nothing that
/// BTF keeps explains it (attributes such as aligned are not in BTF).
/// </summary>
internal sealed class BtfStructLayout(BtfTypeSet types)
{
    /// <summary>Bits of the widest bitfield.</summary>
    public const int WordBits = 64;

    private readonly Dictionary<int, int> _alignments = [];

    /// <summary>Bits of a bitfield, also of one that BTF describes in its old way, by an integer with fewer bits than its storage; 0 for other members.</summary>
    public int BitfieldSize(BtfMember member) =>
        member.BitfieldSize > 0 ? member.BitfieldSize : OldBitfield(member) is { } integer ? integer.Bits : 0;

    /// <summary>The first bit of a member.</summary>
    public int BitOffset(BtfMember member) => member.BitOffset + (member.BitfieldSize == 0 && OldBitfield(member) is { } integer ? integer.BitOffset : 0);

    /// <summary>Alignment in bytes of a type as it will be written.</summary>
    public int AlignmentOf(BtfType type) => types.Resolve(type) switch
    {
        BtfArray array => AlignmentOf(types[array.ElementId]),
        BtfStruct structure => AlignmentOf(structure),
        BtfType other => types.AlignmentOf(other),
    };

    /// <summary>Whether it must be packed, because a member lies where its alignment would not let it.</summary>
    public bool IsPacked(BtfStruct structure)
    {
        foreach (BtfMember member in structure.Members)
        {
            int bits = BitfieldSize(member), offset = BitOffset(member);
            if (bits > 0)
            {
                int storage = types.SizeOf(types[member.TypeId]) * 8;
                if (offset / storage != (offset + bits - 1) / storage) return true;
            }
            else if (offset % (AlignmentOf(types[member.TypeId]) * 8) != 0)
            {
                return true;
            }
        }

        return structure.Size % NaturalAlignment(structure) != 0;
    }

    /// <summary>Bits of unnamed bitfields that fill a gap. None of them crosses a word, so that each lies where the one before ends.</summary>
    public static IEnumerable<int> Fill(int from, int to)
    {
        while (from < to)
        {
            int bits = Math.Min(to - from, WordBits - from % WordBits);
            yield return bits;
            from += bits;
        }
    }

    /// <summary>Where clang puts the next member by itself.</summary>
    /// <param name="offset">The first free bit.</param>
    /// <param name="member">The member.</param>
    /// <param name="isPacked">Whether the struct is packed.</param>
    public int NaturalOffset(int offset, BtfMember member, bool isPacked)
    {
        BtfType type = types[member.TypeId];
        int bits = BitfieldSize(member);
        if (bits == 0) return RoundUp(offset, isPacked ? 8 : AlignmentOf(type) * 8);
        int storage = types.SizeOf(type) * 8;
        return isPacked || offset / storage == (offset + bits - 1) / storage ? offset : RoundUp(offset, storage);
    }

    /// <summary>Bits of the whole, when its last member ends at a bit.</summary>
    public int NaturalSize(int offset, BtfStruct structure, bool isPacked) => RoundUp(offset, isPacked ? 8 : NaturalAlignment(structure) * 8);

    /// <summary>Rounds up to a multiple.</summary>
    public static int RoundUp(int value, int multiple) => (int)(((long)value + multiple - 1) / multiple * multiple);

    private int AlignmentOf(BtfStruct structure)
    {
        if (!_alignments.TryGetValue(structure.Id, out int alignment))
            _alignments[structure.Id] = alignment = IsPacked(structure) ? 1 : NaturalAlignment(structure);
        return alignment;
    }

    private int NaturalAlignment(BtfStruct structure)
    {
        int alignment = 1;
        foreach (BtfMember member in structure.Members)
            if (member.Name.Length > 0 || types.Resolve(types[member.TypeId]) is BtfStruct) alignment = Math.Max(alignment, AlignmentOf(types[member.TypeId]));
        return alignment;
    }

    private BtfInt? OldBitfield(BtfMember member) =>
        types.Resolve(types[member.TypeId]) is BtfInt integer && (integer.Bits < integer.Size * 8 && !integer.Encoding.HasFlag(BtfIntEncoding.Bool) || member.BitOffset % 8 != 0) ? integer : null;
}
