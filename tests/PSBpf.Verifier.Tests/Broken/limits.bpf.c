// SPDX-License-Identifier: MIT
// Too much stack, loops that do not end or take too long, references that are kept, and returned values.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ring SEC(".maps");

__u32 total;

SEC("xdp")
int variable_buffer(struct xdp_md *ctx)
{
	volatile char buffer[64];
	__u32 at = ctx->rx_queue_index;

	buffer[0] = 0;
	return buffer[at & 127]; // REFUSED: stack-bounds, names: at
}

SEC("xdp")
int unbounded_buffer(struct xdp_md *ctx)
{
	volatile char buffer[64];
	__u32 position = ctx->rx_queue_index;

	buffer[position] = 1; // REFUSED: unbounded-offset, names: position
	return XDP_PASS;
}

static __noinline int deep(volatile char *from)
{
	volatile char buffer[300];

	asm volatile("" : : "r"(buffer) : "memory");
	buffer[0] = from[0];
	buffer[299] = from[1];
	return buffer[0] + buffer[299];
}

SEC("xdp")
int stack_of_two(struct xdp_md *ctx) // REFUSED: call-depth, names: deep
{
	volatile char buffer[300];

	buffer[0] = 1;
	buffer[299] = 2;
	return deep(buffer) ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int no_progress(struct xdp_md *ctx)
{
	volatile __u32 *flag = &total;

	while (*flag) // REFUSED: infinite-loop, names: flag
		;
	return XDP_PASS;
}

SEC("xdp")
int million_rounds(struct xdp_md *ctx)
{
	volatile __u32 *sum = &total;

	for (__u32 round = 0; round < 2000000; round++) *sum += 1; // REFUSED: too-complex, names: round
	return XDP_PASS;
}

SEC("xdp")
int never_submitted(struct xdp_md *ctx)
{
	__u32 *sample = bpf_ringbuf_reserve(&ring, 4, 0);

	if (!sample)
		return XDP_PASS;
	*sample = ctx->rx_queue_index;
	return XDP_PASS;
} // REFUSED: reference-leak, names: sample

SEC("xdp")
int lost_on_one_path(struct xdp_md *ctx)
{
	__u32 *sample = bpf_ringbuf_reserve(&ring, 4, 0);

	if (!sample)
		return XDP_PASS;
	if (ctx->rx_queue_index == 3)
		return XDP_DROP;
	bpf_ringbuf_submit(sample, 0);
	return XDP_PASS;
} // REFUSED: reference-leak, names: sample

SEC("xdp")
int submitted_twice(struct xdp_md *ctx)
{
	__u32 *sample = bpf_ringbuf_reserve(&ring, 4, 0);

	if (!sample)
		return XDP_PASS;
	bpf_ringbuf_submit(sample, 0);
	bpf_ringbuf_submit(sample, 0); // REFUSED: helper-argument, names: sample
	return XDP_PASS;
}

SEC("xdp")
int used_after_submit(struct xdp_md *ctx)
{
	__u32 *sample = bpf_ringbuf_reserve(&ring, 4, 0);

	if (!sample)
		return XDP_PASS;
	bpf_ringbuf_submit(sample, 0);
	return *sample ? XDP_DROP : XDP_PASS; // REFUSED: scalar-dereference, names: sample
}

SEC("cgroup_skb/egress")
int verdict_of_xdp(struct __sk_buff *skb)
{
	return skb->len > 100 ? 7 : 1; // REFUSED: return-value, names: verdict_of_xdp
}

SEC("cgroup/connect4")
int any_number(struct bpf_sock_addr *address)
{
	return address->user_ip4; // REFUSED: return-value, names: any_number
}

char _license[] SEC("license") = "GPL";
