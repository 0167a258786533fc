using System.Globalization;

namespace PSBpf.Differential.Tests.Fuzzing;

/// <summary>What the verifier's log says of a number: its ranges and bits. Of pointers it says nothing that an address could contradict.</summary>
/// <param name="IsPointer">It is no number.</param>
/// <param name="Minimum">umin.</param>
/// <param name="Maximum">umax.</param>
/// <param name="SignedMinimum">smin.</param>
/// <param name="SignedMaximum">smax.</param>
/// <param name="Minimum32">umin32.</param>
/// <param name="Maximum32">umax32.</param>
/// <param name="SignedMinimum32">smin32.</param>
/// <param name="SignedMaximum32">smax32.</param>
/// <param name="Bits">Known bits that are 1.</param>
/// <param name="Mask">Unknown bits.</param>
internal sealed record LoggedValue(
    bool IsPointer, ulong Minimum, ulong Maximum, long SignedMinimum, long SignedMaximum,
    uint Minimum32, uint Maximum32, int SignedMinimum32, int SignedMaximum32, ulong Bits, ulong Mask)
{
    private static readonly LoggedValue Anything = new(
        false, 0, ulong.MaxValue, long.MinValue, long.MaxValue, 0, uint.MaxValue, int.MinValue, int.MaxValue, 0, ulong.MaxValue);

    /// <summary>Reads what stands behind <c>R1=</c>.</summary>
    public static LoggedValue Parse(string text)
    {
        if (!char.IsAsciiLetter(text[0]))
        {
            ulong constant = (ulong)Number(text);
            return Anything with { Bits = constant, Mask = 0 };
        }

        if (!text.StartsWith("scalar(", StringComparison.Ordinal)) return Anything with { IsPointer = true };
        var value = Anything;
        int bits = text.IndexOf("var_off=(", StringComparison.Ordinal);
        string ranges = text["scalar(".Length..(bits < 0 ? text.Length - 1 : bits)];
        foreach (string group in ranges.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = group.Split('=');
            foreach (string name in parts[..^1])
            {
                if (name == "id") continue;
                long number = Number(parts[^1]);
                value = name switch
                {
                    "umin" => value with { Minimum = (ulong)number },
                    "umax" => value with { Maximum = (ulong)number },
                    "smin" => value with { SignedMinimum = number },
                    "smax" => value with { SignedMaximum = number },
                    "umin32" => value with { Minimum32 = (uint)number },
                    "umax32" => value with { Maximum32 = (uint)number },
                    "smin32" => value with { SignedMinimum32 = (int)number },
                    "smax32" => value with { SignedMaximum32 = (int)number },
                    _ => throw new FormatException($"'{name}' in '{text}' is no bound"),
                };
            }
        }

        if (bits < 0) return value;
        string[] tristate = text[(bits + "var_off=(".Length)..].TrimEnd(')').Split("; ");
        return value with { Bits = (ulong)Number(tristate[0]), Mask = (ulong)Number(tristate[1]) };
    }

    /// <summary>Whether a run may have this there.</summary>
    public bool Contains(ulong number) => IsPointer || (
        number >= Minimum && number <= Maximum && (long)number >= SignedMinimum && (long)number <= SignedMaximum
        && (uint)number >= Minimum32 && (uint)number <= Maximum32 && (int)number >= SignedMinimum32 && (int)number <= SignedMaximum32
        && (number & ~Mask) == Bits);

    private static long Number(string text) => text.StartsWith("0x", StringComparison.Ordinal)
        ? (long)ulong.Parse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)
        : long.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
}
