using System.Collections.Frozen;

namespace PSBpf.Targets;

/// <summary>What a pointer argument is to a program that attaches somewhere, beyond what its type says.</summary>
[Flags]
public enum AttachArgument : byte
{
    /// <summary>A pointer to what the type says, which nothing vouches for.</summary>
    None,

    /// <summary>It is valid while the program runs.</summary>
    Trusted = 1,

    /// <summary>It may be null.</summary>
    MaybeNull = 2,

    /// <summary>A buffer, whose size is known when the program is attached.</summary>
    Buffer = 4,

    /// <summary>A buffer that may not be written.</summary>
    ReadOnlyBuffer = 12,
}

/// <summary>
/// What type information does not say of arguments: which ones of tracepoints may be null, and what iterators hand out. All of it was
/// asked of Linux 6.18, whose log names the type of what a program loads.
/// </summary>
internal static class AttachArguments
{
    private const AttachArgument Shared = AttachArgument.Trusted | AttachArgument.MaybeNull;
    private const AttachArgument Key = AttachArgument.ReadOnlyBuffer | AttachArgument.MaybeNull;
    private const AttachArgument Value = AttachArgument.Buffer | AttachArgument.MaybeNull;

    // The arguments after the first, which is the same everywhere: struct bpf_iter_meta.
    private static readonly FrozenDictionary<string, AttachArgument[]> Iterators = new Dictionary<string, AttachArgument[]>
    {
        ["bpf_link"] = [AttachArgument.MaybeNull],
        ["bpf_map"] = [Shared],
        ["bpf_map_elem"] = [AttachArgument.Trusted, Key, Value],
        ["bpf_prog"] = [AttachArgument.MaybeNull],
        ["bpf_sk_storage_map"] = [AttachArgument.Trusted, AttachArgument.MaybeNull, Value],
        ["cgroup"] = [Shared],
        ["dmabuf"] = [AttachArgument.MaybeNull],
        ["ipv6_route"] = [AttachArgument.MaybeNull],
        ["kmem_cache"] = [Shared],
        ["ksym"] = [AttachArgument.MaybeNull],
        ["netlink"] = [AttachArgument.MaybeNull],
        ["sockmap"] = [AttachArgument.Trusted, Key, AttachArgument.MaybeNull],
        ["task"] = [Shared],
        ["task_file"] = [AttachArgument.MaybeNull, AttachArgument.None, AttachArgument.MaybeNull],
        ["task_vma"] = [AttachArgument.MaybeNull, AttachArgument.MaybeNull],
        ["tcp"] = [Shared],
        ["udp"] = [Shared],
        ["unix"] = [AttachArgument.MaybeNull],
    }.ToFrozenDictionary();

    // Names and the argument that may be null, counted from 0.
    private static readonly FrozenDictionary<string, int[]> Nullable = """
        sched_pi_setprio 1 sched_stick_numa 2 sched_swap_numa 2 tmigr_update_events 0 mm_page_alloc 0 mm_page_alloc_zone_locked 0 mm_page_pcpu_drain 0
        mm_khugepaged_scan_pmd 1 mm_collapse_huge_page_isolate 0 mm_khugepaged_scan_file 1 mm_khugepaged_collapse_file 1 writeback_dirty_folio 1
        folio_wait_writeback 1 posix_lock_inode 1 fcntl_setlk 1 locks_remove_posix 1 flock_lock_inode 1 break_lease_noblock 1 break_lease_block 1
        break_lease_unblock 1 generic_delete_lease 1 time_out_leases 1 ext4_mballoc_discard 1 ext4_mballoc_free 1 hugetlbfs_alloc_inode 1
        xfs_inodegc_flush 0 xfs_inodegc_push 0 xfs_inodegc_start 0 xfs_inodegc_stop 0 xfs_inodegc_queue 0 xfs_inodegc_throttle 0 xfs_fs_sync_fs 0
        xfs_blockgc_start 0 xfs_blockgc_stop 0 xfs_blockgc_worker 0 xfs_blockgc_flush_all 0 xfs_map_blocks_found 4 xfs_map_blocks_alloc 4
        xfs_btree_updkeys 2 xfs_btree_overlapped_query_range 2 xfs_defer_create_intent 0 xfs_defer_cancel_list 0 xfs_defer_pending_finish 0
        xfs_defer_pending_abort 0 xfs_defer_relog_intent 0 xfs_defer_isolate_paused 0 xfs_defer_item_pause 0 xfs_defer_item_unpause 0
        xfs_defer_add_item 0 xfs_defer_cancel_item 0 xfs_defer_finish_item 0 xfs_ioc_free_eofblocks 1 xfs_blockgc_free_space 1 kfree_skb 3
        tcp_send_reset 0 tcp_sendmsg_locked 2 fib_table_lookup 2 qdisc_dequeue 3
        """.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Chunk(2)
        .GroupBy(pair => pair[0], pair => int.Parse(pair[1], System.Globalization.CultureInfo.InvariantCulture))
        .ToFrozenDictionary(group => group.Key, group => group.ToArray());

    // Subsystems that the kernel that was asked does not have: of their arguments nothing is known.
    private static readonly string[] Unasked =
    [
        "afs_", "cachefiles_", "cifs_", "smb3_", "dlm_", "drm_", "host1x_", "i915_", "mr_", "netfs_", "nfs", "nlm", "ocfs2_", "rpc", "rxrpc_", "sunrpc", "svc", "tegra", "xprt", "xs_",
    ];

    /// <summary>Whether there is an iterator with a name.</summary>
    public static bool IsIterator(string name) => Iterators.ContainsKey(name);

    /// <summary>What an iterator hands out.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="argument">The argument, counted from 0.</param>
    public static AttachArgument OfIterator(string name, int argument)
    {
        if (argument == 0) return AttachArgument.Trusted;
        // What this list does not have was added later.
        return Iterators.TryGetValue(name, out var arguments) && argument <= arguments.Length ? arguments[argument - 1] : AttachArgument.MaybeNull;
    }

    /// <summary>What a tracepoint hands out.</summary>
    /// <inheritdoc cref="OfIterator"/>
    public static AttachArgument OfTracepoint(string name, int argument)
    {
        bool mayBeNull = Nullable.TryGetValue(name, out int[]? nullable) && nullable.Contains(argument);
        return mayBeNull || Unasked.Any(subsystem => name.StartsWith(subsystem, StringComparison.Ordinal)) ? Shared : AttachArgument.Trusted;
    }
}
