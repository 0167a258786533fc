// SPDX-License-Identifier: MIT
// dispatcher: one program looks at the protocol and goes on in another one, which a program array holds. The object
// fills two of the slots; a third is there to be filled, or emptied, while packets come: Set-BpfMapEntry handlers 2 …
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

enum handler { IPV4, IPV6, OTHER, HANDLERS };

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, HANDLERS + 1);
	__type(key, __u32); // the enumeration by number: Linux takes no other keys of an array with types
	__type(value, __u64);
} packets SEC(".maps");

int handle_ipv4(struct xdp_md *ctx);
int handle_ipv6(struct xdp_md *ctx);

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, HANDLERS);
	__type(key, enum handler);
	__array(values, int(struct xdp_md *));
} handlers SEC(".maps") = {
	.values = {
		[IPV4] = (void *)&handle_ipv4,
		[IPV6] = (void *)&handle_ipv6,
	},
};

static __always_inline void count(__u32 handler)
{
	__u64 *packet_count = bpf_map_lookup_elem(&packets, &handler);
	if (packet_count)
		*packet_count += 1;
}

SEC("xdp")
int dispatch(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *ethernet = data;

	if ((void *)(ethernet + 1) > data_end)
		return XDP_DROP;
	switch (ethernet->h_proto) {
	case bpf_htons(ETH_P_IP):
		bpf_tail_call(ctx, &handlers, IPV4);
		break;
	case bpf_htons(ETH_P_IPV6):
		bpf_tail_call(ctx, &handlers, IPV6);
		break;
	default:
		bpf_tail_call(ctx, &handlers, OTHER);
	}
	// Nobody took it.
	count(HANDLERS);
	return XDP_PASS;
}

SEC("xdp")
int handle_ipv4(struct xdp_md *ctx)
{
	count(IPV4);
	return XDP_TX;
}

SEC("xdp")
int handle_ipv6(struct xdp_md *ctx)
{
	count(IPV6);
	return XDP_DROP;
}

SEC("xdp")
int handle_other(struct xdp_md *ctx)
{
	count(OTHER);
	return XDP_DROP;
}

char LICENSE[] SEC("license") = "GPL";
