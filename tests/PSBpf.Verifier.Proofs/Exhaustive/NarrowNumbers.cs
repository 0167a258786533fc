using PSBpf.Verifier.Domain;
using PSBpf.Verifier.Proofs.StandIns;

namespace PSBpf.Verifier.Proofs.Exhaustive;

/// <summary>All numbers and all that can be said of them where words have so few bits that a set of numbers is 64 bits.</summary>
internal sealed class NarrowNumbers : IDisposable
{
    private readonly ulong[] _least, _most, _signedLeast, _signedMost, _halfLeast, _halfMost, _signedHalfLeast, _signedHalfMost;

    /// <summary>Makes words so wide on this thread until it is disposed.</summary>
    public NarrowNumbers(int width, int half)
    {
        (Width, Half) = (width, half);
        Widths.Set(width, half);
        _least = Table(width, (limit, number) => number >= limit);
        _most = Table(width, (limit, number) => number <= limit);
        _signedLeast = Table(width, (limit, number) => Signed(number, width) >= Signed(limit, width));
        _signedMost = Table(width, (limit, number) => Signed(number, width) <= Signed(limit, width));
        _halfLeast = Table(half, (limit, number) => Low(number) >= limit);
        _halfMost = Table(half, (limit, number) => Low(number) <= limit);
        _signedHalfLeast = Table(half, (limit, number) => Signed(Low(number), half) >= Signed(limit, half));
        _signedHalfMost = Table(half, (limit, number) => Signed(Low(number), half) <= Signed(limit, half));
    }

    public int Width { get; }

    public int Half { get; }

    public int Count => 1 << Width;

    public static int Signed(int number, int width) => number >= 1 << (width - 1) ? number - (1 << width) : number;

    public int Low(int number) => number & ((1 << Half) - 1);

    /// <summary>The numbers of which everything holds that a state says, one bit for each.</summary>
    public ulong Of(in RegState state) =>
        Of(state.Bits)
        & _least[Index(state.Min.Vector)] & _most[Index(state.Max.Vector)] & _signedLeast[Index(state.SignedMin.Vector)] & _signedMost[Index(state.SignedMax.Vector)]
        & _halfLeast[Index(state.Min32.Vector)] & _halfMost[Index(state.Max32.Vector)] & _signedHalfLeast[Index(state.SignedMin32.Vector)] & _signedHalfMost[Index(state.SignedMax32.Vector)];

    /// <summary>The numbers of a tristate number.</summary>
    public static ulong Of(Tnum bits)
    {
        ulong value = bits.Value.Vector.Bits, mask = bits.Mask.Vector.Bits, members = 0;
        if ((value & mask) != 0) return 0;

        // All subsets of the unknown bits.
        ulong subset = mask;
        while (true)
        {
            members |= 1UL << (int)(value | subset);
            if (subset == 0) return members;
            subset = (subset - 1) & mask;
        }
    }

    public static int[] List(ulong members)
    {
        int[] list = new int[System.Numerics.BitOperations.PopCount(members)];
        for (int index = 0; index < list.Length; index++, members &= members - 1) list[index] = System.Numerics.BitOperations.TrailingZeroCount(members);
        return list;
    }

    public Word Word(int number) => new(BitVector.Number((ulong)number, Width));

    /// <summary>Every tristate number.</summary>
    public IEnumerable<Tnum> Tristates()
    {
        for (int mask = 0; mask < Count; mask++)
            for (int value = 0; value < Count; value++)
                if ((value & mask) == 0) yield return new Tnum(Word(value), Word(mask));
    }

    /// <summary>Every state of which one view says something and the others say nothing.</summary>
    /// <param name="view">Which view: 0 bits, 1 unsigned, 2 signed, 3 and 4 the same of the low half.</param>
    public List<RegState> States(int view)
    {
        var states = new List<RegState>();
        if (view == 0)
        {
            foreach (var bits in Tristates()) states.Add(RegState.UnknownScalar() with { Bits = bits });
            return states;
        }

        int width = view < 3 ? Width : Half, least = view is 2 or 4 ? -(1 << (width - 1)) : 0;
        for (int min = least; min < least + (1 << width); min++)
        {
            for (int max = min; max < least + (1 << width); max++)
            {
                var state = RegState.UnknownScalar();
                BitVector low = BitVector.Number((ulong)min, width), high = BitVector.Number((ulong)max, width);
                switch (view)
                {
                    case 1: (state.Min, state.Max) = (new(low), new(high)); break;
                    case 2: (state.SignedMin, state.SignedMax) = (new(low), new(high)); break;
                    case 3: (state.Min32, state.Max32) = (new(low), new(high)); break;
                    default: (state.SignedMin32, state.SignedMax32) = (new(low), new(high)); break;
                }

                states.Add(state);
            }
        }

        return states;
    }

    public void Dispose() => Widths.Set(64, 32);

    private ulong[] Table(int width, Func<int, int, bool> holds)
    {
        ulong[] table = new ulong[1 << width];
        for (int limit = 0; limit < table.Length; limit++)
            for (int number = 0; number < Count; number++)
                if (holds(limit, number)) table[limit] |= 1UL << number;
        return table;
    }

    private static int Index(BitVector vector) => (int)vector.Bits;
}
