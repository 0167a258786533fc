using PSBpf.Isa;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Hosting;

/// <summary>What <see cref="ConformanceCommand"/> is given.</summary>
internal static class ConformanceInput
{
    /// <summary>Reads hexadecimal bytes, two digits each, with white space between them or not.</summary>
    /// <param name="text">The bytes.</param>
    /// <param name="what">What to call them.</param>
    /// <exception cref="FormatException">They are none.</exception>
    public static byte[] ReadBytes(string text, string what)
    {
        var bytes = new List<byte>(text.Length / 3 + 1);
        for (int at = 0; at < text.Length;)
        {
            if (char.IsWhiteSpace(text[at]))
            {
                at++;
                continue;
            }

            if (at + 1 >= text.Length || !char.IsAsciiHexDigit(text[at]) || !char.IsAsciiHexDigit(text[at + 1]))
                throw new FormatException($"{what} cannot be read at character {at + 1}: two hexadecimal digits are a byte.");
            bytes.Add(Convert.FromHexString(text.AsSpan(at, 2))[0]);
            at += 2;
        }

        return [.. bytes];
    }

    /// <summary>Reads the program: instructions, or the first program of an object.</summary>
    /// <exception cref="FormatException">The text is not hexadecimal, or the object needs more than it says.</exception>
    /// <exception cref="Diagnostics.BpfException">The bytes are neither.</exception>
    public static Instruction[] ReadProgram(string text, bool isElf)
    {
        byte[] bytes = ReadBytes(text, "the program");
        if (!isElf) return InstructionDecoder.ReadSlots(bytes);
        var spec = ObjectReader.Read(bytes, null, new ObjectReadOptions { Type = ProgramType.Unspecified }).Programs[0];
        if (spec.Maps.Count > 0) throw new FormatException($"program '{spec.Name}' uses map '{spec.Maps[0].Name}'; there are no maps here.");
        return spec.Instructions;
    }
}
