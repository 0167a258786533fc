namespace PSBpf.Runtime.Memory;

/// <summary>
/// Tells when every run that could have seen something has ended, as RCU does in the kernel. A run stores the global
/// epoch in its slot when it starts and zero when it ends: plain stores, no fence. Whoever took something out of sight
/// asks for a <see cref="Cookie"/>; once the cookie has passed, nobody holds a pointer to it.
/// </summary>
/// <remarks>
/// The missing fence is paid by the other side: <see cref="Advance"/> drains every processor's store buffer
/// (MemoryBarrierProcessWide) before it counts up. A run that looked before that moment has its slot visible by then; one
/// that looks later finds what was unpublished gone. A cookie is two epochs ahead, since an advance under way
/// may have passed its barrier before the thing was unpublished.
/// </remarks>
internal sealed unsafe class EpochDomain
{
    private const int SlotSize = 128;

    private readonly NativeBlock _block;
    private readonly Lock _advancing = new();
    private readonly int _slots;
    private long _global = 1;

    public EpochDomain(int slots)
    {
        _slots = slots;
        _block = new NativeBlock((long)slots * SlotSize);
    }

    /// <summary>What must pass before something that was unpublished just now may be freed.</summary>
    public long Cookie => Volatile.Read(ref _global) + 2;

    /// <summary>Every cookie up to this one has passed.</summary>
    public long Passed
    {
        get
        {
            long passed = Volatile.Read(ref _global);
            for (int slot = 0; slot < _slots; slot++)
            {
                long epoch = Volatile.Read(ref *Slot(slot));
                if (epoch != 0 && epoch < passed) passed = epoch;
            }

            return passed;
        }
    }

    /// <summary>Marks a slot as running. The caller owns the slot.</summary>
    public void Enter(int slot) => Volatile.Write(ref *Slot(slot), Volatile.Read(ref _global));

    /// <summary>Marks a slot as idle.</summary>
    public void Exit(int slot) => Volatile.Write(ref *Slot(slot), 0);

    /// <summary>Moves on until cookies up to <paramref name="cookie"/> can pass; about a microsecond, so batch what waits.</summary>
    public void Advance(long cookie)
    {
        if (Volatile.Read(ref _global) >= cookie) return;
        lock (_advancing)
        {
            while (_global < cookie)
            {
                Interlocked.MemoryBarrierProcessWide();
                Interlocked.Increment(ref _global);
            }
        }
    }

    private long* Slot(int slot) => (long*)(_block.Address + (nint)slot * SlotSize);
}
