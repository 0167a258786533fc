namespace PSBpf.Uapi;

/// <summary>The UAPI's context structs: names and offsets, without a word about who may do what with them.</summary>
internal static class ContextStructs
{
    /// <summary>Reads a row of fields that lie one behind the other, each aligned to its element: <c>name:bytes</c>, <c>name:bytes*elements</c>.</summary>
    private static ContextLayout Struct(string name, string fields)
    {
        var list = new List<ContextField>();
        int offset = 0, alignment = 1;
        foreach (string field in fields.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = field.Split(':', '*');
            int element = int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture);
            int count = parts.Length > 2 ? int.Parse(parts[2], System.Globalization.CultureInfo.InvariantCulture) : 1;
            offset = (offset + element - 1) / element * element;
            alignment = Math.Max(alignment, element);
            list.Add(new ContextField(parts[0], offset, element * count, element));
            offset += element * count;
        }

        return new ContextLayout { Name = name, Size = (offset + alignment - 1) / alignment * alignment, Fields = list };
    }

    public static readonly ContextLayout XdpMd = Struct("xdp_md", "data:4 data_end:4 data_meta:4 ingress_ifindex:4 rx_queue_index:4 egress_ifindex:4");

    public static readonly ContextLayout SkBuff = Struct("__sk_buff", """
        len:4 pkt_type:4 mark:4 queue_mapping:4 protocol:4 vlan_present:4 vlan_tci:4 vlan_proto:4 priority:4 ingress_ifindex:4 ifindex:4
        tc_index:4 cb:4*5 hash:4 tc_classid:4 data:4 data_end:4 napi_id:4 family:4 remote_ip4:4 local_ip4:4 remote_ip6:4*4 local_ip6:4*4
        remote_port:4 local_port:4 data_meta:4 flow_keys:8 tstamp:8 wire_len:4 gso_segs:4 sk:8 gso_size:4 tstamp_type:1 hwtstamp:8
        """);

    public static readonly ContextLayout Sock = Struct("bpf_sock", """
        bound_dev_if:4 family:4 type:4 protocol:4 mark:4 priority:4 src_ip4:4 src_ip6:4*4 src_port:4 dst_port:4 dst_ip4:4 dst_ip6:4*4 state:4 rx_queue_mapping:4
        """);

    public static readonly ContextLayout TcpSock = Struct("bpf_tcp_sock", """
        snd_cwnd:4 srtt_us:4 rtt_min:4 snd_ssthresh:4 rcv_nxt:4 snd_nxt:4 snd_una:4 mss_cache:4 ecn_flags:4 rate_delivered:4 rate_interval_us:4
        packets_out:4 retrans_out:4 total_retrans:4 segs_in:4 data_segs_in:4 segs_out:4 data_segs_out:4 lost_out:4 sacked_out:4
        bytes_received:8 bytes_acked:8 dsack_dups:4 delivered:4 delivered_ce:4 icsk_retransmits:4
        """);

    public static readonly ContextLayout XdpSock = Struct("bpf_xdp_sock", "queue_id:4");

    public static readonly ContextLayout SockOps = Struct("bpf_sock_ops", """
        op:4 reply:4 replylong:4*3 family:4 remote_ip4:4 local_ip4:4 remote_ip6:4*4 local_ip6:4*4 remote_port:4 local_port:4 is_fullsock:4
        snd_cwnd:4 srtt_us:4 bpf_sock_ops_cb_flags:4 state:4 rtt_min:4 snd_ssthresh:4 rcv_nxt:4 snd_nxt:4 snd_una:4 mss_cache:4 ecn_flags:4
        rate_delivered:4 rate_interval_us:4 packets_out:4 retrans_out:4 total_retrans:4 segs_in:4 data_segs_in:4 segs_out:4 data_segs_out:4
        lost_out:4 sacked_out:4 sk_txhash:4 bytes_received:8 bytes_acked:8 sk:8 skb_data:8 skb_data_end:8 skb_len:4 skb_tcp_flags:4 skb_hwtstamp:8
        """);

    public static readonly ContextLayout SkMsg = Struct("sk_msg_md", """
        data:8 data_end:8 family:4 remote_ip4:4 local_ip4:4 remote_ip6:4*4 local_ip6:4*4 remote_port:4 local_port:4 size:4 sk:8
        """);

    public static readonly ContextLayout SockAddr = Struct("bpf_sock_addr", """
        user_family:4 user_ip4:4 user_ip6:4*4 user_port:4 family:4 type:4 protocol:4 msg_src_ip4:4 msg_src_ip6:4*4 sk:8
        """);

    public static readonly ContextLayout SkReuseport = Struct("sk_reuseport_md", "data:8 data_end:8 len:4 eth_protocol:4 ip_protocol:4 bind_inany:4 hash:4 sk:8 migrating_sk:8");

    public static readonly ContextLayout SkLookup = Struct("bpf_sk_lookup", """
        sk:8 family:4 protocol:4 remote_ip4:4 remote_ip6:4*4 remote_port:4 local_ip4:4 local_ip6:4*4 local_port:4 ingress_ifindex:4
        """);

    public static readonly ContextLayout CgroupDevice = Struct("bpf_cgroup_dev_ctx", "access_type:4 major:4 minor:4");

    public static readonly ContextLayout Sysctl = Struct("bpf_sysctl", "write:4 file_pos:4");

    public static readonly ContextLayout Sockopt = Struct("bpf_sockopt", "sk:8 optval:8 optval_end:8 level:4 optname:4 optlen:4 retval:4");

    public static readonly ContextLayout PerfEvent = Struct("bpf_perf_event_data", """
        r15:8 r14:8 r13:8 r12:8 rbp:8 rbx:8 r11:8 r10:8 r9:8 r8:8 rax:8 rcx:8 rdx:8 rsi:8 rdi:8 orig_rax:8 rip:8 cs:8 eflags:8 rsp:8 ss:8
        sample_period:8 addr:8
        """);

    public static readonly ContextLayout RawTracepointWritable = Struct("bpf_raw_tracepoint_args", "buffer:8 args:8*11");

    public static readonly ContextLayout Lirc = Struct("", "sample:4");

    public static readonly ContextLayout Netfilter = Struct("bpf_nf_ctx", "state:8 skb:8");
}
