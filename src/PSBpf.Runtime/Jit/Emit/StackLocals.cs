using System.Reflection.Emit;
using PSBpf.Isa;
using PSBpf.Runtime.Jit.Flow;

namespace PSBpf.Runtime.Jit.Emit;

/// <summary>
/// The part of a function's stack that is kept in locals: what is only ever accessed by r10 and one offset with one width, on
/// every path that the verifier saw. Locals live in registers where memory would be written and read again.
/// </summary>
internal sealed class StackLocals
{
    private readonly Dictionary<int, (int Width, LocalBuilder Local)> _locals = [];

    /// <summary>Everything stays in memory.</summary>
    public static StackLocals None { get; } = new();

    /// <summary>Finds out what of a function's stack can be in locals, and declares them.</summary>
    public static StackLocals Of(JitInput input, FunctionGraph function, IlWriter il)
    {
        // What nothing was written to has to read as zero, and locals would not.
        if (input.Checked || input.Facts is not { ReadsUnwrittenStack: false } facts) return None;
        var accesses = new Dictionary<int, int>();
        var memory = new HashSet<(int From, int End)>();
        foreach (var block in function.Blocks)
        {
            for (int slot = block.Start; slot < block.End; slot += input.Code[slot].Row.Slots)
            {
                ref readonly var instruction = ref input.Code[slot];
                var row = instruction.Row;
                if (!Accesses(in instruction, row, out bool simple)) continue;
                int offset = instruction.Offset, width = row.Width;
                if (!simple || (accesses.TryGetValue(offset, out int other) && other != width)) memory.Add((offset, offset + width / 8));
                accesses[offset] = Math.Max(width, accesses.GetValueOrDefault(offset));
            }
        }

        var locals = new StackLocals();
        foreach (var (offset, width) in accesses)
        {
            int end = offset + width / 8;
            bool overlaps = accesses.Any(other => other.Key != offset && other.Key < end && other.Key + other.Value / 8 > offset)
                || memory.Any(range => range.From < end && range.End > offset);
            if (overlaps || facts.IsStackShared(function.Number, offset, width / 8)) continue;
            locals._locals[offset] = (width, il.DeclareLocal(typeof(ulong))!);
        }

        return locals;
    }

    /// <summary>The local for an access by r10; null when it is in memory.</summary>
    public LocalBuilder? Find(int offset, int width) => _locals.TryGetValue(offset, out var found) && found.Width == width ? found.Local : null;

    // Whether an instruction accesses memory by r10, and whether it loads or stores it plainly.
    private static bool Accesses(in DecodedInstruction instruction, InstructionForm row, out bool simple)
    {
        simple = row.Kind is FormKind.Load or FormKind.LoadSigned or FormKind.Store or FormKind.StoreImmediate;
        return row.Kind switch
        {
            FormKind.Load or FormKind.LoadSigned or FormKind.LoadAcquire => instruction.Source == 10,
            FormKind.Store or FormKind.StoreImmediate or FormKind.StoreRelease or FormKind.Atomic or FormKind.AtomicExchange or FormKind.AtomicCompareExchange =>
                instruction.Destination == 10,
            _ => false,
        };
    }
}
