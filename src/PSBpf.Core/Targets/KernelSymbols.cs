using System.Globalization;

namespace PSBpf.Targets;

/// <summary>Where a kernel's functions and variables are: lines of <c>address type name</c>, as /proc/kallsyms has them.</summary>
public sealed class KernelSymbols
{
    private readonly Dictionary<string, ulong> _addresses;

    private KernelSymbols(Dictionary<string, ulong> addresses) => _addresses = addresses;

    /// <summary>Reads the addresses of some names.</summary>
    /// <param name="text">The lines.</param>
    /// <param name="names">What to look for: a kernel has a hundred thousand.</param>
    public static KernelSymbols Parse(TextReader text, IReadOnlySet<string> names)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(names);
        Dictionary<string, ulong> addresses = [];
        while (text.ReadLine() is { } line)
        {
            // ffffffff821f94a0 T schedule, and for modules [name] after a tab.
            int space = line.IndexOf(' ', StringComparison.Ordinal), start = space + 3;
            if (space < 0 || line.Length <= start) continue;
            int end = line.IndexOf('\t', start);
            string name = line[start..(end < 0 ? line.Length : end)];
            if (names.Contains(name) && ulong.TryParse(line.AsSpan(0, space), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong address))
                addresses.TryAdd(name, address);
        }

        return new KernelSymbols(addresses);
    }

    /// <summary>The address of a name; null when there is none.</summary>
    public ulong? Find(string name) => _addresses.TryGetValue(name, out ulong address) ? address : null;
}
