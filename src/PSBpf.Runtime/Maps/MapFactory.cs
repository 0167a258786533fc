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

        var map = row.Create(engine, spec);
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

    private static void CheckRingBuffer(MapSpec spec)
    {
        if (spec.KeySize != 0 || spec.ValueSize != 0) throw Invalid(spec, Errno.EINVAL, "a ring buffer has neither keys nor values");
        if (spec.MaxEntries == 0 || !uint.IsPow2(spec.MaxEntries) || spec.MaxEntries % RingBufferMap.PageSize != 0)
            throw Invalid(spec, Errno.EINVAL, $"max_entries {spec.MaxEntries} is no power of two that is a multiple of {RingBufferMap.PageSize}");
    }

    private static BpfException Invalid(MapSpec spec, Errno error, string why) =>
        DiagnosticRules.MapInvalid.Error($"Map '{spec.Name}' of type {spec.Type} cannot be made: {why} ({error}).");

    private sealed record Row(Action<MapSpec> Check, MapFlags Flags, Func<Engine, MapSpec, RuntimeMap> Create, bool PerCpu = false);
}
