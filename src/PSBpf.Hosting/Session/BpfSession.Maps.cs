using PSBpf.Diagnostics;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Hosting;

public sealed partial class BpfSession
{
    // Without a word about it: what bpf(2) wants anyway, and otherwise 4-byte keys and 8-byte values.
    private static readonly MapType[] Keyless = [MapType.RingBuf, MapType.UserRingBuf, MapType.Queue, MapType.Stack, MapType.BloomFilter];

    private static readonly MapType[] Numbered =
        [MapType.ProgArray, MapType.PerfEventArray, MapType.CgroupArray, MapType.ArrayOfMaps, MapType.HashOfMaps, MapType.Devmap, MapType.DevmapHash, MapType.Cpumap, MapType.Xskmap];

    /// <summary>Makes a map that belongs to no program yet; <see cref="ImportOptions.Maps"/> and <see cref="NewProgramOptions.Maps"/> give it to programs.</summary>
    /// <exception cref="BpfException">BPF2001, BPF2002, BPF2004 of the managed engine; BPF3001 and its neighbours of Linux; BPF4006 for a map of another kernel.</exception>
    public BpfMap CreateMap(NewMapOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var kernel = Kernel(options.Kernel);
        if (options.Inner is { } template && template.Kernel != options.Kernel)
            throw DiagnosticRules.WrongKind.Error($"Map '{template.Name}' (id {template.Id}) is in the {template.Kernel} kernel; '{options.Name}' is to be in the {options.Kernel} kernel.");
        var spec = Blueprint(options);
        var live = Guard(() => kernel.CreateMap(spec));
        BpfMap map;
        lock (_gate)
        {
            if (_closed)
            {
                live.Dispose();
                ThrowIfClosed();
            }

            map = new BpfMap(this, ++_lastMap, options.Kernel, kernel.PossibleCpus, live, origin: null);
            _maps.Add(map.Id, map);
        }

        map.PrepareEvents();
        return map;
    }

    /// <summary>How many CPUs a kernel counts with.</summary>
    public int PossibleCpus(BpfKernelKind kernel) => Kernel(kernel).PossibleCpus;

    /// <summary>Takes a map out of the session.</summary>
    /// <param name="map">The map.</param>
    /// <param name="force">Also when programs of the session use it: they keep what is in it.</param>
    internal void Remove(BpfMap map, bool force)
    {
        lock (_gate)
        {
            if (!_maps.ContainsKey(map.Id) || map.IsForeign) return;
            var users = _programs.Values.Where(program => program.GetMaps().Contains(map)).Select(program => program.Name).ToArray();
            if (users.Length > 0 && !force)
                throw DiagnosticRules.InUse.Error(
                    $"Map '{map.Name}' (id {map.Id}) is used by {(users.Length == 1 ? "program" : "programs")} {string.Join(", ", users)}.",
                    action: "Remove them first (Remove-BpfProgram), or pass -Force: programs keep what is in the map, the session lets it go.");
            _maps.Remove(map.Id);
            foreach (var holder in map.Holders) holder.Maps.Remove(map);
            map.Holders.Clear();
        }

        map.Close();
    }

    private static MapSpec Blueprint(NewMapOptions options)
    {
        var like = options.Like?.Spec;
        var type = options.Type ?? like?.Type ?? throw DiagnosticRules.OptionValue.Error($"Map '{options.Name}' has no type.", action: "Pass -Type, or -Like with a map of the same kind.");
        if (like?.Type != type) like = null;
        uint keySize = Size(options.KeySize, "key size") ?? like?.KeySize ?? (Keyless.Contains(type) ? 0u : type == MapType.LpmTrie ? 8u : 4u);
        uint valueSize = Size(options.ValueSize, "value size") ?? like?.ValueSize ?? (type is MapType.RingBuf or MapType.UserRingBuf ? 0u : Numbered.Contains(type) ? 4u : 8u);
        var flags = options.Flags ?? like?.Flags ?? (type == MapType.LpmTrie ? MapFlags.NoPrealloc : MapFlags.None);
        bool typed = like is not null && like.KeySize == keySize && like.ValueSize == valueSize;
        return new MapSpec
        {
            Name = options.Name,
            Type = type,
            KeySize = keySize,
            ValueSize = valueSize,
            MaxEntries = Size(options.MaxEntries, "number of entries") ?? like?.MaxEntries ?? (type == MapType.PerfEventArray ? 0u : type is MapType.RingBuf or MapType.UserRingBuf ? 1u << 18 : 1024u),
            Flags = type is MapType.Devmap or MapType.DevmapHash ? flags & ~MapFlags.ReadOnlyProgram : flags,
            Extra = options.Extra ?? like?.Extra ?? 0,
            Inner = options.Inner?.Spec ?? like?.Inner,
            Btf = typed ? like!.Btf : null,
            KeyType = typed ? like!.KeyType : null,
            ValueType = typed ? like!.ValueType : null,
        };
    }

    private static uint? Size(long? given, string what)
    {
        if (given is not { } number) return null;
        Check(number is >= 0 and <= uint.MaxValue, $"The {what}", number, $"0 to {uint.MaxValue}");
        return (uint)number;
    }
}
