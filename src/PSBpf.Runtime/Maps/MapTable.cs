namespace PSBpf.Runtime.Maps;

/// <summary>
/// Maps by the handle that programs' registers hold. A handle is no address (it is not canonical on any machine), so
/// that nothing but helpers can use it.
/// </summary>
internal sealed class MapTable
{
    private const ulong Tag = 0x4d41_5000_0000_0000;

    private readonly Lock _changing = new();
    private RuntimeMap?[] _maps = new RuntimeMap?[16];
    private int _lastId;

    /// <summary>All of them, by id.</summary>
    public IEnumerable<RuntimeMap> All => Volatile.Read(ref _maps).OfType<RuntimeMap>().OrderBy(map => map.Id);

    /// <summary>Adds a map.</summary>
    public ulong Add(RuntimeMap map, out int id)
    {
        lock (_changing)
        {
            id = ++_lastId;
            int index = Array.IndexOf(_maps, null);
            if (index < 0)
            {
                index = _maps.Length;
                var larger = new RuntimeMap?[index * 2];
                _maps.CopyTo(larger, 0);
                larger[index] = map;
                Volatile.Write(ref _maps, larger);
            }
            else
            {
                Volatile.Write(ref _maps[index], map);
            }

            return Tag | (uint)index;
        }
    }

    /// <summary>Removes a map; its handle may be used again.</summary>
    public void Remove(RuntimeMap map)
    {
        lock (_changing)
        {
            int index = Array.IndexOf(_maps, map);
            if (index >= 0) Volatile.Write(ref _maps[index], null);
        }
    }

    /// <summary>Where in the table the map with a handle is.</summary>
    public static uint PlaceOf(ulong handle) => (uint)handle;

    /// <summary>The handle of the map at a place.</summary>
    public static ulong HandleOf(uint place) => Tag | place;

    /// <summary>A reference to the map with an id; null when there is none any more.</summary>
    public RuntimeMap? Hold(int id)
    {
        foreach (var map in Volatile.Read(ref _maps))
            if (map is not null && map.Id == id) return map.TryAddReference() ? map : null;
        return null;
    }

    /// <summary>The map behind a handle; null when it is none.</summary>
    public RuntimeMap? Find(ulong handle)
    {
        var maps = Volatile.Read(ref _maps);
        ulong index = handle ^ Tag;
        return index < (ulong)maps.Length ? maps[index] : null;
    }
}
