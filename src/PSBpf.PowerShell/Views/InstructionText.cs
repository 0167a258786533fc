using System.Globalization;
using System.Text;
using PSBpf.Hosting;

namespace PSBpf.PowerShell;

/// <summary>An instruction as a listing shows it: the line of C when another begins, slot, bytes and text, and machine code below.</summary>
public static class InstructionText
{
    private const int SlotBytes = 8;
    private const int BytesWidth = SlotBytes * 3 - 1;
    private const int NativeBytesWidth = 20;

    /// <summary>Writes an instruction.</summary>
    /// <param name="instruction">The instruction.</param>
    /// <param name="color">Whether to colour it with escape sequences.</param>
    /// <param name="width">Columns that there are.</param>
    public static string Render(BpfInstruction instruction, bool color, int width)
    {
        ArgumentNullException.ThrowIfNull(instruction);
        var paint = new Paint(color);
        var text = new StringBuilder();
        if (instruction.StartsFunction) text.Append(paint.Strong($"{instruction.Function}:")).AppendLine();
        if (instruction is { StartsLine: true, Source: { } source }) text.Append(paint.Source($"; {SourceText.Line(source, width - 2)}")).AppendLine();
        string hits = instruction.Hits is { } count ? string.Create(CultureInfo.InvariantCulture, $"{count,9}×") : "";
        string bytes = SourceText.Hexadecimal(instruction.Bytes.AsSpan(0, Math.Min(SlotBytes, instruction.Bytes.Length))).PadRight(BytesWidth);
        text.Append(CultureInfo.InvariantCulture, $"{paint.Dim($"{instruction.Index,6}:")}{hits}  {paint.Dim(bytes)}  {instruction.Text}");
        if (instruction.Bytes.Length > SlotBytes)
            text.AppendLine().Append(new string(' ', 9 + hits.Length)).Append(paint.Dim(SourceText.Hexadecimal(instruction.Bytes.AsSpan(SlotBytes))));
        foreach (var native in instruction.Native)
        {
            string machine = Convert.ToHexStringLower(native.Bytes).PadRight(NativeBytesWidth);
            text.AppendLine().Append(CultureInfo.InvariantCulture, $"{"",10}{paint.Dim($"+{native.Offset,-5:x}{machine}")}  {paint.Good(native.Text)}");
        }

        return text.ToString();
    }
}
