// SPDX-License-Identifier: MIT
// sched_cls: marks web traffic and lowers the time to live of everything, with its checksum.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <linux/tcp.h>
#include <stddef.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define IP_START sizeof(struct ethhdr)

__u64 expired;

SEC("tc/egress")
int police(struct __sk_buff *skb)
{
	struct iphdr ip;
	struct tcphdr tcp;
	__u16 old, new;

	if (skb->protocol != bpf_htons(ETH_P_IP))
		return TC_ACT_UNSPEC;
#ifdef BROKEN
	skb->len = 0; // the length is not ours
#endif
	if (bpf_skb_load_bytes(skb, IP_START, &ip, sizeof(ip)))
		return TC_ACT_SHOT;
	if (ip.ttl <= 1) {
		__sync_fetch_and_add(&expired, 1);
		return TC_ACT_SHOT;
	}
	old = bpf_htons(ip.ttl << 8 | ip.protocol);
	ip.ttl -= 1;
	new = bpf_htons(ip.ttl << 8 | ip.protocol);
	bpf_skb_store_bytes(skb, IP_START + offsetof(struct iphdr, ttl), &ip.ttl, 1, 0);
	bpf_l3_csum_replace(skb, IP_START + offsetof(struct iphdr, check), old, new, 2);
	if (ip.protocol == IPPROTO_TCP && !bpf_skb_load_bytes(skb, IP_START + sizeof(ip), &tcp, sizeof(tcp)) && tcp.dest == bpf_htons(80))
		skb->mark = 80;
	return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "GPL";
