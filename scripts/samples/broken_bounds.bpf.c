// SPDX-License-Identifier: MIT
// broken_bounds: must be refused. It checks that the Ethernet header lies in the packet and then reads the IP header
// behind it as if that check had covered it. The documentation shows what the verifier says about it.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __be32);
	__type(value, __u64);
} blocked SEC(".maps");

SEC("xdp")
int broken_bounds(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip;
	__be32 address;

	if (data + sizeof(*eth) > data_end)
		return XDP_PASS;
	if (eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	ip = data + sizeof(*eth);
	address = ip->daddr; // missing before this: if ((void *)(ip + 1) > data_end) return XDP_PASS;
	return bpf_map_lookup_elem(&blocked, &address) ? XDP_DROP : XDP_PASS;
}

char _license[] SEC("license") = "GPL";
