using PSBpf.Diagnostics;

namespace PSBpf.Kernel;

/// <summary>How much of a verification one line of source took.</summary>
/// <param name="Program">The program's name.</param>
/// <param name="Source">The line; null for instructions of which no line is known.</param>
/// <param name="Instruction">Index of its first instruction slot.</param>
/// <param name="Instructions">How many instructions it has.</param>
/// <param name="Processed">How often the verifier stepped through one of them, over all paths.</param>
/// <param name="States">How many states it remembered there.</param>
/// <param name="Share">Its part of all that the verifier stepped through, 0 to 1.</param>
public sealed record VerificationHeat(string Program, SourceLocation? Source, int Instruction, int Instructions, int Processed, int States, double Share);
