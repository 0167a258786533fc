using PSBpf.Uapi;

namespace PSBpf.Kernel;

/// <summary>What a kernel says of a map (struct bpf_map_info).</summary>
public sealed record MapStatus
{
    /// <summary>Id in its kernel.</summary>
    public required int Id { get; init; }

    /// <summary>Its name; the Linux kernel keeps 15 characters of it.</summary>
    public required string Name { get; init; }

    /// <summary>BPF_MAP_TYPE_*; a number without a name for a type that is newer than this version.</summary>
    public required MapType Type { get; init; }

    /// <summary>Key size in bytes.</summary>
    public uint KeySize { get; init; }

    /// <summary>Value size in bytes, of one CPU for per-CPU maps.</summary>
    public uint ValueSize { get; init; }

    /// <summary>Largest number of entries; for ring buffers the bytes of the data area.</summary>
    public uint MaxEntries { get; init; }

    /// <summary>BPF_F_* flags.</summary>
    public MapFlags Flags { get; init; }

    /// <summary>Bytes that it takes, as far as known.</summary>
    public long MemoryBytes { get; init; }

    /// <summary>Id of its type information in the kernel; 0 for none.</summary>
    public int BtfId { get; init; }
}
