namespace PSBpf.Compile;

/// <summary>The instruction set that clang writes, its -mcpu.</summary>
public enum BpfCpu
{
    /// <summary>The first one.</summary>
    V1 = 1,

    /// <summary>With the comparisons less-than and less-or-equal.</summary>
    V2 = 2,

    /// <summary>With 32-bit jumps and all atomic operations: Linux from 5.12, every clang from 14 on.</summary>
    V3 = 3,

    /// <summary>With sign extension, byte swap, signed division and long jumps: Linux from 6.6, clang from 18 on.</summary>
    V4 = 4,
}

/// <summary>How clang optimises; without optimisation its BPF code is of no use to a verifier.</summary>
public enum OptimizationLevel
{
    /// <summary>-O1.</summary>
    O1,

    /// <summary>-O2.</summary>
    O2,

    /// <summary>-O3.</summary>
    O3,

    /// <summary>-Os: for size.</summary>
    Os,
}
