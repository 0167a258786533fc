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
        Row(4, ProbeHelpers.Read);
        Row(5, WorldHelpers.KtimeGetNs);
        Row(6, PrintHelpers.TracePrintk);
        Row(7, WorldHelpers.GetPrandomU32);
        Row(8, WorldHelpers.GetSmpProcessorId);
        Row(9, SkbHelpers.StoreBytes);
        Row(10, SkbHelpers.ReplaceNetworkChecksum);
        Row(11, SkbHelpers.ReplaceTransportChecksum);
        Row(13, RedirectHelpers.CloneRedirect);
        Row(14, WorldHelpers.GetCurrentPidTgid);
        Row(15, WorldHelpers.GetCurrentUidGid);
        Row(16, WorldHelpers.GetCurrentComm);
        Row(17, TaskHelpers.GetCgroupClassId);
        Row(18, SkbLengthHelpers.PushVlan);
        Row(19, SkbLengthHelpers.PopVlan);
        Row(20, TunnelHelpers.GetKey);
        Row(21, TunnelHelpers.SetKey);
        Row(22, CounterHelpers.Read);
        Row(23, RedirectHelpers.Redirect);
        Row(24, SkbMarkHelpers.GetRouteRealm);
        Row(25, PerfEventHelpers.Output);
        Row(26, PacketHelpers.SkbLoadBytes);
        Row(27, StackHelpers.GetStackId);
        Row(28, ChecksumHelpers.CsumDiff);
        Row(29, TunnelHelpers.GetOptions);
        Row(30, TunnelHelpers.SetOptions);
        Row(31, SkbLengthHelpers.ChangeProtocol);
        Row(32, SkbHelpers.ChangeType);
        Row(33, TaskHelpers.SkbUnderCgroup);
        Row(34, SkbHelpers.GetHash);
        Row(35, TaskHelpers.GetCurrentTask);
        Row(36, ProbeHelpers.WriteUser);
        Row(37, TaskHelpers.CurrentTaskUnderCgroup);
        Row(38, SkbLengthHelpers.ChangeTail);
        Row(39, SkbHelpers.PullData);
        Row(40, SkbHelpers.UpdateChecksum);
        Row(41, SkbHelpers.InvalidateHashOf);
        Row(42, WorldHelpers.GetNumaNodeId);
        Row(43, SkbLengthHelpers.ChangeHead);
        Row(44, PacketHelpers.XdpAdjustHead);
        Row(45, ProbeHelpers.ReadText);
        Row(46, SocketHelpers.GetSocketCookie);
        Row(47, SocketHelpers.GetSocketUid);
        Row(48, SkbHelpers.SetHash);
        Row(50, SkbLengthHelpers.AdjustRoom);
        Row(51, RedirectHelpers.RedirectMap);
        Row(52, SocketMapHelpers.RedirectByIndex);
        Row(53, SocketMapHelpers.UpdateWithOwn);
        Row(54, PacketHelpers.XdpAdjustMeta);
        Row(55, CounterHelpers.ReadValue);
        Row(56, CounterHelpers.ReadOwnValue);
        Row(58, TaskHelpers.OverrideReturn);
        Row(59, EventHelpers.SetCallbacks);
        Row(60, SocketMapHelpers.RedirectByIndex);
        Row(65, PacketHelpers.XdpAdjustTail);
        Row(67, StackHelpers.GetStack);
        Row(68, SkbHelpers.LoadBytesRelative);
        Row(69, RouteHelpers.FibLookup);
        Row(70, SocketMapHelpers.UpdateWithOwn);
        Row(71, SocketMapHelpers.RedirectByKey);
        Row(72, SocketMapHelpers.RedirectByKey);
        Row(79, TaskHelpers.SkbCgroupId);
        Row(80, TaskHelpers.GetCurrentCgroupId);
        Row(81, StorageHelpers.GetLocal);
        Row(82, SocketMapHelpers.Select);
        Row(83, TaskHelpers.SkbAncestorCgroupId);
        Row(84, SocketHelpers.LookupTcp);
        Row(85, SocketHelpers.LookupUdp);
        Row(86, SocketHelpers.Release);
        Row(87, MapHelpers.Push);
        Row(88, MapHelpers.Pop);
        Row(89, MapHelpers.Peek);
        Row(93, LockHelpers.Lock);
        Row(94, LockHelpers.Unlock);
        Row(95, SocketHelpers.FullSocket);
        Row(96, SocketHelpers.TcpSocket);
        Row(97, SkbMarkHelpers.SetCongestion);
        Row(98, SocketHelpers.Listener);
        Row(99, SocketHelpers.LookupCommon);
        Row(101, SettingHelpers.GetName);
        Row(102, SettingHelpers.GetValue);
        Row(103, SettingHelpers.GetNewValue);
        Row(104, SettingHelpers.SetNewValue);
        Row(105, TextHelpers.StrToL);
        Row(106, TextHelpers.StrToUl);
        Row(107, StorageHelpers.SocketGet);
        Row(108, StorageHelpers.SocketDelete);
        Row(109, TaskHelpers.SendSignal);
        Row(112, ProbeHelpers.ReadUser);
        Row(113, ProbeHelpers.ReadKernel);
        Row(114, ProbeHelpers.ReadUserText);
        Row(115, ProbeHelpers.ReadKernelText);
        Row(117, TaskHelpers.SendSignal);
        Row(118, WorldHelpers.Jiffies64);
        Row(119, CounterHelpers.ReadBranches);
        Row(120, TaskHelpers.GetNamespacePidTgid);
        Row(122, SocketHelpers.GetNetworkNamespaceCookie);
        Row(123, TaskHelpers.GetCurrentAncestorCgroupId);
        Row(125, WorldHelpers.KtimeGetBootNs);
        Row(130, RingBufferHelpers.Output);
        Row(131, RingBufferHelpers.Reserve);
        Row(132, RingBufferHelpers.Submit);
        Row(133, RingBufferHelpers.Discard);
        Row(134, RingBufferHelpers.Query);
        Row(135, SkbHelpers.ChecksumLevel);
        Row(141, StackHelpers.GetTaskStack);
        Row(145, StorageHelpers.InodeGet);
        Row(146, StorageHelpers.InodeDelete);
        Row(148, ProbeHelpers.CopyFromUser);
        Row(151, TaskHelpers.GetCgroupClassId);
        Row(152, RedirectHelpers.RedirectNeighbour);
        Row(155, RedirectHelpers.RedirectPeer);
        Row(156, StorageHelpers.TaskGet);
        Row(157, StorageHelpers.TaskDelete);
        Row(158, StorageHelpers.GetCurrentTask);
        Row(160, WorldHelpers.KtimeGetCoarseNs);
        Row(163, RouteHelpers.CheckMtu);
        Row(165, TextHelpers.SnPrintf);
        Row(169, TimerHelpers.Init);
        Row(170, TimerHelpers.SetCallback);
        Row(171, TimerHelpers.Start);
        Row(172, TimerHelpers.Cancel);
        Row(173, TaskHelpers.GetFunctionAddress);
        Row(174, TaskHelpers.GetAttachCookie);
        Row(176, CounterHelpers.GetBranches);
        Row(177, TextHelpers.TraceVPrintk);
        Row(182, TextHelpers.StrNCmp);
        Row(186, EventHelpers.GetResult);
        Row(187, EventHelpers.SetResult);
        Row(188, PacketHelpers.XdpGetBuffLen);
        Row(189, PacketHelpers.XdpLoadBytes);
        Row(190, PacketHelpers.XdpStoreBytes);
        Row(192, SkbMarkHelpers.SetTimestamp);
        Row(194, KernelObjectHelpers.Exchange);
        Row(195, MapHelpers.LookupPerCpu);
        Row(197, DynptrHelpers.FromMemory);
        Row(198, DynptrHelpers.Reserve);
        Row(199, DynptrHelpers.Submit);
        Row(200, DynptrHelpers.Discard);
        Row(201, DynptrHelpers.Read);
        Row(202, DynptrHelpers.Write);
        Row(203, DynptrHelpers.Data);
        Row(204, SynCookieHelpers.MakeForIpv4);
        Row(205, SynCookieHelpers.MakeForIpv6);
        Row(206, SynCookieHelpers.CheckIpv4);
        Row(207, SynCookieHelpers.CheckIpv6);
        Row(208, WorldHelpers.KtimeGetTaiNs);
        Row(210, StorageHelpers.CgroupGet);
        Row(211, StorageHelpers.CgroupDelete);
        return [.. entries, .. KfuncSet.Entries];
    }
}
