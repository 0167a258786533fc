using PSBpf.Isa;
using PSBpf.Runtime.Contexts;
using PSBpf.Runtime.Helpers;
using PSBpf.Runtime.Maps;
using PSBpf.Uapi;
using PSBpf.Verifier;

namespace PSBpf.Runtime.Interpreter;

/// <summary>Turns decoded instructions into operations: puts in what is known once maps and context are there.</summary>
internal static class ProgramBinder
{
    /// <summary>Binds a program.</summary>
    /// <param name="decoded">Its instructions.</param>
    /// <param name="maps">The maps that they name by index.</param>
    /// <param name="view">How it sees its context.</param>
    /// <param name="blendsFrom">Instructions from which on it counts as long for <see cref="BlendedArithmetic"/>.</param>
    /// <param name="facts">What the verifier found out; null for a program that nobody verified.</param>
    /// <returns>Operations in pinned memory, with the end mark after the last.</returns>
    public static Operation[] Bind(ReadOnlySpan<DecodedInstruction> decoded, IReadOnlyList<RuntimeMap> maps, ContextView view, int blendsFrom, ProgramFacts? facts = null)
    {
        var operations = GC.AllocateUninitializedArray<Operation>(decoded.Length + 1, pinned: true);
        for (int index = 0; index < decoded.Length; index++) operations[index] = new Operation(decoded[index]);
        operations[decoded.Length] = new Operation { Form = Operation.EndOfProgram };
        BindMaps(operations, maps);
        BindCalls(operations, facts);
        if (!view.IsPlain) BindContext(operations, decoded, view);
        BlendedArithmetic.Bind(operations, decoded, blendsFrom);
        return operations;
    }

    private static void BindMaps(Operation[] operations, IReadOnlyList<RuntimeMap> maps)
    {
        foreach (ref var operation in operations.AsSpan())
        {
            if (operation.Form is not (FormId.LddwMapIndex or FormId.LddwMapIndexValue)) continue;
            var map = maps[(int)operation.Immediate];
            operation.Immediate = operation.Form == FormId.LddwMapIndex
                ? (long)map.Handle
                : (long)(map.DirectValueAddress + (ulong)(operation.Immediate >> 32));
        }
    }

    private static void BindCalls(Operation[] operations, ProgramFacts? facts)
    {
        for (int slot = 0; slot < operations.Length; slot++)
        {
            ref var operation = ref operations[slot];
            if (operation.Form == FormId.CallKfunc && facts?.KfuncAt(slot) is >= 0 and var kfunc)
            {
                (operation.Form, operation.Immediate) = (FormId.CallHelper, KfuncSet.First + kfunc);
                continue;
            }

            // The address of a function is its slot.
            if (operation.Form == FormId.LddwFunction) (operation.Form, operation.Immediate) = (FormId.Lddw, operation.Offset);
            if (operation.Form != FormId.CallHelper) continue;
            if (HelperTable.Find((int)operation.Immediate) is { ReplacesProgram: true }) operation.Form = Operation.TailCall;
            else if (CallbackHelpers.Implements((int)operation.Immediate)) operation.Form = Operation.CallBack;
        }
    }

    // As the kernel does when it converts context accesses: the field's place and width in the internal record replace those of
    // the UAPI struct. Accesses that cannot be attributed here stay, and RunState translates them when they happen.
    private static void BindContext(Operation[] operations, ReadOnlySpan<DecodedInstruction> decoded, ContextView view)
    {
        var holders = ContextFlow.Analyze(decoded);
        for (int index = 0; index < decoded.Length; index++)
        {
            ref var operation = ref operations[index];
            var row = decoded[index].Row;
            if (row.Kind is not (FormKind.Load or FormKind.LoadSigned or FormKind.Store or FormKind.StoreImmediate)) continue;
            bool writes = row.Kind is FormKind.Store or FormKind.StoreImmediate;
            int register = writes ? operation.Destination : operation.Source;
            if ((holders[index] >> register & 1) == 0) continue;
            if (!view.TryMap(operation.Offset, row.Width / 8, writes, out int offset, out int size)) continue;
            if (size != row.Width / 8 && row.Kind != FormKind.Load) continue;
            operation.Offset = ContextView.RecordDistance + offset;
            if (size != row.Width / 8) operation.Form = FormId.Ldxdw;
        }
    }
}
