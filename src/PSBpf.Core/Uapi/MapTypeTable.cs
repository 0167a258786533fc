namespace PSBpf.Uapi;

/// <summary>What is known of a map type, asked of Linux 6.18.</summary>
/// <param name="Type">The type.</param>
/// <param name="WaitsForSleepers">Whether programs that sleep may use it: what is deleted is freed only when they have ended.</param>
public sealed record MapTypeRow(MapType Type, bool WaitsForSleepers);

/// <summary>The map types, once.</summary>
public static class MapTypeTable
{
    private static readonly HashSet<MapType> Waiting =
    [
        MapType.Hash, MapType.LruHash, MapType.Array, MapType.PerCpuHash, MapType.PerCpuArray, MapType.LruPerCpuHash, MapType.ArrayOfMaps, MapType.HashOfMaps,
        MapType.RingBuf, MapType.UserRingBuf, MapType.InodeStorage, MapType.SkStorage, MapType.TaskStorage, MapType.CgrpStorage, MapType.Queue, MapType.Stack, MapType.Arena,
    ];

    /// <summary>All of them, ascending by number.</summary>
    public static IReadOnlyList<MapTypeRow> All { get; } = [.. Enum.GetValues<MapType>().Select(type => new MapTypeRow(type, Waiting.Contains(type)))];

    /// <summary>Whether programs that sleep may use a type.</summary>
    public static bool WaitsForSleepers(MapType type) => (uint)type < (uint)All.Count && All[(int)type].WaitsForSleepers;
}
