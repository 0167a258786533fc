// SPDX-License-Identifier: MIT
// Helpers that are called with the wrong thing, or that the program may not call.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct event {
	__u32 pid;
	char name[16];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u64);
	__type(value, struct event);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, 4);
	__uint(value_size, 4);
} output SEC(".maps");

SEC("xdp")
int key_as_number(struct xdp_md *ctx)
{
	__u64 key = ctx->ingress_ifindex;

	return bpf_map_lookup_elem(&events, (void *)key) ? XDP_DROP : XDP_PASS; // REFUSED: helper-argument, names: key
}

SEC("xdp")
int key_too_small(struct xdp_md *ctx)
{
	__u32 key = 1;

	return bpf_map_lookup_elem(&events, &key) ? XDP_DROP : XDP_PASS; // REFUSED: stack-bounds, names: key
}

SEC("tracepoint/syscalls/sys_enter_openat")
int length_from_user(__u64 *arguments)
{
	char buffer[64];
	__u32 length = arguments[4];

	bpf_probe_read_user(buffer, length, (void *)arguments[3]); // REFUSED: unbounded-offset, names: length
	return buffer[0];
}

SEC("tracepoint/syscalls/sys_enter_openat")
int length_too_large(__u64 *arguments)
{
	char buffer[16];

	bpf_probe_read_user(buffer, 32, (void *)arguments[3]); // REFUSED: stack-bounds, names: buffer
	return buffer[0];
}

SEC("xdp")
int not_for_xdp(struct xdp_md *ctx)
{
	__u32 word = 0;

	bpf_skb_load_bytes(ctx, 0, &word, sizeof(word)); // REFUSED: helper-not-allowed, names: bpf_skb_load_bytes
	return word ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int lookup_in_ring(struct xdp_md *ctx)
{
	__u32 key = 0;

	return bpf_map_lookup_elem(&ring, &key) ? XDP_DROP : XDP_PASS; // REFUSED: helper-argument, names: ring
}

SEC("xdp")
int size_not_constant(struct xdp_md *ctx)
{
	__u32 size = ctx->rx_queue_index;
	void *sample = bpf_ringbuf_reserve(&ring, size, 0); // REFUSED: helper-argument, names: size

	if (sample)
		bpf_ringbuf_discard(sample, 0);
	return XDP_PASS;
}

SEC("xdp")
int update_with_null(struct xdp_md *ctx)
{
	__u64 key = 1;
	struct event *other = bpf_map_lookup_elem(&events, &key);

	bpf_map_update_elem(&events, &key, other, BPF_ANY); // REFUSED: null-check, names: other
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
