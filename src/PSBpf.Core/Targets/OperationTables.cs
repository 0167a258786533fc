using System.Collections.Frozen;

namespace PSBpf.Targets;

/// <summary>
/// A structure of functions that programs may stand in for (struct_ops), and what its subsystem adds to the types: asked of Linux 6.18.
/// Subsystems that this list does not have keep rules of their own, so their programs are not judged.
/// </summary>
/// <param name="Name">The structure's name.</param>
/// <param name="Unsupported">Members that no program may stand in for.</param>
/// <param name="Narrowed">Structures that parameters point to, and what they are in truth.</param>
/// <param name="Writable">The structure that programs may write members of, and those members: where they begin, or, with <c>*</c>, anywhere in them.</param>
public sealed record OperationTable(string Name, FrozenSet<string> Unsupported, FrozenDictionary<string, string> Narrowed, (string Structure, string[] Members) Writable)
{
    /// <summary>All that are known.</summary>
    public static IReadOnlyList<OperationTable> All { get; } =
    [
        new(
            "tcp_congestion_ops", FrozenSet.ToFrozenSet(["get_info"]), new Dictionary<string, string> { ["sock"] = "tcp_sock" }.ToFrozenDictionary(),
            ("tcp_sock",
            [
                "inet_conn.icsk_inet.sk.sk_pacing_status", "inet_conn.icsk_inet.sk.sk_pacing_rate", "inet_conn.icsk_ack.pending", "*inet_conn.icsk_ca_priv",
                "snd_cwnd", "snd_ssthresh", "ecn_flags", "app_limited", "snd_cwnd_cnt", "snd_cwnd_stamp",
            ])),
    ];

    /// <summary>The one with a name; null when there is none.</summary>
    public static OperationTable? Find(string name) => All.FirstOrDefault(table => table.Name == name);
}
