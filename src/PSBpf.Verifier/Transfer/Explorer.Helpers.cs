using PSBpf.Diagnostics;
using PSBpf.Isa;
using PSBpf.Objects;
using PSBpf.Uapi;
using PSBpf.Verifier.Domain;
using PSBpf.Verifier.Pruning;

namespace PSBpf.Verifier;

internal sealed partial class Explorer
{
    /// <summary>What checking a call's arguments found out, for the checks and effects that depend on it.</summary>
    private struct CallFacts
    {
        public int Map;
        public long AllocationSize;
        public int Released;
        public bool FindsAlways;
    }

    private bool StepCallHelper(in DecodedInstruction instruction)
    {
        int id = (int)instruction.Immediate;
        if (HelperTable.Find(id) is not { } helper)
        {
            return Refuse(DiagnosticRules.HelperNotAllowed, $"invalid func unknown#{(uint)id}", $"There is no helper number {(uint)id}.");
        }

        if (!helper.IsAllowedIn(_spec.Type))
        {
            return Refuse(DiagnosticRules.HelperNotAllowed, $"program of this type cannot use helper {helper.Name}#{id}",
                $"Programs of type {_type.Name} may not call {helper.Name}.");
        }

        if (!helper.IsDescribed)
        {
            return Refuse(DiagnosticRules.NotJudged, $"{helper.Name}#{id} is not judged",
                $"This version of the verifier does not know the prototype of {helper.Name} and therefore refuses calls of it.");
        }

        if (helper.GplOnly && !_spec.HasGplLicense)
        {
            return Refuse(DiagnosticRules.GplOnly, "cannot call GPL-restricted function from non-GPL compatible program",
                $"{helper.Name} may be called by programs with a GPL-compatible licence only; this one has '{_spec.License}'.");
        }

        var facts = new CallFacts { Map = -1 };
        for (int index = 0; index < helper.Arguments.Count; index++)
            if (!CheckArgument(helper, index, ref facts)) return false;
        if (!CheckMapFits(helper, facts.Map)) return false;
        if (helper.IsVariadic) ShareWhatFollows(helper);
        if (helper.ReplacesProgram) return StepTailCall();
        FillMemory(helper, facts);
        if (facts.Released != 0) Release(facts.Released);
        ForgetArguments();
        if (helper.ChangesPacket)
        {
            Facts.ChangeInput();
            ForgetPacket();
        }

        SetResult(helper, facts);
        return Next();
    }

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
            case ArgumentKind.Scalar:
                return state.IsScalar || RefuseArgument(helper, register, "scalar", "a number");
            case ArgumentKind.Context:
                if (state.Type != RegisterType.Context) return RefuseArgument(helper, register, "ctx", "the program's context");
                return CheckUnmoved(register, in state);
            case ArgumentKind.ConstantMap:
                if (state.Type != RegisterType.Map) return RefuseArgument(helper, register, "map_ptr", "a map");
                facts.Map = state.Map;
                Facts.UseMap(_pc, state.Map);
                return true;
            case ArgumentKind.MapKey:
                if (!CheckMemory(helper, register, _maps[facts.Map].KeySize, writes: false, "the map's key")) return false;
                facts.FindsAlways = helper.Return == ReturnKind.MapValueOrNull && IsIndexOfArray(register, _maps[facts.Map]);
                return true;
            case ArgumentKind.MapValue: return CheckMemory(helper, register, _maps[facts.Map].ValueSize, writes: false, "the map's value");
            case ArgumentKind.UninitializedMapValue: return CheckMemory(helper, register, _maps[facts.Map].ValueSize, writes: true, "the map's value");
            case ArgumentKind.Memory or ArgumentKind.MemoryOrNull or ArgumentKind.UninitializedMemory:
                return true; // judged with the size, which is the next argument
            case ArgumentKind.Size or ArgumentKind.SizeOrZero:
                return CheckSize(helper, register, helper.Arguments[index - 1], kind == ArgumentKind.SizeOrZero);
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
                if (state.Offset != 0 || !state.Bits.IsConstant || state.Bits.Value != 0)
                {
                    return Refuse(DiagnosticRules.HelperArgument, $"R{register} must have zero offset when passed to release func or trusted arg to kfunc",
                        $"{helper.Name} takes the pointer as bpf_ringbuf_reserve returned it; r{register} was moved.", register);
                }

                if (_state.References.All(reference => reference.Id != Registers[register].Reference))
                {
                    return Refuse(DiagnosticRules.HelperArgument, $"release helper {helper.Name}#{helper.Id} expects referenced PTR_TO_BTF_ID or ringbuf memory",
                        "This memory was submitted or discarded before.", register);
                }

                facts.Released = state.Reference;
                return true;
            default: return true;
        }
    }

    /// <summary>
    /// Whether a key is a constant index within an array, whose lookup finds something always: a number spilled whole,
    /// or zeroed bytes.
    /// </summary>
    private bool IsIndexOfArray(int register, MapSpec map)
    {
        ref readonly var key = ref Registers[register];
        if (map.Type is not (MapType.Array or MapType.PerCpuArray) || key.Type != RegisterType.Stack || !key.Bits.IsConstant) return false;
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

    /// <summary>Memory of a given size: on the stack, in a packet, a map value or reserved memory.</summary>
    private bool CheckMemory(HelperPrototype helper, int register, long size, bool writes, string what)
    {
        ref readonly var state = ref Registers[register];
        if (state.MaybeNull || !state.IsPointer) return RefuseArgument(helper, register, "fp, pkt, pkt_meta, map_value, ringbuf_mem", $"memory for {what}");
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
                    (at, limit) => $"invalid access to map value, value_size={limit} off={at} size={size}", $"a value of '{map.Name}'");
            case RegisterType.RingBufferMemory:
                return CheckRegion(register, in state, 0, size, state.Range, DiagnosticRules.MemoryBounds,
                    (at, limit) => $"invalid access to memory, mem_size={limit} off={at} size={size}", "the reserved memory");
            default:
                return RefuseArgument(helper, register, "fp, pkt, pkt_meta, map_value, ringbuf_mem", $"memory for {what}");
        }
    }

    // Only some helpers take packet bytes, and only where programs see them directly; filled are they where they may be written.
    private bool TakesPacket(HelperPrototype helper, bool writes) =>
        helper.TakesPacket && _context.Fields.Any(field => field.Kind == ContextFieldKind.PacketData && field.Access != ContextAccess.None) && (_type.WritesPacket || !writes);

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
                    Checkpoint.MarkRead(_state, state.Frame, FrameState.SlotMask((int)least, (int)most));
                    NoteUnwritten(_state.FrameAt(state.Frame), (int)least, (int)most);
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
        if (memory == ArgumentKind.MemoryOrNull && isNull)
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
        bool writes = memory == ArgumentKind.UninitializedMemory;
        if (size.Max > 0) return CheckMemory(helper, pointerRegister, (long)size.Max, writes, $"{helper.Name}");
        // Nothing is accessed, but what is passed must be memory all the same.
        return CheckMemory(helper, pointerRegister, 0, writes, $"{helper.Name}");
    }

    private bool CheckMapFits(HelperPrototype helper, int map)
    {
        if (map < 0) return true;
        var type = _maps[map].Type;
        if (helper.MapTypes.Contains(type)) return true;
        return Refuse(DiagnosticRules.HelperArgument,
            helper.ReplacesProgram ? "expected prog array map for tail call" : $"cannot pass map_type {(int)type} into func {helper.Name}#{helper.Id}",
            $"{helper.Name} does not work on '{_maps[map].Name}', which is a {type}.", 1 + ((IList<ArgumentKind>)helper.Arguments).IndexOf(ArgumentKind.ConstantMap));
    }

    // What a format reads through a pointer is not judged, but it has to be there.
    private void ShareWhatFollows(HelperPrototype helper)
    {
        for (int register = helper.Arguments.Count + 1; register <= helper.RegistersRead; register++)
        {
            ref readonly var state = ref Registers[register];
            if (state.Type != RegisterType.Stack) continue;
            long least = state.Bits.IsConstant ? state.Offset + (long)state.Bits.Value : -FrameState.StackBytes;
            Facts.ShareStack(_state.FrameAt(state.Frame).Function, (int)Math.Clamp(least, -FrameState.StackBytes, 0), 0);
        }
    }

    // What a helper fills is some number afterwards.
    private void FillMemory(HelperPrototype helper, CallFacts facts)
    {
        for (int index = 0; index < helper.Arguments.Count; index++)
        {
            long size = helper.Arguments[index] switch
            {
                ArgumentKind.UninitializedMemory => (long)Registers[index + 2].Max,
                ArgumentKind.UninitializedMapValue => _maps[facts.Map].ValueSize,
                _ => 0,
            };
            ref readonly var pointer = ref Registers[index + 1];
            if (size == 0 || pointer.Type != RegisterType.Stack) continue;
            Smear(_state.FrameAt(pointer.Frame), (int)(pointer.Offset + pointer.SignedMin), (int)(pointer.Offset + pointer.SignedMax + size));
        }
    }

    private void Release(int reference)
    {
        _state.References.RemoveAll(held => held.Id == reference);
        ForEachRegister((ref RegState register) =>
        {
            if (register.Reference == reference) register = RegState.UnknownScalar();
        });
    }

    private void ForgetPacket() => ForEachRegister((ref RegState register) =>
    {
        if (register.Type is RegisterType.Packet or RegisterType.PacketMeta or RegisterType.PacketEnd) register = RegState.UnknownScalar();
    });

    private delegate void RegisterChange(ref RegState register);

    private void ForEachRegister(RegisterChange change)
    {
        for (int depth = 0; depth <= _state.Depth; depth++)
        {
            var frame = _state.FrameAt(depth);
            foreach (ref var register in frame.Registers.AsSpan()) change(ref register);
            foreach (ref var slot in frame.UsedStack)
                if (slot.IsFullSpill) change(ref slot.Spilled);
        }
    }

    private void SetResult(HelperPrototype helper, CallFacts facts)
    {
        switch (helper.Return)
        {
            case ReturnKind.Integer:
                Registers[0] = RegState.UnknownScalar();
                break;
            case ReturnKind.MapValueOrNull:
                var value = RegState.Pointer(RegisterType.MapValue);
                value.Map = facts.Map;
                value.MaybeNull = !facts.FindsAlways;
                if (value.MaybeNull) value.Id = ++_nextId;
                Registers[0] = value;
                break;
            case ReturnKind.RingBufferMemoryOrNull:
                var memory = RegState.Pointer(RegisterType.RingBufferMemory);
                memory.Range = (int)Math.Clamp(facts.AllocationSize, 0, int.MaxValue);
                memory.MaybeNull = true;
                memory.Id = memory.Reference = ++_nextId;
                _state.References.Add((memory.Id, _pc));
                Registers[0] = memory;
                break;
        }
    }

    private bool RefuseArgument(HelperPrototype helper, int register, string expected, string what)
    {
        ref readonly var state = ref Registers[register];
        bool mayBeNull = state.MaybeNull;
        return Refuse(mayBeNull ? DiagnosticRules.NullCheck : DiagnosticRules.HelperArgument, $"R{register} type={state.TypeName} expected={expected}",
            mayBeNull
                ? $"{helper.Name} takes {what} in r{register}, which may be null here."
                : $"{helper.Name} takes {what} in r{register}, which is {(state.IsScalar ? "a number" : "a " + state.TypeName)}.", register);
    }
}
