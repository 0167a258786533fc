using PSBpf.Diagnostics;

namespace PSBpf.Hosting;

/// <summary>An instruction of a program.</summary>
public sealed record BpfInstruction
{
    /// <summary>The program's name.</summary>
    public required string Program { get; init; }

    /// <summary>The function in it.</summary>
    public required string Function { get; init; }

    /// <summary>Its slot; the instruction after one of two slots has the number after next.</summary>
    public required int Index { get; init; }

    /// <summary>8 bytes, or 16 for one of two slots.</summary>
    public required byte[] Bytes { get; init; }

    /// <summary>Its text.</summary>
    public required string Text { get; init; }

    /// <summary>The C position; null without line information.</summary>
    public SourceLocation? Source { get; init; }

    /// <summary>Whether another function begins here.</summary>
    public bool StartsFunction { get; init; }

    /// <summary>Whether the instruction before it is of another line of C, so that a listing has to show the line.</summary>
    public bool StartsLine { get; init; }

    /// <summary>How often it ran on the packets that were given; null when none was.</summary>
    public long? Hits { get; init; }

    /// <summary>
    /// The machine code of it and of those before it that have none of their own: compilers tell where code comes from by
    /// instruction or by line of C. Empty unless it was asked for.
    /// </summary>
    public IReadOnlyList<NativeInstruction> Native { get; init; } = [];

    /// <summary>The IL that it became on its way to machine code; empty unless machine code was asked for, and for programs in the Linux kernel.</summary>
    public IReadOnlyList<string> Intermediate { get; init; } = [];
}
