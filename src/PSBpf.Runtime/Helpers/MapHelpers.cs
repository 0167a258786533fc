using System.Runtime.CompilerServices;
using PSBpf.Runtime.Memory;
using PSBpf.Runtime.Runs;

namespace PSBpf.Runtime.Helpers;

#pragma warning disable IDE0060 // All helpers have the same signature.

/// <summary>bpf_map_lookup_elem, bpf_map_update_elem, bpf_map_delete_elem.</summary>
internal static unsafe class MapHelpers
{
    [MethodImpl(HotCode.Optimized)]
    public static ulong Lookup(RunState run, ulong map, ulong key, ulong r3, ulong r4, ulong r5) =>
        run.MapOf(map).Lookup((byte*)key, run.Cpu.Id);

    [MethodImpl(HotCode.Optimized)]
    public static ulong Update(RunState run, ulong map, ulong key, ulong value, ulong flags, ulong r5) =>
        (ulong)-(long)run.MapOf(map).Update((byte*)key, (byte*)value, flags, run.Cpu.Id);

    [MethodImpl(HotCode.Optimized)]
    public static ulong Delete(RunState run, ulong map, ulong key, ulong r3, ulong r4, ulong r5) =>
        (ulong)-(long)run.MapOf(map).Delete((byte*)key);
}
