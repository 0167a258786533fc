using System.Collections.Frozen;

namespace PSBpf.Uapi;

/// <summary>
/// Every helper of the UAPI with its prototype. A differential test calls each one in each program type with arguments that fit
/// and that do not, and asks Linux 6.18.
/// </summary>
public static class HelperTable
{
    private static readonly HelperPrototype[] Rows = Build();

    // The rows of helpers that take other arguments in some program types.
    private static readonly FrozenDictionary<int, HelperPrototype[]> Variants =
        HelperRows.All.GroupBy(row => row.Id).Where(group => group.Skip(1).Any()).ToFrozenDictionary(group => group.Key, group => group.ToArray());

    private static readonly FrozenDictionary<string, HelperPrototype> ByName = Rows.ToFrozenDictionary(row => row.Name);

    /// <summary>All helpers, ascending by id; of one whose arguments depend on the program type the commonest form.</summary>
    public static IReadOnlyList<HelperPrototype> All => Rows;

    /// <summary>All of their forms, ascending by id: helpers whose arguments depend on the program type have several.</summary>
    public static IReadOnlyList<HelperPrototype> Forms => HelperRows.All;

    /// <summary>The helper with an id; null when the UAPI has none.</summary>
    public static HelperPrototype? Find(int id) => id >= 1 && id <= Rows.Length ? Rows[id - 1] : null;

    /// <summary>The helper with an id as programs of a type may call it; null when the UAPI has none or they may not.</summary>
    public static HelperPrototype? Find(int id, ProgramType type, AttachType attach)
    {
        if (Find(id) is not { } row) return null;
        if (!Variants.TryGetValue(id, out var rows)) return row.IsAllowedIn(type, attach) ? row : null;
        foreach (var variant in rows)
            if (variant.IsAllowedIn(type, attach)) return variant;
        return null;
    }

    /// <summary>The helper with a name, with or without <c>bpf_</c>; null when the UAPI has none.</summary>
    public static HelperPrototype? Find(string name) => ByName.GetValueOrDefault(name) ?? ByName.GetValueOrDefault("bpf_" + name);

    private static HelperPrototype[] Build()
    {
        var rows = new HelperPrototype[HelperNames.Names.Length];
        foreach (var row in HelperRows.All) rows[row.Id - 1] ??= row;
        return rows;
    }
}
