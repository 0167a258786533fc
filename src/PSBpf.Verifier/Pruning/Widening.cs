using System.Numerics;
using PSBpf.Verifier.Domain;

namespace PSBpf.Verifier.Pruning;

/// <summary>
/// Numbers of a state that become any number at the start of another round of a loop, so that rounds become alike: those
/// that changed since the round before and that no check depended on.
/// </summary>
internal sealed class Widening
{
    private readonly ushort[] _registers = new ushort[PathState.MaxFrames];
    private readonly ulong[] _slots = new ulong[PathState.MaxFrames];

    /// <summary>Finds them.</summary>
    /// <param name="round">The round before.</param>
    /// <param name="state">The state at the start of this one, with the same calls.</param>
    /// <returns>Null when there is nothing to forget.</returns>
    public static Widening? Between(Checkpoint round, PathState state)
    {
        Widening? widening = null;
        for (int depth = 0; depth <= state.Depth; depth++)
        {
            FrameState old = round.State.FrameAt(depth), frame = state.FrameAt(depth);
            for (int register = 0; register < 10; register++)
            {
                if ((round.PreciseRegisters[depth] >> register & 1) == 0 && Differ(in old.Registers[register], in frame.Registers[register]))
                    (widening ??= new Widening())._registers[depth] |= (ushort)(1 << register);
            }

            for (int slot = 0; slot < Math.Min(old.UsedSlots, frame.UsedSlots); slot++)
            {
                ref readonly var before = ref old.SlotAt(slot);
                ref readonly var now = ref frame.SlotAt(slot);
                if ((round.PreciseSlots[depth] >> slot & 1) == 0 && before.IsSpill && now.IsSpill && Differ(in before.Spilled, in now.Spilled))
                    (widening ??= new Widening())._slots[depth] |= 1UL << slot;
            }
        }

        return widening;
    }

    /// <summary>Forgets them.</summary>
    public void Apply(PathState state)
    {
        for (int depth = 0; depth <= state.Depth; depth++)
        {
            var frame = state.FrameAt(depth);
            for (int mask = _registers[depth]; mask != 0; mask &= mask - 1) frame.Registers[BitOperations.TrailingZeroCount(mask)] = RegState.UnknownScalar();
            for (ulong mask = _slots[depth]; mask != 0; mask &= mask - 1) frame.UsedStack[BitOperations.TrailingZeroCount(mask)].Spilled = RegState.UnknownScalar();
        }
    }

    private static bool Differ(in RegState before, in RegState now) => before.IsScalar && now.IsScalar && !now.HasValuesOf(in before);
}
