using PSBpf.Runtime.Memory;

namespace PSBpf.Runtime.Runs;

/// <summary>The lock that the run holds, so that one that is stopped on its way gives it back.</summary>
internal sealed unsafe partial class RunState
{
    /// <summary>Its address; 0 for none.</summary>
    public ulong HeldLock { get; set; }

    private void GiveLockBack()
    {
        if (HeldLock == 0) return;
        SpinGate.Exit(ref *(int*)HeldLock);
        HeldLock = 0;
    }
}
