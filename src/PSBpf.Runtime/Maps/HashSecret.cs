using System.Runtime.CompilerServices;

namespace PSBpf.Runtime.Maps;

/// <summary>What the hashes of one map depend on.</summary>
internal readonly struct HashSecret
{
    // Two odd constants with bits all over (of SplitMix64).
    private const ulong First = 0x9e37_79b9_7f4a_7c15, Second = 0xbf58_476d_1ce4_e5b9;

    /// <summary>Makes the secret of a map.</summary>
    /// <param name="seed">A random number; 0 for BPF_F_ZERO_SEED.</param>
    public HashSecret(uint seed)
    {
        Seed = Mix(seed ^ Second, First);
        Multiplier = Mix(seed ^ First, Second) | 1;
    }

    /// <summary>What keys are mixed with.</summary>
    public ulong Seed { get; }

    /// <summary>What they are multiplied with.</summary>
    public ulong Multiplier { get; }

    /// <summary>Both halves of a product in one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Mix(ulong value, ulong multiplier)
    {
        ulong high = Math.BigMul(value, multiplier, out ulong low);
        return high ^ low;
    }

    /// <summary>The same in 32 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Fold(ulong value, ulong multiplier)
    {
        ulong mixed = Mix(value, multiplier);
        return (uint)(mixed ^ mixed >> 32);
    }
}
