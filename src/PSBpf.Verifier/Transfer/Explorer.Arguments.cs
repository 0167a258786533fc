using PSBpf.Diagnostics;
using PSBpf.Objects;
using PSBpf.Uapi;
using PSBpf.Verifier.Domain;
using PSBpf.Verifier.Pruning;

namespace PSBpf.Verifier;

/// <content>What a call's registers must hold.</content>
internal sealed partial class Explorer
{
    private bool CheckArgument(HelperPrototype helper, int index, ref CallFacts facts)
    {
        int register = index + 1;
        var kind = helper.Arguments[index];
        if (kind == ArgumentKind.None) return true;
        if (!Reads(register)) return false;
        ref readonly var state = ref Registers[register];
        switch (kind)
        {
            case ArgumentKind.Anything: return true;
            case ArgumentKind.ContextOrNull when TakesNull(register):
                return true;
            case ArgumentKind.Context or ArgumentKind.ContextOrNull:
                if (state.Type != RegisterType.Context) return RefuseArgument(helper, register, "ctx", "the program's context");
                return CheckUnmoved(register, in state);
            case ArgumentKind.ConstantMap:
                if (state.Type != RegisterType.Map || state.MaybeNull) return RefuseArgument(helper, register, "map_ptr", "a map");
                facts.Map = state.Map;
                NoteMap(state.Map);
                return true;
            case ArgumentKind.MapKey:
                if (!CheckMemory(helper, register, _maps[facts.Map].KeySize, writes: false, "the map's key")) return false;
                facts.FindsAlways = helper.Return == ReturnKind.MapValueOrNull && IsIndexOfArray(register, _maps[facts.Map]);
                return true;
            case ArgumentKind.MapValueOrNull when TakesNull(register):
                return true;
            case ArgumentKind.MapValue when _maps[facts.Map].Type is MapType.Sockmap or MapType.Sockhash:
                return CheckSocketArgument(helper, register, ref facts);
            case ArgumentKind.MapValue or ArgumentKind.MapValueOrNull:
                return CheckMemory(helper, register, _maps[facts.Map].ValueSize, writes: false, "the map's value");
            case ArgumentKind.UninitializedMapValue:
                // A Bloom filter is asked about a value, not for one.
                return CheckMemory(helper, register, _maps[facts.Map].ValueSize, writes: _maps[facts.Map].Type != MapType.BloomFilter, "the map's value");
            case ArgumentKind.Memory or ArgumentKind.MemoryOrNull or ArgumentKind.WritableMemory or ArgumentKind.WritableMemoryOrNull or ArgumentKind.UninitializedMemory:
                return true; // judged with the size, which is the next argument
            case ArgumentKind.Size or ArgumentKind.SizeOrZero:
                facts.Size = state.Max;
                return CheckSize(helper, register, helper.Arguments[index - 1], kind == ArgumentKind.SizeOrZero);
            case ArgumentKind.FixedMemory:
                return CheckMemory(helper, register, helper.FixedSizes[index], writes: false, "what it reads");
            case ArgumentKind.WritableFixedMemory:
                return CheckMemory(helper, register, helper.FixedSizes[index], writes: false, "what it reads")
                    && CheckMemory(helper, register, helper.FixedSizes[index], writes: true, "its result")
                    && CheckAlignment(register, in state, 0, helper.FixedSizes[index], strict: true);
            case ArgumentKind.UninitializedFixedMemory:
                return CheckMemory(helper, register, helper.FixedSizes[index], writes: true, "its result")
                    && CheckAlignment(register, in state, 0, helper.FixedSizes[index], strict: true);
            case ArgumentKind.ConstantString:
                return CheckConstantString(helper, register, out facts.Text);
            case ArgumentKind.ConstantAllocationSizeOrZero:
                if (!state.IsConstant)
                {
                    return Refuse(DiagnosticRules.HelperArgument, $"R{register} is not a known constant'",
                        $"{helper.Name} takes a size that is known when the program is loaded; r{register} is not constant.", register);
                }

                _precision.Mark(_state, register);
                facts.AllocationSize = (long)state.Bits.Value;
                return true;
            case ArgumentKind.RingBufferMemory:
                if (state.MaybeNull || state.Type != RegisterType.RingBufferMemory)
                    return RefuseArgument(helper, register, "ringbuf_mem", "what bpf_ringbuf_reserve returned, checked for null");
                return CheckReleased(helper, register, ref facts);
            case ArgumentKind.SocketCommon:
                if (state.MaybeNull || !RegisterTypes.IsSocket(state.Type)) return RefuseArgument(helper, register, "sock_common, sock, tcp_sock, xdp_sock", "a socket");
                facts.Reference = state.Reference;
                return true;
            case ArgumentKind.SocketOrNull:
                if (TakesNull(register)) return true;
                return state.Type == RegisterType.Socket || RefuseArgument(helper, register, "sock", "a full socket, or null");
            case ArgumentKind.SpinLock:
                return CheckField(helper, register, SpecialFieldKind.SpinLock);
            case ArgumentKind.Timer:
                return CheckField(helper, register, SpecialFieldKind.Timer);
            case ArgumentKind.KernelPointer:
                return CheckPointerArgument(helper, register, ref facts);
            case ArgumentKind.ReleasedStructureOrNull:
                return CheckMovedStructure(helper, register, ref facts);
            case ArgumentKind.Function:
                if (state.Type != RegisterType.Function) return RefuseArgument(helper, register, "func", "a function of the program");
                if (!CheckUnmovedFunction(register, in state)) return false;
                facts.Function = state.Map;
                return true;
            case ArgumentKind.StackOrNull:
                return TakesNull(register) || state.Type == RegisterType.Stack || RefuseArgument(helper, register, "fp", "stack memory, or null,");
            case ArgumentKind.AnySocketOrNull when TakesNull(register):
                return true;
            case ArgumentKind.AnySocket or ArgumentKind.AnySocketOrNull:
                return CheckSocketArgument(helper, register, ref facts, mayBeNull: kind == ArgumentKind.AnySocketOrNull);
            case ArgumentKind.ReleasedSocket:
                return CheckSocketArgument(helper, register, ref facts) && CheckReleased(helper, register, ref facts);
            case ArgumentKind.Structure or ArgumentKind.StructureOrNull:
                facts.Reference = state.Reference;
                return CheckStructureArgument(helper, register, helper.Structure, kind == ArgumentKind.StructureOrNull);
            case ArgumentKind.PerCpuVariable:
                return CheckPerCpuArgument(helper, register, ref facts);
            case ArgumentKind.Dynptr:
                return CheckDynptrArgument(helper, register) && CheckDynptr(helper.Name, register, out facts.Dynptr);
            case ArgumentKind.ReleasedRingBufferDynptr:
                return CheckDynptrArgument(helper, register) && CheckReleasedDynptr(helper.Name, register, ref facts);
            case ArgumentKind.NewLocalDynptr:
                return CheckDynptrArgument(helper, register) && CheckLocalMemory(helper, 1) && MakeDynptr(helper.Name, register, DynptrKind.Local);
            case ArgumentKind.NewRingBufferDynptr:
                return CheckDynptrArgument(helper, register) && MakeDynptr(helper.Name, register, DynptrKind.RingBuffer);
            default:
                return Refuse(DiagnosticRules.NotJudged, $"argument {index + 1} of {helper.Name}#{helper.Id} is not judged",
                    $"This version of the verifier does not judge what {helper.Name} takes in r{register} and therefore refuses calls of it.", register);
        }
    }

    // That the number is zero is what allows the call, so a path where it is another one is not covered by this one.
    private bool TakesNull(int register)
    {
        if (!Registers[register].IsConstant || Registers[register].Bits.Value != 0) return false;
        _precision.Mark(_state, register);
        return true;
    }

    private void NoteMap(int map) => Facts.UseMap(_pc, map < _declaredMaps ? map : ProgramFacts.SeveralMaps);

    private bool CheckSocketArgument(HelperPrototype helper, int register, ref CallFacts facts, bool mayBeNull = false)
    {
        ref readonly var state = ref Registers[register];
        facts.Reference = state.Reference;
        if (state.Type == RegisterType.KernelStructure) return CheckStructureArgument(helper, register, "sock_common", mayBeNull, mayBeRcu: false);
        if ((state.MaybeNull && !mayBeNull) || !RegisterTypes.IsSocket(state.Type))
            return RefuseArgument(helper, register, "sock_common, sock, tcp_sock, xdp_sock, ptr_, trusted_ptr_", "a socket");
        return true;
    }

    private bool CheckReleased(HelperPrototype helper, int register, ref CallFacts facts)
    {
        ref readonly var state = ref Registers[register];
        if (state.Offset != 0 || !state.Bits.IsConstant || state.Bits.Value != 0)
        {
            return Refuse(DiagnosticRules.HelperArgument, $"R{register} must have zero offset when passed to release func or trusted arg to kfunc",
                $"{helper.Name} takes the pointer as it was handed out; r{register} was moved.", register);
        }

        int reference = state.Reference;
        if (reference == 0 || _state.References.All(held => held.Id != reference))
        {
            return Refuse(DiagnosticRules.HelperArgument, $"release helper {helper.Name}#{helper.Id} expects referenced PTR_TO_BTF_ID or ringbuf memory",
                "What is passed was given back before, or never had to be.", register);
        }

        facts.Released = reference;
        return true;
    }

    /// <summary>Text that is there when the program is loaded and stays: in .rodata, at a known place, with its zero.</summary>
    private bool CheckConstantString(HelperPrototype helper, int register, out ReadOnlyMemory<byte> text)
    {
        text = default;
        ref readonly var state = ref Registers[register];
        if (state.MaybeNull || state.Type != RegisterType.MapValue) return RefuseArgument(helper, register, "map_value", "constant text");
        var map = _maps[state.Map];
        if (!map.IsFrozen || !map.Flags.HasFlag(MapFlags.ReadOnlyProgram))
        {
            return Refuse(DiagnosticRules.HelperArgument, $"R{register} does not point to a readonly map'",
                $"{helper.Name} takes constant text, and '{map.Name}' may change.", register, "Declare the text as static const char text[] = ...");
        }

        if (!state.Bits.IsConstant)
        {
            return Refuse(DiagnosticRules.HelperArgument, $"R{register} is not a constant address'",
                $"{helper.Name} takes text at a place that is known when the program is loaded.", register);
        }

        if (!CheckMapValueAccess(register, in state, 0, 1, MemoryAccess.Read)) return false;
        long at = state.Offset + (long)state.Bits.Value;
        if (map.InitialValue is { } bytes && at >= 0 && at < bytes.Length && bytes.AsSpan((int)at).IndexOf((byte)0) is >= 0 and var length)
        {
            text = bytes.AsMemory((int)at, length);
            return true;
        }

        return Refuse(DiagnosticRules.HelperArgument, "string is not zero-terminated", $"What r{register} points to has no zero at its end.", register);
    }

    /// <summary>
    /// Whether a key is a constant index within an array, whose lookup finds something always: a number spilled whole,
    /// or zeroed bytes.
    /// </summary>
    private bool IsIndexOfArray(int register, MapSpec map)
    {
        ref readonly var key = ref Registers[register];
        // Of an inner map with BPF_F_INNER_MAP the number of entries is not known.
        if (map.Type is not (MapType.Array or MapType.PerCpuArray) || map.Flags.HasFlag(MapFlags.InnerMap) || key.Type != RegisterType.Stack || !key.Bits.IsConstant) return false;
        int first = (int)(key.Offset + (long)key.Bits.Value);
        var frame = _state.FrameAt(key.Frame);
        if (AllZero(frame, first, first + (int)map.KeySize)) return map.MaxEntries > 0;
        if (FrameState.ByteOf(first) != 0) return false;
        ref readonly var slot = ref frame.SlotAt(FrameState.SlotOf(first));
        if (!slot.IsSpill || !slot.Spilled.IsConstant || slot.Spilled.Bits.Value >= map.MaxEntries) return false;
        for (int index = 0; index < 8; index++)
            if ((slot.Bytes[index] == StackByte.Spill) != (index < map.KeySize)) return false;
        _precision.MarkSlot(_state, key.Frame, FrameState.SlotOf(first));
        return true;
    }

    // What Linux lists where it takes memory.
    private const string MemoryKinds = "fp, pkt, pkt_meta, map_key, map_value, mem, ringbuf_mem, buf, trusted_ptr_";

    /// <summary>Memory of a given size: on the stack, in a packet, a map value or reserved memory.</summary>
    private bool CheckMemory(HelperPrototype helper, int register, long size, bool writes, string what)
    {
        ref readonly var state = ref Registers[register];
        if (state.MaybeNull || !state.IsPointer) return RefuseArgument(helper, register, MemoryKinds, $"memory for {what}");
        switch (state.Type)
        {
            case RegisterType.Stack:
                return size == 0 || CheckStackMemory(register, size, writes);
            case RegisterType.Packet or RegisterType.PacketMeta:
                if (!TakesPacket(helper, writes))
                {
                    return Refuse(DiagnosticRules.HelperArgument, "helper access to the packet is not allowed",
                        $"{helper.Name} does not take packet bytes in r{register}; copy them to the stack first.", register);
                }

                if (writes) Facts.ChangeInput();
                return size > int.MaxValue ? RefuseArgument(helper, register, "pkt", $"memory for {what}") : CheckPacket(register, in state, 0, (int)size);
            case RegisterType.MapValue:
                var map = _maps[state.Map];
                if (map.Flags.HasFlag(writes ? MapFlags.ReadOnlyProgram : MapFlags.WriteOnlyProgram))
                    return CheckMapValueAccess(register, in state, 0, (int)size, writes ? MemoryAccess.Write : MemoryAccess.Read);
                return CheckRegion(register, in state, 0, size, map.ValueSize, DiagnosticRules.MapValueBounds,
                    (at, limit) => $"invalid access to map value, value_size={limit} off={at} size={size}", $"a value of '{map.Name}'") && AvoidsFields(register, in state, 0, size);
            case RegisterType.RingBufferMemory:
                return CheckRegion(register, in state, 0, size, state.Range, DiagnosticRules.MemoryBounds,
                    (at, limit) => $"invalid access to memory, mem_size={limit} off={at} size={size}", "the reserved memory");
            case RegisterType.KernelStructure:
                // What a global function is given it may write.
                return CheckStructureMemory(helper, register <= helper.Arguments.Count ? helper.Arguments[register - 1] : ArgumentKind.WritableMemory, register, size);
            case RegisterType.KernelMemory when (state.Flags & PointerFlags.Untrusted) == 0:
                return CheckKernelMemory(register, in state, 0, size, writes ? MemoryAccess.Write : MemoryAccess.Read);
            case RegisterType.KernelBuffer:
                return CheckKernelBuffer(register, in state, 0, size, writes ? MemoryAccess.Write : MemoryAccess.Read);
            case RegisterType.MapKey:
                if (writes) return Refuse(DiagnosticRules.ReadOnlyMemory, $"R{register} cannot write into {state.TypeName}", $"r{register} points to a map's key, which is read only.", register);
                return CheckMapKeyAccess(register, in state, 0, size, MemoryAccess.Read);
            case RegisterType.ReadOnlyMemory when writes:
                return Refuse(DiagnosticRules.ReadOnlyMemory, $"R{register} cannot write into {state.TypeName}", $"r{register} points to memory that is read only.", register);
            case RegisterType.Memory or RegisterType.ReadOnlyMemory:
                if (writes) Facts.ChangeInput();
                return CheckRegion(register, in state, 0, size, state.Range, DiagnosticRules.MemoryBounds,
                    (at, limit) => $"invalid access to memory, mem_size={limit} off={at} size={size}", "the memory that was passed");
            default:
                return RefuseArgument(helper, register, MemoryKinds, $"memory for {what}");
        }
    }

    // Only some helpers take packet bytes, and only where programs see them directly; filled are they where they may be written.
    private bool TakesPacket(HelperPrototype helper, bool writes) =>
        helper.TakesPacket && _type.Packet >= (writes ? PacketAccess.Write : PacketAccess.Read);

    private bool CheckStackMemory(int register, long size, bool writes)
    {
        ref readonly var state = ref Registers[register];
        if (size <= FrameState.StackBytes)
        {
            if (!state.Bits.IsConstant && (state.SignedMin <= -MaxVariableOffset || state.SignedMax >= MaxVariableOffset)) return CheckStack(register, in state, 0, (int)size);
            long least = state.Offset + state.SignedMin, most = state.Offset + state.SignedMax + size;
            if (least >= -FrameState.StackBytes && most <= 0)
            {
                if (!writes)
                {
                    if (!HoldsNoObject(register, in state, (int)least, (int)most, $"invalid read from stack R{register} off {least}+0 size {size}")) return false;
                    Checkpoint.MarkRead(_state, state.Frame, FrameState.SlotMask((int)least, (int)most));
                    NoteUnwritten(_state.FrameAt(state.Frame), (int)least, (int)most);
                }
                else if (!AvoidsDynptrs(register, in state, (int)least, (int)most))
                {
                    return false;
                }

                return CheckStack(register, in state, 0, (int)size);
            }
        }

        long at = state.Offset + state.SignedMin;
        return Refuse(DiagnosticRules.StackBounds, $"invalid write to stack R{register} off={at} size={size}",
            $"{size} bytes at r10{at:+0;-0;+0} are not within the {FrameState.StackBytes} bytes of stack below r10.", register);
    }

    private bool CheckSize(HelperPrototype helper, int register, ArgumentKind memory, bool mayBeZero)
    {
        ref readonly var size = ref Registers[register];
        if (!size.IsScalar) return RefuseArgument(helper, register, "scalar", "a size");
        if (size.SignedMin < 0)
        {
            return Refuse(DiagnosticRules.UnboundedOffset, $"R{register} min value is negative, either use unsigned or 'var &= const'",
                $"The size that is passed to {helper.Name} in r{register} may be negative.", register);
        }

        int pointerRegister = register - 1;
        ref readonly var pointer = ref Registers[pointerRegister];
        bool isNull = pointer.IsConstant && pointer.Bits.Value == 0;
        if (memory is ArgumentKind.MemoryOrNull or ArgumentKind.WritableMemoryOrNull && isNull)
        {
            _precision.Mark(_state, pointerRegister);
            _precision.Mark(_state, register);
            return size is { IsConstant: true, Bits.Value: 0 } || RefuseArgument(helper, pointerRegister, "fp, pkt, map_value", "memory, as its size is not zero");
        }

        if (size.Min == 0 && !mayBeZero)
        {
            return Refuse(DiagnosticRules.HelperArgument, $"R{register} invalid zero-sized read: u64=[{size.Min},{size.Max}]",
                $"The size that is passed to {helper.Name} in r{register} may be zero.", register);
        }

        if (size.Max >= (ulong)MaxVariableOffset)
        {
            return Refuse(DiagnosticRules.UnboundedOffset, $"R{register} unbounded memory access, use 'var &= const' or 'if (var < const)'",
                $"The size that is passed to {helper.Name} in r{register} has no upper bound.", register);
        }

        _precision.Mark(_state, register);
        // The kernel looks for what lies there, and nothing is of no bytes.
        if (size.Min == 0 && pointer.Type == RegisterType.KernelStructure) return CheckStructureMemory(helper, memory, pointerRegister, 0);
        bool writes = memory == ArgumentKind.UninitializedMemory;
        // What is both read and written has to be initialised, and writable.
        if (memory is ArgumentKind.WritableMemory or ArgumentKind.WritableMemoryOrNull)
        {
            if (!CheckMemory(helper, pointerRegister, (long)size.Max, writes: false, helper.Name)) return false;
            writes = true;
        }

        if (size.Max > 0) return CheckMemory(helper, pointerRegister, (long)size.Max, writes, $"{helper.Name}");
        // Nothing is accessed, but what is passed must be memory all the same.
        return CheckMemory(helper, pointerRegister, 0, writes, $"{helper.Name}");
    }
}
