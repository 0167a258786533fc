using System.Collections;
using System.Globalization;
using PSBpf.Diagnostics;

namespace PSBpf.Hosting;

/// <summary>Numbers of contexts, as people write them.</summary>
internal static class ContextNumber
{
    /// <summary>A number that fits into some bytes, signed or not.</summary>
    /// <exception cref="BpfException">BPF2104.</exception>
    public static ulong Read(string name, object? value, int size)
    {
        Int128 number;
        try
        {
            number = value switch
            {
                ulong large => large,
                string text when text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) => ulong.Parse(text.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture),
                bool flag => flag ? 1 : 0,
                null => throw new FormatException(),
                IConvertible convertible => convertible.ToInt64(CultureInfo.InvariantCulture),
                _ => throw new FormatException(),
            };
        }
        catch (Exception exception) when (exception is FormatException or OverflowException or InvalidCastException)
        {
            throw Misfit(name, value, size);
        }

        if (size < 8 && (number < -((Int128)1 << (size * 8 - 1)) || number >= (Int128)1 << (size * 8))) throw Misfit(name, value, size);
        return unchecked((ulong)number);
    }

    /// <summary>A list, of one where there is only one.</summary>
    public static IReadOnlyList<object?> List(object? value) => value is IEnumerable items and not string and not byte[] ? [.. items.Cast<object?>()] : [value];

    private static BpfException Misfit(string name, object? value, int size) =>
        DiagnosticRules.RunInput.Error($"'{name}' of the context takes {size} bytes; '{value}' does not fit.", action: "Pass a number in the field's range.");
}
