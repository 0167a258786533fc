using System.Collections.Frozen;
using PSBpf.Diagnostics;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Maps;

/// <summary>Makes maps: one row per type that the engine has, with the rules that BPF_MAP_CREATE applies to it.</summary>
internal static class MapFactory
{
    // KMALLOC_MAX_SIZE and PCPU_MIN_UNIT_SIZE of the kernel, which bound keys and values there.
    private const ulong LargestElement = 4 << 20, LargestPerCpuValue = 32 << 10;

    // sysctl_perf_event_max_stack, LPM_DATA_SIZE_MAX, and CONFIG_NR_CPUS of the kernels that people run.
    private const uint LongestStack = 127, LongestPrefix = 256, MostCpus = 8192;

    // MAX_BPF_STACK: where programs have their keys.
    private const uint LongestSocketKey = 512;

    // What a 16-bit length leaves beside the 128 bytes of the kernel's element, asked of Linux 6.18.
    private const uint LargestStorage = ushort.MaxValue - 128;

    private const MapFlags Permissions = MapFlags.ReadOnly | MapFlags.WriteOnly | MapFlags.ReadOnlyProgram | MapFlags.WriteOnlyProgram;
    private const MapFlags HashFlags = Permissions | MapFlags.NoPrealloc | MapFlags.NumaNode | MapFlags.ZeroSeed;
    private const MapFlags ArrayFlags = Permissions | MapFlags.NumaNode;

    private static readonly FrozenDictionary<MapType, Row> Rows = new Dictionary<MapType, Row>
    {
        [MapType.Hash] = new(CheckHash, HashFlags, static (engine, spec) => HashMap.Create(engine, spec, perCpu: false, evicts: false)),
        [MapType.Array] = new(CheckArray, ArrayFlags | MapFlags.Mmapable | MapFlags.InnerMap, static (engine, spec) => new ArrayMap(engine, spec)),
        [MapType.ProgArray] = new(CheckProgArray, MapFlags.ReadOnly | MapFlags.WriteOnly | MapFlags.NumaNode, static (engine, spec) => new ProgArrayMap(engine, spec)),
        [MapType.PerfEventArray] = new(CheckPerfEventArray, MapFlags.ReadOnly | MapFlags.WriteOnly | MapFlags.NumaNode | MapFlags.PreserveElements,
            static (engine, spec) => new PerfEventArrayMap(engine, spec)),
        [MapType.PerCpuHash] = new(CheckHash, HashFlags, static (engine, spec) => HashMap.Create(engine, spec, perCpu: true, evicts: false), PerCpu: true),
        [MapType.PerCpuArray] = new(CheckArray, ArrayFlags, static (engine, spec) => new PerCpuArrayMap(engine, spec), PerCpu: true),
        [MapType.LruHash] = new(CheckHash, HashFlags | MapFlags.NoCommonLru, static (engine, spec) => HashMap.Create(engine, spec, perCpu: false, evicts: true)),
        [MapType.LruPerCpuHash] = new(CheckHash, HashFlags | MapFlags.NoCommonLru, static (engine, spec) => HashMap.Create(engine, spec, perCpu: true, evicts: true), PerCpu: true),
        [MapType.StackTrace] = new(CheckStackTrace, MapFlags.ReadOnly | MapFlags.WriteOnly | MapFlags.NumaNode, static (engine, spec) => new StackTraceMap(engine, spec)),
        [MapType.CgroupArray] = new(CheckCgroupArray, MapFlags.ReadOnly | MapFlags.WriteOnly | MapFlags.NumaNode, static (engine, spec) => new CgroupArrayMap(engine, spec)),
        [MapType.LpmTrie] = new(CheckTrie, Permissions | MapFlags.NoPrealloc | MapFlags.NumaNode, static (engine, spec) => new LpmTrieMap(engine, spec)),
        [MapType.ArrayOfMaps] = new(CheckArrayOfMaps, MapFlags.ReadOnly | MapFlags.WriteOnly | MapFlags.NumaNode, static (engine, spec) => new ArrayOfMaps(engine, spec)),
        [MapType.HashOfMaps] = new(CheckHashOfMaps, HashFlags, static (engine, spec) => HashMap.CreateOfMaps(engine, spec)),
        [MapType.Devmap] = new(CheckDevmap, MapFlags.ReadOnly | MapFlags.WriteOnly | MapFlags.NumaNode, static (engine, spec) => new DevmapMap(engine, spec)),
        [MapType.DevmapHash] = new(CheckDevmap, MapFlags.ReadOnly | MapFlags.WriteOnly | MapFlags.NumaNode, static (engine, spec) => new DevmapHashMap(engine, spec)),
        [MapType.Cpumap] = new(CheckCpumap, MapFlags.NumaNode, static (engine, spec) => new CpumapMap(engine, spec)),
        [MapType.Xskmap] = new(CheckXskmap, MapFlags.ReadOnly | MapFlags.WriteOnly | MapFlags.NumaNode, static (engine, spec) => new SocketArrayMap(engine, spec)),
        [MapType.Sockmap] = new(CheckSockets, MapFlags.ReadOnly | MapFlags.WriteOnly | MapFlags.NumaNode, static (engine, spec) => new SocketArrayMap(engine, spec)),
        [MapType.Sockhash] = new(CheckSockhash, MapFlags.ReadOnly | MapFlags.WriteOnly | MapFlags.NumaNode, static (engine, spec) => HashMap.CreateOfSockets(engine, spec)),
        [MapType.ReuseportSockArray] = new(CheckSockets, ArrayFlags, static (engine, spec) => new SocketArrayMap(engine, spec)),
        [MapType.Queue] = new(CheckQueue, Permissions | MapFlags.NumaNode, static (engine, spec) => new QueueMap(engine, spec, newestFirst: false)),
        [MapType.Stack] = new(CheckQueue, Permissions | MapFlags.NumaNode, static (engine, spec) => new QueueMap(engine, spec, newestFirst: true)),
        [MapType.BloomFilter] = new(CheckBloomFilter, Permissions | MapFlags.NumaNode | MapFlags.ZeroSeed, static (engine, spec) => new BloomFilterMap(engine, spec)),
        [MapType.CgroupStorage] = new(CheckCgroupStorage, Permissions | MapFlags.NumaNode, static (engine, spec) => new CgroupStorageMap(engine, spec)),
        [MapType.PerCpuCgroupStorage] = new(CheckCgroupStorage, Permissions | MapFlags.NumaNode, static (engine, spec) => new CgroupStorageMap(engine, spec), PerCpu: true),
        [MapType.SkStorage] = new(CheckStorage, MapFlags.NoPrealloc | MapFlags.Clone, static (engine, spec) => new LocalStorageMap(engine, spec)),
        [MapType.InodeStorage] = new(CheckStorage, MapFlags.NoPrealloc | MapFlags.Clone, static (engine, spec) => new LocalStorageMap(engine, spec)),
        [MapType.TaskStorage] = new(CheckStorage, MapFlags.NoPrealloc | MapFlags.Clone, static (engine, spec) => new LocalStorageMap(engine, spec)),
        [MapType.CgrpStorage] = new(CheckStorage, MapFlags.NoPrealloc | MapFlags.Clone, static (engine, spec) => new LocalStorageMap(engine, spec)),
        [MapType.Arena] = new(CheckArena, MapFlags.Mmapable | MapFlags.SegvOnFault | MapFlags.NoUserConv, static (engine, spec) => new ArenaMap(engine, spec)),
        [MapType.UserRingBuf] = new(CheckRingBuffer, MapFlags.NumaNode, static (engine, spec) => new UserRingBufferMap(engine, spec)),
        [MapType.RingBuf] = new(CheckRingBuffer, MapFlags.NumaNode, static (engine, spec) => new RingBufferMap(engine, spec)),
    }.ToFrozenDictionary();

    /// <summary>Whether maps of a type can be made.</summary>
    public static bool Supports(MapType type) => Rows.ContainsKey(type);

    /// <summary>Makes a map with its initial value.</summary>
    /// <exception cref="BpfException">BPF2001, BPF2002 and BPF2004.</exception>
    public static unsafe RuntimeMap Create(Engine engine, MapSpec spec)
    {
        if (!Rows.TryGetValue(spec.Type, out var row))
        {
            throw DiagnosticRules.MapTypeUnsupported.Error(
                $"Map '{spec.Name}' is a {spec.Type}; the managed engine has {string.Join(", ", Rows.Keys.Order())}.");
        }

        if ((spec.Flags & ~row.Flags) is var unknown and not MapFlags.None) throw Invalid(spec, Errno.EINVAL, $"flags {unknown} do not fit its type");
        if (spec.Flags.HasFlag(MapFlags.ReadOnly | MapFlags.WriteOnly) || spec.Flags.HasFlag(MapFlags.ReadOnlyProgram | MapFlags.WriteOnlyProgram))
            throw Invalid(spec, Errno.EINVAL, "it cannot be read-only and write-only at once");
        spec = spec.WithDefaultSize(engine.Cpus.Count, (int)RingBufferMap.PageSize);
        row.Check(spec);
        if (row.PerCpu && ((ulong)spec.ValueSize + 7 & ~7ul) > LargestPerCpuValue) throw Invalid(spec, Errno.E2BIG, $"a per-CPU value has at most {LargestPerCpuValue} bytes");

        var map = row.Create(engine, WithImpliedFlags(spec));
        if (spec.InitialValue is { Length: > 0 } initial)
        {
            if (map.DirectValueAddress == 0 || initial.Length > spec.ValueSize)
            {
                map.Release();
                throw Invalid(spec, Errno.EINVAL, $"an initial value of {initial.Length} bytes does not fit it");
            }

            initial.CopyTo(new Span<byte>((byte*)map.DirectValueAddress, initial.Length));
        }

        map.IsFrozen = spec.IsFrozen;
        return map;
    }

    private static void CheckArray(MapSpec spec)
    {
        if (spec.KeySize != 4) throw Invalid(spec, Errno.EINVAL, $"an array's keys have 4 bytes, not {spec.KeySize}");
        if (spec.MaxEntries == 0) throw Invalid(spec, Errno.EINVAL, "max_entries is 0");
        if (spec.ValueSize == 0) throw Invalid(spec, Errno.EINVAL, "value_size is 0");
        if (spec.ValueSize > int.MaxValue - 7) throw Invalid(spec, Errno.E2BIG, $"value_size {spec.ValueSize} is too large");
    }

    private static void CheckProgArray(MapSpec spec)
    {
        if (spec.ValueSize != 4) throw Invalid(spec, Errno.EINVAL, $"its values have 4 bytes, not {spec.ValueSize}");
        CheckArray(spec);
        if (spec.MaxEntries > Array.MaxLength) throw Invalid(spec, Errno.E2BIG, $"max_entries {spec.MaxEntries} is too large");
    }

    private static void CheckPerfEventArray(MapSpec spec)
    {
        if (spec.ValueSize != 4) throw Invalid(spec, Errno.EINVAL, $"its values have 4 bytes, not {spec.ValueSize}");
        CheckArray(spec);
        if (spec.MaxEntries > 1 << 20) throw Invalid(spec, Errno.E2BIG, $"max_entries {spec.MaxEntries} is too large");
    }

    private static void CheckHash(MapSpec spec)
    {
        bool lru = spec.Type is MapType.LruHash or MapType.LruPerCpuHash;
        if (lru && spec.Flags.HasFlag(MapFlags.NoPrealloc)) throw Invalid(spec, Errno.ENOTSUPP, "an LRU map cannot have BPF_F_NO_PREALLOC");
        if (spec.KeySize == 0) throw Invalid(spec, Errno.EINVAL, "key_size is 0");
        if (spec.ValueSize == 0) throw Invalid(spec, Errno.EINVAL, "value_size is 0");
        if (spec.MaxEntries == 0) throw Invalid(spec, Errno.EINVAL, "max_entries is 0");
        if ((ulong)spec.KeySize + spec.ValueSize >= LargestElement - HashElement.Size) throw Invalid(spec, Errno.E2BIG, $"key and value together have {(ulong)spec.KeySize + spec.ValueSize} bytes");
        if (spec.MaxEntries > 1u << 30) throw Invalid(spec, Errno.E2BIG, $"max_entries {spec.MaxEntries} is too large");
    }

    // Programs see the values of device maps themselves and must not change them.
    private static MapSpec WithImpliedFlags(MapSpec spec) => spec with
    {
        Flags = spec.Type is MapType.Devmap or MapType.DevmapHash ? spec.Flags | MapFlags.ReadOnlyProgram : spec.Flags,
        Inner = spec.Inner is null ? null : WithImpliedFlags(spec.Inner),
    };

    private static void CheckStackTrace(MapSpec spec)
    {
        CheckArray(spec);
        if (spec.ValueSize < 8 || spec.ValueSize % 8 != 0) throw Invalid(spec, Errno.EINVAL, $"its values hold addresses of 8 bytes; {spec.ValueSize} is no multiple of that");
        if (spec.ValueSize / 8 > LongestStack) throw Invalid(spec, Errno.EINVAL, $"a stack has at most {LongestStack} frames");
        if (spec.MaxEntries > 1u << 26) throw Invalid(spec, Errno.E2BIG, $"max_entries {spec.MaxEntries} is too large");
    }

    private static void CheckTrie(MapSpec spec)
    {
        if (!spec.Flags.HasFlag(MapFlags.NoPrealloc)) throw Invalid(spec, Errno.EINVAL, "a trie needs BPF_F_NO_PREALLOC");
        if (spec.KeySize is <= LpmTrieMap.PrefixSize or > LpmTrieMap.PrefixSize + LongestPrefix)
            throw Invalid(spec, Errno.EINVAL, $"its keys are a length of 4 bytes and 1 to {LongestPrefix} bytes of prefix, not {spec.KeySize} bytes");
        if (spec.ValueSize == 0) throw Invalid(spec, Errno.EINVAL, "value_size is 0");
        if (spec.MaxEntries == 0) throw Invalid(spec, Errno.EINVAL, "max_entries is 0");
        if (spec.ValueSize > LargestElement - LongestPrefix - LpmNode.Size) throw Invalid(spec, Errno.EINVAL, $"value_size {spec.ValueSize} is too large");
        if (spec.MaxEntries > 1u << 30) throw Invalid(spec, Errno.E2BIG, $"max_entries {spec.MaxEntries} is too large");
    }

    private static void CheckQueue(MapSpec spec)
    {
        if (spec.KeySize != 0) throw Invalid(spec, Errno.EINVAL, "it has no keys");
        if (spec.MaxEntries == 0) throw Invalid(spec, Errno.EINVAL, "max_entries is 0");
        if (spec.ValueSize == 0) throw Invalid(spec, Errno.EINVAL, "value_size is 0");
        if (spec.ValueSize > LargestElement) throw Invalid(spec, Errno.E2BIG, $"value_size {spec.ValueSize} is too large");
    }

    private static void CheckBloomFilter(MapSpec spec)
    {
        CheckQueue(spec);
        if (spec.Extra > 15) throw Invalid(spec, Errno.EINVAL, $"map_extra says how many hashes it has, at most 15, and not {spec.Extra}");
    }

    private static void CheckArrayOfMaps(MapSpec spec)
    {
        if (spec.ValueSize != 4) throw Invalid(spec, Errno.EINVAL, $"its values have 4 bytes, not {spec.ValueSize}");
        CheckArray(spec);
        CheckTemplate(spec);
    }

    private static void CheckHashOfMaps(MapSpec spec)
    {
        if (spec.ValueSize != 4) throw Invalid(spec, Errno.EINVAL, $"its values have 4 bytes, not {spec.ValueSize}");
        CheckHash(spec);
        CheckTemplate(spec);
    }

    private static void CheckCgroupArray(MapSpec spec)
    {
        if (spec.ValueSize != 4) throw Invalid(spec, Errno.EINVAL, $"its values have 4 bytes, not {spec.ValueSize}");
        CheckArray(spec);
    }

    private static void CheckXskmap(MapSpec spec)
    {
        if (spec.ValueSize != 4) throw Invalid(spec, Errno.EINVAL, $"its values have 4 bytes, not {spec.ValueSize}");
        CheckArray(spec);
    }

    private static void CheckSockets(MapSpec spec)
    {
        if (spec.ValueSize is not (4 or 8)) throw Invalid(spec, Errno.EINVAL, $"its values have 4 or 8 bytes, not {spec.ValueSize}");
        CheckArray(spec);
    }

    private static void CheckSockhash(MapSpec spec)
    {
        if (spec.ValueSize is not (4 or 8)) throw Invalid(spec, Errno.EINVAL, $"its values have 4 or 8 bytes, not {spec.ValueSize}");
        CheckHash(spec);
        if (spec.KeySize > LongestSocketKey) throw Invalid(spec, Errno.E2BIG, $"its keys have at most {LongestSocketKey} bytes");
    }

    private static void CheckTemplate(MapSpec spec)
    {
        if (spec.Inner is not { } inner) throw Invalid(spec, Errno.EBADF, "nothing says what the maps inside of it are like");
        if (InnerMaps.CheckTemplate(inner) is var error and not Errno.None) throw Invalid(spec, error, $"a {inner.Type} cannot be inside of another map");
    }

    private static void CheckDevmap(MapSpec spec)
    {
        CheckArray(spec);
        if (spec.ValueSize is not (4 or 8)) throw Invalid(spec, Errno.EINVAL, $"its values have 4 or 8 bytes (struct bpf_devmap_val), not {spec.ValueSize}");
        if (spec.Type == MapType.DevmapHash && spec.MaxEntries > 1u << 31) throw Invalid(spec, Errno.EINVAL, $"max_entries {spec.MaxEntries} is too large");
    }

    private static void CheckCpumap(MapSpec spec)
    {
        CheckArray(spec);
        if (spec.ValueSize is not (4 or 8)) throw Invalid(spec, Errno.EINVAL, $"its values have 4 or 8 bytes (struct bpf_cpumap_val), not {spec.ValueSize}");
        if (spec.MaxEntries > MostCpus) throw Invalid(spec, Errno.E2BIG, $"there are at most {MostCpus} CPUs");
    }

    private static void CheckStorage(MapSpec spec)
    {
        if (!spec.Flags.HasFlag(MapFlags.NoPrealloc)) throw Invalid(spec, Errno.EINVAL, "a storage needs BPF_F_NO_PREALLOC");
        if (spec.MaxEntries != 0) throw Invalid(spec, Errno.EINVAL, $"there is a value for each object: max_entries is 0, not {spec.MaxEntries}");
        if (spec.KeySize != 4) throw Invalid(spec, Errno.EINVAL, $"its keys have 4 bytes, not {spec.KeySize}");
        if (spec.ValueSize == 0) throw Invalid(spec, Errno.EINVAL, "value_size is 0");
        if (spec.Btf is not { } types || spec.KeyType is not { } key || spec.ValueType is null) throw Invalid(spec, Errno.EINVAL, "it needs the types of its keys and values (BTF)");
        if (types.Resolve(key) is not Btf.BtfInt { Size: 4 }) throw Invalid(spec, Errno.EINVAL, "its keys are of type int");
        if (spec.ValueSize > LargestStorage) throw Invalid(spec, Errno.EINVAL, $"value_size {spec.ValueSize} is too large");
    }

    private static void CheckCgroupStorage(MapSpec spec)
    {
        if (spec.KeySize is not (8 or 16)) throw Invalid(spec, Errno.EINVAL, $"its keys are a cgroup's id of 8 bytes or a struct bpf_cgroup_storage_key of 16, not {spec.KeySize} bytes");
        if (spec.ValueSize == 0) throw Invalid(spec, Errno.EINVAL, "value_size is 0");
        if (spec.ValueSize > LargestStorage) throw Invalid(spec, Errno.E2BIG, $"value_size {spec.ValueSize} is too large");
        if (spec.MaxEntries != 0) throw Invalid(spec, Errno.EINVAL, $"there is a value for each cgroup: max_entries is 0, not {spec.MaxEntries}");
    }

    private static void CheckRingBuffer(MapSpec spec)
    {
        if (spec.KeySize != 0 || spec.ValueSize != 0) throw Invalid(spec, Errno.EINVAL, "a ring buffer has neither keys nor values");
        if (spec.MaxEntries == 0 || !uint.IsPow2(spec.MaxEntries) || spec.MaxEntries % RingBufferMap.PageSize != 0)
            throw Invalid(spec, Errno.EINVAL, $"max_entries {spec.MaxEntries} is no power of two that is a multiple of {RingBufferMap.PageSize}");
    }

    private static void CheckArena(MapSpec spec)
    {
        if (!spec.Flags.HasFlag(MapFlags.Mmapable)) throw Invalid(spec, Errno.EINVAL, "an arena needs BPF_F_MMAPABLE");
        if (spec.KeySize != 0 || spec.ValueSize != 0) throw Invalid(spec, Errno.EINVAL, "an arena has neither keys nor values");
        if (spec.MaxEntries == 0) throw Invalid(spec, Errno.EINVAL, "max_entries, its number of pages, is 0");
        ulong bytes = (ulong)spec.MaxEntries * ArenaMap.PageSize;
        if (bytes > ArenaMap.LargestBytes) throw Invalid(spec, Errno.E2BIG, $"it has at most {ArenaMap.LargestBytes / ArenaMap.PageSize} pages");
        if (spec.Extra % ArenaMap.PageSize != 0) throw Invalid(spec, Errno.EINVAL, "map_extra, its address, is not that of a page");
        if (spec.Extra >> 32 != (spec.Extra + bytes - 1) >> 32) throw Invalid(spec, Errno.ERANGE, "it lies across two spans of 4 GiB");
    }

    private static BpfException Invalid(MapSpec spec, Errno error, string why) =>
        DiagnosticRules.MapInvalid.Error($"Map '{spec.Name}' of type {spec.Type} cannot be made: {why} ({error}).");

    private sealed record Row(Action<MapSpec> Check, MapFlags Flags, Func<Engine, MapSpec, RuntimeMap> Create, bool PerCpu = false);
}
