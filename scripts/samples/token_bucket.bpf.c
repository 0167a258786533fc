// SPDX-License-Identifier: MIT
// token_bucket: a rate limiter for tc. Each of 64 flows, told apart by a hash of the IPv4 source, owns a bucket of
// tokens; a packet takes one, and a packet that finds none is shot. The buckets fill by packets seen on the whole
// interface instead of by time, so that the same packets give the same verdicts in any kernel at any speed.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define BUCKETS 64

struct bucket {
	__u64 filled_at; // value of `clock` at the last refill; 0 means never used
	__u32 tokens;
	__u32 passed;
	__u32 shot;
	__u32 padding;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, BUCKETS);
	__type(key, __u32);
	__type(value, struct bucket);
} buckets SEC(".maps");

const volatile __u32 burst = 4;		    // tokens of a full bucket
const volatile __u32 packets_per_token = 32; // must not be 0
__u64 clock;				    // packets seen

SEC("tc")
int token_bucket(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data;
	void *data_end = (void *)(long)skb->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = data + sizeof(*eth);
	struct bucket *bucket;
	__u64 now, earned;
	__u32 key;

	now = __sync_fetch_and_add(&clock, 1) + 1;
	if (skb->protocol != bpf_htons(ETH_P_IP) || (void *)(ip + 1) > data_end)
		return TC_ACT_OK;
	// Fibonacci hashing: the upper six bits of a product with 2^32 / phi.
	key = (bpf_ntohl(ip->saddr) * 2654435769u) >> 26;
	bucket = bpf_map_lookup_elem(&buckets, &key);
	if (!bucket)
		return TC_ACT_OK;
	if (bucket->filled_at == 0) {
		bucket->tokens = burst;
		bucket->filled_at = now;
	}
	earned = (now - bucket->filled_at) / packets_per_token;
	if (earned) {
		__u64 tokens = bucket->tokens + earned;

		bucket->tokens = tokens > burst ? burst : tokens;
		bucket->filled_at += earned * packets_per_token;
	}
	if (bucket->tokens == 0) {
		bucket->shot += 1;
		return TC_ACT_SHOT;
	}
	bucket->tokens -= 1;
	bucket->passed += 1;
	return TC_ACT_OK;
}

char _license[] SEC("license") = "GPL";
