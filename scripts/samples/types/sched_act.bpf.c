// SPDX-License-Identifier: MIT
// sched_act: puts what it sees into a VLAN by its priority.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

SEC("action")
int tag(struct __sk_buff *skb)
{
	if (skb->vlan_present)
		return TC_ACT_PIPE;
#ifdef BROKEN
	return *(__u8 *)(long)skb->data; // without a look at data_end
#endif
	if (skb->priority == 7) // control traffic does not belong here
		return TC_ACT_SHOT;
	if (bpf_skb_vlan_push(skb, bpf_htons(ETH_P_8021Q), 100 + (skb->priority & 7)))
		return TC_ACT_SHOT;
	skb->cb[0] = skb->vlan_tci;
	return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "GPL";
