namespace PSBpf.Runtime.Memory;

/// <summary>Every region of an engine's maps. Readers see an immutable sorted snapshot; changes publish another.</summary>
internal sealed class RegionTable
{
    private readonly Lock _changing = new();
    private Snapshot _current = new([], []);

    /// <summary>The regions as they are now.</summary>
    public Snapshot Current => Volatile.Read(ref _current);

    /// <summary>Adds a region, before anything hands out an address in it.</summary>
    public void Add(MemoryRegion region)
    {
        lock (_changing) Publish(_current.Regions.Append(region));
    }

    /// <summary>Removes a region, after the last run that could have seen it.</summary>
    public void Remove(MemoryRegion region)
    {
        lock (_changing) Publish(_current.Regions.Where(other => other != region));
    }

    private void Publish(IEnumerable<MemoryRegion> regions)
    {
        MemoryRegion[] sorted = [.. regions.OrderBy(region => region.Start)];
        Volatile.Write(ref _current, new Snapshot(sorted, [.. sorted.Select(region => region.Start)]));
    }

    /// <summary>Regions ascending by address.</summary>
    internal sealed class Snapshot(MemoryRegion[] regions, ulong[] starts)
    {
        public IReadOnlyList<MemoryRegion> Regions => regions;

        /// <summary>The region that holds an address; null when none does.</summary>
        public MemoryRegion? Find(ulong address)
        {
            int index = Array.BinarySearch(starts, address);
            if (index < 0) index = ~index - 1;
            if (index < 0) return null;
            var region = regions[index];
            return address - region.Start < region.Length ? region : null;
        }
    }
}
