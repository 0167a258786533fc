using PSBpf.Verifier.Proofs.Symbolic;

namespace PSBpf.Verifier.Proofs;

/// <summary>What the verifier concludes from what it knows holds, for all words of 64 bits and all states that hold of a number.</summary>
public sealed class DeductionProofs
{
    [Fact]
    public void Deductions_from_one_view_of_a_number_to_others_hold()
    {
        int ways = Exploration.Prove(exploration =>
        {
            var number = exploration.Any("x");
            var state = exploration.AnyState("a_", number);
            exploration.EndsAtDeductions = false;
            exploration.Subject = number;
            state.Synchronize();
        });
        Assert.True(ways > 50, $"only {ways} ways were looked at");
    }
}
