using PSBpf.Uapi;

namespace PSBpf.Runtime.Helpers;

/// <summary>
/// The helpers' behaviour: one row per id, beside the prototype of <see cref="HelperTable"/>. An implementation
/// gets the run and r1 to r5; its memory arguments have been checked by the prototype when it is called by the interpreter.
/// </summary>
internal static unsafe class HelperSet
{
    /// <summary>The entries by id; those without an implementation have no function.</summary>
    public static HelperEntry[] All { get; } = Build();

    /// <summary>The entry of one of the kernel's helpers.</summary>
    public static ref readonly HelperEntry Get(int id) => ref All[id];

    /// <summary>Whether one of the kernel's helpers has an implementation.</summary>
    public static bool Implements(int id) => Implements(All, (uint)id);

    /// <summary>Whether a table has an implementation of a helper; that of a tail call or a callback is the run's.</summary>
    public static bool Implements(HelperEntry[] table, ulong id) => id < (ulong)table.Length && (table != All || id < (ulong)KfuncSet.First)
        && (table[id].Function != null || (table == All && (HelperTable.Find((int)id) is { ReplacesProgram: true } || CallbackHelpers.Implements((int)id))));

    private static HelperEntry[] Build()
    {
        var entries = new HelperEntry[HelperTable.All.Count + 1];
        void Row(int id, HelperFunction function) =>
            entries[id] = new HelperEntry(function, HelperTable.Find(id)!);

        Row(1, MapHelpers.Lookup);
        Row(2, MapHelpers.Update);
        Row(3, MapHelpers.Delete);
        Row(5, WorldHelpers.KtimeGetNs);
        Row(6, PrintHelpers.TracePrintk);
        Row(7, WorldHelpers.GetPrandomU32);
        Row(8, WorldHelpers.GetSmpProcessorId);
        Row(14, WorldHelpers.GetCurrentPidTgid);
        Row(15, WorldHelpers.GetCurrentUidGid);
        Row(16, WorldHelpers.GetCurrentComm);
        Row(25, PerfEventHelpers.Output);
        Row(26, PacketHelpers.SkbLoadBytes);
        Row(28, ChecksumHelpers.CsumDiff);
        Row(42, WorldHelpers.GetNumaNodeId);
        Row(44, PacketHelpers.XdpAdjustHead);
        Row(65, PacketHelpers.XdpAdjustTail);
        Row(93, LockHelpers.Lock);
        Row(94, LockHelpers.Unlock);
        Row(118, WorldHelpers.Jiffies64);
        Row(125, WorldHelpers.KtimeGetBootNs);
        Row(130, RingBufferHelpers.Output);
        Row(131, RingBufferHelpers.Reserve);
        Row(132, RingBufferHelpers.Submit);
        Row(133, RingBufferHelpers.Discard);
        Row(134, RingBufferHelpers.Query);
        Row(160, WorldHelpers.KtimeGetCoarseNs);
        Row(188, PacketHelpers.XdpGetBuffLen);
        Row(189, PacketHelpers.XdpLoadBytes);
        Row(190, PacketHelpers.XdpStoreBytes);
        Row(208, WorldHelpers.KtimeGetTaiNs);
        return [.. entries, .. KfuncSet.Entries];
    }
}
