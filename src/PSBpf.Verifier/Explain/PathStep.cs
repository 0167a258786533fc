using PSBpf.Verifier.Pruning;

namespace PSBpf.Verifier.Explain;

/// <summary>One decision on a path: which way an instruction went whose outcome was open.</summary>
/// <param name="Previous">The decision before it; null for the first.</param>
/// <param name="Taken">Whether it jumped, or returned.</param>
/// <param name="Widening">What was forgotten of numbers when it did not; null for nothing.</param>
internal sealed record PathStep(PathStep? Previous, bool Taken, Widening? Widening = null);
