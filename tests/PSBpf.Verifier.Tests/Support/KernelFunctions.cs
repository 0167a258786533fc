using System.Globalization;
using PSBpf.Btf;
using PSBpf.Isa;
using PSBpf.Objects;

namespace PSBpf.Verifier.Tests.Support;

/// <summary>Calls of kernel functions by their names: their numbers are the machine's kernel's, or made up where there is none.</summary>
internal static class KernelFunctions
{
    private const string Path = "/sys/kernel/btf/vmlinux";

    private static readonly Lazy<BtfTypeSet?> Kernel = new(() => File.Exists(Path) ? BtfTypeSet.Open(File.ReadAllBytes(Path)) : null);

    /// <summary>Puts numbers in the place of names.</summary>
    /// <returns>What was called, in the order of the code.</returns>
    public static List<ExternSpec> Name(List<string> code)
    {
        var called = new List<ExternSpec>();
        for (int index = 0; index < code.Count; index++)
        {
            string line = code[index].Trim();
            if (!line.StartsWith("call ", StringComparison.Ordinal) || !line.EndsWith("()", StringComparison.Ordinal)) continue;
            string name = line[5..^2];
            int id = Kernel.Value?.Find(BtfKind.Function, name)?.Id ?? called.Count + 1;
            called.Add(new ExternSpec(name, ExternKind.Function, false, (ulong)id));
            code[index] = string.Create(CultureInfo.InvariantCulture, $"call kfunc {id} +0");
        }

        return called;
    }

    /// <summary>The slots of the calls.</summary>
    public static IReadOnlyList<ExternUse> Uses(List<ExternSpec> called, Instruction[] instructions)
    {
        if (called.Count == 0) return [];
        var uses = new List<ExternUse>();
        for (int slot = 0; slot < instructions.Length; slot++)
        {
            if (InstructionTable.Find(instructions[slot]) is { Kind: FormKind.CallKfunc }) uses.Add(new ExternUse(slot, called[uses.Count]));
        }

        return uses;
    }
}
