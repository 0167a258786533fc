// SPDX-License-Identifier: MIT
// socket_filter: keeps the headers of UDP datagrams and the first bytes of DNS, and nothing else.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define DNS 53
#define DNS_HEADER 12

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u64);
} kept SEC(".maps");

SEC("socket")
int keep_dns(struct __sk_buff *skb)
{
	struct iphdr ip;
	struct udphdr udp;
	__u32 is_dns;
	__u64 *count;

	if (skb->protocol != bpf_htons(ETH_P_IP))
		return 0;
#ifdef BROKEN
	skb->mark = 1; // a filter of sockets leaves it alone
#endif
	if (bpf_skb_load_bytes(skb, 0, &ip, sizeof(ip)) || ip.protocol != IPPROTO_UDP)
		return 0;
	if (bpf_skb_load_bytes(skb, sizeof(ip), &udp, sizeof(udp)))
		return 0;
	is_dns = udp.dest == bpf_htons(DNS);
	count = bpf_map_lookup_elem(&kept, &is_dns);
	if (count)
		*count += 1;
	skb->cb[0] = is_dns;
	return sizeof(ip) + sizeof(udp) + (is_dns ? DNS_HEADER : 0);
}

char LICENSE[] SEC("license") = "GPL";
