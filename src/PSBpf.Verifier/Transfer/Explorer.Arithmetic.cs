using PSBpf.Diagnostics;
using PSBpf.Isa;
using PSBpf.Verifier.Domain;
using PSBpf.Verifier.Explain;
using PSBpf.Verifier.Transfer;

namespace PSBpf.Verifier;

internal sealed partial class Explorer
{
    /// <summary>Pointers may not move further than this from their base.</summary>
    private const long MaxVariableOffset = 1L << 29;

    private bool StepMove(in DecodedInstruction instruction, InstructionForm row)
    {
        int destination = instruction.Destination;
        if (row.UsesSource && !Reads(instruction.Source)) return false;
        if (!Writes(destination)) return false;
        if (!row.UsesSource)
        {
            Registers[destination] = RegState.ConstantScalar(row.Width == 64 ? (ulong)instruction.Immediate : (uint)instruction.Immediate);
            return Next();
        }

        ref var source = ref Registers[instruction.Source];
        if (row.Width == 64)
        {
            // Copies of a number that is not known stay linked, so that a check of one is a check of all.
            if (source.IsScalar) Link(ref source);
            Registers[destination] = source;
        }
        else if (source.IsPointer)
        {
            Registers[destination] = RegState.UnknownScalar(4);
        }
        else
        {
            // A 32-bit copy of a number that fits 32 bits is a copy of the whole.
            bool whole = source.Max <= uint.MaxValue;
            if (whole) Link(ref source);
            var copy = source;
            if (!whole) copy.Unlink();
            copy.ZeroExtend(4);
            Registers[destination] = copy;
        }

        return Next();
    }

    /// <summary>Gives a number that is about to be copied an id, so that a check of one of the two is a check of both.</summary>
    private void Link(ref RegState number)
    {
        // One distance is kept, and not those of copies of copies.
        if (number.IsShifted) number.Unlink();
        if (!number.Bits.IsConstant && number.Id == 0) number.Id = ++_nextId;
    }

    private bool StepMoveSigned(in DecodedInstruction instruction, InstructionForm row)
    {
        if (!Reads(instruction.Source) || !Writes(instruction.Destination)) return false;
        ref var source = ref Registers[instruction.Source];
        if (source.IsPointer)
        {
            // What is left of a pointer is some number; Linux keeps it from programs without privileges only.
            Registers[instruction.Destination] = RegState.UnknownScalar(row.Width == 32 ? 4 : 8);
            return Next();
        }

        // What extending does not change is copied.
        bool copies = source.Max < 1UL << (row.Offset.Minimum - 1);
        if (copies) Link(ref source);
        var result = source;
        if (!copies) result.Unlink();
        result.SignExtend(row.Offset.Minimum / 8, row.Width);
        Registers[instruction.Destination] = result;
        return Next();
    }

    private bool StepUnary(in DecodedInstruction instruction, InstructionForm row)
    {
        int register = instruction.Destination;
        if (!Reads(register) || !Writes(register)) return false;
        ref var state = ref Registers[register];
        if (row.Kind == FormKind.Negate && state.IsScalar)
        {
            var operand = state;
            state = RegState.ConstantScalar(0);
            ScalarArithmetic.Apply(AluOperation.Sub, row.Width, ref state, operand);
        }
        else if (row.Kind == FormKind.ToLittleEndian && state.IsScalar)
        {
            state.Unlink();
            state.ZeroExtend(row.Width / 8);
        }
        else if (state.IsScalar)
        {
            // Of a swap, what is known of bits survives; ranges do not.
            var swapped = state.Bits.SwapBytes(row.Width / 8);
            state.Unlink();
            state.SetUnbounded();
            state.Bits = swapped;
            state.Synchronize();
        }
        else
        {
            // Like Linux, nothing is kept of what was a pointer, not even that 32 bits are.
            state = RegState.UnknownScalar();
        }

        return Next();
    }

    private bool StepAlu(in DecodedInstruction instruction, InstructionForm row)
    {
        int destination = instruction.Destination;
        if (row.UsesSource && !Reads(instruction.Source)) return false;
        if (!Reads(destination) || !Writes(destination)) return false;
        if (!row.UsesSource && !CheckImmediate(in instruction, row)) return false;

        ref var dst = ref Registers[destination];
        var src = row.UsesSource ? Registers[instruction.Source]
            : RegState.ConstantScalar(row.Width == 64 ? (ulong)instruction.Immediate : (uint)instruction.Immediate);
        if (dst.IsScalar && src.IsScalar)
        {
            if (row.Alu is AluOperation.And or AluOperation.Or && src.IsConstant && !TakeApart(ref dst)) return false;

            // A number plus a constant stays linked to what it was copied from.
            int link = dst.Id;
            bool stays = row is { Alu: AluOperation.Add, Width: 64 } && link != 0 && !dst.IsShifted && src.IsConstant && src.Bits.Value <= int.MaxValue;
            ScalarArithmetic.Apply(row.Alu, row.Width, ref dst, src);
            if (stays)
            {
                dst.Id = link;
                dst.IsShifted = true;
                dst.Offset = (int)src.Bits.Value;
            }

            return Next();
        }

        // Any arithmetic on an address in an arena gives another one.
        if (dst.Type == RegisterType.Arena || src.Type == RegisterType.Arena)
        {
            dst = RegState.Pointer(RegisterType.Arena);
            return Next();
        }

        return StepPointerAlu(in instruction, row, ref dst, in src) && Next();
    }

    /// <summary>
    /// A number that is 0 or −1, as compilers make it of a condition, becomes two paths where it is used as a mask: what the mask leaves is known on each.
    /// </summary>
    private bool TakeApart(ref RegState number)
    {
        bool wide = number is { SignedMin: -1, SignedMax: 0 };
        if (!wide && number is not { SignedMin32: -1, SignedMax32: 0 }) return true;
        bool isZero;
        if (_decisions is not null)
        {
            isZero = _decisions.TryDequeue(out var decision) && decision.Taken;
        }
        else
        {
            var other = Fork(_pc);
            if (other is null) return false;
            other.Path = new PathStep(_state.Path, true);
            Choose(ref other.Current.Registers[_code[_pc].Destination], wide, 0);
            isZero = false;
        }

        _state.Path = new PathStep(_state.Path, isZero);
        Choose(ref number, wide, isZero ? 0 : ulong.MaxValue);
        return true;

        static void Choose(ref RegState number, bool wide, ulong value)
        {
            if (wide)
            {
                number.SetConstant(value);
                return;
            }

            number.Bits = number.Bits.WithLow(Tnum.Constant((uint)value));
            number.Min32 = number.Max32 = (uint)value;
            number.SignedMin32 = number.SignedMax32 = (int)value;
            number.Synchronize();
        }
    }

    private bool CheckImmediate(in DecodedInstruction instruction, InstructionForm row)
    {
        if (row.Alu is AluOperation.Div or AluOperation.Mod or AluOperation.Sdiv or AluOperation.Smod && instruction.Immediate == 0)
            return Refuse(DiagnosticRules.InvalidInstruction, "div by zero", "The program divides by the constant zero.");
        if (row.Alu is AluOperation.Lsh or AluOperation.Rsh or AluOperation.Arsh && (ulong)instruction.Immediate >= (ulong)row.Width)
        {
            return Refuse(DiagnosticRules.InvalidInstruction, $"invalid shift {instruction.Immediate}",
                $"The program shifts a {row.Width}-bit number by {instruction.Immediate}.");
        }

        return true;
    }

    private bool StepPointerAlu(in DecodedInstruction instruction, InstructionForm row, ref RegState dst, in RegState src)
    {
        int destination = instruction.Destination;
        if (dst.IsPointer && src.IsPointer)
        {
            if (row.Alu == AluOperation.Sub)
            {
                // The distance of two pointers is some number.
                dst = RegState.UnknownScalar();
                return true;
            }

            return RefuseArithmetic(destination, $"R{destination} pointer {SymbolOf(row)} pointer prohibited",
                $"r{destination} and r{instruction.Source} are both pointers ({dst.TypeName} and {src.TypeName}); pointers can be subtracted from each other and nothing else.");
        }

        // Number plus pointer is pointer plus number.
        bool swapped = src.IsPointer;
        var pointer = swapped ? src : dst;
        var offset = swapped ? dst : src;
        int pointerRegister = swapped ? instruction.Source : destination;
        if (row.Width == 32)
        {
            if (row.Alu == AluOperation.Sub)
            {
                dst = RegState.UnknownScalar();
                return true;
            }

            return RefuseArithmetic(destination, $"R{destination} 32-bit pointer arithmetic prohibited",
                $"r{pointerRegister} is a pointer ({pointer.TypeName}); 32-bit arithmetic would cut it in half.");
        }

        if (pointer.Type == RegisterType.KernelMemory && (pointer.Flags & PointerFlags.Untrusted) != 0)
        {
            // What nothing vouches for may point anywhere as it is; a number that it goes into may be any afterwards.
            if (swapped) dst = RegState.UnknownScalar();
            return true;
        }

        if (row.Alu is not (AluOperation.Add or AluOperation.Sub))
        {
            bool bitwise = row.Alu is AluOperation.And or AluOperation.Or or AluOperation.Xor;
            return RefuseArithmetic(destination, bitwise
                    ? $"R{destination} bitwise operator {SymbolOf(row)} on pointer prohibited"
                    : $"R{destination} pointer arithmetic with {SymbolOf(row)} operator prohibited",
                $"r{pointerRegister} is a pointer ({pointer.TypeName}); pointers take addition and subtraction only.");
        }

        if (swapped && row.Alu == AluOperation.Sub)
            return RefuseArithmetic(destination, $"R{destination} tried to subtract pointer from scalar", $"A pointer ({pointer.TypeName}) is subtracted from a number.");
        // Where the pointer goes depends on this number from now on.
        if (row.UsesSource) _precision.Mark(_state, swapped ? destination : instruction.Source);
        return MovePointer(row.Alu == AluOperation.Add, destination, pointerRegister, pointer, offset);
    }

    /// <summary>Registers[destination] = pointer ± offset.</summary>
    private bool MovePointer(bool add, int destination, int pointerRegister, RegState pointer, RegState offset)
    {
        if (pointer.MaybeNull)
        {
            return Refuse(DiagnosticRules.NullCheck, $"R{destination} pointer arithmetic on {pointer.TypeName} prohibited, null-check it first",
                $"r{pointerRegister} may be null; arithmetic on it is allowed only after a check.", pointerRegister);
        }

        bool isSteady = pointer.Type is RegisterType.Map or RegisterType.PacketEnd || RegisterTypes.IsSocket(pointer.Type)
            || (pointer.Type == RegisterType.FlowKeys && !offset.IsConstant);
        if (isSteady)
        {
            // Adding zero does nothing, and the kernel lets it pass for maps.
            if (pointer.Type == RegisterType.Map && offset.IsConstant && offset.Bits.Value == 0)
            {
                Registers[destination] = pointer;
                return true;
            }

            return RefuseArithmetic(destination, $"R{destination} pointer arithmetic on {pointer.TypeName} prohibited",
                $"r{pointerRegister} is a {pointer.TypeName}, which cannot be moved.");
        }

        if (!CheckMove(offset.SignedMin, offset.SignedMax, pointer, destination, offset.Bits.IsConstant)) return false;
        if (!add && pointer.Type == RegisterType.Stack)
        {
            return RefuseArithmetic(destination, $"R{destination} subtraction from stack pointer prohibited",
                "The kernel refuses subtraction from a stack pointer; add a negative number.");
        }

        var moved = pointer;
        long fixedOffset = add ? pointer.Offset + offset.SignedMin : pointer.Offset - offset.SignedMin;
        if (offset.Bits.IsConstant && fixedOffset == (int)fixedOffset)
        {
            moved.Offset = (int)fixedOffset;

            // What lies beyond the packet's end may lie before it when it is moved back.
            if (moved.Range < 0 && fixedOffset < pointer.Offset) moved.Range = 0;
        }
        else
        {
            // The offset joins the variable part; what was proven of the packet behind the old place is unknown at the new.
            var variable = pointer;
            variable.Type = RegisterType.Scalar;
            variable.SetUnbounded32();
            ScalarArithmetic.Apply(add ? AluOperation.Add : AluOperation.Sub, 64, ref variable, offset);
            moved = variable with { Type = pointer.Type, Offset = pointer.Offset, Id = pointer.Id, Range = pointer.Range };
            if (RegisterTypes.IsPacket(pointer.Type))
            {
                moved.Id = ++_nextId;
                moved.Range = 0;
            }
        }

        if (!CheckMoved(in moved, destination)) return false;
        Registers[destination] = moved;
        return true;
    }

    private bool CheckMove(long smin, long smax, in RegState pointer, int register, bool constant)
    {
        if (constant && Math.Abs((double)smin) >= MaxVariableOffset)
        {
            return Refuse(DiagnosticRules.UnboundedOffset, $"math between {pointer.TypeName} pointer and {smin} is not allowed",
                $"{smin} is further than a pointer may be moved.", register);
        }

        if (!constant && smin == long.MinValue)
        {
            return Refuse(DiagnosticRules.UnboundedOffset,
                $"math between {pointer.TypeName} pointer and register with unbounded min value is not allowed",
                $"The number that is added to the {pointer.TypeName} pointer in r{register} has no lower bound.", register);
        }

        if (smin >= MaxVariableOffset || smin <= -MaxVariableOffset)
        {
            return Refuse(DiagnosticRules.UnboundedOffset, $"value {smin} makes {pointer.TypeName} pointer be out of bounds",
                $"The number that is added to the {pointer.TypeName} pointer in r{register} may be as far as {smin}.", register);
        }

        return true;
    }

    private bool CheckMoved(in RegState moved, int register)
    {
        if (moved.Offset is >= (int)MaxVariableOffset or <= -(int)MaxVariableOffset)
        {
            return Refuse(DiagnosticRules.UnboundedOffset, $"{moved.TypeName} pointer offset {moved.Offset} is not allowed",
                $"r{register} is {moved.Offset} bytes from its base, further than a pointer may be.", register);
        }

        return CheckMove(moved.SignedMin, moved.SignedMax, in moved, register, constant: moved.Bits.IsConstant);
    }

    private bool RefuseArithmetic(int register, string message, string reason) =>
        Refuse(DiagnosticRules.PointerArithmetic, message, reason, register);

    private static string SymbolOf(InstructionForm row) => row.Alu switch
    {
        AluOperation.Arsh => "s>>=",
        _ => row.Kernel.Split(' ')[1],
    };
}
