using System.Runtime.CompilerServices;
using PSBpf.Runtime.Runs;

namespace PSBpf.Runtime.Jit;

/// <summary>Loads and stores of compiled code that checks: the frame, the packet and the last map value at once, the rest by the run.</summary>
internal static unsafe class CheckedMemory
{
    // As far away from every address as can be: a packet that is too short for one comparison.
    private const ulong Nowhere = ulong.MaxValue >> 1;
    private const ulong WidestAccess = 8;

    /// <summary>Where the context lies.</summary>
    public static ulong ContextAddress(RunState run) => (ulong)run.Context;

    /// <summary>Where the packet begins; nowhere when it has less bytes than the widest access.</summary>
    public static ulong QuickPacketBase(RunState run) => run.Frame->PacketLength >= WidestAccess ? run.Frame->PacketBase : Nowhere;

    /// <summary>The last offset in the packet where the widest access fits.</summary>
    public static ulong QuickPacketRoom(RunState run) => run.Frame->PacketLength >= WidestAccess ? run.Frame->PacketLength - WidestAccess : 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Load8(RunState run, ulong address, int slot) =>
        RunFrame.IsReadable(run.Frame, address, 1) ? *(byte*)address : run.Load(address, 1, slot);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Load16(RunState run, ulong address, int slot) =>
        RunFrame.IsReadable(run.Frame, address, 2) ? *(ushort*)address : run.Load(address, 2, slot);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Load32(RunState run, ulong address, int slot) =>
        RunFrame.IsReadable(run.Frame, address, 4) ? *(uint*)address : run.Load(address, 4, slot);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Load64(RunState run, ulong address, int slot) =>
        RunFrame.IsReadable(run.Frame, address, 8) ? *(ulong*)address : run.Load(address, 8, slot);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store8(RunState run, ulong address, ulong value, int slot)
    {
        if (RunFrame.IsWritable(run.Frame, address, 1)) *(byte*)address = (byte)value;
        else run.Store(address, 1, value, slot);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store16(RunState run, ulong address, ulong value, int slot)
    {
        if (RunFrame.IsWritable(run.Frame, address, 2)) *(ushort*)address = (ushort)value;
        else run.Store(address, 2, value, slot);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store32(RunState run, ulong address, ulong value, int slot)
    {
        if (RunFrame.IsWritable(run.Frame, address, 4)) *(uint*)address = (uint)value;
        else run.Store(address, 4, value, slot);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store64(RunState run, ulong address, ulong value, int slot)
    {
        if (RunFrame.IsWritable(run.Frame, address, 8)) *(ulong*)address = value;
        else run.Store(address, 8, value, slot);
    }
}
