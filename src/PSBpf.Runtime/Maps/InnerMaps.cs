using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Maps;

/// <summary>What maps of maps may hold (the kernel's bpf_map_meta_alloc and bpf_map_meta_equal).</summary>
internal static class InnerMaps
{
    // Types that cannot be inside of another map: maps of maps themselves, and what is bound to the programs that use it.
    private static readonly MapType[] Never =
        [MapType.ArrayOfMaps, MapType.HashOfMaps, MapType.ProgArray, MapType.CgroupStorage, MapType.PerCpuCgroupStorage, MapType.StructOps];

    // Programs are compiled for a number of entries.
    private static readonly MapType[] Sized = [MapType.Array, MapType.Xskmap];

    /// <summary>The error for a template; none when it can be one.</summary>
    public static Errno CheckTemplate(MapSpec template) => template.Type is MapType.ArrayOfMaps or MapType.HashOfMaps ? Errno.EINVAL
        : Never.Contains(template.Type) ? Errno.ENOTSUPP
        : Errno.None;

    /// <summary>Whether programs that were verified with a template work on a map.</summary>
    public static bool Fits(MapSpec template, MapSpec map) => template.Type == map.Type && template.KeySize == map.KeySize && template.ValueSize == map.ValueSize
        && template.Flags == map.Flags && (!Sized.Contains(template.Type) || template.Flags.HasFlag(MapFlags.InnerMap) || template.MaxEntries == map.MaxEntries);
}
