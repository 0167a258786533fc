using static PSBpf.Uapi.AccessPattern;
using static PSBpf.Uapi.ContextFieldKind;

namespace PSBpf.Uapi;

/// <summary>
/// The contexts of program types: the UAPI's structs, and what each type may do with their fields, as Linux 6.18 lets it. A
/// differential test asks the kernel about every aligned access of every one.
/// </summary>
public static class ContextLayouts
{
    private const string SkbNumbers =
        "len pkt_type protocol vlan_present vlan_tci vlan_proto ingress_ifindex ifindex hash napi_id gso_segs gso_size queue_mapping priority tc_index";

    private const string SkbAddresses = "remote_ip4 local_ip4 remote_ip6 local_ip6";

    /// <summary>struct xdp_md.</summary>
    public static ContextLayout Xdp { get; } = ContextStructs.XdpMd.Packet("data", "data_end", Word).Meta("data_meta").Read(Word, "ingress_ifindex rx_queue_index");

    /// <summary>struct xdp_md of programs in a DEVMAP, which see where a packet leaves.</summary>
    public static ContextLayout XdpDevmap { get; } = Xdp.Read(Word, "egress_ifindex");

    /// <summary>struct __sk_buff as socket filters see it: no direct packet access.</summary>
    public static ContextLayout SocketFilterSkb { get; } = ContextStructs.SkBuff
        .Read(WordParts, SkbNumbers + " mark").Write(Any, "cb").Pointer(SocketCommonOrNull, "sk");

    /// <summary>struct __sk_buff as classifiers and actions see it.</summary>
    public static ContextLayout SchedSkb { get; } = SocketFilterSkb
        .Packet("data", "data_end", Word).Meta("data_meta")
        .Read(WordParts, "tc_classid wire_len").Read(AccessPattern.Byte, "tstamp_type").Read(Long, "hwtstamp")
        .Write(Long, "tstamp").Write(Word, "mark queue_mapping priority tc_index tc_classid");

    /// <summary>struct __sk_buff as cgroup programs see it.</summary>
    public static ContextLayout CgroupSkb { get; } = SocketFilterSkb
        .Packet("data", "data_end", Word)
        .Read(WordParts, "family remote_port local_port").Read(Word, SkbAddresses).Read(Long, "hwtstamp")
        .Write(Long, "tstamp").Write(Word, "mark priority");

    /// <summary>struct __sk_buff as programs of lightweight tunnels see it.</summary>
    public static ContextLayout LwtSkb { get; } = SocketFilterSkb.Packet("data", "data_end", Word).Write(Word, "mark priority");

    /// <summary>struct __sk_buff as stream parsers and verdicts see it.</summary>
    public static ContextLayout SkSkb { get; } = ContextStructs.SkBuff
        .Packet("data", "data_end", Word)
        .Read(WordParts, SkbNumbers + " family remote_port local_port").Read(Word, SkbAddresses).Read(Any, "cb")
        .Write(Word, "priority tc_index").Pointer(SocketCommonOrNull, "sk");

    /// <summary>struct __sk_buff as flow dissectors see it.</summary>
    public static ContextLayout FlowDissectorSkb { get; } = ContextStructs.SkBuff.Packet("data", "data_end", Word).Pointer(FlowKeys, "flow_keys");

    /// <summary>struct bpf_sock as a program sees a socket that is made or released.</summary>
    public static ContextLayout CgroupSock { get; } = SockDestination().Write(Word, "bound_dev_if mark priority");

    /// <summary>struct bpf_sock after bind on IPv4.</summary>
    public static ContextLayout CgroupPostBind4 { get; } = SockDestination().Read(WordParts, "src_ip4").Read(WordStart, "src_port");

    /// <summary>struct bpf_sock after bind on IPv6.</summary>
    public static ContextLayout CgroupPostBind6 { get; } = SockDestination().Read(WordParts, "src_ip6").Read(WordStart, "src_port");

    /// <summary>struct bpf_sock_ops.</summary>
    public static ContextLayout SockOps { get; } = ContextStructs.SockOps
        .Read(Word, """
            op replylong family remote_ip4 local_ip4 remote_ip6 local_ip6 remote_port local_port is_fullsock snd_cwnd srtt_us bpf_sock_ops_cb_flags
            state rtt_min snd_ssthresh rcv_nxt snd_nxt snd_una mss_cache ecn_flags rate_delivered rate_interval_us packets_out retrans_out
            total_retrans segs_in data_segs_in segs_out data_segs_out lost_out sacked_out skb_len
            """)
        .Write(Word, "reply sk_txhash").Read(Long, "bytes_received bytes_acked skb_hwtstamp").Read(WordStart, "skb_tcp_flags")
        .Pointer(SocketOrNull, "sk").Packet("skb_data", "skb_data_end", Long);

    /// <summary>struct sk_msg_md.</summary>
    public static ContextLayout SkMsg { get; } = ContextStructs.SkMsg
        .Packet("data", "data_end", Long).Read(Word, $"family {SkbAddresses} remote_port local_port size").Pointer(ContextFieldKind.Socket, "sk");

    /// <summary>struct bpf_sock_addr where addresses are IPv4's.</summary>
    public static ContextLayout SockAddr4 { get; } = SockAddr().Read(WordParts, "user_ip4").Write(Word, "user_ip4");

    /// <summary>struct bpf_sock_addr where addresses are IPv6's.</summary>
    public static ContextLayout SockAddr6 { get; } = SockAddr().Read(Any, "user_ip6").Write(LongHalves, "user_ip6");

    /// <summary>struct bpf_sock_addr where addresses are paths.</summary>
    public static ContextLayout SockAddrUnix { get; } = SockAddr();

    /// <summary>struct bpf_sock_addr of a message sent over IPv4.</summary>
    public static ContextLayout SockAddrSend4 { get; } = SockAddr4.Read(WordParts, "msg_src_ip4").Write(Word, "msg_src_ip4");

    /// <summary>struct bpf_sock_addr of a message sent over IPv6.</summary>
    public static ContextLayout SockAddrSend6 { get; } = SockAddr6.Read(Any, "msg_src_ip6").Write(LongHalves, "msg_src_ip6");

    /// <summary>struct sk_reuseport_md.</summary>
    public static ContextLayout SkReuseport { get; } = ContextStructs.SkReuseport
        .Packet("data", "data_end", Long).Read(WordParts, "len ip_protocol bind_inany").Read(WordHalves, "eth_protocol").Read(Word, "hash")
        .Pointer(ContextFieldKind.Socket, "sk").Pointer(SocketCommonOrNull, "migrating_sk");

    /// <summary>struct bpf_sk_lookup.</summary>
    public static ContextLayout SkLookup { get; } = ContextStructs.SkLookup
        .Pointer(SocketOrNull, "sk")
        .Read(WordParts, $"family protocol {SkbAddresses} remote_port local_port ingress_ifindex");

    /// <summary>struct bpf_cgroup_dev_ctx.</summary>
    public static ContextLayout CgroupDevice { get; } = ContextStructs.CgroupDevice.Read(WordParts, "access_type").Read(Word, "major minor");

    /// <summary>struct bpf_sysctl.</summary>
    public static ContextLayout Sysctl { get; } = ContextStructs.Sysctl.Read(WordParts, "write file_pos").Write(Word, "file_pos");

    /// <summary>struct bpf_sockopt when an option is asked for.</summary>
    public static ContextLayout GetSockopt { get; } = Sockopt().Read(Word, "level optname").Write(Word, "optlen retval");

    /// <summary>struct bpf_sockopt when an option is set.</summary>
    public static ContextLayout SetSockopt { get; } = Sockopt().Write(Word, "level optname optlen");

    /// <summary>struct bpf_perf_event_data on x86-64.</summary>
    public static ContextLayout PerfEvent { get; } = ContextStructs.PerfEvent
        .Read(Long, "r15 r14 r13 r12 rbp rbx r11 r10 r9 r8 rax rcx rdx rsi rdi orig_rax rip cs eflags rsp ss").Read(Any, "sample_period addr");

    /// <summary>The x86-64 registers that kprobes see: 21 words.</summary>
    public static ContextLayout PtRegs { get; } = new() { Name = "pt_regs", Size = 168 };

    /// <summary>A tracepoint's record; the verifier allows up to the largest one.</summary>
    public static ContextLayout TracepointRecord { get; } = new() { Name = "", Size = 8192, PlainStart = 8 };

    /// <summary>Up to twelve 64-bit arguments.</summary>
    public static ContextLayout RawTracepoint { get; } = new() { Name = "bpf_raw_tracepoint_args", Size = 96 };

    /// <summary>The same where the first argument is a buffer to be written.</summary>
    public static ContextLayout RawTracepointWritable { get; } = ContextStructs.RawTracepointWritable.Read(Any, "args").Pointer(TracepointBuffer, "buffer").Read(LongOrLater, "buffer");

    /// <summary>A pulse or space of an infrared receiver. Few kernels have them, and this one's word was not asked.</summary>
    public static ContextLayout Lirc { get; } = ContextStructs.Lirc.Read(Word, "sample");

    /// <summary>The arguments of a system-call program: whatever the caller gave.</summary>
    public static ContextLayout SystemCall { get; } = new() { Name = "", Size = ushort.MaxValue, PlainWrites = true };

    /// <summary>struct bpf_nf_ctx.</summary>
    public static ContextLayout Netfilter { get; } = ContextStructs.Netfilter.Kernel("nf_hook_state", "state").Kernel("sk_buff", "skb");

    /// <summary>struct bpf_sock as a pointer to what all sockets have in common shows it.</summary>
    public static ContextLayout SocketCommon { get; } = ContextStructs.Sock
        .Read(Word, "bound_dev_if").Read(WordStart, "family src_port state rx_queue_mapping").Read(PortInWord, "dst_port").Read(WordParts, "src_ip4 src_ip6 dst_ip4 dst_ip6");

    /// <summary>struct bpf_sock as a pointer to a full socket shows it.</summary>
    public static ContextLayout Socket { get; } = SocketCommon.Read(WordStart, "type protocol").Read(Word, "mark priority");

    /// <summary>struct bpf_tcp_sock.</summary>
    public static ContextLayout TcpSocket { get; } = ContextStructs.TcpSock
        .Read(Word, """
            snd_cwnd srtt_us rtt_min snd_ssthresh rcv_nxt snd_nxt snd_una mss_cache ecn_flags rate_delivered rate_interval_us packets_out retrans_out
            total_retrans segs_in data_segs_in segs_out data_segs_out lost_out sacked_out dsack_dups delivered delivered_ce icsk_retransmits
            """)
        .Read(Long, "bytes_received bytes_acked");

    /// <summary>struct bpf_xdp_sock.</summary>
    public static ContextLayout XdpSocket { get; } = ContextStructs.XdpSock.Read(Word, "queue_id");

    private static ContextLayout SockDestination() => ContextStructs.Sock
        .Read(WordStart, "family type protocol state rx_queue_mapping").Read(PortInWord, "dst_port").Read(WordParts, "dst_ip4 dst_ip6");

    private static ContextLayout SockAddr() => ContextStructs.SockAddr
        .Read(Word, "user_family family type protocol").Read(WordParts, "user_port").Write(Word, "user_port").Pointer(ContextFieldKind.Socket, "sk");

    private static ContextLayout Sockopt() => ContextStructs.Sockopt.Pointer(ContextFieldKind.Socket, "sk").Packet("optval", "optval_end", Long);

    private static ContextLayout Packet(this ContextLayout layout, string data, string end, AccessPattern access) => layout
        .With(data, field => field with { Kind = PacketData, Reads = access }).With(end, field => field with { Kind = PacketEnd, Reads = access });

    private static ContextLayout Meta(this ContextLayout layout, string name) => layout.With(name, field => field with { Kind = PacketMeta, Reads = Word });

    private static ContextLayout Pointer(this ContextLayout layout, ContextFieldKind kind, string name) => layout.With(name, field => field with { Kind = kind, Reads = Long });

    private static ContextLayout Kernel(this ContextLayout layout, string type, string name) => layout
        .With(name, field => field with { Kind = KernelStructure, TypeName = type, Reads = Long });

    private static ContextLayout Read(this ContextLayout layout, AccessPattern access, string names) => layout.With(names, field => field with { Reads = field.Reads | access });

    // What may be written may be read in the same way.
    private static ContextLayout Write(this ContextLayout layout, AccessPattern access, string names) =>
        layout.With(names, field => field with { Reads = field.Reads | access, Writes = field.Writes | access });

    private static ContextLayout With(this ContextLayout layout, string names, Func<ContextField, ContextField> change)
    {
        var changed = new HashSet<string>(names.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        var fields = layout.Fields.Select(field => changed.Remove(field.Name) ? change(field) : field).ToArray();
        return changed.Count == 0 ? layout with { Fields = fields } : throw new ArgumentException($"struct {layout.Name} has no {string.Join(", ", changed)}.", nameof(names));
    }
}
