using PSBpf.Btf;
using PSBpf.Uapi;

namespace PSBpf.Objects;

/// <summary>Reads the special fields of a type, structures and arrays within included.</summary>
/// <param name="types">The types.</param>
/// <param name="takes">Which kinds count; others are ordinary bytes.</param>
internal sealed class SpecialFieldReader(BtfTypeSet types, Func<SpecialFieldRow, bool> takes)
{
    private const int MaxDepth = 8;

    // Says which structure a list or tree holds, and by which member: contains:NAME:MEMBER.
    private const string ContainsTag = "contains:";

    private static readonly string[] PointerTags = [SpecialFields.KeepingTag, SpecialFields.UntrustedTag, SpecialFields.PerCpuTag, SpecialFields.UserTag];

    private readonly List<SpecialField> _found = [];

    /// <summary>The fields, ascending by offset; null when the kernel takes no such type.</summary>
    public IReadOnlyList<SpecialField>? Read(BtfType type)
    {
        if (!Collect(type, 0, 0, new Declared(0, 0)) || _found.Count > SpecialFields.MaxFields) return null;
        _found.Sort((one, other) => one.Offset.CompareTo(other.Offset));
        bool locked = _found.Exists(field => field.Kind is SpecialFieldKind.SpinLock or SpecialFieldKind.ResilientSpinLock);
        return locked || !_found.Exists(field => field.IsGraph) ? _found : null;
    }

    /// <summary>Whether a type is a pointer with one of the tags that make it special.</summary>
    public static bool IsTaggedPointer(BtfTypeSet types, BtfType type) =>
        type is BtfReference { ReferenceKind: BtfKind.Pointer } pointer && types[pointer.TargetId] is BtfReference { ReferenceKind: BtfKind.TypeTag } tag && PointerTags.Contains(tag.Name);

    private bool Collect(BtfType type, int offset, int depth, Declared declared)
    {
        if (depth > MaxDepth || _found.Count > SpecialFields.MaxFields) return false;
        switch (types.Resolve(type))
        {
            case BtfDataSection section:
                return section.Variables.All(variable => Collect(types[variable.TypeId], offset + variable.Offset, depth + 1, new Declared(variable.TypeId, -1)));
            case BtfArray array:
                var element = types[array.ElementId];
                int size = types.SizeOf(types.Resolve(element)), before = _found.Count;
                for (uint index = 0; index < array.Length; index++)
                {
                    if (!Collect(element, offset + (int)index * size, depth + 1, declared)) return false;
                    // Elements without such fields are all without.
                    if (_found.Count == before) break;
                }

                return true;
            case BtfStruct { IsUnion: true }:
                return true;
            case BtfStruct structure:
                if (SpecialFieldTable.Find(structure.Name) is { } row && takes(row)) return structure.Size == row.Size && Add(row, offset, declared);
                for (int index = 0; index < structure.Members.Count; index++)
                {
                    var member = structure.Members[index];
                    if (member.BitfieldSize == 0 && !Collect(types[member.TypeId], offset + member.BitOffset / 8, depth + 1, new Declared(structure.Id, index))) return false;
                }

                return true;
            case BtfReference { ReferenceKind: BtfKind.Pointer } pointer:
                return CollectPointer(types[pointer.TargetId], offset);
            default:
                return true;
        }
    }

    // The tag stands between the pointer and what it points to.
    private bool CollectPointer(BtfType target, int offset)
    {
        if (target is not BtfReference { ReferenceKind: BtfKind.TypeTag } tag || !PointerTags.Contains(tag.Name) || !takes(SpecialFieldTable.Get(SpecialFieldKind.KernelPointer))) return true;
        if (types.Resolve(target) is not BtfStruct structure) return false;
        _found.Add(new SpecialField(SpecialFieldKind.KernelPointer, offset, structure.Name, tag.Name, structure.Id));
        return true;
    }

    private bool Add(SpecialFieldRow row, int offset, Declared declared)
    {
        var field = new SpecialField(row.Kind, offset);
        if (field.IsGraph)
        {
            string node = SpecialFieldTable.Get(row.Kind == SpecialFieldKind.ListHead ? SpecialFieldKind.ListNode : SpecialFieldKind.TreeNode).Structure;
            if (ContentOf(declared) is not [var name, var memberName] || types.Find(BtfKind.Struct, name) is not BtfStruct content) return false;
            if (content.Members.FirstOrDefault(each => each.Name == memberName) is not { BitfieldSize: 0 } member) return false;
            if (types[member.TypeId] is not BtfStruct { IsUnion: false } held || held.Name != node) return false;
            field = field with { Structure = name, TypeId = content.Id, NodeOffset = member.BitOffset / 8 };
        }

        _found.Add(field);
        return true;
    }

    private string[]? ContentOf(Declared declared)
    {
        foreach (var type in types.Types)
        {
            if (type is BtfReference { ReferenceKind: BtfKind.DeclarationTag } tag && tag.TargetId == declared.Owner && tag.ComponentIndex == declared.Component
                && tag.Name.StartsWith(ContainsTag, StringComparison.Ordinal)) return tag.Name[ContainsTag.Length..].Split(':', 2);
        }

        return null;
    }

    // Where a field is declared, as its tag says it: a structure and the index of its member, or a variable and -1.
    private readonly record struct Declared(int Owner, int Component);
}
