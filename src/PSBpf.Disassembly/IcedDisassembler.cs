using System.Globalization;
using Iced.Intel;
using PSBpf.Hosting;

namespace PSBpf.Disassembly;

/// <summary>Reads x86-64 machine code with Iced, in the syntax of Intel's manuals; jumps inside of a function name their offset in it.</summary>
public sealed class IcedDisassembler : INativeDisassembler
{
    private const int Bits = 64;

    /// <inheritdoc/>
    public IReadOnlyList<NativeInstruction> Disassemble(ReadOnlyMemory<byte> code, ulong address)
    {
        var bytes = code.ToArray();
        var decoder = Decoder.Create(Bits, bytes, address);
        var formatter = new NasmFormatter(new OwnOffsets(address, (ulong)bytes.Length));
        formatter.Options.HexPrefix = "0x";
        formatter.Options.HexSuffix = "";
        formatter.Options.UppercaseHex = false;
        formatter.Options.SpaceAfterOperandSeparator = true;
        formatter.Options.SignedImmediateOperands = true;
        formatter.Options.ShowBranchSize = false;
        var listing = new List<NativeInstruction>();
        var text = new StringOutput();
        while (decoder.IP - address < (ulong)bytes.Length)
        {
            decoder.Decode(out var instruction);
            int offset = (int)(instruction.IP - address);
            var own = bytes.AsSpan(offset, instruction.Length).ToArray();
            formatter.Format(instruction, text);
            string shown = text.ToStringAndReset();
            listing.Add(new NativeInstruction(offset, instruction.IP, own, instruction.IsInvalid ? $"(bad) {Convert.ToHexStringLower(own)}" : shown));
        }

        return listing;
    }

    /// <summary>Names addresses inside of the code by their offset, which the listing shows.</summary>
    private sealed class OwnOffsets(ulong start, ulong length) : ISymbolResolver
    {
        public bool TryGetSymbol(in Instruction instruction, int operand, int instructionOperand, ulong address, int addressSize, out SymbolResult symbol)
        {
            bool own = instruction.IsJccShortOrNear || instruction.IsJmpShortOrNear || instruction.IsCallNear;
            symbol = own && address - start < length ? new SymbolResult(address, string.Create(CultureInfo.InvariantCulture, $"+{address - start:x}")) : default;
            return own && address - start < length;
        }
    }
}
