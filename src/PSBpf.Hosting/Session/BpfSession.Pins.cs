using PSBpf.Diagnostics;
using PSBpf.Kernel;

namespace PSBpf.Hosting;

public sealed partial class BpfSession
{
    /// <summary>Pins a map: it then lives on when the session has given it up, in the managed engine as long as the session.</summary>
    /// <param name="map">A map of this session.</param>
    /// <param name="path">An absolute path in a BPF file system, e.g. <c>/sys/fs/bpf/counts</c>.</param>
    /// <exception cref="BpfException">BPF2010 when nothing can be pinned there, BPF2011 when something is.</exception>
    public BpfPin Pin(BpfMap map, string path)
    {
        ArgumentNullException.ThrowIfNull(map);
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (map.IsForeign) throw DiagnosticRules.WrongKind.Error($"Map '{map.Name}' belongs to somebody else, and is open to be read only.", action: "Pin maps that this session made.");
        return Guard(() =>
        {
            var pins = Kernel(map.Kernel).Pins;
            pins.Pin(map.KernelMap, path);
            map.Pin ??= path;
            return new BpfPin(new PinStatus { Path = path, Kind = PinKind.Map, Id = map.KernelId, Name = map.Name, MapType = map.Type }, map.Kernel);
        });
    }

    /// <summary>Takes a name away; what it named ends when nobody else has it.</summary>
    /// <param name="path">The name.</param>
    /// <param name="kernel">Which kernel's.</param>
    /// <exception cref="BpfException">BPF4001 when nothing is pinned there; BPF2010 when nothing can be.</exception>
    public void Unpin(string path, BpfKernelKind kernel)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!Guard(() => Kernel(kernel).Pins.Unpin(path)))
            throw DiagnosticRules.NameNotFound.Error($"Nothing is pinned at '{path}' in the {kernel} kernel.", action: "Get-BpfPin lists what is.");
        foreach (var map in Maps.Where(map => map.Kernel == kernel && map.Pin == path)) map.Pin = null;
    }

    /// <summary>What is pinned in a folder and below, whoever pinned it, by path.</summary>
    /// <param name="kernel">Which kernel's.</param>
    /// <param name="folder">The folder; null for /sys/fs/bpf.</param>
    /// <exception cref="BpfException">BPF2010 when it is no folder in a BPF file system.</exception>
    public IReadOnlyList<BpfPin> GetPins(BpfKernelKind kernel, string? folder = null) =>
        Guard<IReadOnlyList<BpfPin>>(() => [.. Kernel(kernel).Pins.List(folder ?? IPinStore.Root).Select(pin => new BpfPin(pin, kernel))]);

    private BpfMap? FindOwn(BpfKernelKind kernel, int id) => Maps.FirstOrDefault(map => map.Kernel == kernel && !map.IsForeign && !map.IsRemoved && map.KernelId == id);
}
