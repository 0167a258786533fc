using PSBpf.Btf;
using PSBpf.Diagnostics;
using PSBpf.Isa;
using PSBpf.Objects;
using PSBpf.Verifier.Domain;

namespace PSBpf.Verifier.Transfer;

/// <summary>Variables and functions of the kernel that 64-bit immediates name by their type's id.</summary>
internal static class KernelVariables
{
    private const string PerCpuSection = ".data..percpu";

    /// <summary>What an instruction loads.</summary>
    /// <param name="spec">The program.</param>
    /// <param name="setting">The kernel it is for.</param>
    /// <param name="pc">The instruction's slot.</param>
    /// <param name="instruction">The instruction.</param>
    /// <param name="address">The variable's address.</param>
    /// <returns>Null when there is such a variable.</returns>
    public static Refusal? Find(ProgramSpec spec, ProgramSetting setting, int pc, in DecodedInstruction instruction, out RegState address)
    {
        address = default;
        int id = instruction.Low;
        if (setting.Structures is not { } structures)
        {
            return new Refusal(DiagnosticRules.KernelTypesMissing, pc, $"ldimm64 insn specifies invalid btf_id {id}.",
                "The instruction names a kernel variable by its number in a kernel's type information, and no kernel's is known here.", -1, "");
        }

        if (instruction.High != 0 || spec.Externs.Any(use => use.Instruction == pc && use.Extern.IsInModule))
        {
            return new Refusal(DiagnosticRules.NotJudged, pc, "invalid module BTF object FD specified.",
                "The instruction names a variable of a kernel module; this version judges those of the kernel itself.", -1, "");
        }

        var types = structures.Types;
        if (id <= 0 || id >= types.Count)
            return new Refusal(DiagnosticRules.InvalidInstruction, pc, $"ldimm64 insn specifies invalid btf_id {id}.", "The kernel has no type of that number.", -1, "");
        switch (types[id])
        {
            case BtfReference { ReferenceKind: BtfKind.Function }:
                address = RegState.Pointer(RegisterType.KernelMemory) with { Flags = PointerFlags.ReadOnly };
                return null;
            case BtfReference { ReferenceKind: BtfKind.Variable } variable:
                if (!setting.KnowsVariables)
                {
                    return new Refusal(DiagnosticRules.NotJudged, pc, $"ldimm64 failed to find the address for kernel symbol '{variable.Name}'.",
                        $"The kernel was built without CONFIG_KALLSYMS_ALL: it does not know where '{variable.Name}' is.", -1, "");
                }

                var type = structures.Resolve(variable.TargetId);
                bool isPerCpu = types.Find(BtfKind.DataSection, PerCpuSection) is BtfDataSection section && section.Variables.Any(each => each.TypeId == id);
                address = isPerCpu || type is BtfStruct
                    ? RegState.Pointer(RegisterType.KernelStructure) with { Map = type.Id, Flags = isPerCpu ? PointerFlags.PerCpu : PointerFlags.None }
                    : RegState.Pointer(RegisterType.KernelMemory) with { Range = types.SizeOf(type), Flags = PointerFlags.ReadOnly };
                return null;
            default:
                return new Refusal(DiagnosticRules.InvalidInstruction, pc, $"pseudo btf_id {id} in ldimm64 isn't KIND_VAR or KIND_FUNC",
                    "The number that the instruction has is neither a variable's nor a function's.", -1, "");
        }
    }
}
