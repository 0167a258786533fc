// SPDX-License-Identifier: MIT
// reflector: answers IPv4 echo requests by turning the packet round (XDP_TX): MAC and IP addresses change places, the
// type becomes echo reply, the TTL goes down by one as at a router, and both checksums are mended, not summed anew
// (RFC 1624: HC' = ~(~HC + ~m + m')). A packet whose TTL is used up is dropped.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

// linux/icmp.h needs headers of the C library.
#define ICMP_ECHO 8
#define ICMP_ECHOREPLY 0

struct icmp_header {
	__u8 type;
	__u8 code;
	__be16 checksum;
	__be16 id;
	__be16 sequence;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 5); // by verdict
	__type(key, __u32);
	__type(value, __u64);
} verdicts SEC(".maps");

static __always_inline __u16 mend_checksum(__u16 checksum, __u16 before, __u16 after)
{
	__u32 sum = (__u16)~checksum + (__u16)~before + after;

	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

static __always_inline int finish(__u32 verdict)
{
	__u64 *n = bpf_map_lookup_elem(&verdicts, &verdict);

	if (n)
		__sync_fetch_and_add(n, 1);
	return verdict;
}

SEC("xdp")
int reflector(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = data + sizeof(*eth);
	struct icmp_header *icmp = (void *)(ip + 1);
	__u8 station[ETH_ALEN];
	__u16 before, after;
	__be32 address;

	if ((void *)(icmp + 1) > data_end || eth->h_proto != bpf_htons(ETH_P_IP) || ip->ihl != 5 ||
	    ip->protocol != IPPROTO_ICMP || icmp->type != ICMP_ECHO)
		return finish(XDP_PASS);
	if (ip->ttl <= 1)
		return finish(XDP_DROP);

	__builtin_memcpy(station, eth->h_source, ETH_ALEN);
	__builtin_memcpy(eth->h_source, eth->h_dest, ETH_ALEN);
	__builtin_memcpy(eth->h_dest, station, ETH_ALEN);

	// Exchanging the addresses leaves the header's sum as it was; the word of TTL and protocol changes it.
	address = ip->saddr;
	ip->saddr = ip->daddr;
	ip->daddr = address;
	before = bpf_htons(ip->ttl << 8 | ip->protocol);
	ip->ttl -= 1;
	after = bpf_htons(ip->ttl << 8 | ip->protocol);
	ip->check = mend_checksum(ip->check, before, after);

	before = bpf_htons(icmp->type << 8 | icmp->code);
	icmp->type = ICMP_ECHOREPLY;
	after = bpf_htons(icmp->type << 8 | icmp->code);
	icmp->checksum = mend_checksum(icmp->checksum, before, after);
	return finish(XDP_TX);
}

char _license[] SEC("license") = "GPL";
