using System.Runtime.CompilerServices;
using PSBpf.Runtime.Memory;
using PSBpf.Runtime.Runs;

namespace PSBpf.Runtime.Helpers;

#pragma warning disable IDE0060 // All helpers have the same signature.

/// <summary>bpf_map_*_elem.</summary>
internal static unsafe class MapHelpers
{
    [MethodImpl(HotCode.Optimized)]
    public static ulong Lookup(RunState run, ulong map, ulong key, ulong r3, ulong r4, ulong r5) =>
        run.MapOf(map).Lookup((byte*)key, run.Cpu.Id);

    [MethodImpl(HotCode.Optimized)]
    public static ulong Update(RunState run, ulong map, ulong key, ulong value, ulong flags, ulong r5) =>
        (ulong)-(long)run.MapOf(map).Update((byte*)key, (byte*)value, flags, run.Cpu.Id);

    [MethodImpl(HotCode.Optimized)]
    public static ulong LookupPerCpu(RunState run, ulong map, ulong key, ulong cpu, ulong r4, ulong r5) => run.MapOf(map).LookupOn((byte*)key, (uint)cpu);

    [MethodImpl(HotCode.Optimized)]
    public static ulong Push(RunState run, ulong map, ulong value, ulong flags, ulong r4, ulong r5) => (ulong)-(long)run.MapOf(map).Push((byte*)value, flags);

    [MethodImpl(HotCode.Optimized)]
    public static ulong Pop(RunState run, ulong map, ulong value, ulong r3, ulong r4, ulong r5) => (ulong)-(long)run.MapOf(map).Pop((byte*)value);

    [MethodImpl(HotCode.Optimized)]
    public static ulong Peek(RunState run, ulong map, ulong value, ulong r3, ulong r4, ulong r5) => (ulong)-(long)run.MapOf(map).Peek((byte*)value);

    [MethodImpl(HotCode.Optimized)]
    public static ulong Delete(RunState run, ulong map, ulong key, ulong r3, ulong r4, ulong r5) =>
        (ulong)-(long)run.MapOf(map).Delete((byte*)key);
}
