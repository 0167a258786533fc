using PSBpf.Isa;
using PSBpf.Kernel;
using PSBpf.Objects;

namespace PSBpf.Verifier;

/// <summary>
/// A program that the verifier proved safe. Only the verifier makes one, and only a verified program runs without
/// memory checks.
/// </summary>
public sealed class VerifiedProgram
{
    internal VerifiedProgram(ProgramSpec spec, DecodedInstruction[] instructions, BpfVerification verification, ProgramFacts facts)
    {
        Spec = spec;
        Instructions = instructions;
        Verification = verification;
        Facts = facts;
    }

    /// <summary>The blueprint that was judged.</summary>
    public ProgramSpec Spec { get; }

    /// <summary>Its instructions, decoded, one entry per slot.</summary>
    public ReadOnlyMemory<DecodedInstruction> Instructions { get; }

    /// <summary>The report.</summary>
    public BpfVerification Verification { get; }

    /// <summary>What a compiler may rely on.</summary>
    public ProgramFacts Facts { get; }
}
