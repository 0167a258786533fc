using System.Globalization;

namespace PSBpf.Viewer;

/// <summary>Numbers as the top writes them: in groups of three with thin spaces; in thousands, millions … where they would not fit.</summary>
internal static class Figures
{
    /// <summary>What stands between groups of digits.</summary>
    public const char ThinSpace = '\u2009';

    private static readonly (double Size, string Letter)[] Scales = [(1e18, "E"), (1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")];

    private static readonly NumberFormatInfo Grouped = new() { NumberGroupSeparator = ThinSpace.ToString(), NumberDecimalSeparator = "." };

    /// <summary>A number of things in as many cells as there are.</summary>
    public static string Count(double value, int width = int.MaxValue)
    {
        if (!double.IsFinite(value)) return "-";
        string text = value is > 0 and < 10 && value != Math.Floor(value) ? value.ToString("0.0", Grouped) : value.ToString("N0", Grouped);
        return text.Length <= width ? text : Short(value);
    }

    /// <summary>The same in three digits and a letter.</summary>
    public static string Short(double value)
    {
        foreach (var (size, letter) in Scales)
        {
            if (Math.Abs(value) < size * 0.9995) continue;
            double scaled = value / size;
            return scaled.ToString(Math.Abs(scaled) < 9.95 ? "0.00" : Math.Abs(scaled) < 99.5 ? "0.0" : "0", Grouped) + letter;
        }

        return value.ToString(value is > 0 and < 10 && value != Math.Floor(value) ? "0.0" : "0", Grouped);
    }

    /// <summary>Nanoseconds of a run; a dash where nothing ran or the kernel does not tell.</summary>
    public static string Nanoseconds(double? value, int width = int.MaxValue) => value is not > 0 ? "-" : value < 9.95 ? value.Value.ToString("0.0", Grouped) : Count(value.Value, width);

    /// <summary>A share in percent with one digit behind the point; without from a hundred on.</summary>
    public static string Percent(double value) => value.ToString(value >= 99.95 ? "0" : "0.0", Grouped);

    /// <summary>Bytes in units of 1024.</summary>
    public static string Bytes(long value)
    {
        if (value < 1024) return string.Create(CultureInfo.InvariantCulture, $"{value} B");
        double scaled = value;
        int unit = -1;
        for (; scaled >= 1024 && unit < 3; unit++) scaled /= 1024;
        return scaled.ToString(scaled < 9.95 ? "0.0" : "0", Grouped) + " " + "KMGT"[unit] + "iB";
    }

    /// <summary>A length of time as a person says it: 250 ms, 2 s, 5 min.</summary>
    public static string Duration(TimeSpan value) => value switch
    {
        { TotalMilliseconds: < 1 } => value.TotalMicroseconds.ToString("0", Grouped) + " µs",
        { TotalSeconds: < 1 } => value.TotalMilliseconds.ToString(value.TotalMilliseconds < 10 ? "0.#" : "0", Grouped) + " ms",
        { TotalMinutes: < 1 } => value.TotalSeconds.ToString("0.#", Grouped) + " s",
        _ => value.TotalMinutes.ToString("0.#", Grouped) + " min",
    };

    /// <summary>How often a program returned what, the most frequent first: PASS 93 % DROP 7 %.</summary>
    public static string Verdicts(IReadOnlyDictionary<string, long> verdicts)
    {
        double all = verdicts.Values.Sum();
        if (all == 0) return "";
        return string.Join(' ', verdicts.Where(pair => pair.Value > 0).OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => $"{ShortVerdict(pair.Key)}{ThinSpace}{Share(pair.Value / all)}"));
    }

    // XDP_PASS → PASS, TC_ACT_OK → OK: the type of the program is in the next column.
    private static string ShortVerdict(string name) =>
        name.StartsWith("TC_ACT_", StringComparison.Ordinal) ? name[7..] : name.StartsWith("XDP_", StringComparison.Ordinal) || name.StartsWith("LWT_", StringComparison.Ordinal) ? name[4..] : name;

    // Nothing that happened is shown as nothing, and what did not always happen not as always.
    private static string Share(double part) => part < 0.005 ? "<1%" : part is > 0.995 and < 1 ? ">99%" : part.ToString("P0", CultureInfo.InvariantCulture).Replace(" ", "", StringComparison.Ordinal);
}
