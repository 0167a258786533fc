using System.Globalization;
using System.Runtime.Versioning;

namespace PSBpf.Linux.Maps;

/// <summary>Lists of CPU numbers as sysfs writes them, e.g. <c>0-3,8</c>.</summary>
internal static class CpuList
{
    /// <summary>How many CPUs this machine could ever have: the number of values of a per-CPU map element.</summary>
    [SupportedOSPlatform("linux")]
    public static int CountPossible()
    {
        try
        {
            return Count(File.ReadAllText("/sys/devices/system/cpu/possible")) ?? Environment.ProcessorCount;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Environment.ProcessorCount;
        }
    }

    /// <summary>How many CPUs a list names; null when it cannot be read.</summary>
    public static int? Count(string list)
    {
        var count = 0;
        foreach (var range in list.Trim().Split(','))
        {
            var dash = range.IndexOf('-', StringComparison.Ordinal);
            var first = dash < 0 ? range : range[..dash];
            var last = dash < 0 ? range : range[(dash + 1)..];
            if (!int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var low)
                || !int.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var high)
                || high < low)
                return null;
            count += high - low + 1;
        }

        return count;
    }
}
