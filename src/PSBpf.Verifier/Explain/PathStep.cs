namespace PSBpf.Verifier.Explain;

/// <summary>One decision on a path: which way a branch went whose outcome was open.</summary>
/// <param name="Previous">The decision before it; null for the first.</param>
/// <param name="Taken">Whether it jumped.</param>
internal sealed record PathStep(PathStep? Previous, bool Taken);
