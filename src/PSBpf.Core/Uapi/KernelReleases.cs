using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using T = PSBpf.Uapi.ProgramType;

namespace PSBpf.Uapi;

/// <summary>
/// Which version of Linux brought what programs, maps and helpers need, from the timelines of docs.ebpf.io and bpf-helpers(7). Distributions' kernels
/// may have more than their number says.
/// </summary>
public static class KernelReleases
{
    private static readonly KernelRelease[] Rows =
    [
        new(new(3, 19)) { Helper = "map_delete_elem", MapType = MapType.Array, ProgramType = T.SocketFilter },
        new(new(4, 1)) { Helper = "l4_csum_replace", ProgramType = T.SchedAct },
        new(new(4, 2)) { Helper = "get_current_comm", MapType = MapType.ProgArray },
        new(new(4, 3)) { Helper = "perf_event_read", MapType = MapType.PerfEventArray },
        new(new(4, 4)) { Helper = "perf_event_output" },
        new(new(4, 5)) { Helper = "skb_load_bytes" },
        new(new(4, 6)) { Helper = "skb_set_tunnel_opt", MapType = MapType.StackTrace, MapFlag = MapFlags.NoPrealloc },
        new(new(4, 7)) { ProgramType = T.Tracepoint },
        new(new(4, 8)) { Helper = "probe_write_user", MapType = MapType.CgroupArray, ProgramType = T.Xdp },
        new(new(4, 9)) { Helper = "set_hash_invalid", ProgramType = T.PerfEvent },
        new(new(4, 10))
        {
            Helper = "xdp_adjust_head", MapType = MapType.LruPerCpuHash, MapFlag = MapFlags.NoCommonLru, ProgramType = T.LwtXmit, AttachType = AttachType.CgroupInetSockCreate,
        },
        new(new(4, 11)) { Helper = "probe_read_str", MapType = MapType.LpmTrie },
        new(new(4, 12)) { Helper = "get_socket_uid", MapType = MapType.HashOfMaps },
        new(new(4, 13)) { Helper = "skb_adjust_room", ProgramType = T.SockOps, AttachType = AttachType.CgroupSockOps },
        new(new(4, 14))
        {
            Helper = "sock_map_update", MapType = MapType.Sockmap, MapFlag = MapFlags.NumaNode, ProgramType = T.SkSkb, AttachType = AttachType.SkSkbStreamVerdict,
        },
        new(new(4, 15))
        {
            Helper = "getsockopt", MapType = MapType.Cpumap, MapFlag = MapFlags.WriteOnly, ProgramType = T.CgroupDevice, AttachType = AttachType.CgroupDevice,
        },
        new(new(4, 16)) { Helper = "sock_ops_cb_flags_set" },
        new(new(4, 17)) { Helper = "bind", MapFlag = MapFlags.StackBuildId, ProgramType = T.CgroupSockAddr, AttachType = AttachType.CgroupInet6PostBind },
        new(new(4, 18)) { Helper = "get_current_cgroup_id", MapType = MapType.Sockhash, ProgramType = T.LircMode2, AttachType = AttachType.LircMode2 },
        new(new(4, 19)) { Helper = "skb_ancestor_cgroup_id", MapType = MapType.ReuseportSockArray, ProgramType = T.SkReuseport },
        new(new(4, 20)) { Helper = "msg_push_data", MapType = MapType.Stack, ProgramType = T.FlowDissector, AttachType = AttachType.FlowDissector },
        new(new(5, 0)) { Helper = "rc_pointer_rel", MapFlag = MapFlags.ZeroSeed },
        new(new(5, 1)) { Helper = "get_listener_sock" },
        new(new(5, 2))
        {
            Helper = "sk_storage_delete", MapType = MapType.SkStorage, MapFlag = MapFlags.WriteOnlyProgram, ProgramType = T.RawTracepointWritable,
            AttachType = AttachType.CgroupUdp6Recvmsg,
        },
        new(new(5, 3)) { Helper = "send_signal", ProgramType = T.CgroupSockopt, AttachType = AttachType.CgroupSetsockopt },
        new(new(5, 4)) { Helper = "tcp_gen_syncookie", MapType = MapType.DevmapHash, MapFlag = MapFlags.Clone },
        new(new(5, 5)) { Helper = "probe_read_kernel_str", MapFlag = MapFlags.Mmapable, ProgramType = T.Tracing, AttachType = AttachType.TraceFexit },
        new(new(5, 6)) { Helper = "jiffies64", MapType = MapType.StructOps, ProgramType = T.Ext },
        new(new(5, 7)) { Helper = "sk_assign", ProgramType = T.Lsm, AttachType = AttachType.LsmMac },
        new(new(5, 8)) { Helper = "csum_level", MapType = MapType.RingBuf, AttachType = AttachType.XdpDevmap },
        new(new(5, 9)) { Helper = "get_task_stack", ProgramType = T.SkLookup, AttachType = AttachType.Xdp },
        new(new(5, 10)) { Helper = "redirect_peer", MapType = MapType.InodeStorage, MapFlag = MapFlags.InnerMap },
        new(new(5, 11)) { Helper = "sock_from_file", MapType = MapType.TaskStorage },
        new(new(5, 12)) { Helper = "check_mtu" },
        new(new(5, 13)) { Helper = "snprintf", AttachType = AttachType.SkSkbVerdict },
        new(new(5, 14)) { Helper = "sys_close", ProgramType = T.Syscall, AttachType = AttachType.SkReuseportSelectOrMigrate },
        new(new(5, 15)) { Helper = "task_pt_regs", AttachType = AttachType.PerfEvent },
        new(new(5, 16)) { Helper = "kallsyms_lookup_name", MapType = MapType.BloomFilter },
        new(new(5, 17)) { Helper = "get_func_arg_cnt" },
        new(new(5, 18)) { Helper = "ima_file_hash", AttachType = AttachType.TraceKprobeMulti },
        new(new(5, 19)) { Helper = "dynptr_data" },
        new(new(6, 0)) { Helper = "tcp_raw_check_syncookie_ipv6", AttachType = AttachType.LsmCgroup },
        new(new(6, 1)) { Helper = "user_ringbuf_drain", MapType = MapType.UserRingBuf },
        new(new(6, 2)) { Helper = "cgrp_storage_delete", MapType = MapType.CgrpStorage },
        new(new(6, 4)) { MapFlag = MapFlags.Link, ProgramType = T.Netfilter, AttachType = AttachType.Netfilter },
        new(new(6, 5)) { MapFlag = MapFlags.PathFd },
        new(new(6, 6)) { AttachType = AttachType.TraceUprobeMulti },
        new(new(6, 7)) { AttachType = AttachType.NetkitPeer },
        new(new(6, 9)) { MapType = MapType.Arena, MapFlag = MapFlags.NoUserConv },
        new(new(6, 10)) { AttachType = AttachType.TraceKprobeSession },
        new(new(6, 13)) { AttachType = AttachType.TraceUprobeSession },
    ];

    private static readonly FrozenDictionary<Version, (int Helper, int MapType, uint MapFlag, int ProgramType, int AttachType)> Lasts = Rows.ToFrozenDictionary(
        row => row.Version,
        row => (row.Helper is { } helper ? HelperTable.Find(helper)!.Id : 0, (int)row.MapType, (uint)row.MapFlag, (int)row.ProgramType, (int?)row.AttachType ?? -1));

    /// <summary>The first version that the tables know.</summary>
    public static Version Oldest => Rows[0].Version;

    /// <summary>The last version that the tables know.</summary>
    public static Version Newest { get; } = new(6, 18);

    /// <summary>The kernels that are kept up for years, which people have to name most.</summary>
    public static IReadOnlyList<Version> LongTerm { get; } = [new(5, 4), new(5, 10), new(5, 15), new(6, 1), new(6, 6), new(6, 12), new(6, 18)];

    /// <summary>The version that brought a helper; null when the tables do not know it.</summary>
    public static Version? SinceHelper(int id) => First(last => last.Helper >= id);

    /// <summary>The version that brought a map type; null when the tables do not know it.</summary>
    public static Version? Since(MapType type) => First(last => last.MapType >= (int)type);

    /// <summary>The version that brought a flag of maps, one bit; null when the tables do not know it.</summary>
    public static Version? Since(MapFlags flag) => First(last => last.MapFlag >= (uint)flag);

    /// <summary>The version that brought a program type; null when the tables do not know it.</summary>
    public static Version? Since(ProgramType type) => First(last => last.ProgramType >= (int)type);

    /// <summary>The version that brought an attach type; null when the tables do not know it.</summary>
    public static Version? Since(AttachType type) => First(last => last.AttachType >= (int)type);

    /// <summary>
    /// Reads a version as people and <c>uname -r</c> write it: <c>5.15</c>, <c>v6.1</c>, <c>5.15.0-91-generic</c>. Only major and minor number count.
    /// </summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out Version? version)
    {
        ArgumentNullException.ThrowIfNull(text);
        version = null;
        string[] parts = text.Trim().TrimStart('v').Split('.', 3);
        if (parts.Length < 2 || !TryNumber(parts[0], out int major)) return false;
        string digits = parts[1][..parts[1].TakeWhile(char.IsAsciiDigit).Count()];
        // 5.15-rc3 is nearly 5.15; 5.x is nothing.
        if ((digits.Length < parts[1].Length && parts[1][digits.Length] != '-') || !TryNumber(digits, out int minor)) return false;
        version = new Version(major, minor);
        return true;
    }

    private static bool TryNumber(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static Version? First(Func<(int Helper, int MapType, uint MapFlag, int ProgramType, int AttachType), bool> has)
    {
        foreach (KernelRelease row in Rows)
            if (has(Lasts[row.Version])) return row.Version;
        return null;
    }
}
