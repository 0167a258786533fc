// SPDX-License-Identifier: MIT
// tcp_options: reads the options of IPv4 TCP packets (RFC 9293) in a bounded loop and counts them by kind. Built for
// instruction set v4: it divides signed numbers, sign-extends loads and swaps bytes with the instructions of that set.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define MAX_OPTIONS 16 // a header has room for 40 single-byte ones; those after the 16th are not read

enum option {
	OPTION_END,
	OPTION_NOP,
	OPTION_MSS,
	OPTION_WINDOW_SCALE,
	OPTION_SACK_PERMITTED,
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, enum option);
	__type(value, __u64);
} options SEC(".maps");

// Where the maximum segment size stands against 1460, in steps of 16 bytes rounded towards zero.
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, __s32);
	__type(value, __u64);
} mss_steps SEC(".maps");

__s16 usual_mss = 1460;
__s64 window_drift; // the sum of windows as signed numbers, modulo 1000
__u64 malformed;

static __always_inline void add_one(void *map, const void *key)
{
	__u64 one = 1, *n = bpf_map_lookup_elem(map, key);

	if (n)
		__sync_fetch_and_add(n, 1);
	else
		bpf_map_update_elem(map, key, &one, BPF_ANY);
}

SEC("xdp")
int tcp_options(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = data + sizeof(*eth);
	struct tcphdr *tcp = (void *)(ip + 1);
	__u32 at, end;

	if ((void *)(tcp + 1) > data_end || eth->h_proto != bpf_htons(ETH_P_IP) || ip->ihl != 5 ||
	    ip->protocol != IPPROTO_TCP)
		return XDP_PASS;
	window_drift = (window_drift + (__s16)bpf_ntohs(tcp->window)) % 1000;
	end = tcp->doff * 4;
	at = sizeof(*tcp);
#pragma clang loop unroll(disable)
	for (int i = 0; i < MAX_OPTIONS && at < end; i++) {
		__u8 *byte = (void *)tcp + at;
		enum option kind;

		if ((void *)(byte + 1) > data_end)
			goto bad;
		kind = *byte;
		add_one(&options, &kind);
		if (kind == OPTION_END)
			break;
		if (kind == OPTION_NOP) {
			at += 1;
			continue;
		}
		if ((void *)(byte + 2) > data_end || byte[1] < 2)
			goto bad;
		if (kind == OPTION_MSS && byte[1] == 4 && (void *)(byte + 4) <= data_end) {
			__s32 step = ((__s32)bpf_ntohs(*(__be16 *)(byte + 2)) - usual_mss) / 16;

			add_one(&mss_steps, &step);
		}
		at += byte[1];
		if (at > 60)
			goto bad;
	}
	return XDP_PASS;

bad:
	malformed += 1;
	return XDP_DROP;
}

char _license[] SEC("license") = "GPL";
