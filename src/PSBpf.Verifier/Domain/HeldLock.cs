namespace PSBpf.Verifier.Domain;

/// <summary>A lock that is held.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Owner">Index of the map whose value has it; <see cref="OfObject"/> when an object that the program made does.</param>
/// <param name="Id">The id of the pointer that it was taken through.</param>
/// <param name="Instruction">What took it.</param>
internal readonly record struct HeldLock(LockKind Kind, int Owner, int Id, int Instruction)
{
    /// <summary>In place of a map.</summary>
    public const int OfObject = -1;
}

/// <summary>Kinds of locks.</summary>
internal enum LockKind : byte
{
    /// <summary>struct bpf_spin_lock: one at a time.</summary>
    Spin,

    /// <summary>struct bpf_res_spin_lock: several, given back in reverse.</summary>
    Resilient,

    /// <summary>The same, with interrupts off.</summary>
    ResilientWithoutInterrupts,
}
