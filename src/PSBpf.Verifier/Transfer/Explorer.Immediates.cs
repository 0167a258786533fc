using PSBpf.Btf;
using PSBpf.Diagnostics;
using PSBpf.Isa;
using PSBpf.Uapi;
using PSBpf.Verifier.Domain;

namespace PSBpf.Verifier;

/// <content>Instructions of 16 bytes: numbers, maps and their values, variables of the kernel, functions.</content>
internal sealed partial class Explorer
{
    private bool StepLoadImmediate(in DecodedInstruction instruction)
    {
        int destination = instruction.Destination;
        if (!Writes(destination)) return false;
        switch (instruction.Form)
        {
            case FormId.LddwBtfId:
                return LoadKernelVariable(in instruction);
            case FormId.Lddw:
                Registers[destination] = RegState.ConstantScalar((ulong)instruction.Immediate);
                return Next(2);
            case FormId.LddwMapIndex or FormId.LddwMapIndexValue:
                int index = instruction.Low;
                if ((uint)index >= (uint)_declaredMaps)
                {
                    return Refuse(DiagnosticRules.InvalidInstruction, $"fd_idx {index} is out of range",
                        $"The program names map {index}, but it has {_declaredMaps} maps.");
                }

                if (instruction.Form == FormId.LddwMapIndexValue && _maps[index].Type == MapType.Arena) return LoadArenaAddress(in instruction);
                bool isValue = instruction.Form == FormId.LddwMapIndexValue;
                var pointer = RegState.Pointer(isValue ? RegisterType.MapValue : RegisterType.Map);
                pointer.Map = index;
                if (isValue)
                {
                    var map = _maps[index];
                    if (map.Type != MapType.Array || map.MaxEntries != 1 || (uint)instruction.High >= map.ValueSize)
                    {
                        return Refuse(DiagnosticRules.InvalidInstruction, $"direct value offset of {(uint)instruction.High} is not allowed",
                            $"Only the single value of a one-element array can be addressed directly; '{map.Name}' has {map.MaxEntries} entries of {map.ValueSize} bytes.");
                    }

                    pointer.Offset = instruction.High;
                }

                Registers[destination] = pointer;
                return Next(2);
            default:
                return LoadFunctionAddress(in instruction);
        }
    }

    // What a callback does is explored where a helper calls it.
    private bool LoadFunctionAddress(in DecodedInstruction instruction)
    {
        int target = instruction.Target;
        if (_spec.Btf is null || _spec.Functions.FirstOrDefault(function => function.Instruction == target) is not { } callback)
        {
            return Refuse(DiagnosticRules.NotJudged, "missing btf func_info",
                "The address of a function is taken, and without type information nothing says that it may be.", suggestion: "Compile with -g, which describes functions.");
        }

        if (callback.Linkage != BtfLinkage.Static)
        {
            return Refuse(DiagnosticRules.HelperArgument, "callback function not static", $"The address of '{callback.Name}' is taken, which is a global function.",
                suggestion: $"Declare it static: static … {callback.Name}(…)");
        }

        Registers[instruction.Destination] = RegState.Pointer(RegisterType.Function) with { Map = _flow.FunctionOf[target] };
        return Next(2);
    }
}
