using PSBpf.Isa;
using PSBpf.Runtime.Helpers;
using PSBpf.Runtime.Maps;
using PSBpf.Uapi;
using PSBpf.Verifier;

namespace PSBpf.Runtime.Interpreter;

/// <summary>
/// Raw instructions that no verifier has judged, for conformance vectors and tests of the interpreter. Only executors
/// that check every memory access take one.
/// </summary>
/// <param name="Name">What faults call it.</param>
/// <param name="Instructions">The slots.</param>
/// <param name="Maps">The maps that instructions name by index.</param>
/// <param name="Type">Decides about the context; unspecified for plain memory.</param>
/// <param name="Helpers">What it calls by number, and through registers too; null for the kernel's helpers.</param>
/// <param name="BlendsFrom">Instructions from which on the interpreter treats it as a long program.</param>
/// <param name="Believed">Facts that code that checks starts from, which need not be true; null for none.</param>
internal sealed record UncheckedProgram(
    string Name, Instruction[] Instructions, IReadOnlyList<RuntimeMap> Maps, ProgramType Type = ProgramType.Unspecified, HelperEntry[]? Helpers = null,
    int BlendsFrom = BlendedArithmetic.ShortestProgram, ProgramFacts? Believed = null);
