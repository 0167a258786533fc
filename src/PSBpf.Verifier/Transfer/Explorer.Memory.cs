using PSBpf.Diagnostics;
using PSBpf.Isa;
using PSBpf.Uapi;
using PSBpf.Verifier.Domain;

namespace PSBpf.Verifier;

internal sealed partial class Explorer
{
    private bool StepLoad(in DecodedInstruction instruction, InstructionForm row)
    {
        if (!Reads(instruction.Source) || !Writes(instruction.Destination)) return false;
        int size = row.Width / 8;
        bool strict = row.Kind == FormKind.LoadAcquire;
        if (strict && !CheckAtomicTarget(instruction.Source, loads: true)) return false;
        if (!CheckAccess(instruction.Source, instruction.Offset, size, MemoryAccess.Read, strict, out var loaded)) return false;
        if (row.Kind == FormKind.LoadSigned)
        {
            if (loaded.IsPointer)
                return RefuseContext(instruction.Offset, size, "A pointer in the context cannot be loaded with sign extension.");
            loaded.Unlink();
            loaded.SignExtend(size, 64);
        }
        else if (loaded.IsScalar)
        {
            loaded.ZeroExtend(size);
        }

        Registers[instruction.Destination] = loaded;
        return Next();
    }

    private bool StepStore(in DecodedInstruction instruction, InstructionForm row)
    {
        bool immediate = row.Kind == FormKind.StoreImmediate;
        if (!immediate && !Reads(instruction.Source)) return false;
        if (!Reads(instruction.Destination)) return false;
        int size = row.Width / 8;
        bool strict = row.Kind == FormKind.StoreRelease;
        if (strict && !CheckAtomicTarget(instruction.Destination)) return false;
        if (!CheckAccess(instruction.Destination, instruction.Offset, size, MemoryAccess.Write, strict, out _)) return false;
        if (Registers[instruction.Destination].Type == RegisterType.Stack)
        {
            var stored = immediate ? RegState.ConstantScalar((ulong)instruction.Immediate) : Registers[instruction.Source];
            // The kernel forgets what this pointer was; on the stack it is some number.
            if (stored.Type is RegisterType.TracepointBuffer or RegisterType.Dynptr) stored = RegState.UnknownScalar();
            if (stored.IsPointer && size < 8 && Registers[instruction.Destination].Bits.IsConstant)
            {
                return Refuse(DiagnosticRules.StackBounds, "invalid size of register spill",
                    $"Part of a pointer ({stored.TypeName}) is stored on the stack with {size} bytes instead of 8.", instruction.Source);
            }

            if (stored.Type == RegisterType.Stack && Registers[instruction.Destination].Frame != _state.Depth)
            {
                return Refuse(DiagnosticRules.StackBounds, "cannot spill pointers to stack into stack frame of the caller",
                    $"r{instruction.Source} points to a stack frame and is stored in a caller's, which may outlive it.", instruction.Source);
            }

            bool isAligned = Registers[instruction.Destination] is { Bits.IsConstant: true } at && (at.Offset + (long)at.Bits.Value + instruction.Offset) % 8 == 0;
            if (!immediate && Registers[instruction.Source].IsScalar && isAligned && (size == 8 || stored.Max >> (size * 8) == 0))
            {
                Link(ref Registers[instruction.Source]);
                stored = Registers[instruction.Source];
            }

            if (!OverwriteDynptrs(instruction.Destination, instruction.Offset, size)) return false;
            StoreToStack(in Registers[instruction.Destination], instruction.Offset, size, stored, immediate ? -1 : instruction.Source);
        }

        return Next();
    }

    private bool StepAtomic(in DecodedInstruction instruction, InstructionForm row)
    {
        if (!Reads(instruction.Source) || !Reads(instruction.Destination)) return false;
        if (row.Kind == FormKind.AtomicCompareExchange && !Reads(0)) return false;
        if (row.Fetches && row.Kind != FormKind.AtomicCompareExchange && !Writes(instruction.Source)) return false;
        if (!CheckAtomicTarget(instruction.Destination) || !CheckArenaAtomic(in instruction, row)) return false;
        int size = row.Width / 8;
        if (!CheckAccess(instruction.Destination, instruction.Offset, size, MemoryAccess.Read, strict: true, out _)) return false;
        int result = row.Kind == FormKind.AtomicCompareExchange ? 0 : instruction.Source;
        if (row.Fetches && result == instruction.Destination) return RefuseOverwritten(result, instruction.Offset, size);
        if (!CheckAccess(instruction.Destination, instruction.Offset, size, MemoryAccess.Write, strict: true, out _)) return false;
        if (Registers[instruction.Destination] is { Type: RegisterType.Stack } pointer)
        {
            long at = (long)pointer.Offset + instruction.Offset;
            Smear(_state.FrameAt(pointer.Frame), (int)(at + pointer.SignedMin), (int)(at + pointer.SignedMax) + size);
        }

        if (!row.Fetches) return Next();
        Registers[result] = RegState.UnknownScalar(size);
        return Next();
    }

    // Linux looks at the address again when the old value is in its register already: some number.
    private bool RefuseOverwritten(int register, int offset, int size) =>
        Refuse(DiagnosticRules.ScalarDereference, $"misaligned access off {RegState.UnknownScalar(size).Bits}+0+{offset} size {size}",
            $"r{register} is the address of the atomic operation and takes its result, which is a number.", register, "Hand over the operand in another register than the address.");

    private bool CheckAtomicTarget(int register, bool loads = false)
    {
        var type = Registers[register].Type;
        if (type is not (RegisterType.Context or RegisterType.Packet or RegisterType.PacketMeta or RegisterType.FlowKeys) && !RegisterTypes.IsSocket(type)) return true;
        return Refuse(DiagnosticRules.PointerArithmetic, $"BPF_ATOMIC {(loads ? "loads from" : "stores into")} R{register} {RegisterTypes.NameOf(type)} is not allowed",
            "Atomic operations work on maps, the stack and memory from helpers, not on the context or packets.", register);
    }

    private bool StepLoadPacket(in DecodedInstruction instruction, InstructionForm row)
    {
        if (_spec.Type is not (ProgramType.SocketFilter or ProgramType.SchedCls or ProgramType.SchedAct))
        {
            return Refuse(DiagnosticRules.InvalidInstruction, "BPF_LD_[ABS|IND] instructions not allowed for this program type",
                "Legacy packet loads work in socket filters and classifiers only.");
        }

        if (!Reads(6)) return false;
        if (Registers[6].Type != RegisterType.Context)
        {
            return Refuse(DiagnosticRules.HelperArgument, "at the time of BPF_LD_ABS|IND R6 != pointer to skb",
                "Legacy packet loads take the context from r6, which holds something else here.", 6);
        }

        if (!NotLocked("BPF_LD_[ABS|IND] cannot be used inside bpf_spin_lock-ed region", "A packet load may end the program")) return false;
        if (!OutsideSections("BPF_LD_[ABS|IND]", "A packet load may end the program")) return false;
        if (!NothingHeld("BPF_LD_[ABS|IND]", "A legacy packet load may end the program")) return false;
        if (row.UsesSource && !Reads(instruction.Source)) return false;
        ForgetArguments();
        Registers[0] = RegState.UnknownScalar();
        // Outside of the packet it ends the function that it stands in, with 0.
        return _state.Depth == 0 ? Next() : GoOnOrReturn(RegState.ConstantScalar(0), forgetsPacket: false);
    }

    private enum MemoryAccess
    {
        Read,
        Write,
    }

    /// <summary>Checks a load or store and says what a load gives.</summary>
    private bool CheckAccess(int register, int offset, int size, MemoryAccess access, bool strict, out RegState loaded)
    {
        loaded = RegState.UnknownScalar(size);
        ref var pointer = ref Registers[register];
        if (pointer.MaybeNull || !pointer.IsPointer || pointer.Type is RegisterType.Map or RegisterType.PacketEnd or RegisterType.Function or RegisterType.Dynptr)
            return RefuseAccess(register, in pointer);
        if (!CheckAlignment(register, in pointer, offset, size, strict)) return false;
        if (!NoteAccess(register, in pointer, access) || !CheckSamePointer(register, in pointer, merges: access == MemoryAccess.Read && !strict)) return false;
        switch (pointer.Type)
        {
            case RegisterType.Context:
                return CheckContext(register, in pointer, offset, size, access, ref loaded);
            case RegisterType.Packet or RegisterType.PacketMeta:
                if (access == MemoryAccess.Write && _type.Packet != PacketAccess.Write)
                {
                    return Refuse(DiagnosticRules.ReadOnlyMemory, "cannot write into packet", $"Programs of type {_type.Name} may not write packet bytes directly.", register);
                }

                return CheckPacket(register, in pointer, offset, size);
            case RegisterType.SocketCommon or RegisterType.Socket or RegisterType.TcpSocket or RegisterType.XdpSocket:
                return CheckSocket(register, in pointer, offset, size, access);
            case RegisterType.FlowKeys:
                return CheckFlowKeys(in pointer, register, offset, size);
            case RegisterType.KernelStructure:
                return CheckKernelStructure(register, in pointer, offset, size, access, ref loaded);
            case RegisterType.LocalObject:
                return CheckLocalObject(register, in pointer, offset, size, access);
            case RegisterType.KernelMemory:
                return CheckKernelMemory(register, in pointer, offset, size, access);
            case RegisterType.Arena:
                return true;
            case RegisterType.TracepointBuffer or RegisterType.KernelBuffer:
                return CheckKernelBuffer(register, in pointer, offset, size, access);
            case RegisterType.MapValue:
                return CheckMapValueAccess(register, in pointer, offset, size, access) && LoadConstant(in pointer, offset, size, access, ref loaded) && LoadPointerField(register, offset, access, ref loaded);
            case RegisterType.RingBufferMemory:
                return CheckRegion(register, in pointer, offset, size, pointer.Range, DiagnosticRules.MemoryBounds,
                    (at, limit) => $"invalid access to memory, mem_size={limit} off={at} size={size}", "the reserved memory");
            case RegisterType.ReadOnlyMemory when access == MemoryAccess.Write:
                return Refuse(DiagnosticRules.ReadOnlyMemory, $"R{register} cannot write into {pointer.TypeName}", $"r{register} points to memory that is read only.", register);
            case RegisterType.MapKey:
                return CheckMapKeyAccess(register, in pointer, offset, size, access);
            case RegisterType.Memory or RegisterType.ReadOnlyMemory:
                return CheckRegion(register, in pointer, offset, size, pointer.Range, DiagnosticRules.MemoryBounds,
                    (at, limit) => $"invalid access to memory, mem_size={limit} off={at} size={size}", "the memory that was passed");
            default:
                if (!CheckStack(register, in pointer, offset, size)) return false;
                if (access == MemoryAccess.Read) return LoadFromStack(register, in pointer, offset, size, ref loaded);
                return true;
        }
    }

    // What the context's fields become depends on the instruction alone, so an instruction that accesses the context accesses nothing else.
    private bool NoteAccess(int register, in RegState pointer, MemoryAccess access)
    {
        var memory = pointer.Type switch
        {
            RegisterType.Context => AccessedMemory.Context,
            RegisterType.Stack => AccessedMemory.Stack,
            RegisterType.MapValue => AccessedMemory.MapValue,
            RegisterType.RingBufferMemory => AccessedMemory.RingBuffer,
            RegisterType.MapKey => AccessedMemory.MapValue,
            RegisterType.Memory or RegisterType.ReadOnlyMemory => AccessedMemory.Stack | AccessedMemory.Packet | AccessedMemory.MapValue | AccessedMemory.RingBuffer,
            RegisterType.Arena => AccessedMemory.Arena,
            >= RegisterType.KernelStructure => AccessedMemory.Kernel,
            >= RegisterType.SocketCommon => AccessedMemory.Other,
            _ => AccessedMemory.Packet,
        };
        var known = Facts.MemoryAt(_pc);
        if (known != AccessedMemory.None && known != memory && ((known | memory) & (AccessedMemory.Context | AccessedMemory.Other | AccessedMemory.Kernel | AccessedMemory.Arena)) != 0)
        {
            return Refuse(DiagnosticRules.ContextAccess, "same insn cannot be used with different pointers",
                $"On one path r{register} is the context here, on another one something else; an instruction that accesses the context accesses nothing else.", register);
        }

        Facts.Access(_pc, memory, access == MemoryAccess.Write);
        if (pointer.Type == RegisterType.MapValue) NoteMap(pointer.Map);
        return true;
    }

    private bool RefuseAccess(int register, in RegState pointer)
    {
        string message = $"R{register} invalid mem access '{pointer.TypeName}'";
        if (pointer.MaybeNull && (RegisterTypes.IsKernel(pointer.Type) || pointer.Type == RegisterType.LocalObject))
            return Refuse(DiagnosticRules.NullCheck, message, $"r{register} points to {(pointer.Type == RegisterType.LocalObject ? "an object" : "the kernel's memory")}, or is null, and no check has told which.", register);
        if (pointer.MaybeNull)
        {
            return Refuse(DiagnosticRules.NullCheck, message,
                $"r{register} is the result of {(pointer.Type == RegisterType.MapValue ? $"a lookup in '{_maps[pointer.Map].Name}'" : "bpf_ringbuf_reserve")} and may be null here.", register);
        }

        return Refuse(DiagnosticRules.ScalarDereference, message,
            pointer.IsPointer
                ? $"r{register} is a {pointer.TypeName}, which cannot be read or written through."
                : $"r{register} holds a number, not a pointer, and memory is accessed through it.", register);
    }

    private bool CheckAlignment(int register, in RegState pointer, int offset, int size, bool strict)
    {
        // Everything but the stack and atomics may be accessed unaligned, as on x86.
        strict |= pointer.Type == RegisterType.Stack;
        if (pointer.Type == RegisterType.Arena) return true;
        if (!strict || size == 1) return true;
        var address = pointer.Bits + Tnum.Constant((ulong)(pointer.Offset + offset));
        if (address.IsAligned(size)) return true;
        string kind = pointer.Type switch { RegisterType.Stack => "stack ", RegisterType.MapValue => "value ", RegisterType.Context => "context ", _ => "" };
        return Refuse(DiagnosticRules.Misaligned, $"misaligned {kind}access off {pointer.Offset}+{offset} size {size}",
            $"{size} bytes are accessed at an offset that is not a multiple of {size}.", register);
    }

    private bool CheckContext(int register, in RegState pointer, int offset, int size, MemoryAccess access, ref RegState loaded)
    {
        if (!CheckUnmoved(register, in pointer)) return false;
        if (_setting.Attach is { } point) return CheckParameter(point, offset, size, access, ref loaded);
        if (offset < 0 || offset + size > _context.Size || offset % size != 0)
            return RefuseContext(offset, size, $"The context{NameOfContext()} has {_context.Size} bytes, and fields must be accessed aligned.");
        bool writes = access == MemoryAccess.Write;
        if (_context.IsPlain)
        {
            if (_context.Allows(offset, size, writes)) return true;
            return RefuseContext(offset, size, writes ? "This context may not be written." : $"The first {_context.PlainStart} bytes of this context may not be read.");
        }

        if (_context.FieldAt(offset) is not { } field)
            return RefuseContext(offset, size, $"There is no field of the context{NameOfContext()} at this offset.");
        if (!field.Allows(offset, size, writes))
        {
            string verb = writes ? "written" : "read";
            bool never = (writes ? field.Writes : field.Reads) == AccessPattern.None;
            return RefuseContext(offset, size, never
                ? $"'{field.Name}' of the context{NameOfContext()} may not be {verb} by programs of type {_type.Name}."
                : $"'{field.Name}' of the context{NameOfContext()} has {field.ElementSize} bytes and may not be {verb} in this part.");
        }

        if (writes || offset != field.Offset || size != Math.Min(field.Size, 8)) return true;
        switch (field.Kind)
        {
            case ContextFieldKind.Scalar: return true;
            case ContextFieldKind.KernelStructure:
                return LoadNamedStructure(field.TypeName, ref loaded);
            case ContextFieldKind.SocketOrNull or ContextFieldKind.SocketCommonOrNull:
                loaded = RegState.Pointer(RegisterOf(field.Kind)) with { MaybeNull = true, Id = ++_nextId };
                return true;
            default:
                loaded = RegState.Pointer(RegisterOf(field.Kind));
                return true;
        }
    }

    private static RegisterType RegisterOf(ContextFieldKind kind) => kind switch
    {
        ContextFieldKind.PacketData => RegisterType.Packet,
        ContextFieldKind.PacketEnd => RegisterType.PacketEnd,
        ContextFieldKind.PacketMeta => RegisterType.PacketMeta,
        ContextFieldKind.Socket or ContextFieldKind.SocketOrNull => RegisterType.Socket,
        ContextFieldKind.SocketCommonOrNull => RegisterType.SocketCommon,
        ContextFieldKind.FlowKeys => RegisterType.FlowKeys,
        ContextFieldKind.TracepointBuffer => RegisterType.TracepointBuffer,
        _ => RegisterType.Scalar,
    };

    /// <summary>Bytes of struct bpf_flow_keys.</summary>
    private const int FlowKeysSize = 56;

    private bool CheckSocket(int register, in RegState pointer, int offset, int size, MemoryAccess access)
    {
        if (access == MemoryAccess.Write)
            return Refuse(DiagnosticRules.ReadOnlyMemory, $"R{register} cannot write into {pointer.TypeName}", $"r{register} points to a socket, whose fields may be read only.", register);
        var layout = RegisterTypes.LayoutOf(pointer.Type);
        if (layout.Allows(offset, size, write: false)) return true;
        return Refuse(DiagnosticRules.MemoryBounds, $"R{register} invalid {pointer.TypeName} access off={offset} size={size}",
            $"A struct {layout.Name} has no field that can be read with {size} bytes at offset {offset}.", register);
    }

    private bool CheckFlowKeys(in RegState pointer, int register, int offset, int size)
    {
        int at = pointer.Offset + offset;
        if (at >= 0 && at + size <= FlowKeysSize) return true;
        return Refuse(DiagnosticRules.MemoryBounds, $"invalid access to flow keys off={at} size={size}", $"A struct bpf_flow_keys has {FlowKeysSize} bytes.", register);
    }

    private string NameOfContext() => _context.Name.Length == 0 ? "" : $" ({_context.Name})";

    private bool RefuseContext(int offset, int size, string reason) =>
        Refuse(DiagnosticRules.ContextAccess, $"invalid bpf_context access off={offset} size={size}", reason);

    /// <summary>Contexts are used as they were given: not moved, not indexed.</summary>
    private bool CheckUnmoved(int register, in RegState pointer)
    {
        if (!pointer.Bits.IsConstant || pointer.Bits.Value != 0)
        {
            return Refuse(DiagnosticRules.ContextAccess, $"variable {pointer.TypeName} access var_off disallowed",
                $"r{register} is the context plus an offset that is not constant.", register);
        }

        if (pointer.Offset != 0)
        {
            return Refuse(DiagnosticRules.ContextAccess, $"dereference of modified {pointer.TypeName} ptr R{register} off={pointer.Offset} disallowed",
                $"r{register} is the context plus {pointer.Offset}; the context must be accessed through the pointer as it was given.", register);
        }

        return true;
    }

    private bool CheckPacket(int register, in RegState pointer, int offset, int size)
    {
        int at = pointer.Offset + offset;
        if (pointer.SignedMin < 0)
        {
            return Refuse(DiagnosticRules.UnboundedOffset,
                $"R{register} min value is negative, either use unsigned index or do a if (index >=0) check.",
                $"The variable part of r{register}'s offset into the packet may be negative.", register);
        }

        if (at >= 0 && (long)at + size <= pointer.Range && pointer.Max + (ulong)(at + size) <= MaxPacketOffset + 1UL) return true;
        string place = pointer.Bits is { IsConstant: true, Value: 0 } ? $"data{at:+0;-0;+0}" : $"data{at:+0;-0;+0} plus a variable offset";
        if (pointer.Type == RegisterType.PacketMeta) place = place.Replace("data", "data_meta", StringComparison.Ordinal);
        return Refuse(DiagnosticRules.PacketBounds,
            $"invalid access to packet, off={at} size={size}, R{register}(id={pointer.Id},off={at},r={pointer.Range})\nR{register} offset is outside of the packet",
            $"{size} {(size == 1 ? "byte is" : "bytes are")} accessed at {place}, but only {pointer.Range} bytes are known to lie in the packet here.", register,
            $"Before this access: if ((void *)data + {at + size} > data_end) return {(_spec.Type == ProgramType.Xdp ? "XDP_PASS" : "0")};");
    }
}
