namespace PSBpf.Runtime.Memory;

/// <summary>Epoch slots for threads that read maps from outside of runs; few are needed, since a read is short.</summary>
internal sealed class ReaderSlots(EpochDomain epochs, int first, int count)
{
    // One flag per cache line.
    private const int Spread = 32;

    [ThreadStatic]
    private static int hint;

    private readonly int[] _busy = new int[count * Spread];

    /// <summary>Enters a slot; waits while all are taken.</summary>
    /// <returns>The slot, for <see cref="Leave"/>.</returns>
    public int Enter()
    {
        var spin = new SpinWait();
        if (hint == 0) hint = System.Environment.CurrentManagedThreadId;
        for (int attempt = hint; ; attempt++)
        {
            int slot = (int)((uint)attempt % (uint)count);
            ref int busy = ref _busy[slot * Spread];
            if (Volatile.Read(ref busy) == 0 && Interlocked.CompareExchange(ref busy, 1, 0) == 0)
            {
                epochs.Enter(first + slot);
                return slot;
            }

            if (attempt - hint >= count) spin.SpinOnce();
        }
    }

    /// <summary>Leaves a slot.</summary>
    public void Leave(int slot)
    {
        epochs.Exit(first + slot);
        Volatile.Write(ref _busy[slot * Spread], 0);
    }
}
