using PSBpf.Diagnostics;
using PSBpf.Kernel;
using PSBpf.Objects;

namespace PSBpf.Runtime.Maps;

/// <summary>The managed kernel's BPF file system: paths below /sys/fs/bpf that hold maps as a user would. Folders are there when something is in them.</summary>
internal sealed class PinTable(Engine engine) : IPinStore, IDisposable
{
    private const int LongestName = 255;

    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, KernelMap> _pins = new(StringComparer.Ordinal);
    private bool _closed;

    public void Pin(IKernelMap map, string path)
    {
        ArgumentNullException.ThrowIfNull(map);
        if (map is not KernelMap { Storage: { } storage } || storage.Engine != engine) throw new ArgumentException($"Map '{map.Spec.Name}' belongs to another kernel.", nameof(map));
        path = Checked(path, isFolder: false);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            if (_pins.TryGetValue(path, out var other)) throw DiagnosticRules.PinTaken.Error($"At '{path}' map '{other.Spec.Name}' (id {other.Id}) is pinned.");
            if (_pins.Keys.FirstOrDefault(pin => pin.StartsWith(path + '/', StringComparison.Ordinal)) is not null) throw DiagnosticRules.PinTaken.Error($"'{path}' is a folder with pins.");
            if (_pins.Keys.FirstOrDefault(pin => path.StartsWith(pin + '/', StringComparison.Ordinal)) is { } file) throw DiagnosticRules.PinPath.Error($"'{path}' cannot be: '{file}' is a map and no folder.");
            if (!storage.TryAddReference()) throw DiagnosticRules.MapOperation.Error($"Map '{map.Spec.Name}' has been removed.");
            _pins.Add(path, new KernelMap(storage));
        }
    }

    public IKernelMap? OpenMap(string path, Func<MapSpec, MapSpec>? adopt = null)
    {
        path = Checked(path, isFolder: false);
        lock (_gate)
        {
            if (!_pins.TryGetValue(path, out var pin)) return null;
            // The map keeps the blueprint that it was made of.
            adopt?.Invoke(pin.Spec);
            return pin.Storage.TryAddReference() ? new KernelMap(pin.Storage) : null;
        }
    }

    public bool Unpin(string path)
    {
        path = Checked(path, isFolder: false);
        KernelMap? pin;
        lock (_gate)
        {
            if (!_pins.Remove(path, out pin)) return false;
        }

        pin.Dispose();
        return true;
    }

    public IReadOnlyList<PinStatus> List(string folder)
    {
        folder = Checked(folder, isFolder: true);
        lock (_gate)
        {
            return [.. _pins.Where(pin => pin.Key == folder || pin.Key.StartsWith(folder + '/', StringComparison.Ordinal))
                .Select(pin => new PinStatus { Path = pin.Key, Kind = PinKind.Map, Id = pin.Value.Id, Name = pin.Value.Spec.Name, MapType = pin.Value.Spec.Type })];
        }
    }

    public void Dispose()
    {
        KernelMap[] pins;
        lock (_gate)
        {
            _closed = true;
            pins = [.. _pins.Values];
            _pins.Clear();
        }

        foreach (var pin in pins) pin.Dispose();
    }

    // As bpffs: no dots in names, which are for its own files.
    private static string Checked(string path, bool isFolder)
    {
        ArgumentNullException.ThrowIfNull(path);
        var plain = path.Length > 1 ? path.TrimEnd('/') : path;
        if (plain == IPinStore.Root && isFolder) return plain;
        if (!plain.StartsWith(IPinStore.Root + '/', StringComparison.Ordinal))
            throw DiagnosticRules.PinPath.Error($"'{path}' is not below {IPinStore.Root}, where the managed kernel has its BPF file system.");
        foreach (var name in plain[(IPinStore.Root.Length + 1)..].Split('/'))
        {
            if (name.Length is 0 or > LongestName || name.Contains('.', StringComparison.Ordinal) || name.Any(char.IsControl))
                throw DiagnosticRules.PinPath.Error($"'{path}' is no path in a BPF file system: names have 1 to {LongestName} characters and no dots.", action: "Write an underscore where the name has a dot, as libbpf does.");
        }

        return plain;
    }
}
