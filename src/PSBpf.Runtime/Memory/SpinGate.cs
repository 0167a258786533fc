using System.Runtime.CompilerServices;

namespace PSBpf.Runtime.Memory;

/// <summary>
/// A lock of one word, for sections of a few dozen instructions that allocate nothing, call nothing that
/// blocks and throw nothing. One locked instruction to enter and a plain store to leave; who finds it shut spins, then yields, then
/// sleeps, since its owner may not be on a processor.
/// </summary>
internal static class SpinGate
{
    /// <summary>Enters; not twice on one thread.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Enter(ref int gate)
    {
        if (Interlocked.CompareExchange(ref gate, 1, 0) != 0) Wait(ref gate);
    }

    /// <summary>Leaves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Exit(ref int gate) => Volatile.Write(ref gate, 0);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Wait(ref int gate)
    {
        var spin = new SpinWait();
        do
        {
            while (Volatile.Read(ref gate) != 0) spin.SpinOnce();
        }
        while (Interlocked.CompareExchange(ref gate, 1, 0) != 0);
    }
}
