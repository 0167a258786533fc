using PSBpf.Isa;
using PSBpf.Verifier.Proofs.Symbolic;
using PSBpf.Verifier.Transfer;

namespace PSBpf.Verifier.Proofs;

/// <summary>What the verifier says of comparisons and learns from their outcomes holds, for all words of 64 bits and all states that hold of both numbers.</summary>
public sealed class ComparisonProofs
{
    public static TheoryData<Condition, int> Conditions()
    {
        var data = new TheoryData<Condition, int>();
        foreach (var condition in Enum.GetValues<Condition>().Where(condition => condition != Condition.None))
        {
            data.Add(condition, 64);
            data.Add(condition, 32);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Conditions))]
    public void An_outcome_that_is_known_is_the_outcome(Condition condition, int width)
    {
        int known = 0;
        Exploration.Prove(exploration =>
        {
            Word x = exploration.Any("x"), y = exploration.Any("y");
            var a = exploration.AnyState("a_", x);
            var b = exploration.AnyState("b_", y);
            if (Comparison.Outcome(condition, width, in a, in b) is not { } outcome) return;
            known++;
            exploration.Claim(Semantics.Compare(condition, width, x, y) == outcome, $"the outcome is {outcome}");
        });
        Assert.True(known >= 2, "the outcome is never known");
    }

    [Theory]
    [MemberData(nameof(Conditions))]
    public void What_an_outcome_teaches_of_both_numbers_holds(Condition condition, int width)
    {
        Exploration.Prove(Run(true), Run(false));

        Action<Exploration> Run(bool outcome) => exploration =>
        {
            Word x = exploration.Any("x"), y = exploration.Any("y");
            var a = exploration.AnyState("a_", x);
            var b = exploration.AnyState("b_", y);
            exploration.Assume(Semantics.Compare(condition, width, x, y) == outcome);
            Comparison.Narrow(condition, width, outcome, ref a, ref b);
            exploration.Claim(in a, x, $"it is {outcome}, first");
            exploration.Claim(in b, y, $"it is {outcome}, second");
        };
    }
}
