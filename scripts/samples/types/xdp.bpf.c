// SPDX-License-Identifier: MIT
// xdp: drops frames that are too short for an Ethernet header and takes a VLAN tag off the others.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define TAG 4

__u64 untagged;

SEC("xdp")
int untag(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data, header;

#ifndef BROKEN
	if (data + sizeof(*eth) > end)
		return XDP_DROP;
#endif
	if (eth->h_proto != bpf_htons(ETH_P_8021Q))
		return XDP_PASS;
	if (data + sizeof(*eth) + TAG > end)
		return XDP_DROP;
	header = *eth;
	header.h_proto = *(__be16 *)(data + sizeof(*eth) + 2);
	if (bpf_xdp_adjust_head(ctx, TAG))
		return XDP_ABORTED;
	data = (void *)(long)ctx->data;
	end = (void *)(long)ctx->data_end;
	if (data + sizeof(*eth) > end)
		return XDP_ABORTED;
	*(struct ethhdr *)data = header;
	untagged += 1;
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
