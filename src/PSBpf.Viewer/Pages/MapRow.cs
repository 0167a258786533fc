using PSBpf.Hosting;

namespace PSBpf.Viewer;

/// <summary>A map at the last look.</summary>
/// <param name="Map">The map.</param>
/// <param name="Entries">How many entries it had; for ring and perf buffers the events that wait.</param>
/// <param name="Users">Names of the programs that use it.</param>
internal sealed record MapRow(BpfMap Map, long Entries, string Users)
{
    /// <summary>Columns of the table of maps.</summary>
    public static IReadOnlyList<Column<MapRow>> Columns { get; } =
    [
        Number("Id", "ID", 3, row => row.Map.Id) with { Most = 5, Rank = 0, GreatestFirst = false, Help = "number in the session" },
        Text("Name", "NAME", 14, row => row.Map.Name) with { Most = 24, Rank = 1, Help = "name of the map" },
        Text("Type", "TYPE", 12, row => TypeNames.Of(row.Map.Type)) with { Most = 20, Rank = 2, Help = "kind of map" },
        Text("KeyType", "KEY", 10, row => Sized(row.Map.KeyType, row.Map.KeySize)) with { Most = 28, Rank = 6, Help = "type of the keys" },
        Text("ValueType", "VALUE", 10, row => Sized(row.Map.ValueType, row.Map.ValueSize)) with { Most = 28, Rank = 7, Help = "type of the values" },
        Number("EntryCount", "ENTRIES", 9, row => row.Entries) with { Most = 12, Rank = 3, Help = "entries now; for buffers events that wait" },
        Number("MaxEntries", "MAX", 9, row => row.Map.MaxEntries) with { Most = 12, Rank = 4, Help = "room for entries; for ring buffers bytes" },
        new("MemoryBytes", "MEMORY", 8, (row, _) => Figures.Bytes(row.Map.MemoryBytes))
            { Right = true, Rank = 5, GreatestFirst = true, Order = (a, b) => a.Map.MemoryBytes.CompareTo(b.Map.MemoryBytes), Help = "memory it takes" },
        Text("Users", "USED BY", 12, row => row.Users) with { Most = 40, Rank = 8, Help = "programs that use it" },
        Text("Kernel", "KERNEL", 7, row => row.Map.Kernel.ToString().ToLowerInvariant()) with { Rank = 9, Help = "which kernel holds it" },
    ];

    /// <summary>The maps of a session.</summary>
    public static IReadOnlyList<MapRow> Of(BpfSession session)
    {
        var users = session.Programs.SelectMany(program => program.GetMaps().Select(map => (map, program.Name))).ToLookup(pair => pair.map, pair => pair.Name);
        return [.. session.Maps.Select(map => new MapRow(map, map.Events?.Backlog ?? map.EntryCount, string.Join(' ', users[map].Distinct())))];
    }

    private static string Sized(string type, int size) => type.Length > 0 ? type : size > 0 ? $"{size} bytes" : "";

    private static Column<MapRow> Text(string id, string header, int width, Func<MapRow, string> text) =>
        new(id, header, width, (row, _) => text(row)) { Order = (a, b) => string.Compare(text(a), text(b), StringComparison.Ordinal) };

    private static Column<MapRow> Number(string id, string header, int width, Func<MapRow, long> value) =>
        new(id, header, width, (row, cells) => Figures.Count(value(row), cells)) { Right = true, GreatestFirst = true, Order = (a, b) => value(a).CompareTo(value(b)) };
}
