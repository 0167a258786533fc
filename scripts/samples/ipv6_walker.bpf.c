// SPDX-License-Identifier: MIT
// ipv6_walker: follows IPv6 extension headers (RFC 8200) in a bounded loop. The length of one header is worked out in
// a static subprogram that is really called. Drops packets whose chain is longer than eight headers or runs off the end.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ipv6.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define MAX_HEADERS 8
#define IPPROTO_DESTINATION 60

// chain_lengths[n] counts the packets with n extension headers.
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, MAX_HEADERS + 1);
	__type(key, __u32);
	__type(value, __u64);
} chain_lengths SEC(".maps");

// Packets by the protocol that ends their chain.
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, __u8);
	__type(value, __u64);
} upper_protocols SEC(".maps");

__u64 not_ipv6;
__u64 broken_chains;

struct extension {
	__u8 next;
	__u8 length; // in units of eight bytes, without the first
};

// The bytes that an extension header takes, or 0 when `protocol` is not one.
static __noinline __u32 extension_size(__u32 protocol, __u32 length_field)
{
	switch (protocol) {
	case IPPROTO_HOPOPTS:
	case IPPROTO_ROUTING:
	case IPPROTO_DESTINATION:
		return (length_field + 1) * 8;
	case IPPROTO_FRAGMENT:
		return 8;
	case IPPROTO_AH:
		return (length_field + 2) * 4;
	default:
		return 0;
	}
}

SEC("xdp")
int ipv6_walker(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct ipv6hdr *ip = data + sizeof(*eth);
	void *at = ip + 1;
	__u64 one = 1, *n;
	__u32 headers;
	__u8 protocol;

	if (at > data_end || eth->h_proto != bpf_htons(ETH_P_IPV6)) {
		not_ipv6 += 1;
		return XDP_PASS;
	}
	protocol = ip->nexthdr;
#pragma clang loop unroll(disable)
	for (headers = 0; headers <= MAX_HEADERS; headers++) {
		struct extension *extension = at;
		__u32 size;

		if ((void *)(extension + 1) > data_end)
			goto broken;
		size = extension_size(protocol, extension->length);
		if (size == 0)
			break;
		protocol = extension->next;
		at += size;
	}
	n = bpf_map_lookup_elem(&chain_lengths, &headers); // an array has no entry beyond MAX_HEADERS
	if (!n)
		goto broken;
	*n += 1;
	n = bpf_map_lookup_elem(&upper_protocols, &protocol);
	if (n)
		__sync_fetch_and_add(n, 1);
	else
		bpf_map_update_elem(&upper_protocols, &protocol, &one, BPF_ANY);
	return XDP_PASS;

broken:
	broken_chains += 1;
	return XDP_DROP;
}

char _license[] SEC("license") = "GPL";
