// SPDX-License-Identifier: MIT
// lwt_xmit: what a route sends: small packets only, with their hash noted.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

const volatile __u32 largest = 60;
__u64 sent, held;

SEC("lwt_xmit")
int send_small(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data;
	void *end __attribute__((unused)) = (void *)(long)skb->data_end;

	if (skb->len > largest) {
		held += 1;
		return BPF_DROP;
	}
#ifndef BROKEN
	if (data + 1 > end)
		return BPF_DROP;
#endif
	skb->cb[0] = *(__u8 *)data >> 4; // the version of IP
	skb->cb[1] = bpf_get_hash_recalc(skb) != 0;
	sent += 1;
	return BPF_OK;
}

char LICENSE[] SEC("license") = "GPL";
