// SPDX-License-Identifier: MIT
// packet_counter: counts packets and bytes per protocol, drops what is cut short, what is malformed and what goes to
// one blocked port, and reports each drop as a typed event. Everything that it decides comes from the packet alone, so
// that two kernels given the same packets leave the same maps behind.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

enum protocol {
	PROTO_OTHER,
	PROTO_ARP,
	PROTO_IPV4_TCP,
	PROTO_IPV4_UDP,
	PROTO_IPV4_ICMP,
	PROTO_IPV4_OTHER,
	PROTO_IPV6_TCP,
	PROTO_IPV6_UDP,
	PROTO_IPV6_ICMP,
	PROTO_IPV6_OTHER,
	PROTO_BAD, // truncated or malformed: its headers cannot be trusted
};

enum drop_reason {
	DROP_NONE,
	DROP_TRUNCATED,
	DROP_MALFORMED,
	DROP_BLOCKED_PORT,
};

struct counter {
	__u64 packets;
	__u64 bytes;
};

struct drop_event {
	__u64 sequence; // number of the packet since the program was loaded, from 1
	enum drop_reason reason;
	enum protocol protocol;
	__u32 length;
	__u16 ethertype; // the inner one when there is a VLAN tag; 0 when the packet ends before it
	__u16 port;	 // destination port in host order; 0 where there is none
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, enum protocol);
	__type(value, struct counter);
} protocols SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 5); // XDP_ABORTED .. XDP_REDIRECT
	__type(key, __u32);
	__type(value, __u64);
} verdicts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

// The type of an event is used nowhere else in a way that BTF would keep.
struct drop_event *unused_drop_event __attribute__((unused));

const volatile __u16 blocked_port = 23; // host order; set before loading
__u32 report_drops = 1;			// 0 silences the events while the program runs
__u64 total;
__u64 truncated;
__u64 malformed;
__u64 blocked;
__u64 events_lost;

struct vlan_tag {
	__be16 tci;
	__be16 inner_ethertype;
};

// Sizes of headers of which only the length matters here.
#define ARP_LENGTH 28
#define ICMP_LENGTH 8

struct packet {
	enum protocol protocol;
	__u16 ethertype;
	__u16 port;
};

static __always_inline enum drop_reason parse_transport(void *l4, void *data_end, __u8 ip_protocol, __u32 room,
							enum protocol base, struct packet *packet)
{
	// `base` is the TCP member of the IP version; UDP, ICMP and OTHER follow it in the enum.
	if (ip_protocol == IPPROTO_TCP) {
		struct tcphdr *tcp = l4;

		if ((void *)(tcp + 1) > data_end)
			return DROP_TRUNCATED;
		if (tcp->doff < 5 || tcp->doff * 4u > room)
			return DROP_MALFORMED;
		packet->protocol = base;
		packet->port = bpf_ntohs(tcp->dest);
	} else if (ip_protocol == IPPROTO_UDP) {
		struct udphdr *udp = l4;
		__u16 length;

		if ((void *)(udp + 1) > data_end)
			return DROP_TRUNCATED;
		length = bpf_ntohs(udp->len);
		if (length < sizeof(*udp) || length > room)
			return DROP_MALFORMED;
		packet->protocol = base + 1;
		packet->port = bpf_ntohs(udp->dest);
	} else if (ip_protocol == IPPROTO_ICMP || ip_protocol == IPPROTO_ICMPV6) {
		if (l4 + ICMP_LENGTH > data_end)
			return DROP_TRUNCATED;
		packet->protocol = base + 2;
	} else {
		packet->protocol = base + 3;
	}
	if (packet->port != 0 && packet->port == blocked_port)
		return DROP_BLOCKED_PORT;
	return DROP_NONE;
}

static __always_inline enum drop_reason parse_ipv4(void *l3, void *data_end, struct packet *packet)
{
	struct iphdr *ip = l3;
	__u32 header, length;

	if ((void *)(ip + 1) > data_end)
		return DROP_TRUNCATED;
	header = ip->ihl * 4;
	length = bpf_ntohs(ip->tot_len);
	if (ip->version != 4 || header < sizeof(*ip) || length < header)
		return DROP_MALFORMED;
	if (length > (__u64)(data_end - l3))
		return DROP_TRUNCATED;
	// A fragment (MF flag or an offset) does not hold a whole transport segment.
	if (ip->frag_off & bpf_htons(0x3fff)) {
		packet->protocol = PROTO_IPV4_OTHER;
		return DROP_NONE;
	}
	return parse_transport(l3 + header, data_end, ip->protocol, length - header, PROTO_IPV4_TCP, packet);
}

static __always_inline enum drop_reason parse_ipv6(void *l3, void *data_end, struct packet *packet)
{
	struct ipv6hdr *ip = l3;
	__u32 length;

	if ((void *)(ip + 1) > data_end)
		return DROP_TRUNCATED;
	if (ip->version != 6)
		return DROP_MALFORMED;
	length = bpf_ntohs(ip->payload_len);
	if (length + sizeof(*ip) > (__u64)(data_end - l3))
		return DROP_TRUNCATED;
	// Extension headers are not followed: such a packet counts as PROTO_IPV6_OTHER.
	return parse_transport(l3 + sizeof(*ip), data_end, ip->nexthdr, length, PROTO_IPV6_TCP, packet);
}

static __always_inline enum drop_reason parse(void *data, void *data_end, struct packet *packet)
{
	struct ethhdr *eth = data;
	void *l3 = data + sizeof(*eth);
	__be16 type;

	if (l3 > data_end)
		return DROP_TRUNCATED;
	type = eth->h_proto;
	if (type == bpf_htons(ETH_P_8021Q)) {
		struct vlan_tag *tag = l3;

		l3 += sizeof(*tag);
		if (l3 > data_end)
			return DROP_TRUNCATED;
		type = tag->inner_ethertype;
	}
	packet->ethertype = bpf_ntohs(type);
	switch (packet->ethertype) {
	case ETH_P_IP:
		return parse_ipv4(l3, data_end, packet);
	case ETH_P_IPV6:
		return parse_ipv6(l3, data_end, packet);
	case ETH_P_ARP:
		if (l3 + ARP_LENGTH > data_end)
			return DROP_TRUNCATED;
		packet->protocol = PROTO_ARP;
		return DROP_NONE;
	default:
		packet->protocol = PROTO_OTHER;
		return DROP_NONE;
	}
}

static __always_inline void count(enum protocol protocol, __u32 verdict, __u64 length)
{
	struct counter *counter = bpf_map_lookup_elem(&protocols, &protocol);
	__u64 *verdict_count;

	if (counter) {
		__sync_fetch_and_add(&counter->packets, 1);
		__sync_fetch_and_add(&counter->bytes, length);
	} else {
		struct counter first = { .packets = 1, .bytes = length };

		bpf_map_update_elem(&protocols, &protocol, &first, BPF_ANY);
	}
	verdict_count = bpf_map_lookup_elem(&verdicts, &verdict);
	if (verdict_count)
		*verdict_count += 1;
}

static __always_inline void report(const struct packet *packet, enum drop_reason reason, __u64 sequence, __u32 length)
{
	struct drop_event *event;

	if (!report_drops)
		return;
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event) {
		__sync_fetch_and_add(&events_lost, 1);
		return;
	}
	event->sequence = sequence;
	event->reason = reason;
	event->protocol = packet->protocol;
	event->length = length;
	event->ethertype = packet->ethertype;
	event->port = packet->port;
	bpf_ringbuf_submit(event, 0);
}

SEC("xdp")
int packet_counter(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct packet packet = { .protocol = PROTO_BAD };
	__u64 length = data_end - data;
	enum drop_reason reason;
	__u64 sequence;

	sequence = __sync_fetch_and_add(&total, 1) + 1;
	reason = parse(data, data_end, &packet);
	if (reason == DROP_NONE) {
		count(packet.protocol, XDP_PASS, length);
		return XDP_PASS;
	}
	if (reason == DROP_TRUNCATED)
		__sync_fetch_and_add(&truncated, 1);
	else if (reason == DROP_MALFORMED)
		__sync_fetch_and_add(&malformed, 1);
	else
		__sync_fetch_and_add(&blocked, 1);
	count(packet.protocol, XDP_DROP, length);
	report(&packet, reason, sequence, length);
	return XDP_DROP;
}

char _license[] SEC("license") = "GPL";
