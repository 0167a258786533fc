using static PSBpf.Uapi.ContextAccess;
using static PSBpf.Uapi.ContextFieldKind;

namespace PSBpf.Uapi;

/// <summary>The contexts of program types, from the UAPI's structs; what each type may touch was tried on Linux 6.18.</summary>
public static class ContextLayouts
{
    /// <summary>struct xdp_md.</summary>
    public static ContextLayout Xdp { get; } = new()
    {
        Name = "xdp_md",
        Size = 24,
        Fields =
        [
            new("data", 0, 4, PacketData, Read),
            new("data_end", 4, 4, PacketEnd, Read),
            new("data_meta", 8, 4, PacketMeta, Read),
            new("ingress_ifindex", 12, 4, Scalar, Read),
            new("rx_queue_index", 16, 4, Scalar, Read),
            new("egress_ifindex", 20, 4, Scalar, None),
        ],
    };

    /// <summary>struct __sk_buff as socket filters see it: no direct packet access.</summary>
    public static ContextLayout SocketFilterSkb { get; } = Skb("cb", hidden: ["tc_classid", "data", "data_end", "data_meta", "remote_ip4", "local_ip4", "remote_ip6", "local_ip6", "remote_port", "local_port", "family", "flow_keys", "tstamp", "wire_len", "hwtstamp", "tstamp_type"]);

    /// <summary>struct __sk_buff as classifiers and actions see it.</summary>
    public static ContextLayout SchedSkb { get; } = Skb("cb mark queue_mapping priority tc_index tc_classid tstamp", hidden: ["remote_ip4", "local_ip4", "remote_ip6", "local_ip6", "remote_port", "local_port", "family", "flow_keys"]);

    /// <summary>struct __sk_buff as cgroup programs see it.</summary>
    public static ContextLayout CgroupSkb { get; } = Skb("cb mark priority", hidden: ["tc_classid", "data_meta", "flow_keys", "wire_len", "hwtstamp", "tstamp_type"]);

    /// <summary>The x86-64 registers that kprobes see: 21 words.</summary>
    public static ContextLayout PtRegs { get; } = new() { Name = "pt_regs", Size = 168, PlainAccess = 8 };

    /// <summary>A tracepoint's record; the verifier allows up to the largest one.</summary>
    public static ContextLayout TracepointRecord { get; } = new() { Name = "", Size = 8192, PlainAccess = 8, PlainStart = 8 };

    /// <summary>Up to twelve 64-bit arguments.</summary>
    public static ContextLayout RawTracepoint { get; } = new() { Name = "bpf_raw_tracepoint_args", Size = 96, PlainAccess = 8 };

    private static ContextLayout Skb(string writable, string[] hidden)
    {
        string[] writableNames = writable.Split(' ');
        (string Name, int Offset, int Size, int Element)[] fields =
        [
            ("len", 0, 4, 4), ("pkt_type", 4, 4, 4), ("mark", 8, 4, 4), ("queue_mapping", 12, 4, 4), ("protocol", 16, 4, 4),
            ("vlan_present", 20, 4, 4), ("vlan_tci", 24, 4, 4), ("vlan_proto", 28, 4, 4), ("priority", 32, 4, 4),
            ("ingress_ifindex", 36, 4, 4), ("ifindex", 40, 4, 4), ("tc_index", 44, 4, 4), ("cb", 48, 20, 4), ("hash", 68, 4, 4),
            ("tc_classid", 72, 4, 4), ("data", 76, 4, 4), ("data_end", 80, 4, 4), ("napi_id", 84, 4, 4), ("family", 88, 4, 4),
            ("remote_ip4", 92, 4, 4), ("local_ip4", 96, 4, 4), ("remote_ip6", 100, 16, 4), ("local_ip6", 116, 16, 4),
            ("remote_port", 132, 4, 4), ("local_port", 136, 4, 4), ("data_meta", 140, 4, 4), ("flow_keys", 144, 8, 8),
            ("tstamp", 152, 8, 8), ("wire_len", 160, 4, 4), ("gso_segs", 164, 4, 4), ("sk", 168, 8, 8), ("gso_size", 176, 4, 4),
            ("tstamp_type", 180, 1, 1), ("hwtstamp", 184, 8, 8),
        ];
        return new ContextLayout
        {
            Name = "__sk_buff",
            Size = 192,
            Fields = [.. fields.Select(field =>
            {
                var kind = field.Name switch { "data" => PacketData, "data_end" => PacketEnd, "data_meta" => PacketMeta, _ => Scalar };
                // Sockets and flow keys are typed pointers, which this version does not judge.
                var access = hidden.Contains(field.Name) || field.Name is "sk" or "flow_keys" ? None
                    : kind != Scalar ? Read
                    : writableNames.Contains(field.Name) ? ReadNarrowWrite : ReadNarrow;
                return new ContextField(field.Name, field.Offset, field.Size, kind, access) { ElementSize = field.Element };
            })],
        };
    }
}
