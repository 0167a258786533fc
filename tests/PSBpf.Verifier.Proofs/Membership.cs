using PSBpf.Verifier.Domain;

namespace PSBpf.Verifier.Proofs;

/// <summary>What it means that something is known of a number: the definition that all proofs are about.</summary>
internal static class Membership
{
    /// <summary>Whether a number is one of a tristate number.</summary>
    public static Truth Holds(this Tnum bits, Word number) => (number & ~bits.Mask) == bits.Value;

    /// <summary>Whether all that a state says holds of a number.</summary>
    public static Truth Holds(this in RegState state, Word number)
    {
        Truth all = true;
        foreach (var (_, view) in state.Views(number)) all &= view;
        return all;
    }

    /// <summary>Each thing that a state says, of a number.</summary>
    public static IEnumerable<(string Name, Truth Holds)> Views(this RegState state, Word number) =>
    [
        ("bits", state.Bits.Holds(number)),
        ("least", state.Min <= number),
        ("most", number <= state.Max),
        ("least signed", state.SignedMin <= (SignedWord)number),
        ("most signed", (SignedWord)number <= state.SignedMax),
        ("least half", state.Min32 <= (HalfWord)number),
        ("most half", (HalfWord)number <= state.Max32),
        ("least signed half", state.SignedMin32 <= (SignedHalf)number),
        ("most signed half", (SignedHalf)number <= state.SignedMax32),
    ];
}
