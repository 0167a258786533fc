// SPDX-License-Identifier: MIT
// cgroup_skb: a budget of bytes for what the processes of a cgroup send.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

const volatile __u64 budget = 200;
__u64 sent;

SEC("cgroup_skb/egress")
int spend(struct __sk_buff *skb)
{
	__u64 total = __sync_fetch_and_add(&sent, skb->len) + skb->len;

#ifdef BROKEN
	return 7; // 0 to 3 are answers
#endif
	skb->cb[0] = total > budget;
	return total <= budget;
}

char LICENSE[] SEC("license") = "GPL";
