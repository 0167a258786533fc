using System.Collections.Frozen;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Verifier.Calls;

/// <summary>The kernel functions that a program calls, by slot: what its externs name. A number alone says nothing.</summary>
internal sealed class KfuncCalls(ProgramSpec spec)
{
    private readonly FrozenDictionary<int, string> _names = spec.Externs.Where(use => use.Extern.Kind == ExternKind.Function && use.Extern is { Value: not null, IsInModule: false })
        .DistinctBy(use => use.Instruction).ToFrozenDictionary(use => use.Instruction, use => use.Extern.Name);

    /// <summary>The prototype of the function that is called in a slot; null when it is not judged.</summary>
    public KfuncPrototype? At(int slot) => _names.TryGetValue(slot, out var name) ? KfuncTable.Find(name) : null;

    /// <summary>Its name; null when there is none.</summary>
    public string? NameAt(int slot) => _names.GetValueOrDefault(slot);
}
