using PSBpf.Verifier.Domain;
using PSBpf.Verifier.Proofs.Symbolic;

namespace PSBpf.Verifier.Proofs;

/// <summary>What is known of bits, for all words of 64 bits. What arithmetic and shifts make of bits is part of <see cref="TransferProofs"/>.</summary>
public sealed class TnumProofs
{
    [Fact]
    public void A_range_has_its_numbers() => Exploration.Prove(exploration =>
    {
        Word x = exploration.Any("x"), least = exploration.Any("least"), most = exploration.Any("most");
        exploration.Assume(least <= x);
        exploration.Assume(x <= most);
        exploration.Claim(Tnum.Range(least, most).Holds(x), "the range");
    });

    [Fact]
    public void A_union_has_the_numbers_of_both() => Exploration.Prove(exploration =>
    {
        var x = exploration.Any("x");
        Tnum a = Some(exploration, "a"), b = Some(exploration, "b");
        exploration.Assume(a.Holds(x));
        exploration.Claim(a.Union(b).Holds(x), "the first one's");
        exploration.Claim(b.Union(a).Holds(x), "the second one's");
    });

    [Fact]
    public void An_intersection_has_the_numbers_that_both_have() => Exploration.Prove(exploration =>
    {
        var x = exploration.Any("x");
        Tnum a = Some(exploration, "a"), b = Some(exploration, "b");
        exploration.Assume(a.Holds(x));
        exploration.Assume(b.Holds(x));
        exploration.Claim(a.Overlaps(b), "they overlap");
        exploration.Claim(a.Intersect(b).Holds(x), "the number of both");
    });

    [Fact]
    public void What_contains_another_has_its_numbers() => Exploration.Prove(exploration =>
    {
        var x = exploration.Any("x");
        Tnum a = Some(exploration, "a"), b = Some(exploration, "b");
        exploration.Assume(b.Holds(x));
        exploration.Assume(a.Contains(b));
        exploration.Claim(a.Holds(x), "the other one's");
    });

    [Fact]
    public void Other_low_bits_go_with_the_same_high_ones() => Exploration.Prove(exploration =>
    {
        Word x = exploration.Any("x"), y = exploration.Any("y");
        Tnum a = Some(exploration, "a"), b = Some(exploration, "b");
        exploration.Assume(a.Holds(x));
        exploration.Assume(b.Holds(y));
        exploration.Claim(a.WithLow(b.Low).Holds((x & ~(Word)HalfWord.MaxValue) | (HalfWord)y), "the number made of two");
    });

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    public void What_is_aligned_is_a_multiple(int size) => Exploration.Prove(exploration =>
    {
        var x = exploration.Any("x");
        var a = Some(exploration, "a");
        exploration.Assume(a.Holds(x));
        exploration.Assume(a.IsAligned(size));
        exploration.Claim((x & (size - 1)) == 0, "the number");
    });

    [Fact]
    public void No_number_lies_before_the_next_one() => Exploration.Prove(exploration =>
    {
        Word x = exploration.Any("x"), than = exploration.Any("than");
        var a = Some(exploration, "a");
        exploration.Assume(a.Holds(x));
        exploration.Assume(x > than);
        exploration.Claim(a.After(than) <= x, "the next number");
        exploration.Claim(a.After(than) > than, "it is larger");
        exploration.Claim(a.Holds(a.After(than)), "it is one of them");
    });

    // By induction over the factor's bits: a product is the sum of what its bits contribute. This is one turn of the loop.
    [Fact]
    public void A_turn_of_long_multiplication_keeps_the_product() => Exploration.Prove(exploration =>
    {
        Word x = exploration.Any("x"), y = exploration.Any("y"), sum = exploration.Any("sum");
        Tnum a = Some(exploration, "a"), b = Some(exploration, "b"), sums = Some(exploration, "s");
        exploration.Assume(a.Holds(x));
        exploration.Assume(b.Holds(y));
        exploration.Assume(sums.Holds(sum));
        var contribution = (x & 1) != 0 ? y : 0;
        Tnum.Multiply(ref sums, ref a, ref b);
        exploration.Claim(sums.Holds(sum + contribution), "the sum so far");
        exploration.Claim(a.Holds(x >> 1), "what is left of the one factor");
        exploration.Claim(b.Holds(y << 1), "the other factor");
    });

    private static Tnum Some(Exploration exploration, string name) => new(exploration.Other(name + "value"), exploration.Other(name + "mask"));
}
