using PSBpf.Kernel;
using PSBpf.Uapi;

namespace PSBpf.Hosting;

/// <summary>A map that a kernel holds and that is not of the session: what the kernel says of it, without opening it, so that it is not kept alive.</summary>
/// <param name="status">What the kernel says of it.</param>
/// <param name="kernel">Which kernel.</param>
/// <param name="programs">Names of the programs that use it.</param>
public sealed class BpfKernelMap(MapStatus status, BpfKernelKind kernel, IReadOnlyList<string> programs)
{
    private readonly MapStatus _status = status ?? throw new ArgumentNullException(nameof(status));

    /// <summary>Id in its kernel.</summary>
    public int Id => _status.Id;

    /// <summary>Its name; the Linux kernel keeps 15 characters of it.</summary>
    public string Name => _status.Name;

    /// <summary>BPF_MAP_TYPE_*; a number without a name for a type that is newer than this version.</summary>
    public MapType Type => _status.Type;

    /// <summary>Key size in bytes.</summary>
    public int KeySize => (int)_status.KeySize;

    /// <summary>Value size in bytes, of one CPU for per-CPU maps.</summary>
    public int ValueSize => (int)_status.ValueSize;

    /// <summary>Largest number of entries; for ring buffers the bytes of the data area.</summary>
    public long MaxEntries => _status.MaxEntries;

    /// <summary>Bytes that it takes, as far as known.</summary>
    public long MemoryBytes => _status.MemoryBytes;

    /// <summary>Which kernel holds it.</summary>
    public BpfKernelKind Kernel => kernel;

    /// <summary>Names of the programs that use it.</summary>
    public IReadOnlyList<string> Programs => programs;

    /// <inheritdoc/>
    public override string ToString() => Name.Length > 0 ? Name : $"{Id}";
}
