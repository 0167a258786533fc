namespace PSBpf.Verifier.Domain;

/// <summary>What vouches for a pointer into the kernel's memory, and what restricts it.</summary>
[Flags]
internal enum PointerFlags : byte
{
    /// <summary>Nothing: loads through it cannot fault the machine, and old helpers take it.</summary>
    None,

    /// <summary>It is valid while the program runs.</summary>
    Trusted = 1,

    /// <summary>It may point anywhere; loads that fault give 0.</summary>
    Untrusted = 2,

    /// <summary>What it points to is not freed before the RCU section ends.</summary>
    Rcu = 4,

    /// <summary>It is user space's.</summary>
    User = 8,

    /// <summary>It stands for a variable of which every CPU has one.</summary>
    PerCpu = 16,

    /// <summary>What it points to may not be written.</summary>
    ReadOnly = 32,

    /// <summary>It is memory that may lie in the packet, and is lost when the packet moves.</summary>
    Packet = 64,

    /// <summary>It is an object that a list or tree owns, and is lost when the lock is given back.</summary>
    NotOwned = 128,
}
