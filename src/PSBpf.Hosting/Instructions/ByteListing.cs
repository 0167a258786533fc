namespace PSBpf.Hosting;

/// <summary>Shows the bytes of machine code that nothing here can read: words of four bytes, as most processors but x86 have them.</summary>
internal sealed class ByteListing : INativeDisassembler
{
    private const int WordSize = 4;

    public IReadOnlyList<NativeInstruction> Disassemble(ReadOnlyMemory<byte> code, ulong address)
    {
        var words = new List<NativeInstruction>();
        for (int offset = 0; offset < code.Length; offset += WordSize)
        {
            var bytes = code.Slice(offset, Math.Min(WordSize, code.Length - offset)).ToArray();
            words.Add(new NativeInstruction(offset, address + (ulong)offset, bytes, $".byte {string.Join(", ", bytes.Select(part => $"0x{part:x2}"))}"));
        }

        return words;
    }
}
