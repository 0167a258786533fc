using System.Runtime.CompilerServices;
using PSBpf.Runtime.Memory;

namespace PSBpf.Runtime.Maps;

/// <summary>
/// What is done with keys of one size, as a type argument: each size gets code of its own.
/// </summary>
/// <remarks>
/// Hashes multiply 64 by 64 bits and fold the 128 of the product, which mixes all of them in one instruction. Seed and
/// multiplier are the map's secrets, so that nobody can choose keys that end in one chain.
/// </remarks>
internal unsafe interface IHashKey
{
    /// <summary>The hash of a key.</summary>
    static abstract uint Hash(byte* key, int size, in HashSecret secret);

    /// <summary>Whether two keys are the same.</summary>
    static abstract bool Equal(byte* left, byte* right, int size);
}

/// <summary>Keys of 4 bytes.</summary>
internal readonly struct Key4 : IHashKey
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe uint Hash(byte* key, int size, in HashSecret secret) => HashSecret.Fold(*(uint*)key ^ secret.Seed, secret.Multiplier);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe bool Equal(byte* left, byte* right, int size) => *(uint*)left == *(uint*)right;
}

/// <summary>Keys of 8 bytes.</summary>
internal readonly struct Key8 : IHashKey
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe uint Hash(byte* key, int size, in HashSecret secret) => HashSecret.Fold(*(ulong*)key ^ secret.Seed, secret.Multiplier);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe bool Equal(byte* left, byte* right, int size) => *(ulong*)left == *(ulong*)right;
}

/// <summary>Keys of 16 bytes: an IPv6 address, a flow of IPv4.</summary>
internal readonly struct Key16 : IHashKey
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe uint Hash(byte* key, int size, in HashSecret secret) =>
        HashSecret.Fold(HashSecret.Mix(*(ulong*)key ^ secret.Seed, secret.Multiplier) ^ *(ulong*)(key + 8), secret.Multiplier);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe bool Equal(byte* left, byte* right, int size) =>
        ((*(ulong*)left ^ *(ulong*)right) | (*(ulong*)(left + 8) ^ *(ulong*)(right + 8))) == 0;
}

/// <summary>Keys of any size.</summary>
internal readonly struct KeyBytes : IHashKey
{
    [MethodImpl(HotCode.Optimized)]
    public static unsafe uint Hash(byte* key, int size, in HashSecret secret)
    {
        ulong hash = secret.Seed ^ (uint)size, multiplier = secret.Multiplier;
        int offset = 0;
        for (; offset + 8 <= size; offset += 8) hash = HashSecret.Mix(hash ^ *(ulong*)(key + offset), multiplier);
        if (offset == size) return HashSecret.Fold(hash, multiplier);
        ulong tail = 0;
        if (size >= 8)
        {
            // What is left with some of what was before it: one load.
            tail = *(ulong*)(key + size - 8);
        }
        else
        {
            for (int shift = 0; offset < size; offset++, shift += 8) tail |= (ulong)key[offset] << shift;
        }

        return HashSecret.Fold(hash ^ tail, multiplier);
    }

    [MethodImpl(HotCode.Optimized)]
    public static unsafe bool Equal(byte* left, byte* right, int size)
    {
        int offset = 0;
        for (; offset + 8 <= size; offset += 8)
            if (*(ulong*)(left + offset) != *(ulong*)(right + offset)) return false;
        for (; offset < size; offset++)
            if (left[offset] != right[offset]) return false;
        return true;
    }
}
