using System.Globalization;
using PSBpf.Btf;
using PSBpf.Hosting;

namespace PSBpf.Viewer;

/// <summary>How a map's value becomes cells: members of a structure apart; of values for each CPU the sum first.</summary>
internal static class ValueCells
{
    private const string Sum = "Σ ";

    /// <summary>The cells.</summary>
    public static IReadOnlyList<string> Of(BpfMapEntry entry) => PerCpu(entry) is { } values
        ? values.All(value => value is BtfRecord)
            ? [.. ((BtfRecord)values[0]).Names.Select(name => Total([.. values.Select(value => ((BtfRecord)value)[name])]))]
            : [Total(values), .. values.Select(ValueText.Of)]
        : entry.Value is BtfRecord record ? [.. record.Select(member => ValueText.Of(member.Value))] : [ValueText.Of(entry.Value)];

    /// <summary>What stands above them.</summary>
    public static IReadOnlyList<string> Names(BpfMapEntry entry) => PerCpu(entry) is { } values
        ? values.All(value => value is BtfRecord)
            ? [.. ((BtfRecord)values[0]).Names.Select(name => Sum + name)]
            : [Sum + "CPUS", .. Enumerable.Range(0, values.Length).Select(cpu => $"CPU {cpu}")]
        : entry.Value is BtfRecord record ? record.Names : ["VALUE"];

    /// <summary>Whether the cells are numbers.</summary>
    public static bool AreNumbers(BpfMapEntry entry) => Of(entry).All(cell => decimal.TryParse(cell, out _));

    private static object[]? PerCpu(BpfMapEntry entry) => entry.GetMap().IsPerCpu && entry.Value is object[] { Length: > 0 } values ? values : null;

    // What cannot be added up is shown as the different values that there are.
    private static string Total(object?[] values)
    {
        decimal sum = 0;
        foreach (object? value in values)
        {
            if (value is not (byte or sbyte or short or ushort or int or uint or long or ulong)) return string.Join(' ', values.Select(ValueText.Of).Distinct());
            sum += Convert.ToDecimal(value, CultureInfo.InvariantCulture);
        }

        return sum.ToString(CultureInfo.InvariantCulture);
    }
}
