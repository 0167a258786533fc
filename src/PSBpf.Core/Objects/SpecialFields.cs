using PSBpf.Uapi;

namespace PSBpf.Objects;

/// <summary>A special field of a map's values or of an object that a program makes.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Offset">Where, in bytes.</param>
/// <param name="Structure">For pointers the structure that they point to, for lists and trees that of their elements; null for others.</param>
/// <param name="Tag">For pointers: their tag, e.g. <c>kptr</c>; null for others.</param>
/// <param name="TypeId">The id of that structure in the type information of the map or program; 0 for others.</param>
/// <param name="NodeOffset">For lists and trees: where their elements have the node, in bytes.</param>
public sealed record SpecialField(SpecialFieldKind Kind, int Offset, string? Structure = null, string? Tag = null, int TypeId = 0, int NodeOffset = 0)
{
    /// <summary>Its row.</summary>
    public SpecialFieldRow Row => SpecialFieldTable.Get(Kind);

    /// <summary>The byte after it.</summary>
    public int End => Offset + Row.Size;

    /// <summary>What the kernel calls it.</summary>
    public string Name => Tag is SpecialFields.PerCpuTag or SpecialFields.UserTag ? Tag : Row.Structure;

    /// <summary>Whether it is a list or a tree.</summary>
    public bool IsGraph => Kind is SpecialFieldKind.ListHead or SpecialFieldKind.TreeRoot;
}

/// <summary>Finds the special fields of a map's values in their BTF type.</summary>
public static class SpecialFields
{
    /// <summary>The tags of pointers to objects that the field keeps, to any objects, to objects of which every CPU has one, and to memory of user space.</summary>
    public const string KeepingTag = "kptr", UntrustedTag = "kptr_untrusted", PerCpuTag = "percpu_kptr", UserTag = "uptr";

    /// <summary>The most fields of a value or object.</summary>
    internal const int MaxFields = 11;

    /// <summary>
    /// The fields of a map, ascending by offset. None when the map's type does not take them, or when they are more than it takes: the
    /// kernel refuses such a map, and loaders create it without type information then.
    /// </summary>
    public static IReadOnlyList<SpecialField> Of(MapSpec map)
    {
        ArgumentNullException.ThrowIfNull(map);
        if (map is not { Btf: { } types, ValueType: { } type }) return [];
        var found = new SpecialFieldReader(types, row => row.MapTypes.Count > 0).Read(type);
        if (found is null || (found.Count > 0 && LocalStructures.Of(types).Problem is not null)) return [];
        foreach (var field in found)
        {
            if (!field.Row.MapTypes.Contains(map.Type) || field.End > map.ValueSize) return [];
            if (field.Tag == UserTag && map.Type != MapType.TaskStorage) return [];
            if (field.Row.Once && found.Count(other => other.Kind == field.Kind) > 1) return [];
        }

        return found;
    }
}
