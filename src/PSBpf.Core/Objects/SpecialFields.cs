using PSBpf.Btf;
using PSBpf.Uapi;

namespace PSBpf.Objects;

/// <summary>A special field of a map's values.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Offset">Where, in bytes.</param>
/// <param name="Structure">For pointers: the structure that they point to; null for others.</param>
/// <param name="Tag">For pointers: their tag, e.g. <c>kptr</c>; null for others.</param>
public sealed record SpecialField(SpecialFieldKind Kind, int Offset, string? Structure = null, string? Tag = null)
{
    /// <summary>Its row.</summary>
    public SpecialFieldRow Row => SpecialFieldTable.Get(Kind);

    /// <summary>The byte after it.</summary>
    public int End => Offset + Row.Size;
}

/// <summary>Finds the special fields of a map's values in their BTF type.</summary>
public static class SpecialFields
{
    private const int MaxFields = 11;
    private const int MaxDepth = 8;

    private static readonly string[] PointerTags = ["kptr", "kptr_untrusted", "percpu_kptr", "uptr"];

    /// <summary>
    /// The fields of a map, ascending by offset. None when the map's type does not take them, or when they are more than it takes: the
    /// kernel refuses such a map, and loaders create it without type information then.
    /// </summary>
    public static IReadOnlyList<SpecialField> Of(MapSpec map)
    {
        ArgumentNullException.ThrowIfNull(map);
        if (map is not { Btf: { } types, ValueType: { } type }) return [];
        var found = new List<SpecialField>();
        if (!Collect(types, type, 0, 0, found) || found.Count > MaxFields) return [];
        foreach (var field in found)
        {
            if (!field.Row.MapTypes.Contains(map.Type) || field.End > map.ValueSize) return [];
            if (field.Row.Once && found.Count(other => other.Kind == field.Kind) > 1) return [];
        }

        found.Sort((one, other) => one.Offset.CompareTo(other.Offset));
        return found;
    }

    private static bool Collect(BtfTypeSet types, BtfType type, int offset, int depth, List<SpecialField> found)
    {
        if (depth > MaxDepth || found.Count > MaxFields) return false;
        switch (types.Resolve(type))
        {
            case BtfDataSection section:
                return section.Variables.All(variable => Collect(types, types[variable.TypeId], offset + variable.Offset, depth + 1, found));
            case BtfArray array:
                var element = types[array.ElementId];
                int size = types.SizeOf(types.Resolve(element)), before = found.Count;
                for (uint index = 0; index < array.Length; index++)
                {
                    if (!Collect(types, element, offset + (int)index * size, depth + 1, found)) return false;
                    // Elements without such fields are all without.
                    if (found.Count == before) break;
                }

                return true;
            case BtfStruct structure:
                if (!structure.IsUnion && SpecialFieldTable.Find(structure.Name) is { } row)
                {
                    found.Add(new SpecialField(row.Kind, offset));
                    return structure.Size == row.Size;
                }

                if (structure.IsUnion) return true;
                foreach (var member in structure.Members)
                    if (member.BitfieldSize == 0 && !Collect(types, types[member.TypeId], offset + member.BitOffset / 8, depth + 1, found)) return false;
                return true;
            case BtfReference { ReferenceKind: BtfKind.Pointer } pointer:
                return CollectPointer(types, types[pointer.TargetId], offset, found);
            default:
                return true;
        }
    }

    // The tag stands between the pointer and what it points to.
    private static bool CollectPointer(BtfTypeSet types, BtfType target, int offset, List<SpecialField> found)
    {
        if (target is not BtfReference { ReferenceKind: BtfKind.TypeTag } tag || !PointerTags.Contains(tag.Name)) return true;
        if (types.Resolve(target) is not BtfStruct structure) return false;
        found.Add(new SpecialField(SpecialFieldKind.KernelPointer, offset, structure.Name, tag.Name));
        return true;
    }
}
