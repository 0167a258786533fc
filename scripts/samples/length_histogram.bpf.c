// SPDX-License-Identifier: MIT
// length_histogram: a socket filter that looks at the context only. It counts packet lengths in powers of two, keeps
// smallest, largest and sum in globals, and lets through (up to `snap_length` bytes of) every packet of the sampled kind.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define SLOTS 17

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, SLOTS);
	__type(key, __u32);
	__type(value, __u64);
} lengths SEC(".maps");

const volatile __u32 snap_length = 96;
__u32 smallest = 0xffffffff; // .data
__u16 sampled_ethertype = ETH_P_IP;
__u32 largest;		     // .bss
__u64 sum;

static __always_inline __u32 log2_of(__u32 value)
{
	__u32 log = 0;

	if (value >> 16) {
		value >>= 16;
		log += 16;
	}
	if (value >> 8) {
		value >>= 8;
		log += 8;
	}
	if (value >> 4) {
		value >>= 4;
		log += 4;
	}
	if (value >> 2) {
		value >>= 2;
		log += 2;
	}
	return log + (value >> 1);
}

SEC("socket")
int length_histogram(struct __sk_buff *skb)
{
	__u32 length = skb->len;
	__u32 slot = log2_of(length);
	__u64 *n;

	if (slot >= SLOTS)
		slot = SLOTS - 1;
	n = bpf_map_lookup_elem(&lengths, &slot);
	if (n)
		*n += 1;
	if (length < smallest)
		smallest = length;
	if (length > largest)
		largest = length;
	sum += length;
	if (skb->protocol != bpf_htons(sampled_ethertype))
		return 0;
	return length < snap_length ? length : snap_length;
}

char _license[] SEC("license") = "GPL";
