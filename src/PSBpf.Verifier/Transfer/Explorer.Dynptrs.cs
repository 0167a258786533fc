using PSBpf.Diagnostics;
using PSBpf.Uapi;
using PSBpf.Verifier.Domain;
using PSBpf.Verifier.Pruning;

namespace PSBpf.Verifier;

/// <content>
/// Dynptrs: two slots of stack that only their functions read. A store destroys one, and the memory that was got from it, unless it holds a record
/// of a ring buffer, which has to be given back first.
/// </content>
internal sealed partial class Explorer
{
    /// <summary>Bytes of struct bpf_dynptr: two slots.</summary>
    private const int DynptrSize = 16;

    /// <summary>A dynptr that was passed to a call.</summary>
    private struct DynptrFacts
    {
        public DynptrKind Kind;
        public int Id;
        public int Reference;
    }

    // Where a register points on the stack, when a dynptr fits there.
    private static bool TryFindDynptr(in RegState pointer, out int at)
    {
        long offset = pointer.Bits.IsConstant ? pointer.Offset + (long)pointer.Bits.Value : 1;
        at = (int)Math.Clamp(offset, int.MinValue, int.MaxValue);
        return offset % 8 == 0 && offset <= -DynptrSize;
    }

    private bool HoldsDynptr(in RegState pointer, out DynptrFacts facts)
    {
        facts = default;
        if (pointer.Type != RegisterType.Stack || !TryFindDynptr(in pointer, out int at) || at < -FrameState.StackBytes) return false;
        ref readonly var slot = ref _state.FrameAt(pointer.Frame).SlotAt(FrameState.SlotOf(at));
        if (!slot.IsDynptr || slot.Spilled.Offset != 0) return false;
        facts = new DynptrFacts { Kind = (DynptrKind)slot.Spilled.Map, Id = slot.Spilled.Id, Reference = slot.Spilled.Reference };
        Checkpoint.MarkRead(_state, pointer.Frame, FrameState.SlotMask(at, at + DynptrSize));
        return true;
    }

    private bool CheckDynptrArgument(HelperPrototype helper, int register) =>
        Registers[register].Type is RegisterType.Stack or RegisterType.Dynptr || RefuseArgument(helper, register, "fp, dynptr_ptr", "a dynptr on the stack");

    private bool CheckDynptr(string name, int register, out DynptrFacts facts)
    {
        if (Registers[register].Type == RegisterType.Dynptr) return CheckRecord(register, out facts);
        if (HoldsDynptr(in Registers[register], out facts)) return CheckStack(register, in Registers[register], 0, DynptrSize);
        return Refuse(DiagnosticRules.HelperArgument, $"Expected an initialized dynptr as arg #{register - 1}",
            $"r{register} does not point to the beginning of a dynptr that was made and not destroyed; {name} takes one.", register,
            "Make it first, e.g. with bpf_dynptr_from_mem, and do not write to it.");
    }

    // What is not on the stack is passed as it was handed out.
    private bool CheckRecord(int register, out DynptrFacts facts)
    {
        ref readonly var state = ref Registers[register];
        facts = new DynptrFacts { Kind = (DynptrKind)state.Map, Id = state.Id };
        if (state.Offset == 0 && state.Bits is { IsConstant: true, Value: 0 }) return true;
        return Refuse(DiagnosticRules.HelperArgument, $"dereference of modified dynptr_ptr ptr R{register} off={state.Offset} disallowed", $"r{register} is the dynptr's address plus an offset.", register);
    }

    // What programs keep of a record when its callback has ended leads nowhere.
    private void ForgetRecord()
    {
        var known = new HashSet<int>();
        for (int depth = 0; depth <= _state.Depth; depth++)
        {
            foreach (ref var slot in _state.FrameAt(depth).UsedStack)
            {
                if (!slot.IsDynptr) continue;
                if (slot.Spilled.Map == (int)DynptrKind.UserRecord) slot.Scrub();
                else known.Add(slot.Spilled.Id);
            }
        }

        ForEachRegister((ref RegState register) =>
        {
            if (register.Dynptr != 0 && !known.Contains(register.Dynptr)) register = RegState.UnknownScalar();
        });
    }

    private bool CheckReleasedDynptr(string name, int register, ref CallFacts facts)
    {
        if (Registers[register].Type == RegisterType.Dynptr)
            return Refuse(DiagnosticRules.HelperArgument, "cannot release unowned const bpf_dynptr", $"The record in r{register} is given back when the callback ends; {name} gives back those that programs reserve.", register);
        if (HoldsDynptr(in Registers[register], out facts.Dynptr) && facts.Dynptr.Reference != 0)
        {
            facts.Released = facts.Dynptr.Reference;
            return CheckStack(register, in Registers[register], 0, DynptrSize);
        }

        return Refuse(DiagnosticRules.HelperArgument, $"arg {register} is an unacquired reference",
            $"r{register} does not point to a dynptr of a record that is reserved here; {name} gives one back.", register,
            "Give each record back once, with the dynptr that bpf_ringbuf_reserve_dynptr made.");
    }

    /// <summary>Checks that a register points to room for a dynptr and makes one there.</summary>
    private bool MakeDynptr(string name, int register, DynptrKind kind, int reference = 0)
    {
        RegState pointer = Registers[register];
        if (pointer.Type != RegisterType.Stack || !TryFindDynptr(in pointer, out int at))
        {
            return Refuse(DiagnosticRules.HelperArgument, "Dynptr has to be an uninitialized dynptr",
                $"{name} makes a dynptr in r{register}, which does not point to 16 bytes of stack at a constant multiple of 8.", register, "Declare it as struct bpf_dynptr ptr; and pass &ptr.");
        }

        if (at < -FrameState.StackBytes)
        {
            return Refuse(DiagnosticRules.StackBounds, $"invalid write to stack R{register} off={at} size=8",
                $"{DynptrSize} bytes at r10{at:+0;-0;+0} are not within the {FrameState.StackBytes} bytes of stack below r10.", register);
        }

        if (!CheckStack(register, in pointer, 0, DynptrSize) || !OverwriteDynptrs(register, pointer.Frame, at, at + DynptrSize)) return false;
        var frame = _state.FrameAt(pointer.Frame);
        frame.WrittenSlots |= FrameState.SlotMask(at, at + DynptrSize);
        int id = ++_nextId;
        if (kind == DynptrKind.RingBuffer && reference == 0)
        {
            reference = ++_nextId;
            _state.References.Add((reference, _pc));
        }

        for (int half = 0; half < 2; half++)
        {
            ref var slot = ref frame.Touch(at + (half * 8));
            for (int index = 0; index < 8; index++) slot.Bytes[index] = StackByte.Dynptr;
            slot.Spilled = new RegState { Id = id, Reference = reference, Map = (int)kind, Offset = half };
        }

        _observer?.Wrote(pointer.Frame, at, at + DynptrSize);
        return true;
    }

    /// <summary>A store: what it hits is destroyed.</summary>
    private bool OverwriteDynptrs(int register, int offset, int size)
    {
        ref readonly var pointer = ref Registers[register];
        long at = (long)pointer.Offset + offset;
        return OverwriteDynptrs(register, pointer.Frame, (int)(at + pointer.SignedMin), (int)(at + pointer.SignedMax) + size);
    }

    private bool OverwriteDynptrs(int register, int frameIndex, int from, int end)
    {
        var frame = _state.FrameAt(frameIndex);
        for (int index = FrameState.SlotOf(end - 1); index <= FrameState.SlotOf(from); index++)
        {
            if (!frame.SlotAt(index).IsDynptr) continue;
            var half = frame.SlotAt(index).Spilled;
            if (half.Reference != 0)
            {
                return Refuse(DiagnosticRules.StackBounds, "cannot overwrite referenced dynptr",
                    $"The bytes that r{register} leads to hold the dynptr of a record that has not been given back.", register,
                    "Give the record back first, with bpf_ringbuf_submit_dynptr or bpf_ringbuf_discard_dynptr.");
            }

            // The other half has the slot beside it.
            frame.UsedStack[index].Scrub();
            frame.UsedStack[half.Offset == 0 ? index - 1 : index + 1].Scrub();
            ForEachRegister((ref RegState state) =>
            {
                if (state.Dynptr == half.Id) state = RegState.UnknownScalar();
            });
        }

        return true;
    }

    /// <summary>Checks that a helper does not fill bytes of a dynptr.</summary>
    private bool AvoidsDynptrs(int register, in RegState pointer, int from, int end)
    {
        var frame = _state.FrameAt(pointer.Frame);
        for (int at = from; at < end; at++)
        {
            if (!frame.SlotAt(FrameState.SlotOf(at)).IsDynptr) continue;
            return Refuse(DiagnosticRules.StackBounds, $"potential write to dynptr at off={at} disallowed",
                $"The call fills bytes from r10{from:+0;-0;+0} on, and a dynptr lies at r10{at:+0;-0;+0}.", register, "Fill another variable.");
        }

        return true;
    }

    // Of what may become a dynptr, only values of maps stay as long as it does.
    private bool CheckLocalMemory(HelperPrototype helper, int register)
    {
        ref readonly var state = ref Registers[register];
        if (state.Type == RegisterType.MapValue) return true;
        return Refuse(DiagnosticRules.HelperArgument, $"Unsupported reg type {state.TypeName} for {helper.Name} data",
            $"{helper.Name} takes bytes of a map's value in r{register}, which is a {state.TypeName}.", register, "Keep the bytes in a map, e.g. a per-CPU array with one entry.");
    }

    private static RegState MemoryOf(in DynptrFacts dynptr, long size) => RegState.Pointer(RegisterType.Memory) with
    {
        Range = (int)Math.Clamp(size, 0, int.MaxValue), Reference = dynptr.Reference, Dynptr = dynptr.Id,
    };

    private bool CheckDynptrCall(KfuncPrototype kfunc, int index, ref CallFacts facts)
    {
        int register = index + 1;
        ref readonly var state = ref Registers[register];
        switch (kfunc.Arguments[index])
        {
            case KfuncArgument.Context:
                if (state.Type == RegisterType.Context) return CheckUnmoved(register, in state);
                return Refuse(DiagnosticRules.HelperArgument, $"arg#{index} expected pointer to ctx, but got {(state.Type == RegisterType.Stack ? "fp" : state.TypeName)}",
                    $"{kfunc.Name} takes the program's context in r{register}.", register);
            case KfuncArgument.BufferOrNull:
                return true; // judged with the size, which is the next argument
            case KfuncArgument.ConstantSize:
                return CheckBuffer(kfunc, register, ref facts);
            case var kind when state.Type is not (RegisterType.Stack or RegisterType.Dynptr):
                return Refuse(DiagnosticRules.HelperArgument, $"arg#{index} expected pointer to stack or const struct bpf_dynptr",
                    $"{kfunc.Name} {(kind == KfuncArgument.NewDynptr ? "makes" : "takes")} a dynptr on the stack in r{register}.", register);
            case KfuncArgument.NewDynptr:
                bool copies = kfunc.Makes == DynptrKind.None;
                return MakeDynptr(kfunc.Name, register, copies ? facts.Dynptr.Kind : kfunc.Makes, copies ? facts.Dynptr.Reference : 0);
            default:
                return CheckDynptr(kfunc.Name, register, out facts.Dynptr);
        }
    }

    // The buffer is where bytes are put together that do not lie side by side.
    private bool CheckBuffer(KfuncPrototype kfunc, int register, ref CallFacts facts)
    {
        ref readonly var size = ref Registers[register];
        if (!size.IsConstant)
        {
            return Refuse(DiagnosticRules.HelperArgument, $"R{register} must be a known constant", $"{kfunc.Name} takes a size that is known when the program is loaded.", register);
        }

        _precision.Mark(_state, register);
        facts.AllocationSize = (long)size.Bits.Value;
        if (facts.AllocationSize is < 0 or > int.MaxValue)
        {
            return Refuse(DiagnosticRules.UnboundedOffset, $"R{register} unbounded memory access, use 'var &= const' or 'if (var < const)'",
                $"{(ulong)facts.AllocationSize} bytes are more than a dynptr may have.", register);
        }

        int buffer = register - 1;
        if (TakesNull(buffer)) return true;
        var fills = new HelperPrototype { Id = 0, Name = kfunc.Name, Arguments = [ArgumentKind.Anything, ArgumentKind.Anything, ArgumentKind.UninitializedMemory, ArgumentKind.Size] };
        bool fits = Registers[buffer].Type != RegisterType.Stack || _state.FrameAt(Registers[buffer].Frame) is var frame
            && !HoldsObject(frame, (int)(Registers[buffer].Offset + Registers[buffer].SignedMin), (int)(Registers[buffer].Offset + Registers[buffer].SignedMax + facts.AllocationSize));
        if (fits && CheckMemory(fills, buffer, facts.AllocationSize, writes: true, "its buffer"))
        {
            FillMemory(fills, facts);
            return true;
        }

        string message = $"arg#{buffer - 1} arg#{register - 1} memory, len pair leads to invalid memory access";
        Refuse(DiagnosticRules.HelperArgument, message, $"r{buffer} does not point to {facts.AllocationSize} bytes that {kfunc.Name} may fill.", buffer);
        _refusal = _refusal! with { Message = _refusal.Message == message ? message : $"{_refusal.Message}\n{message}" };
        return false;
    }

    private static bool HoldsObject(FrameState frame, int from, int end)
    {
        for (int at = Math.Max(from, -FrameState.StackBytes); at < Math.Min(end, 0); at++)
            if (frame.SlotAt(FrameState.SlotOf(at)).IsObject) return true;
        return false;
    }

    private bool MayWriteSlice(KfuncPrototype kfunc, in CallFacts facts)
    {
        if (kfunc.Returns != KfuncReturn.WritableSliceOrNull || facts.Dynptr.Kind != DynptrKind.Packet) return true;
        if (_type.Packet != PacketAccess.Write)
        {
            return Refuse(DiagnosticRules.ReadOnlyMemory, "the prog does not allow writes to packet data", $"Programs of type {_type.Name} may not write packet bytes.", suggestion: "Use bpf_dynptr_slice.");
        }

        Facts.ChangeInput();
        return true;
    }

    private void SetSlice(KfuncPrototype kfunc, in CallFacts facts)
    {
        bool isPacket = facts.Dynptr.Kind is DynptrKind.Packet or DynptrKind.Frame or DynptrKind.Parameter, writes = kfunc.Returns == KfuncReturn.WritableSliceOrNull;
        if (isPacket && writes) Facts.ChangeInput();
        // Linux keeps it when the dynptr is overwritten, and we when nothing has to be given back: the bytes stay where they are.
        Registers[0] = RegState.Pointer(writes ? RegisterType.Memory : RegisterType.ReadOnlyMemory) with
        {
            Range = (int)facts.AllocationSize, Reference = facts.Dynptr.Reference, Dynptr = facts.Dynptr.Kind == DynptrKind.UserRecord ? facts.Dynptr.Id : 0, Flags = isPacket ? PointerFlags.Packet : PointerFlags.None,
        };
        MayBeNull(ref Registers[0], acquires: false);
    }
}
