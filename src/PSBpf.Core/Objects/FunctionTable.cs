using PSBpf.Btf;
using PSBpf.Isa;

namespace PSBpf.Objects;

/// <summary>The functions of a program, also where no type information names them.</summary>
public static class FunctionTable
{
    /// <summary>The functions ascending by slot, the entry function first.</summary>
    /// <param name="program">The program; without type information functions begin where something calls them, and are called <c>func_</c> and their slot.</param>
    public static IReadOnlyList<FunctionSpec> Of(ProgramSpec program)
    {
        ArgumentNullException.ThrowIfNull(program);
        if (program.Functions.Count > 0) return program.Functions;
        var starts = new SortedSet<int> { 0 };
        for (int index = 0; index < program.Instructions.Length; index++)
        {
            var slot = program.Instructions[index];
            if (InstructionTable.Find(slot) is not { } form) continue;
            if (form.Id is FormId.CallFunction or FormId.LddwFunction) starts.Add(index + 1 + slot.Immediate);
            if (form.Slots == 2) index++;
        }

        return [.. starts.Where(start => start >= 0 && start < program.Instructions.Length)
            .Select(start => new FunctionSpec(start, start == 0 ? program.Name : $"func_{start}", BtfLinkage.Static, 0))];
    }
}
