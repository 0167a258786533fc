using PSBpf.Btf;
using PSBpf.Objects;

namespace PSBpf.Verifier.Calls;

/// <summary>The function that a program has its exceptions handled by: a tag of the program names it.</summary>
internal static class ExceptionCallback
{
    private const string Tag = "exception_callback:";

    /// <summary>Its first slot; −1 when the program has none, and bpf_throw returns its argument from the program.</summary>
    public static int SlotIn(ProgramSpec spec)
    {
        if (spec.Btf is not { } types || spec.Functions.FirstOrDefault(function => function.Instruction == 0) is not { } program) return -1;
        foreach (var type in types.Types)
        {
            if (type is not BtfReference { ReferenceKind: BtfKind.DeclarationTag, ComponentIndex: -1 } tag || tag.TargetId != program.TypeId || !tag.Name.StartsWith(Tag, StringComparison.Ordinal)) continue;
            string name = tag.Name[Tag.Length..];
            return spec.Functions.FirstOrDefault(function => function.Name == name && function.Linkage == BtfLinkage.Global)?.Instruction ?? -1;
        }

        return -1;
    }
}
