using PSBpf.Isa;
using PSBpf.Runtime.Contexts;
using PSBpf.Runtime.Maps;
using PSBpf.Uapi;
using PSBpf.Verifier;

namespace PSBpf.Runtime.Jit;

/// <summary>What the compiler gets: a program bound to its maps, with what the verifier found out about it.</summary>
internal sealed class JitInput
{
    /// <summary>Its name, for the compiled methods.</summary>
    public required string Name { get; init; }

    /// <summary>Its instructions, one per slot.</summary>
    public required DecodedInstruction[] Code { get; init; }

    /// <summary>The verifier's facts; null for a program that nobody verified, which is compiled with checks.</summary>
    public required ProgramFacts? Facts { get; init; }

    /// <summary>The maps that instructions name by index.</summary>
    public required IReadOnlyList<RuntimeMap> Maps { get; init; }

    /// <summary>How it sees its context.</summary>
    public required ContextView View { get; init; }

    /// <summary>Its type.</summary>
    public required ProgramTypeInfo Type { get; init; }

    /// <summary>Whether every access is checked and loops are counted.</summary>
    public required bool Checked { get; init; }

    /// <summary>Instructions per piece at most; 0 for no other limit than the machine's compiler has.</summary>
    public int LargestPiece { get; init; }

    /// <summary>Whether it calls other functions than the kernel's helpers, whose prototypes say nothing then.</summary>
    public bool HasOwnHelpers { get; init; }

    /// <summary>The number of the program (<see cref="Interpreter.ProgramToken"/>), for calls that have to know whose functions they are given.</summary>
    public required long Token { get; init; }

    /// <summary>Whether a slot holds an instruction that some path reaches.</summary>
    public bool IsLive(int slot) => Code[slot].Form != FormId.None && (Facts is null || Facts.IsReached(slot));
}
