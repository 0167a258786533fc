using PSBpf.Isa;
using PSBpf.Verifier.Domain;
using PSBpf.Verifier.Explain;
using PSBpf.Verifier.Pruning;
using PSBpf.Verifier.Transfer;

namespace PSBpf.Verifier;

internal sealed partial class Explorer
{
    /// <summary>Packet offsets beyond this prove nothing.</summary>
    private const int MaxPacketOffset = 0xffff;

    private bool StepBranch(in DecodedInstruction instruction, InstructionForm row)
    {
        if (row.UsesSource && !Reads(instruction.Source)) return false;
        if (!Reads(instruction.Destination)) return false;
        var src = row.UsesSource ? Registers[instruction.Source]
            : RegState.ConstantScalar(row.Width == 64 ? (ulong)instruction.Immediate : (uint)instruction.Immediate);
        ref var dst = ref Registers[instruction.Destination];

        if (KnownOutcome(row, in dst, in src) is { } outcome)
        {
            if (dst.IsScalar) _precision.Mark(_state, instruction.Destination);
            if (row.UsesSource && src.IsScalar) _precision.Mark(_state, instruction.Source);
            return outcome ? JumpTo(instruction.Target) : FallThrough();
        }

        if (_decisions is not null)
        {
            // Replay: the decision that exploring took here.
            bool follows = _decisions.TryDequeue(out var decision) && decision.Taken;
            _state.Path = new PathStep(_state.Path, follows);
            _ = Learn(_state, in instruction, row, follows);
            if (follows) _observer?.Begin(_pc, instruction.Target, _state);
            return follows ? JumpTo(instruction.Target) : FallThrough();
        }

        _jumps++;
        var other = Fork(instruction.Target);
        if (other is null) return false;
        other.Path = new PathStep(_state.Path, true);
        other.History.Add(_entry with { Effect = Learn(other, in instruction, row, holds: true) });
        _state.Path = new PathStep(_state.Path, false);
        _entry = _entry with { Effect = Learn(_state, in instruction, row, holds: false) };
        return Next();
    }

    private bool FallThrough()
    {
        _jumps++;
        return Next();
    }

    private static bool? KnownOutcome(InstructionForm row, in RegState dst, in RegState src)
    {
        if (dst.IsScalar && src.IsScalar) return Comparison.Outcome(row.Condition, row.Width, in dst, in src);
        if (PacketOutcome(row, in dst, in src) is { } known) return known;
        // A pointer that cannot be null differs from zero; of these Linux says so, of others it asks both ways.
        bool againstZero = src.IsConstant && src.Bits.Value == 0 && row.Width == 64 && !dst.MaybeNull
            && (dst.Type is RegisterType.Map or RegisterType.MapValue or RegisterType.RingBufferMemory or RegisterType.SocketCommon or RegisterType.Socket or RegisterType.TcpSocket
                or RegisterType.Memory or RegisterType.MapKey or RegisterType.ReadOnlyMemory || IsNeverNull(in dst));
        if (againstZero && row.Condition == Condition.Jeq) return false;
        if (againstZero && row.Condition == Condition.Jne) return true;
        return null;
    }

    // Of a pointer that was compared with the packet's end before: the same comparison comes out the same.
    private static bool? PacketOutcome(InstructionForm row, in RegState dst, in RegState src)
    {
        bool left = dst.Type == RegisterType.Packet && src.Type == RegisterType.PacketEnd;
        if (row.Width != 64 || (!left && !(src.Type == RegisterType.Packet && dst.Type == RegisterType.PacketEnd))) return null;
        int range = left ? dst.Range : src.Range;
        bool beyond = range == RegState.BeyondPacketEnd;
        return (left ? row.Condition : Comparison.Mirror(row.Condition)) switch
        {
            Condition.Jgt when beyond => true,
            Condition.Jle when beyond => false,
            Condition.Jge when range < 0 => true,
            Condition.Jlt when range < 0 => false,
            _ => null,
        };
    }

    /// <summary>What a branch's outcome teaches a state, and whether it taught about copies of the operands.</summary>
    private static HistoryEffect Learn(PathState state, in DecodedInstruction instruction, InstructionForm row, bool holds)
    {
        var registers = state.Current.Registers;
        ref var dst = ref registers[instruction.Destination];
        if (!row.UsesSource)
        {
            if (dst.IsScalar)
            {
                var constant = RegState.ConstantScalar(row.Width == 64 ? (ulong)instruction.Immediate : (uint)instruction.Immediate);
                Comparison.Refine(row.Condition, row.Width, holds, ref dst, ref constant);
                return Propagate(state, in dst) ? HistoryEffect.Linked : HistoryEffect.None;
            }

            if (dst.MaybeNull && instruction.Immediate == 0 && row.Width == 64 && row.Condition is Condition.Jeq or Condition.Jne)
            {
                ResolveNull(state, dst.Id, isNull: (row.Condition == Condition.Jeq) == holds);
            }

            return HistoryEffect.None;
        }

        ref var src = ref registers[instruction.Source];
        if (dst.IsScalar && src.IsScalar)
        {
            Comparison.Refine(row.Condition, row.Width, holds, ref dst, ref src);
            bool linked = Propagate(state, in src) | Propagate(state, in dst);
            return linked ? HistoryEffect.Linked : HistoryEffect.None;
        }

        if (row.Width == 64) LearnPacketRange(state, row.Condition, holds, ref dst, ref src);
        return HistoryEffect.None;
    }

    /// <summary>Copies what was learned of a number to every copy of it.</summary>
    /// <returns>Whether there are copies.</returns>
    private static bool Propagate(PathState state, in RegState learned)
    {
        if (learned.Id == 0) return false;
        int holders = 0;
        var value = learned;
        for (int depth = 0; depth <= state.Depth; depth++)
        {
            var frame = state.FrameAt(depth);
            foreach (ref var register in frame.Registers.AsSpan())
            {
                if (register.Id != value.Id || !register.IsScalar) continue;
                Follow(ref register, in value);
                holders++;
            }

            foreach (ref var slot in frame.UsedStack)
            {
                if (!slot.IsSpill || slot.Spilled.Id != value.Id || !slot.Spilled.IsScalar) continue;
                Follow(ref slot.Spilled, in value);
                holders++;
            }
        }

        return holders > 1;

        static void Follow(ref RegState number, in RegState learned)
        {
            if (number.IsShifted == learned.IsShifted && number.Offset == learned.Offset)
            {
                number = learned;
                return;
            }

            int id = number.Id, offset = number.Offset;
            bool shifted = number.IsShifted;
            number = learned;
            ScalarArithmetic.Apply(AluOperation.Add, 64, ref number, RegState.ConstantScalar((ulong)((long)offset - learned.Offset)));
            (number.Id, number.Offset, number.IsShifted) = (id, offset, shifted);
        }
    }

    /// <summary>A null check of one pointer decides about all copies of it.</summary>
    private static void ResolveNull(PathState state, int id, bool isNull)
    {
        for (int depth = 0; depth <= state.Depth; depth++)
        {
            var frame = state.FrameAt(depth);
            foreach (ref var register in frame.Registers.AsSpan()) Resolve(ref register);
            foreach (ref var slot in frame.UsedStack)
                if (slot.IsFullSpill) Resolve(ref slot.Spilled);
        }

        if (isNull) state.References.RemoveAll(reference => reference.Id == id);

        void Resolve(ref RegState register)
        {
            if (!register.MaybeNull || register.Id != id) return;
            if (isNull)
            {
                register = RegState.ConstantScalar(0);
                return;
            }

            register.MaybeNull = false;
            if (!register.KeepsId) register.Id = 0;
        }
    }

    /// <summary>
    /// A comparison of packet data with its end proves that bytes exist; so does one of metadata with packet data.
    /// </summary>
    private static void LearnPacketRange(PathState state, Condition condition, bool holds, ref RegState dst, ref RegState src)
    {
        bool dataLeft = IsDataAgainstEnd(in dst, in src);
        if (!dataLeft && !IsDataAgainstEnd(in src, in dst)) return;

        // Brought to the form: data (< or ≤) end.
        var effective = holds ? condition : Comparison.Negate(condition);
        bool strict;
        if (dataLeft)
        {
            if (effective is not (Condition.Jlt or Condition.Jle))
            {
                NoteEnd(effective, Condition.Jgt, Condition.Jge, ref dst);
                return;
            }

            strict = effective == Condition.Jlt;
        }
        else
        {
            if (effective is not (Condition.Jgt or Condition.Jge))
            {
                NoteEnd(effective, Condition.Jlt, Condition.Jle, ref src);
                return;
            }

            strict = effective == Condition.Jgt;
        }

        var data = dataLeft ? dst : src;
        if (data.Offset < 0 || (data.Offset == 0 && strict)) return;
        if (data.Max > MaxPacketOffset || data.Max + (ulong)data.Offset > MaxPacketOffset) return;
        int range = strict ? data.Offset + 1 : data.Offset;
        for (int depth = 0; depth <= state.Depth; depth++)
        {
            var frame = state.FrameAt(depth);
            foreach (ref var register in frame.Registers.AsSpan()) Extend(ref register, in data, range);
            foreach (ref var slot in frame.UsedStack)
                if (slot.IsFullSpill) Extend(ref slot.Spilled, in data, range);
        }

        static void Extend(ref RegState register, in RegState data, int range)
        {
            if (register.Type == data.Type && register.Id == data.Id) register.Range = Math.Max(register.Range, range);
        }
    }

    // Metadata and data have no such marks.
    private static void NoteEnd(Condition condition, Condition beyond, Condition at, ref RegState data)
    {
        if (data.Type != RegisterType.Packet) return;
        if (condition == beyond) data.Range = RegState.BeyondPacketEnd;
        else if (condition == at) data.Range = RegState.AtPacketEnd;
    }

    private static bool IsDataAgainstEnd(in RegState data, in RegState end) =>
        (data.Type == RegisterType.Packet && end.Type == RegisterType.PacketEnd)
        || (data.Type == RegisterType.PacketMeta && end is { Type: RegisterType.Packet, Offset: 0, Id: 0, Bits: { IsConstant: true, Value: 0 } });
}
