using PSBpf.Btf;
using PSBpf.Diagnostics;
using PSBpf.Isa;
using PSBpf.Objects;
using PSBpf.Uapi;
using PSBpf.Verifier.Calls;
using PSBpf.Verifier.Transfer;

namespace PSBpf.Verifier.Cfg;

/// <summary>What is refused wherever it stands in a program, reached or not.</summary>
internal static class InstructionRules
{
    /// <summary>The first refusal; null when there is none.</summary>
    public static Refusal? Check(ProgramSpec spec, ProgramSetting setting, DecodedInstruction[] code, ControlFlow flow)
    {
        var kfuncs = new KfuncCalls(spec);
        for (int index = 0; index < code.Length; index++)
            if (code[index].Form == FormId.CallKfunc && CheckKernelFunction(spec, kfuncs, index, (int)code[index].Immediate, code[index].Offset) is { } refusal) return refusal;
        if (CheckReturns(spec, code, flow) is { } abnormal) return abnormal;
        if (CheckArenas(spec, code) is { } second) return second;
        for (int index = 0; index < code.Length; index++)
            if ((CheckReference(in code[index], index) ?? CheckVariable(spec, setting, in code[index], index) ?? CheckMap(spec, in code[index], index)) is { } refusal) return refusal;
        return null;
    }

    private static Refusal? CheckKernelFunction(ProgramSpec spec, KfuncCalls kfuncs, int index, int id, int offset)
    {
        if (!spec.HasGplLicense)
        {
            return new Refusal(DiagnosticRules.GplOnly, index, "cannot call kernel function from non-GPL compatible program",
                $"Kernel functions may be called by programs with a GPL-compatible licence only; this one has '{spec.License}'.", -1, "");
        }

        if (offset == 0 && kfuncs.At(index) is not null) return null;
        // Number 0 stands for one that is missing, which only matters where it is called.
        if (id == 0 && offset == 0) return null;
        if (offset != 0)
        {
            return new Refusal(DiagnosticRules.NotJudged, index,
                $"{(offset < 0 ? "negative offset disallowed for kernel module function call" : "kfunc offset > 0 without fd_array is invalid")}\nfailed to find BTF for kernel function",
                $"The call names a function of kernel module number {offset}; blueprints name no modules.", -1, "");
        }

        return new Refusal(DiagnosticRules.NotJudged, index, $"kernel btf_id {(uint)id} is not a function",
            kfuncs.NameAt(index) is { } name
                ? $"This version of the verifier does not judge calls of {name}."
                : "The call names a kernel function by its number in some kernel's type information, and nothing says which one that is.", -1, "");
    }

    // A tail call that succeeds, and a packet load that misses, return a number from the function they stand in.
    private static Refusal? CheckReturns(ProgramSpec spec, DecodedInstruction[] code, ControlFlow flow)
    {
        for (int index = 0; index < code.Length; index++)
        {
            int function = flow.FunctionOf[index];
            if (function == 0 || NameOfReturn(in code[index]) is not { } name) continue;
            int start = flow.Functions[function];
            var described = spec.Functions.FirstOrDefault(candidate => candidate.Instruction == start);
            if (spec.Btf is null || described is not { TypeId: > 0 })
            {
                return new Refusal(DiagnosticRules.ReturnValue, index, $"{name} is not allowed in subprogs without BTF",
                    "This instruction may return from the subprogram that it stands in, and without type information nothing says that it returns a number.", -1,
                    "Compile with -g, which describes functions, or do it in the main program.");
            }

            if (ReturnsNumber(spec.Btf, spec.Btf[described.TypeId])) continue;
            return new Refusal(DiagnosticRules.ReturnValue, index, $"{name} is only allowed in functions that return 'int'.",
                $"This instruction may return from '{described.Name}' with a number, but '{described.Name}' returns something else.", -1,
                $"Declare it to return a number: static int {described.Name}(…)");
        }

        return null;
    }

    private static string? NameOfReturn(in DecodedInstruction instruction) => instruction.Row.Kind switch
    {
        FormKind.LoadPacketAbsolute or FormKind.LoadPacketIndirect => "LD_ABS",
        FormKind.CallHelper when HelperTable.Find((int)instruction.Immediate) is { ReplacesProgram: true } => "tail_call",
        _ => null,
    };

    private static bool ReturnsNumber(BtfTypeSet types, BtfType function)
    {
        if (function is not BtfReference { TargetId: var prototype } || types[prototype] is not BtfFunctionPrototype { ReturnId: var returned }) return false;
        return types.Resolve(types[returned]) is BtfInt { Size: <= 8 } or BtfEnumType;
    }

    private static Refusal? CheckArenas(ProgramSpec spec, DecodedInstruction[] code)
    {
        int first = -1;
        for (int index = 0; index < code.Length; index++)
        {
            if (code[index].Form is not (FormId.LddwMapIndex or FormId.LddwMapIndexValue) || (uint)code[index].Low >= (uint)spec.Maps.Count || spec.Maps[code[index].Low].Type != MapType.Arena) continue;
            if (first < 0) first = code[index].Low;
            if (code[index].Low == first) continue;
            return new Refusal(DiagnosticRules.HelperArgument, index, "Only one arena per program", $"The program uses '{spec.Maps[first].Name}' and '{spec.Maps[code[index].Low].Name}', which are both arenas.", -1, "");
        }

        return null;
    }

    // Elements of other maps are freed without waiting for programs that sleep.
    private static Refusal? CheckMap(ProgramSpec spec, in DecodedInstruction instruction, int index)
    {
        if (CheckFields(spec, in instruction, index) is { } refusal) return refusal;
        if ((spec.Flags & SectionNames.Sleepable) == 0 || instruction.Form is not (FormId.LddwMapIndex or FormId.LddwMapIndexValue)) return null;
        if ((uint)instruction.Low >= (uint)spec.Maps.Count || MapTypeTable.WaitsForSleepers(spec.Maps[instruction.Low].Type)) return null;
        return new Refusal(DiagnosticRules.HelperArgument, index, "Sleepable programs can only use array, hash, ringbuf and local storage maps",
            $"The program may sleep, and '{spec.Maps[instruction.Low].Name}' is a {spec.Maps[instruction.Low].Type}.", -1, "");
    }

    private static readonly ProgramType[] TracingTypes =
        [ProgramType.Kprobe, ProgramType.Tracepoint, ProgramType.PerfEvent, ProgramType.RawTracepoint, ProgramType.RawTracepointWritable];

    // Programs that run anywhere may have interrupted the holder of a lock.
    private static Refusal? CheckFields(ProgramSpec spec, in DecodedInstruction instruction, int index)
    {
        if (instruction.Form is not (FormId.LddwMapIndex or FormId.LddwMapIndexValue) || (uint)instruction.Low >= (uint)spec.Maps.Count) return null;
        bool traces = TracingTypes.Contains(spec.Type);
        if (!traces && spec.Type != ProgramType.SocketFilter) return null;
        foreach (var field in SpecialFields.Of(spec.Maps[instruction.Low]))
        {
            bool locks = field.Kind is SpecialFieldKind.SpinLock or SpecialFieldKind.ResilientSpinLock;
            if (!locks && !(traces && field.Kind is SpecialFieldKind.Timer or SpecialFieldKind.WorkQueue or SpecialFieldKind.ListHead or SpecialFieldKind.TreeRoot)) continue;
            string name = field.Kind is SpecialFieldKind.ListHead or SpecialFieldKind.TreeRoot ? "bpf_{list_head,rb_root}" : locks ? "bpf_spin_lock" : field.Row.Structure;
            return new Refusal(DiagnosticRules.SpecialField, index, $"{(traces ? "tracing" : "socket filter")} progs cannot use {name} yet",
                $"Values of '{spec.Maps[instruction.Low].Name}' have a struct {field.Row.Structure}, which programs of this type may not use.", -1, "");
        }

        return null;
    }

    private static Refusal? CheckVariable(ProgramSpec spec, ProgramSetting setting, in DecodedInstruction instruction, int index) =>
        instruction.Form == FormId.LddwBtfId ? KernelVariables.Find(spec, setting, index, in instruction, out _) : null;

    private static Refusal? CheckReference(in DecodedInstruction instruction, int index) => instruction.Form switch
    {
        FormId.CallReg => new Refusal(DiagnosticRules.InvalidInstruction, index, $"unknown opcode {instruction.Row.Opcode:x2}",
            "Linux has no calls through a register.", -1, "Call the function by its name."),
        FormId.LddwMapFd or FormId.LddwMapValue => new Refusal(DiagnosticRules.InvalidInstruction, index, $"fd {instruction.Low} is not pointing to valid bpf_map",
            "The instruction names a map by a file descriptor, which means nothing outside of the process that opened it.", -1,
            "Name the map by its index among the program's maps: r1 = map[name]."),
        FormId.LddwMapIndex when instruction.High != 0 => new Refusal(DiagnosticRules.InvalidInstruction, index, "unrecognized bpf_ld_imm64 insn",
            "The instruction loads a map and has an offset into its value as well.", -1, "Load the address of the value: r1 = map[name][0] + offset."),
        _ => null,
    };
}
