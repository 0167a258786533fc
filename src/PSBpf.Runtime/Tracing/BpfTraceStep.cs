using PSBpf.Diagnostics;

namespace PSBpf.Runtime.Tracing;

/// <summary>One executed instruction and what it did.</summary>
public sealed record BpfTraceStep
{
    /// <summary>Its number in the run, from 1.</summary>
    public required int Step { get; init; }

    /// <summary>The program that it belongs to.</summary>
    public required string Program { get; init; }

    /// <summary>How many calls of subprograms deep it is; 0 in the entry function.</summary>
    public required int Depth { get; init; }

    /// <summary>Its slot.</summary>
    public required int Index { get; init; }

    /// <summary>The instruction in the kernel's notation.</summary>
    public required string Text { get; init; }

    /// <summary>The C position; null without line information.</summary>
    public SourceLocation? Source { get; init; }

    /// <summary>Whether the step before it was of another program: a tail call went there, or came back.</summary>
    public bool StartsProgram { get; init; }

    /// <summary>Whether the step before it was on another line of C, so that a listing has to show the line.</summary>
    public bool StartsLine { get; init; }

    /// <summary>The registers that have another value after it.</summary>
    public IReadOnlyList<BpfRegisterChange> Registers { get; init; } = [];

    /// <summary>The memory that it read or wrote; what helpers touch is among their arguments.</summary>
    public IReadOnlyList<BpfMemoryAccess> Memory { get; init; } = [];

    /// <summary>The helper that it called; null for other instructions.</summary>
    public BpfHelperCall? Helper { get; init; }

    /// <summary>Whether a conditional jump was taken; null for other instructions.</summary>
    public bool? Taken { get; init; }

    /// <summary>The name of what the program returned, on the step that ended it, e.g. <c>XDP_DROP</c>; else empty.</summary>
    public string Verdict { get; init; } = "";

    /// <summary>What stopped the program here, on a step that failed; else empty.</summary>
    public string Fault { get; init; } = "";
}

/// <summary>A register with its value before and after an instruction.</summary>
/// <param name="Name"><c>r0</c> to <c>r10</c>.</param>
/// <param name="Old">Before.</param>
/// <param name="New">After.</param>
/// <param name="OldText">The old value in words: a place such as <c>packet+14</c>, or a number.</param>
/// <param name="NewText">The new value in words.</param>
public sealed record BpfRegisterChange(string Name, ulong Old, ulong New, string OldText, string NewText)
{
    /// <summary><c>r3 = packet+14</c>.</summary>
    public override string ToString() => $"{Name} = {NewText}";
}

/// <summary>A helper call.</summary>
/// <param name="Name">The helper, e.g. <c>bpf_map_lookup_elem</c>.</param>
/// <param name="Arguments">What it was given, r1 first.</param>
/// <param name="Result">What it returned in r0.</param>
/// <param name="ResultText">The result in words.</param>
public sealed record BpfHelperCall(string Name, IReadOnlyList<BpfHelperArgument> Arguments, ulong Result, string ResultText)
{
    /// <summary><c>bpf_map_lookup_elem(map counts, fp-4: 02 00 00 00) = 0</c>.</summary>
    public override string ToString() => $"{Name}({string.Join(", ", Arguments)}){(ResultText.Length == 0 ? "" : $" = {ResultText}")}";
}

/// <summary>What a helper was given in one register.</summary>
/// <param name="Value">The register.</param>
/// <param name="Text">Its value in words.</param>
/// <param name="Bytes">The memory that it points to, where the helper reads or fills some; at most 64 bytes.</param>
public sealed record BpfHelperArgument(ulong Value, string Text, byte[] Bytes)
{
    /// <summary>The value in words and the memory in hexadecimal.</summary>
    public override string ToString() => Bytes.Length == 0 ? Text : $"{Text}: {BpfMemoryAccess.Hexadecimal(Bytes)}";
}
