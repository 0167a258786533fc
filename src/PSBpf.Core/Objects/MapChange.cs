using PSBpf.Uapi;

namespace PSBpf.Objects;

/// <summary>What to make different about one of an object's maps before it is loaded; null for what the object says.</summary>
public sealed record MapChange
{
    /// <summary>BPF_MAP_TYPE_*.</summary>
    public MapType? Type { get; init; }

    /// <summary>Key size in bytes; keys then have no type.</summary>
    public uint? KeySize { get; init; }

    /// <summary>Value size in bytes; values then have no type.</summary>
    public uint? ValueSize { get; init; }

    /// <summary>Largest number of entries.</summary>
    public uint? MaxEntries { get; init; }

    /// <summary>BPF_F_* flags of BPF_MAP_CREATE.</summary>
    public MapFlags? Flags { get; init; }

    /// <summary>The map_extra field.</summary>
    public ulong? Extra { get; init; }

    /// <summary>NUMA node; BPF_F_NUMA_NODE goes with it.</summary>
    public uint? NumaNode { get; init; }

    /// <summary>Where it is pinned, an absolute path in a BPF file system; empty for nowhere.</summary>
    public string? PinPath { get; init; }

    /// <summary>A map with this change.</summary>
    public MapSpec ApplyTo(MapSpec map)
    {
        ArgumentNullException.ThrowIfNull(map);
        return map with
        {
            Type = Type ?? map.Type,
            KeySize = KeySize ?? map.KeySize,
            KeyType = KeySize is { } key && key != map.KeySize ? null : map.KeyType,
            ValueSize = ValueSize ?? map.ValueSize,
            ValueType = ValueSize is { } value && value != map.ValueSize ? null : map.ValueType,
            MaxEntries = MaxEntries ?? map.MaxEntries,
            Flags = (Flags ?? map.Flags) | (NumaNode is null ? 0 : MapFlags.NumaNode),
            Extra = Extra ?? map.Extra,
            NumaNode = NumaNode ?? map.NumaNode,
            PinPath = PinPath is "" ? null : PinPath ?? map.PinPath,
            // What is said here counts for more than the object's own word.
            Pinning = PinPath is null ? map.Pinning : 0,
        };
    }
}
