using PSBpf.Hosting;
using PSBpf.Kernel;
using PSBpf.Uapi;

namespace PSBpf.Viewer.Tests;

/// <summary>Maps of others; tests add and remove. What it opens is what a test put behind an id.</summary>
internal sealed class FakeForeignMaps : IForeignMaps
{
    public List<BpfKernelMap> Maps { get; } = [];

    public Dictionary<int, BpfMap> Behind { get; } = [];

    public List<int> Opened { get; } = [];

    public int Lists { get; private set; }

    public void Add(int id, string name, MapType type = MapType.Hash, params string[] programs) =>
        Maps.Add(new BpfKernelMap(new MapStatus { Id = id, Name = name, Type = type, KeySize = 4, ValueSize = 24, MaxEntries = 4096, MemoryBytes = 8192 }, BpfKernelKind.Linux, programs));

    public IReadOnlyList<BpfKernelMap> List()
    {
        Lists++;
        return [.. Maps];
    }

    public BpfMap? Open(int id)
    {
        Opened.Add(id);
        return Behind.GetValueOrDefault(id);
    }
}
