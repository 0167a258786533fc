// What the arithmetic of numbers is written in. Proofs compile the same sources with words of other kinds: terms of a formula, and
// numbers of a few bits (tests/PSBpf.Verifier.Proofs). So these names stand where a width or an outcome is meant and not a type of C#.
global using HalfWord = System.UInt32;
global using SignedHalf = System.Int32;
global using SignedWord = System.Int64;
global using Truth = System.Boolean;
global using Word = System.UInt64;

using System.Numerics;
using System.Runtime.CompilerServices;

namespace PSBpf.Verifier.Domain;

/// <summary>How wide words are, and what operators do not say of them.</summary>
internal static class Words
{
    public const int WordBits = 64;

    public const int HalfBits = 32;

    /// <summary>Bits of so many eighths of a word: bytes.</summary>
    public static int BitsOf(int bytes) => bytes * 8;

    /// <summary>All bits from the highest one that is set downwards; 0 for 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Word Fill(Word word) => word == 0 ? 0 : Word.MaxValue >> BitOperations.LeadingZeroCount(word);

    /// <summary>The word's bytes in reverse order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Word Reverse(Word word) => System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(word);
}
