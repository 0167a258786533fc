using System.Numerics;

namespace PSBpf.Verifier.Proofs.Symbolic;

/// <summary>A formula that the solver knows by a name.</summary>
/// <param name="Name">The name.</param>
/// <param name="Inputs">Of which inputs it is made: one bit for each.</param>
internal sealed record Term(string Name, BigInteger Inputs);
