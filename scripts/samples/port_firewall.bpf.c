// SPDX-License-Identifier: MIT
// port_firewall: drops IPv4 TCP and UDP packets to ports in the hash map `blocklist`, and for a while everything from a
// source that tried one: its entry in `offenders` is looked up, counted down and deleted when its penalty is over.
// `always_blocked` is refused even when the blocklist is empty.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct service {
	__u16 port; // host order
	__u8 protocol;
	__u8 padding;
};

enum counted {
	COUNT_PASSED,
	COUNT_BLOCKED,
	COUNT_PENALISED,
	COUNT_PARDONED,
	COUNT_NOT_IPV4,
	COUNT_KINDS,
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, struct service);
	__type(value, __u64); // packets dropped by this rule
} blocklist SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __be32);
	__type(value, __u32); // packets that are still to be dropped
} offenders SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, COUNT_KINDS);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

const volatile __u16 always_blocked = 22;
const volatile __u32 penalty = 3;

static __always_inline int count(enum counted what, int verdict)
{
	__u32 key = what;
	__u64 *n = bpf_map_lookup_elem(&counts, &key);

	if (n)
		__sync_fetch_and_add(n, 1);
	return verdict;
}

SEC("xdp")
int port_firewall(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = data + sizeof(*eth);
	struct service service = {};
	__be16 *ports;
	__be32 source;
	__u32 *left;
	__u64 *hits;

	if ((void *)(ip + 1) > data_end || eth->h_proto != bpf_htons(ETH_P_IP) || ip->ihl < 5)
		return count(COUNT_NOT_IPV4, XDP_PASS);

	source = ip->saddr;
	left = bpf_map_lookup_elem(&offenders, &source);
	if (left) {
		if (*left > 1) {
			*left -= 1;
			return count(COUNT_PENALISED, XDP_DROP);
		}
		bpf_map_delete_elem(&offenders, &source);
		return count(COUNT_PARDONED, XDP_DROP);
	}

	ports = (void *)ip + ip->ihl * 4;
	if ((void *)(ports + 2) > data_end || (ip->protocol != IPPROTO_TCP && ip->protocol != IPPROTO_UDP))
		return count(COUNT_PASSED, XDP_PASS);
	service.port = bpf_ntohs(ports[1]);
	service.protocol = ip->protocol;
	hits = bpf_map_lookup_elem(&blocklist, &service);
	if (hits)
		__sync_fetch_and_add(hits, 1);
	else if (service.port != always_blocked)
		return count(COUNT_PASSED, XDP_PASS);
	if (penalty) {
		__u32 packets = penalty;

		bpf_map_update_elem(&offenders, &source, &packets, BPF_NOEXIST);
	}
	return count(COUNT_BLOCKED, XDP_DROP);
}

char _license[] SEC("license") = "Dual MIT/GPL";
