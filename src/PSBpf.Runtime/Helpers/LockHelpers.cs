using System.Runtime.CompilerServices;
using PSBpf.Runtime.Memory;
using PSBpf.Runtime.Runs;

namespace PSBpf.Runtime.Helpers;

#pragma warning disable IDE0060 // All helpers have the same signature.

/// <summary>bpf_spin_lock and bpf_spin_unlock: the word in the map's value is a gate, which users' updates leave alone.</summary>
internal static unsafe class LockHelpers
{
    [MethodImpl(HotCode.Optimized)]
    public static ulong Lock(RunState run, ulong address, ulong r2, ulong r3, ulong r4, ulong r5)
    {
        SpinGate.Enter(ref *(int*)address);
        run.HeldLock = address;
        return 0;
    }

    [MethodImpl(HotCode.Optimized)]
    public static ulong Unlock(RunState run, ulong address, ulong r2, ulong r3, ulong r4, ulong r5)
    {
        run.HeldLock = 0;
        SpinGate.Exit(ref *(int*)address);
        return 0;
    }
}
