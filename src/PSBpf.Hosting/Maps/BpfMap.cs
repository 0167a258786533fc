using PSBpf.Diagnostics;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Hosting;

/// <summary>A map in a session. Thread-safe.</summary>
public sealed partial class BpfMap
{
    private readonly IKernelMap _map;
    private readonly MapCodec _codec;
    private volatile bool _removed;

    internal BpfMap(BpfSession session, int id, BpfKernelKind kernel, int possibleCpus, IKernelMap map, ObjectSpec? origin)
    {
        Session = session;
        Id = id;
        Kernel = kernel;
        _map = map;
        _codec = new MapCodec(map.Spec, possibleCpus);
        ObjectTypes = map.Spec.Btf ?? origin?.Btf;
    }

    /// <summary>Id, unique in its session.</summary>
    public int Id { get; }

    /// <summary>Its id in its kernel.</summary>
    public int KernelId => _map.Id;

    /// <summary>Whether somebody else made it: it can be read and not changed, and its id is the kernel's.</summary>
    public bool IsForeign { get; internal init; }

    /// <summary>Its C name; for global variables the section's, e.g. <c>.bss</c>.</summary>
    public string Name => Spec.Name;

    /// <summary>BPF_MAP_TYPE_*.</summary>
    public MapType Type => Spec.Type;

    /// <summary>Key size in bytes.</summary>
    public int KeySize => (int)Spec.KeySize;

    /// <summary>Value size in bytes, of one CPU for per-CPU maps.</summary>
    public int ValueSize => (int)Spec.ValueSize;

    /// <summary>Largest number of entries; for ring buffers the bytes of the data area.</summary>
    public long MaxEntries => Spec.MaxEntries;

    /// <summary>How many entries it has now, counted on each reading; 0 for ring buffers and for values without keys.</summary>
    public long EntryCount
    {
        get
        {
            if (_removed || !HasKeys) return 0;
            if (Type is MapType.Array or MapType.PerCpuArray) return MaxEntries;
            try
            {
                if (HoldsPrograms || Type is MapType.ArrayOfMaps or MapType.Devmap or MapType.Cpumap or MapType.Sockmap or MapType.ReuseportSockArray) return Entries().LongCount();
                return Keys().Count;
            }
            catch (BpfException) when (_removed)
            {
                return 0;
            }
        }
    }

    /// <summary>BPF_F_* flags.</summary>
    public MapFlags Flags => Spec.Flags;

    /// <summary>C name of the key's type; empty when unknown.</summary>
    public string KeyType => _codec.Key.TypeName;

    /// <summary>C name of the value's type; for ring buffers and perf event arrays that of an event; empty when unknown.</summary>
    public string ValueType => HasEvents ? EventType.Find(this).Name : _codec.Value.TypeName;

    /// <summary>Bytes that it takes, as far as known.</summary>
    public long MemoryBytes => _map.MemoryBytes;

    /// <summary>Where this session pinned it, or found it pinned; null when it did not.</summary>
    public string? Pin { get; internal set; }

    /// <summary>Which kernel holds it.</summary>
    public BpfKernelKind Kernel { get; }

    /// <summary>Whether it has been removed from the session; operations on it fail then.</summary>
    public bool IsRemoved => _removed;

    /// <summary>Whether an entry has one value for each CPU.</summary>
    public bool IsPerCpu => _codec.IsPerCpu;

    internal BpfSession Session { get; }

    internal MapSpec Spec => _map.Spec;

    /// <summary>The type information of the object it came from.</summary>
    internal Btf.BtfTypeSet? ObjectTypes { get; }

    /// <summary>The imports that keep it alive. Guarded by the session's lock.</summary>
    internal HashSet<LoadedObject> Holders { get; } = [];

    internal IKernelMap KernelMap => _removed ? throw Gone() : _map;

    internal bool HasKeys => KeySize > 0 && Type != MapType.PerfEventArray;

    /// <summary>Whether its values are sockets.</summary>
    internal bool HoldsSockets => Type is MapType.Sockmap or MapType.Sockhash or MapType.ReuseportSockArray or MapType.Xskmap;

    /// <inheritdoc/>
    public override string ToString() => Name;

    internal BpfException Gone() =>
        DiagnosticRules.NameNotFound.Error($"Map '{Name}' (id {Id}) has been removed.", action: "Import its program again.");

    internal void Close()
    {
        if (_removed) return;
        _removed = true;
        CloseReader();
        CloseWriter();
        _map.Dispose();
    }
}
