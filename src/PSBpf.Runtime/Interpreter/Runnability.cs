using PSBpf.Diagnostics;
using PSBpf.Isa;
using PSBpf.Objects;
using PSBpf.Runtime.Contexts;
using PSBpf.Runtime.Helpers;
using PSBpf.Runtime.Maps;
using PSBpf.Uapi;
using PSBpf.Verifier;

namespace PSBpf.Runtime.Interpreter;

/// <summary>Says what a program uses that this engine does not implement.</summary>
internal static class Runnability
{
    /// <summary>The missing things by name; empty when the program can run.</summary>
    /// <param name="instructions">Its instructions.</param>
    /// <param name="type">Its type.</param>
    /// <param name="maps">The maps it names.</param>
    /// <param name="facts">What the verifier found out; instructions that no path reaches need not be executed.</param>
    /// <param name="helpers">The helpers that it gets instead of the kernel's; it may then call through registers.</param>
    public static IReadOnlyList<string> Missing(
        ReadOnlySpan<DecodedInstruction> instructions, ProgramType type, IEnumerable<MapSpec> maps, ProgramFacts? facts = null, HelperEntry[]? helpers = null)
    {
        var missing = new SortedSet<string>(StringComparer.Ordinal);
        if (type != ProgramType.Unspecified && RunInput.Find(type) is null) missing.Add($"program type {ProgramTypeTable.Get(type).Name}");
        foreach (var map in maps)
            if (!MapFactory.Supports(map.Type)) missing.Add($"map type {map.Type}");
        for (int index = 0; index < instructions.Length; index++)
        {
            if (facts is not null && !facts.IsReached(index)) continue;
            ref readonly var instruction = ref instructions[index];
            var accessed = facts?.MemoryAt(index) ?? AccessedMemory.None;
            if (accessed == AccessedMemory.Context && ProgramTypeTable.Get(type).Context?.FieldAt(instruction.Offset) is { } field && !ContextView.Has(field))
                missing.Add($"context field {field.Name}");
            if ((accessed & AccessedMemory.Kernel) != 0) missing.Add("structures of the kernel");
            switch (instruction.Form)
            {
                case FormId.CallHelper when !HelperSet.Implements(helpers ?? HelperSet.All, (uint)instruction.Immediate):
                    missing.Add((helpers is null ? HelperTable.Find((int)instruction.Immediate)?.Name : null) ?? $"helper {(uint)instruction.Immediate}");
                    break;
                case FormId.CallKfunc when facts is null || facts.KfuncAt(index) < 0:
                    missing.Add("calls of kernel functions");
                    break;
                case FormId.CallKfunc when facts!.KfuncAt(index) is var kfunc && !KfuncSet.Implements(kfunc):
                    missing.Add(KfuncTable.All[kfunc].Name);
                    break;
                case FormId.CallReg when helpers is null:
                    missing.Add("calls through a register (callx)");
                    break;
                case FormId.AddrSpaceCastToKernel or FormId.AddrSpaceCastToUser:
                    missing.Add("addr_space_cast (arena)");
                    break;
                case FormId.LddwMapFd or FormId.LddwMapValue:
                    missing.Add("maps by file descriptor");
                    break;
                case FormId.LddwBtfId:
                    missing.Add("kernel variables (ksyms)");
                    break;
            }
        }

        return [.. missing];
    }

    /// <summary>The error for running it all the same.</summary>
    public static BpfException Error(string name, IReadOnlyList<string> missing) =>
        DiagnosticRules.NotRunnable.Error($"Program '{name}' uses what the managed engine does not implement: {string.Join(", ", missing)}.");
}
