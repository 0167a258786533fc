using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Text;
using PSBpf.Hosting;
using PSBpf.Uapi;

namespace PSBpf.PowerShell;

/// <summary>How the module's table views write values into cells.</summary>
public static class CellText
{
    /// <summary>A program or map type as bpftool names it.</summary>
    public static string TypeName(object type) => (type is PSObject wrapped ? wrapped.BaseObject : type) switch
    {
        ProgramType program => ProgramTypeTable.NameOf(program),
        var other => Underscores($"{other}"),
    };

    /// <summary>The C type, or the number of bytes where none is known.</summary>
    public static string Sized(string type, int size) =>
        type.Length > 0 ? type : size > 0 ? string.Create(CultureInfo.InvariantCulture, $"{size} bytes") : "";

    /// <summary>How full a map is; for ring buffers how large.</summary>
    public static string Entries(BpfMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        return map.KeySize == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{map.MaxEntries} B")
            : string.Create(CultureInfo.InvariantCulture, $"{map.EntryCount}/{map.MaxEntries}");
    }

    /// <summary>A key, value or event on one line: structures as <c>@{a=1; b=2}</c>, bytes in hexadecimal, one value per CPU with the CPU before it.</summary>
    public static string Value(object? value) => value switch
    {
        null => "",
        PSObject { BaseObject: PSCustomObject } record => $"@{{{string.Join("; ", record.Properties.Select(property => $"{property.Name}={Value(property.Value)}"))}}}",
        PSObject wrapped => Value(wrapped.BaseObject),
        byte[] bytes => Convert.ToHexString(bytes),
        string text => text,
        IEnumerable items => $"{{{string.Join(", ", items.Cast<object?>().Select(Value))}}}",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    /// <summary>A time in nanoseconds, short ones with a digit behind the point.</summary>
    public static string Nanoseconds(double value) => value.ToString(value < 100 ? "0.0" : "N0", CultureInfo.InvariantCulture);

    /// <summary>A number of things, in groups of three digits; in millions where it takes many.</summary>
    public static string Count(double value) => value switch
    {
        >= 1e8 => (value / 1e6).ToString("N0", CultureInfo.InvariantCulture) + "M",
        >= 1e7 => (value / 1e6).ToString("0.0", CultureInfo.InvariantCulture) + "M",
        > 0 and < 100 when value != Math.Floor(value) => value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => value.ToString("N0", CultureInfo.InvariantCulture),
    };

    /// <summary>A number with a digit behind the point.</summary>
    public static string Decimal(double value) => value.ToString("0.0", CultureInfo.InvariantCulture);

    /// <summary>A part of one, in percent.</summary>
    public static string Percent(double part) => (Math.Floor(part * 100) / 100).ToString("P0", CultureInfo.InvariantCulture).Replace(" ", "", StringComparison.Ordinal);

    /// <summary>What became of a source's packets, the most frequent first; or why it failed.</summary>
    public static string Verdicts(BpfSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (source.Error is { } error) return $"{error.Id}: {error.Message}";
        var parts = source.Verdicts.OrderByDescending(pair => pair.Value).Select(pair => $"{pair.Key}={Count(pair.Value)}");
        return string.Join(' ', source.Unseen > 0 ? parts.Append($"unseen={Count(source.Unseen)}") : parts);
    }

    /// <summary>How often a program returned what, in percent, the most frequent first and without what the names have in common.</summary>
    public static string Verdicts(BpfStatistic statistic)
    {
        ArgumentNullException.ThrowIfNull(statistic);
        double all = statistic.Verdicts.Values.Sum();
        return string.Join(' ', statistic.Verdicts.OrderByDescending(pair => pair.Value).Select(pair => $"{Short(pair.Key)} {Percent(pair.Value / all)}"));
    }

    // XDP_PASS → PASS, TC_ACT_OK → OK.
    private static string Short(string verdict) =>
        verdict.StartsWith("XDP_", StringComparison.Ordinal) ? verdict[4..] : verdict.StartsWith("TC_ACT_", StringComparison.Ordinal) ? verdict[7..] : verdict;

    // PerCpuArray → percpu_array: the UAPI writes these three as one word.
    private static string Underscores(string name)
    {
        var text = new StringBuilder();
        foreach (var c in name.Replace("PerCpu", "Percpu", StringComparison.Ordinal).Replace("RingBuf", "Ringbuf", StringComparison.Ordinal).Replace("SockArray", "Sockarray", StringComparison.Ordinal))
        {
            if (char.IsUpper(c) && text.Length > 0) text.Append('_');
            text.Append(char.ToLowerInvariant(c));
        }

        return text.ToString();
    }
}
