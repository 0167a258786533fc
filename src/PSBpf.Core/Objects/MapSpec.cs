using System.Numerics;
using PSBpf.Btf;
using PSBpf.Uapi;

namespace PSBpf.Objects;

/// <summary>The blueprint of a map.</summary>
public sealed record MapSpec
{
    /// <summary>The C name; for global data the section's, e.g. <c>.rodata</c>.</summary>
    public required string Name { get; init; }

    /// <summary>BPF_MAP_TYPE_*.</summary>
    public required MapType Type { get; init; }

    /// <summary>Key size in bytes.</summary>
    public uint KeySize { get; init; }

    /// <summary>Value size in bytes.</summary>
    public uint ValueSize { get; init; }

    /// <summary>Largest number of entries; for ring buffers the size of the data area in bytes.</summary>
    public uint MaxEntries { get; init; }

    /// <summary>BPF_F_* flags of BPF_MAP_CREATE.</summary>
    public MapFlags Flags { get; init; }

    /// <summary>The map_extra field, whose meaning depends on the type.</summary>
    public ulong Extra { get; init; }

    /// <summary>NUMA node, used with BPF_F_NUMA_NODE.</summary>
    public uint NumaNode { get; init; }

    /// <summary>libbpf's pinning attribute: 0 none, 1 by name.</summary>
    public uint Pinning { get; init; }

    /// <summary>
    /// Where the map is pinned: a map that is there is used, else the new one gets the name. Null for nowhere.
    /// <see cref="ObjectSpec.WithPins"/> fills it in for maps that are pinned by name.
    /// </summary>
    public string? PinPath { get; init; }

    /// <summary>The blueprint of inner maps, for maps of maps.</summary>
    public MapSpec? Inner { get; init; }

    /// <summary>Type information that <see cref="KeyType"/> and <see cref="ValueType"/> belong to.</summary>
    public BtfTypeSet? Btf { get; init; }

    /// <summary>BTF type of keys; null when unknown.</summary>
    public BtfType? KeyType { get; init; }

    /// <summary>BTF type of values; for global data the BTF_KIND_DATASEC.</summary>
    public BtfType? ValueType { get; init; }

    /// <summary>For global data: the first bytes of the single value, from the object file.</summary>
    public byte[]? InitialValue { get; init; }

    /// <summary>For program arrays: what the object puts into it when it is loaded, ascending by index.</summary>
    public IReadOnlyList<InitialProgram> InitialPrograms { get; init; } = [];

    /// <summary>For maps of maps: what the object puts into it when it is loaded, ascending by index, which is the key.</summary>
    public IReadOnlyList<InitialMap> InitialMaps { get; init; } = [];

    /// <summary>Whether it holds an object's global variables (.rodata, .data, .bss and their like).</summary>
    public bool IsGlobalData { get; init; }

    /// <summary>Whether user space may no longer change it once its initial value is set (.rodata).</summary>
    public bool IsFrozen { get; init; }

    /// <summary>The map with what a loader fills in, as libbpf does: one slot per CPU in perf event arrays, whole pages in a power of two for ring buffers.</summary>
    /// <param name="possibleCpus">How many CPUs the kernel counts with.</param>
    /// <param name="pageSize">Bytes of its pages.</param>
    public MapSpec WithDefaultSize(int possibleCpus, int pageSize) => Type switch
    {
        MapType.PerfEventArray when MaxEntries == 0 => this with { MaxEntries = (uint)possibleCpus },
        MapType.RingBuf or MapType.UserRingBuf when MaxEntries is > 0 and <= 1u << 31 =>
            this with { MaxEntries = Math.Max(BitOperations.RoundUpToPowerOf2(MaxEntries), (uint)pageSize) },
        _ => this,
    };
}

/// <summary>A program that an object puts into one of its program arrays.</summary>
/// <param name="Index">Where.</param>
/// <param name="Program">The program's name.</param>
public sealed record InitialProgram(int Index, string Program);

/// <summary>A map that an object puts into one of its maps of maps.</summary>
/// <param name="Index">Where: the key, a 32-bit number.</param>
/// <param name="Map">The map's name.</param>
public sealed record InitialMap(int Index, string Map);
