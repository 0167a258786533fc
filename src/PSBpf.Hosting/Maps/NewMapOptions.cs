using PSBpf.Kernel;
using PSBpf.Uapi;

namespace PSBpf.Hosting;

/// <summary>What a map is to be that comes from no object. What is left out is as <see cref="Like"/> has it, or zero.</summary>
public sealed record NewMapOptions
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>A map of the same type, sizes, flags and types of keys and values; null for none.</summary>
    public BpfMap? Like { get; init; }

    /// <summary>BPF_MAP_TYPE_*.</summary>
    public MapType? Type { get; init; }

    /// <summary>Key size in bytes; null for what the type always has, or 4.</summary>
    public int? KeySize { get; init; }

    /// <summary>Value size in bytes; null for what the type always has, or 8.</summary>
    public int? ValueSize { get; init; }

    /// <summary>Largest number of entries; for ring buffers the bytes of the data area.</summary>
    public long? MaxEntries { get; init; }

    /// <summary>BPF_F_* flags.</summary>
    public MapFlags? Flags { get; init; }

    /// <summary>The map_extra field: for Bloom filters the number of hashes.</summary>
    public ulong? Extra { get; init; }

    /// <summary>For maps of maps: a map that those inside are like.</summary>
    public BpfMap? Inner { get; init; }

    /// <summary>Which kernel.</summary>
    public BpfKernelKind Kernel { get; init; }
}
