using System.Globalization;
using PSBpf.Btf;

namespace PSBpf.CoRe;

/// <summary>
/// Reads the access string of a relocation against the types it was written for (the kernel's Documentation/bpf/llvm_reloc.rst):
/// <c>0:1:2</c> is <c>(&amp;root[0])->member 1.member 2</c>, for enumerators their number, for types <c>0</c>.
/// </summary>
internal static class CoreAccessReader
{
    /// <summary>The access; null when the string says nothing that the type has.</summary>
    public static CoreAccess? Read(BtfTypeSet types, int rootId, string text, CoreKind kind)
    {
        var access = new CoreAccess(types, rootId);
        if (Parse(text) is not { Count: > 0 } numbers) return null;
        if (kind.IsEnumValue())
        {
            if (numbers.Count != 1 || CoreAccess.Plain(types, rootId) is not BtfEnumType enumeration || numbers[0] >= enumeration.Members.Count) return null;
            access.Steps.Add(new CoreStep(enumeration.Id, numbers[0], enumeration.Members[numbers[0]].Name));
            return access;
        }

        if (!kind.IsField()) return numbers is [0] ? access : null;

        int id = CoreAccess.Plain(types, rootId).Id;
        access.AddIndex(id, numbers[0]);
        for (int step = 1; step < numbers.Count; step++)
        {
            switch (CoreAccess.Plain(types, id))
            {
                case BtfStruct structure when numbers[step] < structure.Members.Count:
                    BtfMember member = structure.Members[numbers[step]];
                    // Steps into anonymous members count for the offset only: the kernel may nest differently.
                    if (member.Name.Length > 0) access.Steps.Add(new CoreStep(structure.Id, numbers[step], member.Name));
                    access.BitOffset += member.BitOffset;
                    id = member.TypeId;
                    break;
                case BtfArray array when numbers[step] < array.Length || access.IsFlexible(array, types):
                    id = CoreAccess.Plain(types, array.ElementId).Id;
                    access.AddIndex(id, numbers[step]);
                    break;
                default:
                    return null;
            }
        }

        return access;
    }

    private static List<int>? Parse(string text)
    {
        List<int> numbers = [];
        foreach (Range part in text.AsSpan().Split(':'))
        {
            if (numbers.Count == CoreAccess.MaxSteps || !int.TryParse(text.AsSpan(part), NumberStyles.None, CultureInfo.InvariantCulture, out int number)) return null;
            numbers.Add(number);
        }

        return numbers;
    }
}
