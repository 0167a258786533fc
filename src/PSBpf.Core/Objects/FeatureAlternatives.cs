using PSBpf.Uapi;

namespace PSBpf.Objects;

/// <summary>What programs do on kernels that lack something, where there is more to say than to ask for it.</summary>
internal static class FeatureAlternatives
{
    private const string PerfBuffer = "Send events through a perf event array (bpf_perf_event_output).";
    private const string Unroll = "Write a for loop with a constant bound; before Linux 5.3 with #pragma unroll.";
    private const string ByKey = "Keep the data in a hash map with an id as its key, and remove it when what it is about ends.";
    private const string Frame = "Handle frames in one part: access the packet through data and data_end.";

    // By the beginning of the name without bpf_; a longer one stands before the shorter one that it begins with.
    private static readonly (string Prefix, string Instead)[] Helpers =
    [
        ("ringbuf_", PerfBuffer),
        ("loop", Unroll),
        ("for_each_map_elem", "Look keys up one by one, or walk the map from user space."),
        ("strncmp", "Compare byte by byte, in a loop with a constant bound."),
        ("snprintf", "Send the parts, and make the text of them in user space."),
        ("trace_vprintk", "Print with bpf_printk and at most three values."),
        ("get_current_task_btf", "Take bpf_get_current_task, and read members with BPF_CORE_READ."),
        ("map_lookup_percpu_elem", "Read other processors' values in user space."),
        ("timer_", "Have user space act in intervals."),
        ("task_storage_", ByKey),
        ("inode_storage_", ByKey),
        ("cgrp_storage_", ByKey),
        ("sk_storage_", ByKey),
        ("ktime_get_", "Take bpf_ktime_get_ns, which stands still while the machine sleeps."),
        ("get_attach_cookie", "Attach one program for each place, or look the place up by address."),
        ("get_func_", "Take the arguments from the context, as BPF_PROG and BPF_KPROBE do."),
        ("dynptr_", "Take memory of a size that is known when the program is compiled."),
        ("user_ringbuf_", "Have user space write to a queue or an array map."),
        ("xdp_load_bytes", Frame),
        ("xdp_store_bytes", Frame),
        ("xdp_get_buff_len", Frame),
        ("spin_lock", "Change values with atomic operations, or keep one for each processor."),
        ("spin_unlock", "Change values with atomic operations, or keep one for each processor."),
    ];

    private static readonly Dictionary<MapType, string> Maps = new()
    {
        [MapType.RingBuf] = PerfBuffer,
        [MapType.UserRingBuf] = "Have user space write to a queue or an array map.",
        [MapType.TaskStorage] = ByKey,
        [MapType.InodeStorage] = ByKey,
        [MapType.CgrpStorage] = ByKey,
        [MapType.SkStorage] = ByKey,
        [MapType.BloomFilter] = "Look up in a hash map.",
        [MapType.DevmapHash] = "Take a devmap, with small numbers for the interfaces.",
        [MapType.Arena] = "Keep the data in hash or array maps.",
    };

    public static string OfHelper(string name)
    {
        foreach ((string prefix, string instead) in Helpers)
            if (name.AsSpan("bpf_".Length).StartsWith(prefix)) return instead;
        return $"Ask before the call, and have another way: bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_{name["bpf_".Length..]}).";
    }

    public static string OfMap(MapType type) => Maps.GetValueOrDefault(type) ?? "Keep the data in a map of a type that the older kernel has.";
}
