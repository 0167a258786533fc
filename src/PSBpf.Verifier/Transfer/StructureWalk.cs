using PSBpf.Btf;
using PSBpf.Verifier.Domain;

namespace PSBpf.Verifier.Transfer;

/// <summary>What lies at a place of a structure of the kernel.</summary>
internal enum PlaceKind : byte
{
    /// <summary>Nothing that may be accessed so; the message says why.</summary>
    Refused,

    /// <summary>A number.</summary>
    Number,

    /// <summary>A pointer to a structure.</summary>
    StructurePointer,

    /// <summary>A pointer to something else.</summary>
    Pointer,

    /// <summary>The start of a structure within.</summary>
    Structure,
}

/// <summary>What lies at a place of a structure of the kernel.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="TypeId">The structure, or what the pointer points to.</param>
/// <param name="Flags">What its declaration says of a pointer.</param>
/// <param name="Member">Name of the member that holds it.</param>
/// <param name="Message">Why it is refused, in the kernel's words.</param>
internal readonly record struct Place(PlaceKind Kind, int TypeId = 0, PointerFlags Flags = PointerFlags.None, string Member = "", string Message = "");

/// <summary>Finds what lies where in structures of the kernel, by its types.</summary>
internal sealed class StructureWalk(BtfTypeSet types)
{
    // Deeper than any structure that a compiler wrote; sets that were only opened may have circles.
    private const int MaxDepth = 64;

    /// <summary>The types.</summary>
    public BtfTypeSet Types { get; } = types;

    /// <summary>A type without typedefs, qualifiers and tags.</summary>
    public BtfType Resolve(int id) => Types.Resolve(Types[id]);

    /// <summary>What an access finds: structures within are entered.</summary>
    /// <param name="structure">Id of the structure.</param>
    /// <param name="offset">Where; not negative.</param>
    /// <param name="size">Bytes.</param>
    public Place Access(int structure, int offset, int size)
    {
        var flags = PointerFlags.None;
        for (int depth = 0; depth < MaxDepth; depth++)
        {
            var place = Step(structure, offset, size, ref flags);
            if (place.Kind != PlaceKind.Structure) return place;
            structure = place.TypeId;
            offset = 0;
        }

        return new Place(PlaceKind.Refused, Message: $"struct {NameOf(structure)} is nested too deep");
    }

    /// <summary>Whether a structure has another one at an offset, first members' first members included.</summary>
    public bool Contains(int structure, int offset, int wanted)
    {
        if (offset == 0 && structure == wanted) return true;
        var flags = PointerFlags.None;
        for (int depth = 0; depth < MaxDepth; depth++)
        {
            var place = Step(structure, offset, 1, ref flags);
            if (place.Kind != PlaceKind.Structure) return false;
            if (place.TypeId == wanted) return true;
            structure = place.TypeId;
            offset = 0;
        }

        return false;
    }

    /// <summary>
    /// Whether the kernel vouches for a member: it keeps lists of them as types of their own, called like the structure with an ending.
    /// </summary>
    public bool IsListed(int structure, string member, int pointee, string ending)
    {
        if (Types[structure] is not BtfStruct { Name.Length: > 0 } owner || Types.Find(owner.Kind, owner.Name + ending) is not BtfStruct list) return false;
        foreach (var listed in list.Members)
        {
            if (listed.Name == member && Resolve(listed.TypeId) is BtfReference { ReferenceKind: BtfKind.Pointer } pointer && Resolve(pointer.TargetId).Id == pointee) return true;
        }

        return false;
    }

    /// <summary>The name of a type without typedefs and qualifiers, as messages have it.</summary>
    public string NameOf(int id) => Resolve(id).Name is { Length: > 0 } name ? name : "(anon)";

    private Place Step(int structure, int offset, int size, ref PointerFlags flags)
    {
        for (int depth = 0; depth < MaxDepth; depth++)
        {
            if (Resolve(structure) is not BtfStruct type) return new Place(PlaceKind.Refused, Message: $"Type '{NameOf(structure)}' is not a struct");
            // Which member of a union holds is not known, so what it points to is not either.
            if (type.IsUnion && type.Members.Count != 1) flags |= PointerFlags.Untrusted;
            if (offset + size > type.Size)
            {
                if (!TryEnterFlexibleArray(type, ref offset, out int element))
                    return new Place(PlaceKind.Refused, Message: $"access beyond struct {NameOf(structure)} at off {offset} size {size}");
                if (Resolve(element) is not BtfStruct) return new Place(PlaceKind.Number);
                structure = element;
                continue;
            }

            if (!TryFindMember(type, offset, size, out var member, out int at, out int end)) return new Place(PlaceKind.Refused, Message: $"struct {NameOf(structure)} doesn't have field at offset {offset}");
            if (member is null) return new Place(PlaceKind.Number);
            int held = ElementOf(member.TypeId, ref at, end, offset);
            var layout = Resolve(held);
            if (layout is BtfStruct)
            {
                if (offset == at) return new Place(PlaceKind.Structure, layout.Id);
                structure = layout.Id;
                offset -= at;
                continue;
            }

            if (layout is BtfReference { ReferenceKind: BtfKind.Pointer } pointer)
            {
                if (size != sizeof(ulong) || offset != at)
                    return new Place(PlaceKind.Refused, Message: $"cannot access ptr member {member.Name} with moff {at} in struct {NameOf(structure)} with off {offset} size {size}");
                var tagged = flags | TagOf(pointer);
                var pointee = Resolve(pointer.TargetId);
                return new Place(pointee is BtfStruct ? PlaceKind.StructurePointer : PlaceKind.Pointer, pointee.Id, tagged, member.Name);
            }

            // Numbers may be read in part, and across the elements of an array.
            if (offset + size > end && (flags & PointerFlags.Untrusted) == 0)
            {
                return new Place(PlaceKind.Refused,
                    Message: $"access beyond the end of member {member.Name} (mend:{end}) in struct {NameOf(structure)} with off {offset} size {size}");
            }

            return new Place(PlaceKind.Number);
        }

        return new Place(PlaceKind.Refused, Message: $"struct {NameOf(structure)} is nested too deep");
    }

    // The member that an access begins in; null for a bit field.
    private bool TryFindMember(BtfStruct type, int offset, int size, out BtfMember? found, out int at, out int end)
    {
        found = null;
        at = end = 0;
        foreach (var member in type.Members)
        {
            at = member.BitOffset / 8;
            if (member.BitfieldSize > 0)
            {
                // Compilers leave out bit fields without a name, so an access may begin before the first that is there.
                if (offset <= at && (member.BitOffset + member.BitfieldSize + 7) / 8 <= offset + size) return true;
                continue;
            }

            if (offset < at) break;
            int bytes = Types.SizeOf(Types[member.TypeId]);
            end = at + bytes;
            if (offset >= end) continue;
            found = member;
            return true;
        }

        return false;
    }

    // The type that lies at an offset of a member: of an array, an element. "at" becomes where that begins.
    private int ElementOf(int typeId, ref int at, int end, int offset)
    {
        while (Resolve(typeId) is BtfArray array)
        {
            typeId = array.ElementId;
            int bytes = Types.SizeOf(Types[typeId]);
            if (bytes > 0 && at < end) at += (offset - at) / bytes * bytes;
        }

        return typeId;
    }

    // A last member of no length goes on behind the structure.
    private bool TryEnterFlexibleArray(BtfStruct type, ref int offset, out int element)
    {
        element = 0;
        if (type.Members.Count == 0 || Resolve(type.Members[^1].TypeId) is not BtfArray { Length: 0 } array) return false;
        int start = type.Members[^1].BitOffset / 8;
        if (offset < start) return false;
        switch (Resolve(array.ElementId))
        {
            case BtfInt:
                element = array.ElementId;
                return true;
            case BtfStruct { Size: > 0 } structure:
                element = structure.Id;
                offset = (offset - start) % structure.Size;
                return true;
            default: return false;
        }
    }

    private PointerFlags TagOf(BtfReference pointer) => Types[pointer.TargetId] is not BtfReference { ReferenceKind: BtfKind.TypeTag } tag ? PointerFlags.None : tag.Name switch
    {
        "user" => PointerFlags.User,
        "percpu" => PointerFlags.PerCpu,
        "rcu" => PointerFlags.Rcu,
        _ => PointerFlags.None,
    };
}
