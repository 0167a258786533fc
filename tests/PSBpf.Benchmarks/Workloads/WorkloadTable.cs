using PSBpf.Uapi;

namespace PSBpf.Benchmarks.Workloads;

/// <summary>Every program that is measured, in the table's order.</summary>
internal static class WorkloadTable
{
    // The ring of ring_16 takes 24 bytes a sample, 16 samples a run, and stays below half full.
    private const int RingRuns = (8 << 20) / (24 * 16);

    public static IReadOnlyList<Workload> All { get; } =
    [
        new("empty_tc", ProgramType.SchedCls, new EmptyProgram("empty_tc", 0), Frames.Noise(64)) { IsEmpty = true },
        new("empty_xdp", ProgramType.Xdp, new EmptyProgram("empty_xdp", 2), Frames.Noise(64)) { IsEmpty = true },
        C("alu_mix", Frames.Noise(1514)),
        C("divide", Frames.Noise(1514)),
        C("fibonacci", Frames.Noise(1514)),
        C("sieve", Frames.Noise(1514)),
        C("xdp_parse", Frames.Sixteen(), ProgramType.Xdp),
        C("checksum_16", Frames.Noise(1514)),
        C("checksum_32", Frames.Noise(1514)),
        C("checksum_diff", Frames.Noise(1514)),
        C("calls_200", Frames.Noise(1514)),
        C("jhash", Frames.Noise(1514)),
        C("memcmp", Frames.Doubled()),
        C("atomics", Frames.Noise(1514)),
        C("tokeniser", Frames.Text()),
        C("map_array", Frames.Noise(1514)),
        C("map_hash", Frames.Noise(1514)),
        C("map_percpu_array", Frames.Noise(1514)),
        C("map_lru_hash", Frames.Noise(1514)),
        C("map_key_4", Frames.Noise(1514)),
        C("map_key_8", Frames.Noise(1514)),
        C("map_key_16", Frames.Noise(1514)),
        C("map_key_64", Frames.Noise(1514)),
        .. Sizes(),
        new("map_lpm", ProgramType.SchedCls, new CSource("map_lpm", "plain C has no trie"), Frames.Noise(1514)),
        new("map_in_map", ProgramType.SchedCls, new CSource("map_in_map", "plain C has no maps of maps"), Frames.Noise(1514)),
        C("map_update", Frames.Noise(1514)),
        C("ring_16", Frames.Noise(1514)) with { MostRuns = RingRuns },
        C("tail_10", Frames.Noise(64)),
        C("tail_32", Frames.Noise(64)),
        C("ktime_100", Frames.Noise(64)),
        C("prandom_100", Frames.Noise(64)),
        .. Lines(branches: false),
        .. Lines(branches: true),
        C("firewall_nat", Frames.Ipv4Tcp(0x0a020304, 0xc0000909, 443, tagged: true), ProgramType.Xdp),
        C("lb_ipv4", Frames.Ipv4Tcp(0x0a020304, 0xac10010a, 443), ProgramType.Xdp, "load_balancer"),
        C("lb_ipv6", Frames.Ipv6Udp(), ProgramType.Xdp, "load_balancer"),
        C("lb_vxlan", Frames.VxlanTcp(), ProgramType.Xdp, "load_balancer"),
        C("lb_gre", Frames.GreIpv6(), ProgramType.Xdp, "load_balancer"),
        new("policy_ipv4", ProgramType.SchedCls, new CSource("policy", "plain C has no trie"), Frames.Ipv4Tcp(0x0a020304, 0xac10010a, 443)),
        new("policy_ipv6", ProgramType.SchedCls, new CSource("policy", "plain C has no trie"), Frames.Ipv6Udp()),
    ];

    private static Workload C(string name, byte[] packet, ProgramType type = ProgramType.SchedCls, string? file = null) =>
        new(name, type, new CSource(file ?? name), packet);

    // A hash and an LRU map of up to a million entries, all of which are used.
    private static IEnumerable<Workload> Sizes() =>
        ((string[])["1k", "64k", "1m"]).SelectMany(entries => ((string[])["key_4", "key_8", "key_16", "key_64", "lru"]).Select(what => C($"map_{entries}_{what}", Frames.Noise(1514))));

    private static IEnumerable<Workload> Lines(bool branches) =>
        ((int[])[1000, 4096, 10_000, 30_000]).Select(length =>
            new Workload($"{(branches ? "branches" : "straight")}_{length}", ProgramType.SchedCls, new StraightLine(length, branches), Frames.Noise(1514)));
}
