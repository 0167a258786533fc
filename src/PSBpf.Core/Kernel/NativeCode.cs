namespace PSBpf.Kernel;

/// <summary>A piece of machine code that a program was compiled to.</summary>
public sealed record NativeCode
{
    /// <summary>The function or part of one that it is, e.g. the subprogram's name.</summary>
    public required string Name { get; init; }

    /// <summary>Where it lies; 0 when that is not known.</summary>
    public ulong Address { get; init; }

    /// <summary>The machine code.</summary>
    public required ReadOnlyMemory<byte> Bytes { get; init; }

    /// <summary>What it was compiled from where the managed engine's JIT made it: IL, in order; empty elsewhere.</summary>
    public IReadOnlyList<IntermediateLine> Intermediate { get; init; } = [];

    /// <summary>Which instruction each stretch comes from, ascending by offset; empty when that is not known.</summary>
    public IReadOnlyList<NativeCodePoint> Points { get; init; } = [];
}

/// <summary>From here on the machine code belongs to an instruction.</summary>
/// <param name="Offset">Bytes into the machine code.</param>
/// <param name="Instruction">The instruction's slot; −1 for what belongs to none, such as a prologue.</param>
public readonly record struct NativeCodePoint(int Offset, int Instruction);

/// <summary>An instruction of the code between BPF and machine code.</summary>
/// <param name="Instruction">The slot of the BPF instruction that it is for; −1 for what belongs to none, such as a prologue.</param>
/// <param name="Text">The IL instruction.</param>
public readonly record struct IntermediateLine(int Instruction, string Text);
