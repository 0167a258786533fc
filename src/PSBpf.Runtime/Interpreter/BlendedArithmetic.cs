using PSBpf.Isa;

namespace PSBpf.Runtime.Interpreter;

/// <summary>
/// Gives the commonest arithmetic of long programs one form. The interpreter jumps to each form's case through one indirect jump, and
/// the processor remembers a sequence of some 2000 targets; in a longer one it guesses, and each wrong guess costs more than five
/// instructions. Where all of these go to one case, there is little to guess. That case takes twice the time of one that is
/// remembered, so short programs and short loops keep their own forms.
/// </summary>
internal static class BlendedArithmetic
{
    /// <summary>Programs of fewer instructions, and loops, are left as they are.</summary>
    public const int ShortestProgram = 2000;

    // A register that no program has, and that is zero: what an immediate is added to.
    private const byte Zero = 11;

    /// <summary>Rewrites operations.</summary>
    /// <param name="operations">One per slot.</param>
    /// <param name="decoded">What they came from.</param>
    /// <param name="shortest">Instructions from which on a program or loop counts as long.</param>
    public static void Bind(Span<Operation> operations, ReadOnlySpan<DecodedInstruction> decoded, int shortest)
    {
        if (decoded.Length < shortest) return;
        var repeats = Repeats(decoded, shortest);
        for (int slot = 0; slot < decoded.Length; slot++)
        {
            if (repeats[slot] || decoded[slot].Form == FormId.None) continue;
            var row = decoded[slot].Row;
            if (row.Kind is not (FormKind.Alu or FormKind.Move) || BlendRow.NumberOf(row.Alu) is not (>= 0 and var number)) continue;
            ref var operation = ref operations[slot];
            operation.Form = Operation.Blended;
            operation.Blend = (byte)number;
            operation.Offset = 64 - row.Width;
            if (row.UsesSource) operation.Immediate = 0;
            else operation.Source = Zero;
        }
    }

    // Which slots lie in a loop that is short enough to be remembered.
    private static bool[] Repeats(ReadOnlySpan<DecodedInstruction> decoded, int shortest)
    {
        var repeats = new bool[decoded.Length];
        for (int slot = 0; slot < decoded.Length; slot++)
        {
            if (decoded[slot].Form == FormId.None || decoded[slot].Row.Kind is not (FormKind.Branch or FormKind.Jump)) continue;
            int target = decoded[slot].Target, length = slot - target + 1;
            if (length > 0 && length < shortest) repeats.AsSpan(target, length).Fill(true);
        }

        return repeats;
    }
}
