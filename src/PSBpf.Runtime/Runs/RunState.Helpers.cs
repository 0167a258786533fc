using PSBpf.Runtime.Helpers;
using PSBpf.Runtime.Maps;
using PSBpf.Runtime.Memory;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Runs;

/// <summary>Helper calls from the interpreter: arguments are checked by the prototype first.</summary>
internal sealed unsafe partial class RunState
{
    /// <summary>Calls a helper.</summary>
    /// <param name="id">enum bpf_func_id; implemented.</param>
    /// <param name="registers">r0 to r10.</param>
    /// <returns>What r0 becomes.</returns>
    /// <exception cref="Diagnostics.BpfException">BPF2101 when an argument refers to memory that the run does not own.</exception>
    public ulong CallHelper(int id, ulong* registers)
    {
        ref readonly var entry = ref Program.Helpers[id];
        if (entry.ContextOf is { } types && Array.IndexOf(types, Program.Type.Type) < 0 && Program.Helpers == HelperSet.All)
            throw Fault(Instruction, $"calls {entry.Prototype.Name}, which works on the context of other program types");
        if (entry.Checked.Length > 0) CheckArguments(entry.Prototype, entry.Checked, registers);
        return entry.Function(this, registers[1], registers[2], registers[3], registers[4], registers[5]);
    }

    /// <summary>Calls the helper whose number a register holds.</summary>
    /// <exception cref="Diagnostics.BpfException">BPF2101 when there is none.</exception>
    public ulong CallHelperThrough(int register, ulong* registers)
    {
        CheckHelper(register, registers[register]);
        return CallHelper((int)registers[register], registers);
    }

    /// <summary>Checks the number in a register that is called through.</summary>
    /// <exception cref="Diagnostics.BpfException">BPF2101 when it is no helper's.</exception>
    public void CheckHelper(int register, ulong id)
    {
        if (!HelperSet.Implements(Program.Helpers, id)) throw Fault(Instruction, $"calls through r{register}, which holds 0x{id:x} and no helper's number");
    }

    /// <summary>The map behind a register's value.</summary>
    public RuntimeMap MapOf(ulong handle) => Engine.Maps.Find(handle)!;

    private void CheckArguments(HelperPrototype prototype, ArgumentKind[] kinds, ulong* registers)
    {
        RuntimeMap? map = null;
        for (int index = 0; index < kinds.Length; index++)
        {
            ulong value = registers[index + 1];
            switch (kinds[index])
            {
                case ArgumentKind.Context when value != (ulong)Context:
                    throw Fault(Instruction, $"passes 0x{value:x} as r{index + 1}, which is not the context");
                case ArgumentKind.ConstantMap:
                    map = Engine.Maps.Find(value) ?? throw Fault(Instruction, $"passes 0x{value:x} as r{index + 1}, which is no map");
                    break;
                case ArgumentKind.MapKey:
                    CheckMemory(index, value, (ulong)map!.KeySize, write: false);
                    break;
                case ArgumentKind.MapValue:
                    CheckMemory(index, value, (ulong)map!.ValueSize, write: false);
                    break;
                case ArgumentKind.UninitializedMapValue:
                    CheckMemory(index, value, (ulong)map!.ValueSize, write: map.Spec.Type != MapType.BloomFilter);
                    break;
                case ArgumentKind.Memory:
                    CheckMemory(index, value, registers[index + 2], write: false);
                    break;
                case ArgumentKind.MemoryOrNull when value != 0 || registers[index + 2] != 0:
                    CheckMemory(index, value, registers[index + 2], write: false);
                    break;
                case ArgumentKind.SpinLock:
                    CheckMemory(index, value, sizeof(int), write: true);
                    break;
                case ArgumentKind.Timer:
                    CheckMemory(index, value, (ulong)SpecialFieldTable.Get(SpecialFieldKind.Timer).Size, write: true);
                    break;
                case ArgumentKind.UninitializedMemory or ArgumentKind.WritableMemory:
                    CheckMemory(index, value, registers[index + 2], write: true);
                    break;
                case ArgumentKind.WritableMemoryOrNull when value != 0 || registers[index + 2] != 0:
                    CheckMemory(index, value, registers[index + 2], write: true);
                    break;
                case ArgumentKind.FixedMemory:
                    CheckMemory(index, value, (ulong)prototype.FixedSizes[index], write: false);
                    break;
                case ArgumentKind.WritableFixedMemory or ArgumentKind.UninitializedFixedMemory:
                    CheckMemory(index, value, (ulong)prototype.FixedSizes[index], write: true);
                    break;
                case ArgumentKind.KernelPointer:
                    CheckMemory(index, value, sizeof(ulong), write: true);
                    break;
                case ArgumentKind.NewLocalDynptr or ArgumentKind.NewRingBufferDynptr or ArgumentKind.ReleasedRingBufferDynptr:
                    CheckMemory(index, value, Dynptr.Bytes, write: true);
                    break;
                case ArgumentKind.ConstantString:
                    CheckText(index, value);
                    break;
                case ArgumentKind.ContextOrNull when value != 0 && value != (ulong)Context:
                    throw Fault(Instruction, $"passes 0x{value:x} as r{index + 1}, which is neither the context nor null");
                case ArgumentKind.SocketCommon or ArgumentKind.AnySocket or ArgumentKind.ReleasedSocket when Engine.Sockets.At(value) is null:
                    throw Fault(Instruction, $"passes 0x{value:x} as r{index + 1}, which is no socket");
                case ArgumentKind.Dynptr:
                    CheckDynptr(index, value);
                    break;
                case ArgumentKind.RingBufferMemory when !IsReserved(value):
                    throw Fault(Instruction, $"passes 0x{value:x} as r{index + 1}, which is no reserved sample");
            }
        }
    }

    /// <summary>Checks memory that an argument of a helper refers to.</summary>
    /// <exception cref="Diagnostics.BpfException">BPF2101.</exception>
    public void CheckMemory(int argument, ulong address, ulong size, bool write)
    {
        if (size == 0) return;
        if (size > int.MaxValue || !(InFrame(address, size) || Owns(address, (uint)size, write)))
            throw Fault(Instruction, $"passes r{argument + 1} for {(write ? "writing" : "reading")} {size} bytes at {Describe(address)}");
    }

    private void CheckText(int argument, ulong address)
    {
        for (ulong at = address; ; at++)
        {
            if (!Owns(at, 1, write: false)) throw Fault(Instruction, $"passes r{argument + 1} for text without an end at {Describe(address)}");
            if (*(byte*)at == 0) return;
        }
    }

    private bool InFrame(ulong address, ulong size) => size <= RunFrame.StackSize && address - Frame->StackBase <= RunFrame.StackSize - size;
}
