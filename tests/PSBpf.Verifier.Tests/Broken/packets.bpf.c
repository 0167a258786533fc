// SPDX-License-Identifier: MIT
// Packet bytes that are read or written without a comparison with data_end that covers them.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/pkt_cls.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define PACKET(ctx) void *data = (void *)(long)(ctx)->data, *data_end = (void *)(long)(ctx)->data_end

SEC("xdp")
int no_check(struct xdp_md *ctx)
{
	struct ethhdr *eth = (void *)(long)ctx->data;

	if (eth->h_proto == bpf_htons(ETH_P_IP)) // REFUSED: packet-bounds, names: eth
		return XDP_DROP;
	return XDP_PASS;
}

SEC("xdp")
int next_header(struct xdp_md *ctx)
{
	PACKET(ctx);
	struct ethhdr *eth = data;
	struct iphdr *ip = data + sizeof(*eth);

	if (data + sizeof(*eth) > data_end)
		return XDP_PASS;
	if (ip->protocol == IPPROTO_TCP) // REFUSED: packet-bounds, names: ip
		return XDP_DROP;
	return XDP_PASS;
}

SEC("xdp")
int short_check(struct xdp_md *ctx)
{
	PACKET(ctx);
	struct iphdr *ip = data + sizeof(struct ethhdr);

	if ((void *)ip + 12 > data_end)
		return XDP_PASS;
	if (ip->daddr == bpf_htonl(0x0a000001)) // REFUSED: packet-bounds, names: ip
		return XDP_DROP;
	return XDP_PASS;
}

SEC("xdp")
int size_of_pointer(struct xdp_md *ctx)
{
	PACKET(ctx);
	struct ethhdr *eth = data;

	if (data + sizeof(eth) > data_end)
		return XDP_PASS;
	if (eth->h_proto == bpf_htons(ETH_P_ARP)) // REFUSED: packet-bounds, names: eth
		return XDP_DROP;
	return XDP_PASS;
}

SEC("xdp")
int reversed_check(struct xdp_md *ctx)
{
	PACKET(ctx);
	struct ethhdr *eth = data;

	if (data + sizeof(*eth) < data_end)
		return XDP_PASS;
	if (eth->h_proto == bpf_htons(ETH_P_IP)) // REFUSED: packet-bounds, names: eth
		return XDP_DROP;
	return XDP_PASS;
}

SEC("xdp")
int one_past(struct xdp_md *ctx)
{
	PACKET(ctx);
	__u8 *bytes = data;

	if (data + 20 > data_end)
		return XDP_PASS;
	return bytes[20] ? XDP_DROP : XDP_PASS; // REFUSED: packet-bounds, names: bytes
}

SEC("xdp")
int variable_header(struct xdp_md *ctx)
{
	PACKET(ctx);
	struct ethhdr *eth = data;
	struct iphdr *ip = data + sizeof(*eth);
	struct tcphdr *tcp;

	if ((void *)(ip + 1) > data_end)
		return XDP_PASS;
	tcp = (void *)ip + ip->ihl * 4;
	if (tcp->dest == bpf_htons(22)) // REFUSED: packet-bounds, names: tcp
		return XDP_DROP;
	return XDP_PASS;
}

SEC("xdp")
int udp_port(struct xdp_md *ctx)
{
	PACKET(ctx);
	struct iphdr *ip = data + sizeof(struct ethhdr);
	struct udphdr *udp = (void *)(ip + 1);

	if ((void *)(ip + 1) > data_end || ip->protocol != IPPROTO_UDP)
		return XDP_PASS;
	if (udp->dest == bpf_htons(53)) // REFUSED: packet-bounds, names: udp
		return XDP_DROP;
	return XDP_PASS;
}

SEC("xdp")
int write_swapped(struct xdp_md *ctx)
{
	PACKET(ctx);
	struct ethhdr *eth = data;

	if (data + 6 > data_end)
		return XDP_PASS;
	eth->h_source[0] = 2; // REFUSED: packet-bounds, names: eth
	return XDP_TX;
}

SEC("xdp")
int after_adjust(struct xdp_md *ctx)
{
	PACKET(ctx);
	struct ethhdr *eth = data;

	if (data + sizeof(*eth) > data_end)
		return XDP_PASS;
	if (bpf_xdp_adjust_head(ctx, -14))
		return XDP_ABORTED;
	eth->h_proto = bpf_htons(ETH_P_IP); // REFUSED: scalar-dereference, names: eth
	return XDP_TX;
}

SEC("xdp")
int adjusted_unchecked(struct xdp_md *ctx)
{
	struct ethhdr *eth;

	if (bpf_xdp_adjust_head(ctx, -14))
		return XDP_ABORTED;
	eth = (void *)(long)ctx->data;
	eth->h_proto = bpf_htons(ETH_P_IP); // REFUSED: packet-bounds, names: eth
	return XDP_TX;
}

SEC("xdp")
int ipv6_next(struct xdp_md *ctx)
{
	PACKET(ctx);
	struct ipv6hdr *ip6 = data + sizeof(struct ethhdr);

	if (data + sizeof(struct ethhdr) + sizeof(struct iphdr) > data_end)
		return XDP_PASS;
	return ip6->daddr.in6_u.u6_addr8[15] == 1 ? XDP_DROP : XDP_PASS; // REFUSED: packet-bounds, names: ip6
}

static __always_inline int is_dns(struct udphdr *udp)
{
	return udp->dest == bpf_htons(53); // REFUSED: packet-bounds, names: udp, program: inlined
}

SEC("xdp")
int inlined(struct xdp_md *ctx)
{
	PACKET(ctx);
	struct iphdr *ip = data + sizeof(struct ethhdr);

	if ((void *)(ip + 1) > data_end)
		return XDP_PASS;
	return is_dns((void *)(ip + 1)) ? XDP_DROP : XDP_PASS;
}

static __noinline int first_byte(__u8 *payload)
{
	return payload[0] == 0x16; // REFUSED: packet-bounds, names: payload, program: called
}

SEC("xdp")
int called(struct xdp_md *ctx)
{
	PACKET(ctx);

	if (data + 14 > data_end)
		return XDP_PASS;
	return first_byte(data + 14) ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int sum_of_bytes(struct xdp_md *ctx)
{
	PACKET(ctx);
	__u8 *bytes = data;
	__u32 sum = 0;

	if (data + 8 > data_end)
		return XDP_PASS;
#pragma unroll
	for (int i = 0; i < 10; i++)
		sum += bytes[i]; // REFUSED: packet-bounds, names: bytes
	return sum & 1 ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int constant_offset(struct xdp_md *ctx)
{
	PACKET(ctx);

	if (data + 34 > data_end)
		return XDP_PASS;
	return *(__u16 *)(data + 36) ? XDP_DROP : XDP_PASS; // REFUSED: packet-bounds, names: data
}

SEC("tc")
int no_pull(struct __sk_buff *skb)
{
	PACKET(skb);
	struct tcphdr *tcp = data + sizeof(struct ethhdr) + sizeof(struct iphdr);

	if (data + sizeof(struct ethhdr) + sizeof(struct iphdr) > data_end)
		return TC_ACT_OK;
	return tcp->syn ? TC_ACT_SHOT : TC_ACT_OK; // REFUSED: packet-bounds, names: tcp
}

SEC("tc")
int after_pull(struct __sk_buff *skb)
{
	PACKET(skb);
	struct iphdr *ip = data + sizeof(struct ethhdr);

	if ((void *)(ip + 1) > data_end)
		return TC_ACT_OK;
	bpf_skb_pull_data(skb, 64);
	return ip->ttl < 2 ? TC_ACT_SHOT : TC_ACT_OK; // REFUSED: scalar-dereference, names: ip
}

SEC("xdp")
int meta_unchecked(struct xdp_md *ctx)
{
	__u32 *mark = (void *)(long)ctx->data_meta;

	return *mark == 7 ? XDP_DROP : XDP_PASS; // REFUSED: packet-bounds, names: mark
}

char _license[] SEC("license") = "GPL";
