using System.Globalization;
using PSBpf.Diagnostics;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Kernel;

/// <summary>What programs take for granted about a map: the same that libbpf compares before it reuses one.</summary>
public static class MapAgreement
{
    private static readonly (string Name, Func<MapSpec, string> Value)[] Fields =
    [
        ("type", map => $"{map.Type}"),
        ("key_size", map => Number(map.KeySize)),
        ("value_size", map => Number(map.ValueSize)),
        ("max_entries", map => Number(map.MaxEntries)),
        ("map_flags", map => $"0x{(uint)Flags(map):x}"),
        ("map_extra", map => Number(map.Extra)),
    ];

    /// <summary>The fields in which a map is not what an object declares; empty when it can stand in for it.</summary>
    /// <param name="declared">What the object declares, with sizes as the kernel rounds them.</param>
    /// <param name="actual">What the map is.</param>
    public static IReadOnlyList<string> Differences(MapSpec declared, MapSpec actual)
    {
        ArgumentNullException.ThrowIfNull(declared);
        ArgumentNullException.ThrowIfNull(actual);
        return [.. Fields.Select(field => (field.Name, Wanted: field.Value(declared), Had: field.Value(actual)))
            .Where(field => field.Wanted != field.Had)
            .Select(field => $"{field.Name} is {field.Had} and the object declares {field.Wanted}")];
    }

    /// <summary>Refuses a map that is not what an object declares.</summary>
    /// <param name="declared">What the object declares, with sizes as the kernel rounds them.</param>
    /// <param name="actual">What the map is.</param>
    /// <param name="which">The map, for the message, e.g. <c>the map that is pinned at '/sys/fs/bpf/counts'</c>.</param>
    /// <param name="file">The object's file.</param>
    /// <param name="action">What to do about it; null for the rule's.</param>
    /// <exception cref="BpfException">BPF2012, with each field that differs and both values.</exception>
    public static void Check(MapSpec declared, MapSpec actual, string which, string? file, string? action = null)
    {
        ArgumentNullException.ThrowIfNull(which);
        if (Differences(declared, actual) is { Count: > 0 } differences)
            throw DiagnosticRules.MapDiffers.Error(
                $"Map '{declared.Name}' cannot be {which}: its {string.Join("; its ", differences)}.", new DiagnosticLocation { File = file }, action);
    }

    // The kernel adds this one to maps of devices by itself.
    private static MapFlags Flags(MapSpec map) =>
        map.Type is MapType.Devmap or MapType.DevmapHash ? map.Flags & ~MapFlags.ReadOnlyProgram : map.Flags;

    private static string Number(ulong value) => value.ToString(CultureInfo.InvariantCulture);
}
