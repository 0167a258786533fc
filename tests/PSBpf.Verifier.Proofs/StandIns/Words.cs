using PSBpf.Verifier.Proofs.StandIns;
using PSBpf.Verifier.Proofs.Symbolic;

namespace PSBpf.Verifier.Domain;

/// <summary>Stands for what the verifier's own has under that name.</summary>
internal static class Words
{
    public static int WordBits => Widths.Word;

    public static int HalfBits => Widths.Half;

    /// <summary>Bits of so many eighths of a word; of narrow ones four are a half at least.</summary>
    public static int BitsOf(int bytes) => bytes == 4 ? Widths.Half : bytes * Widths.Word / 8;

    public static Word Fill(Word word)
    {
        for (int count = 1; count < Widths.Word; count *= 2) word |= word >> count;
        return word;
    }

    public static Word Reverse(Word word)
    {
        int width = Widths.Word;
        if (word.Vector.Term is not { } term) return new(BitVector.Number(System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(word.Vector.Known) >> (64 - width), width));
        string bytes = string.Join(' ', Enumerable.Range(0, width / 8).Select(index => $"((_ extract {(index * 8) + 7} {index * 8}) {term.Name})"));
        return new(new BitVector(0, width, Exploration.Current.Define(width, $"(concat {bytes})")));
    }
}
