using PSBpf.Hosting;
using PSBpf.Kernel;
using PSBpf.Uapi;

namespace PSBpf.Viewer;

/// <summary>A map at the last look: one of the session, or one that others made.</summary>
internal sealed record MapRow
{
    /// <summary>Columns of the table of maps.</summary>
    public static IReadOnlyList<Column<MapRow>> Columns { get; } =
    [
        Text("Id", "ID", 3, row => $"{row.Id}") with { Right = true, Most = 7, Rank = 0, Order = (a, b) => a.Id.CompareTo(b.Id), Help = "number in the session or the kernel" },
        Text("Name", "NAME", 14, row => row.Name) with { Most = 24, Rank = 1, Help = "name of the map" },
        Text("Type", "TYPE", 12, row => TypeNames.Of(row.Type)) with { Most = 20, Rank = 2, Help = "kind of map" },
        Text("KeyType", "KEY", 10, row => Sized(row.KeyType, row.KeySize)) with { Most = 28, Rank = 6, Help = "type of the keys" },
        Text("ValueType", "VALUE", 10, row => Sized(row.ValueType, row.ValueSize)) with { Most = 28, Rank = 7, Help = "type of the values" },
        new("EntryCount", "ENTRIES", 9, (row, cells) => row.Entries is { } entries ? Figures.Count(entries, cells) : "-")
            { Right = true, Most = 12, Rank = 3, GreatestFirst = true, Order = (a, b) => (a.Entries ?? -1).CompareTo(b.Entries ?? -1), Help = "entries now; for buffers events that wait" },
        Number("MaxEntries", "MAX", 9, row => row.MaxEntries) with { Most = 12, Rank = 4, Help = "room for entries; for ring buffers bytes" },
        new("MemoryBytes", "MEMORY", 8, (row, _) => Figures.Bytes(row.MemoryBytes))
            { Right = true, Rank = 5, GreatestFirst = true, Order = (a, b) => a.MemoryBytes.CompareTo(b.MemoryBytes), Help = "memory it takes" },
        Text("Users", "USED BY", 12, row => row.Users) with { Most = 40, Rank = 8, Help = "programs that use it" },
        Text("Kernel", "KERNEL", 7, row => row.Kernel.ToString().ToLowerInvariant()) with { Rank = 9, Help = "which kernel holds it" },
    ];

    /// <summary>The session's id for its own maps, the kernel's for those of others.</summary>
    public required int Id { get; init; }

    /// <summary>Name of the map.</summary>
    public required string Name { get; init; }

    /// <summary>Kind of map.</summary>
    public required MapType Type { get; init; }

    /// <summary>Type of the keys; empty when unknown.</summary>
    public string KeyType { get; init; } = "";

    /// <summary>Bytes of a key.</summary>
    public required int KeySize { get; init; }

    /// <summary>Type of the values; empty when unknown.</summary>
    public string ValueType { get; init; } = "";

    /// <summary>Bytes of a value.</summary>
    public required int ValueSize { get; init; }

    /// <summary>How many entries it had; for ring and perf buffers the events that wait; null where nobody counts them.</summary>
    public long? Entries { get; init; }

    /// <summary>Room for entries; for ring buffers bytes.</summary>
    public required long MaxEntries { get; init; }

    /// <summary>Memory it takes.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>Names of the programs that use it.</summary>
    public required string Users { get; init; }

    /// <summary>Which kernel holds it.</summary>
    public required BpfKernelKind Kernel { get; init; }

    /// <summary>The map, of the session; null for one of others.</summary>
    public BpfMap? Map { get; init; }

    /// <summary>What makes it the same one at the next look: a map of others may have the id of one of the session.</summary>
    public object Key => Map is null ? (Id, Name) : Map;

    /// <summary>The maps of a session, and after them those of others.</summary>
    public static IReadOnlyList<MapRow> Of(BpfSession session, IReadOnlyList<BpfKernelMap> foreign)
    {
        var users = session.Programs.SelectMany(program => program.GetMaps().Select(map => (map, program.Name))).ToLookup(pair => pair.map, pair => pair.Name);
        return [.. session.Maps.Select(map => Of(map, string.Join(' ', users[map].Distinct()))), .. foreign.Select(Of)];
    }

    private static MapRow Of(BpfMap map, string users) => new()
    {
        Id = map.Id, Name = map.Name, Type = map.Type, KeyType = map.KeyType, KeySize = map.KeySize, ValueType = map.ValueType, ValueSize = map.ValueSize,
        Entries = map.Events?.Backlog ?? map.EntryCount, MaxEntries = map.MaxEntries, MemoryBytes = map.MemoryBytes, Users = users, Kernel = map.Kernel, Map = map,
    };

    // Counting entries would mean to open the map, and to walk through it.
    private static MapRow Of(BpfKernelMap map) => new()
    {
        Id = map.Id, Name = map.Name, Type = map.Type, KeySize = map.KeySize, ValueSize = map.ValueSize,
        MaxEntries = map.MaxEntries, MemoryBytes = map.MemoryBytes, Users = string.Join(' ', map.Programs), Kernel = map.Kernel,
    };

    private static string Sized(string type, int size) => type.Length > 0 ? type : size > 0 ? $"{size} bytes" : "";

    private static Column<MapRow> Text(string id, string header, int width, Func<MapRow, string> text) =>
        new(id, header, width, (row, _) => text(row)) { Order = (a, b) => string.Compare(text(a), text(b), StringComparison.Ordinal) };

    private static Column<MapRow> Number(string id, string header, int width, Func<MapRow, long> value) =>
        new(id, header, width, (row, cells) => Figures.Count(value(row), cells)) { Right = true, GreatestFirst = true, Order = (a, b) => value(a).CompareTo(value(b)) };
}
