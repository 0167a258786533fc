using System.Runtime.CompilerServices;
using PSBpf.Btf;
using PSBpf.Uapi;

namespace PSBpf.Objects;

/// <summary>
/// The structures of a program's own type information that have special fields. Objects that programs make (bpf_obj_new) keep them: a structure counts when one
/// of its own members is such a field, and then those of structures within count, too.
/// </summary>
public sealed class LocalStructures
{
    private static readonly ConditionalWeakTable<BtfTypeSet, LocalStructures> Known = [];

    private readonly Dictionary<int, IReadOnlyList<SpecialField>> _fields = [];

    private LocalStructures(BtfTypeSet types)
    {
        foreach (var type in types.Types)
        {
            if (type is not BtfStruct { IsUnion: false } structure || !structure.Members.Any(member => IsSpecial(types, types[member.TypeId]))) continue;
            var fields = new SpecialFieldReader(types, row => row.InObjects).Read(structure)?.Where(field => field.Tag != SpecialFields.UserTag).ToList();
            Problem ??= Judge(structure.Name, fields);
            _fields[structure.Id] = fields ?? [];
        }

        foreach (var (id, fields) in _fields) Problem ??= CheckOwnership(types[id].Name, fields);
    }

    /// <summary>Why Linux does not take the type information; null when it does.</summary>
    public string? Problem { get; private set; }

    /// <summary>The fields of all of them.</summary>
    public IEnumerable<SpecialField> Fields => _fields.Values.SelectMany(fields => fields);

    /// <summary>Those of a set, found out once.</summary>
    public static LocalStructures Of(BtfTypeSet types) => Known.GetValue(types, set => new LocalStructures(set));

    /// <summary>The fields of a structure, ascending by offset; empty when it has none.</summary>
    public IReadOnlyList<SpecialField> FieldsOf(int structure) => _fields.GetValueOrDefault(structure) ?? [];

    private static bool IsSpecial(BtfTypeSet types, BtfType type) =>
        type is BtfStruct { IsUnion: false } structure ? SpecialFieldTable.Find(structure.Name) is { MakesSpecial: true } : SpecialFieldReader.IsTaggedPointer(types, type) && !IsUserPointer(types, type);

    private static bool IsUserPointer(BtfTypeSet types, BtfType pointer) => types[((BtfReference)pointer).TargetId].Name == SpecialFields.UserTag;

    private static string? Judge(string name, List<SpecialField>? fields)
    {
        if (fields is null) return $"struct {name} has fields that do not go together: a list or tree needs a lock and says what it contains, and {SpecialFields.MaxFields} fields are the most";
        bool Has(SpecialFieldKind kind) => fields.Exists(field => field.Kind == kind);
        if (fields.Count(field => field.Kind is SpecialFieldKind.SpinLock or SpecialFieldKind.ResilientSpinLock) > 1) return $"struct {name} has more than one lock";
        if (Has(SpecialFieldKind.ListNode) && Has(SpecialFieldKind.TreeNode) && !Has(SpecialFieldKind.ReferenceCount))
            return $"struct {name} may be in a list and in a tree and has no struct bpf_refcount";
        return null;
    }

    // What owns elements and is an element itself may only own what owns none, so that no circle arises.
    private string? CheckOwnership(string name, IReadOnlyList<SpecialField> fields)
    {
        bool isElement = fields.Any(field => field.Kind is SpecialFieldKind.ListNode or SpecialFieldKind.TreeNode);
        foreach (var root in fields.Where(field => field.IsGraph))
        {
            if (!_fields.TryGetValue(root.TypeId, out var content)) return $"struct {root.Structure}, which struct {name} contains, has no node";
            if (isElement && content.Any(field => field.IsGraph)) return $"struct {name} is an element and contains struct {root.Structure}, which contains others";
        }

        return null;
    }
}
