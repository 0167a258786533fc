using PSBpf.Btf;

namespace PSBpf.CoRe;

/// <summary>Finds the same access in another set of types: members by name wherever they are, array elements by index.</summary>
internal sealed class CoreMatcher(CoreCompatibility compatibility)
{
    /// <summary>The access in a type of the target; null when there is no such thing.</summary>
    public CoreAccess? Match(CoreAccess local, BtfTypeSet target, int targetId, CoreKind kind)
    {
        var found = new CoreAccess(target, targetId);
        if (kind.IsEnumValue()) return MatchEnumerator(local, found) ? found : null;
        if (!kind.IsField())
        {
            bool fits = kind == CoreKind.TypeMatches ? compatibility.Matches(local.RootId, target, targetId) : compatibility.AreAlike(local.RootId, target, targetId);
            return fits ? found : null;
        }

        int id = targetId;
        for (int step = 0; step < local.Steps.Count; step++)
        {
            CoreStep wanted = local.Steps[step];
            if (wanted.Name is { } name)
            {
                if (FindMember(found, local, wanted, name, ref id, CoreAccess.MaxSteps)) continue;
                return null;
            }

            if (step > 0)
            {
                if (CoreAccess.Plain(target, id) is not BtfArray array || (wanted.Index >= array.Length && !found.IsFlexible(array, target))) return null;
                id = array.ElementId;
            }

            id = CoreAccess.Plain(target, id).Id;
            found.AddIndex(id, wanted.Index);
        }

        return found;
    }

    private static bool MatchEnumerator(CoreAccess local, CoreAccess found)
    {
        if (CoreAccess.Plain(found.Types, found.RootId) is not BtfEnumType enumeration) return false;
        ReadOnlySpan<char> name = CoreNames.Essential(local.Steps[0].Name!);
        for (int index = 0; index < enumeration.Members.Count; index++)
        {
            if (!CoreNames.Essential(enumeration.Members[index].Name).SequenceEqual(name)) continue;
            found.Steps.Add(new CoreStep(enumeration.Id, index, enumeration.Members[index].Name));
            return true;
        }

        return false;
    }

    private bool FindMember(CoreAccess found, CoreAccess local, in CoreStep wanted, string name, ref int id, int depth)
    {
        if (CoreAccess.Plain(found.Types, id) is not BtfStruct structure || depth == 0) return false;
        for (int index = 0; index < structure.Members.Count; index++)
        {
            BtfMember member = structure.Members[index];
            if (member.Name.Length == 0)
            {
                int inner = member.TypeId;
                found.BitOffset += member.BitOffset;
                if (FindMember(found, local, wanted, name, ref inner, depth - 1))
                {
                    id = inner;
                    return true;
                }

                found.BitOffset -= member.BitOffset;
            }
            else if (member.Name == name)
            {
                int localId = ((BtfStruct)local.Types[wanted.TypeId]).Members[wanted.Index].TypeId;
                if (!compatibility.AreFieldsAlike(localId, found.Types, member.TypeId)) return false;
                found.BitOffset += member.BitOffset;
                found.Steps.Add(new CoreStep(structure.Id, index, name));
                id = member.TypeId;
                return true;
            }
        }

        return false;
    }
}
