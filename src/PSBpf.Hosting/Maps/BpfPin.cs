using PSBpf.Kernel;
using PSBpf.Uapi;

namespace PSBpf.Hosting;

/// <summary>A name in a BPF file system, and what it keeps alive.</summary>
/// <param name="status">What the kernel says of it.</param>
/// <param name="kernel">Which kernel.</param>
public sealed class BpfPin(PinStatus status, BpfKernelKind kernel)
{
    private readonly PinStatus _status = status ?? throw new ArgumentNullException(nameof(status));

    /// <summary>The name, an absolute path.</summary>
    public string Path => _status.Path;

    /// <summary>What it is a name of.</summary>
    public PinKind Kind => _status.Kind;

    /// <summary>The map's or program's own name; empty for links. The Linux kernel keeps 15 characters of it.</summary>
    public string Name => _status.Name;

    /// <summary>BPF_MAP_TYPE_*; null when it is no map.</summary>
    public MapType? Type => _status.MapType;

    /// <summary>Its id in its kernel.</summary>
    public int KernelId => _status.Id;

    /// <summary>Which kernel has it.</summary>
    public BpfKernelKind Kernel => kernel;

    /// <inheritdoc/>
    public override string ToString() => Path;
}
