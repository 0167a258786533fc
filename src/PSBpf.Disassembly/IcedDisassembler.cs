using Iced.Intel;
using PSBpf.Hosting;

namespace PSBpf.Disassembly;

/// <summary>Reads x86-64 machine code with Iced, in the syntax of Intel's manuals.</summary>
public sealed class IcedDisassembler : INativeDisassembler
{
    private const int Bits = 64;

    /// <inheritdoc/>
    public IReadOnlyList<NativeInstruction> Disassemble(ReadOnlyMemory<byte> code, ulong address)
    {
        var bytes = code.ToArray();
        var decoder = Decoder.Create(Bits, bytes, address);
        var formatter = new NasmFormatter();
        formatter.Options.HexPrefix = "0x";
        formatter.Options.HexSuffix = "";
        formatter.Options.UppercaseHex = false;
        formatter.Options.SpaceAfterOperandSeparator = true;
        formatter.Options.ShowBranchSize = false;
        formatter.Options.RipRelativeAddresses = false;
        var listing = new List<NativeInstruction>();
        var text = new StringOutput();
        while (decoder.IP - address < (ulong)bytes.Length)
        {
            decoder.Decode(out var instruction);
            int offset = (int)(instruction.IP - address);
            var own = bytes.AsSpan(offset, instruction.Length).ToArray();
            formatter.Format(instruction, text);
            string shown = instruction.IsInvalid ? $"(bad) {Convert.ToHexStringLower(own)}" : text.ToStringAndReset();
            if (instruction.IsInvalid) text.Reset();
            listing.Add(new NativeInstruction(offset, instruction.IP, own, shown));
        }

        return listing;
    }
}
