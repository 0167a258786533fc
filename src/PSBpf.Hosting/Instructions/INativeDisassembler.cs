namespace PSBpf.Hosting;

/// <summary>Reads machine code of one processor family. The adapter PSBpf.Disassembly has one.</summary>
public interface INativeDisassembler
{
    /// <summary>Disassembles code.</summary>
    /// <param name="code">The machine code.</param>
    /// <param name="address">Where it lies, which jumps and calls are shown relative to; 0 when that is not known.</param>
    /// <returns>The instructions in order, without gaps; bytes that are none are instructions of their own that say so.</returns>
    IReadOnlyList<NativeInstruction> Disassemble(ReadOnlyMemory<byte> code, ulong address);
}

/// <summary>An instruction of the processor.</summary>
/// <param name="Offset">Bytes from the start of its function's machine code.</param>
/// <param name="Address">Where it lies; the offset when that is not known.</param>
/// <param name="Bytes">Its bytes.</param>
/// <param name="Text">Its text.</param>
public sealed record NativeInstruction(int Offset, ulong Address, byte[] Bytes, string Text)
{
    /// <inheritdoc/>
    public override string ToString() => Text;
}
