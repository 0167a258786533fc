using PSBpf.Diagnostics;

namespace PSBpf.Kernel;

/// <summary>Something in an accepted program that is no error and could be better.</summary>
/// <param name="Program">The program's name.</param>
/// <param name="Kind">What kind of finding it is.</param>
/// <param name="Source">The line; null without line information.</param>
/// <param name="Instruction">Index of the instruction slot.</param>
/// <param name="Finding">What was found, in plain words.</param>
/// <param name="Suggestion">What to do.</param>
public sealed record VerificationAdvice(string Program, AdviceKind Kind, SourceLocation? Source, int Instruction, string Finding, string Suggestion);

/// <summary>Kinds of advice.</summary>
public enum AdviceKind
{
    /// <summary>The same key of the same map is looked up twice.</summary>
    SameLookup,

    /// <summary>A helper may fail, and nobody looks whether it did.</summary>
    UncheckedResult,

    /// <summary>No path leads to the code.</summary>
    DeadCode,

    /// <summary>A hash map that is used with small constant keys only.</summary>
    HashForArray,

    /// <summary>A helper in a loop gives the same in each round.</summary>
    LoopInvariantCall,

    /// <summary>The program is near to what a verifier allows.</summary>
    CloseToLimit,
}
