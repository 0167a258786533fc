// SPDX-License-Identifier: MIT
// Accesses to map values, global variables and reserved memory that may leave them.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct table {
	__u32 total;
	__u32 slots[16];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct table);
} tables SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u32);
} small SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ring SEC(".maps");

__u64 histogram[8];
char text[32];

static __always_inline struct table *find(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&tables, &zero);
}

SEC("xdp")
int unbounded_index(struct xdp_md *ctx)
{
	__u32 index = ctx->ingress_ifindex;
	struct table *table = find();

	if (!table)
		return XDP_PASS;
	table->slots[index] = 1; // REFUSED: unbounded-offset, names: index
	return XDP_PASS;
}

SEC("xdp")
int one_too_many(struct xdp_md *ctx)
{
	__u32 queue = ctx->rx_queue_index;
	struct table *table = find();

	if (!table || queue > 16)
		return XDP_PASS;
	table->slots[queue] = 1; // REFUSED: map-value-bounds, names: queue
	return XDP_PASS;
}

SEC("xdp")
int signed_index(struct xdp_md *ctx)
{
	int slot = ctx->rx_queue_index;
	struct table *table = find();

	if (!table || slot >= 16)
		return XDP_PASS;
	table->slots[slot] = 1; // REFUSED: unbounded-offset, names: slot
	return XDP_PASS;
}

SEC("xdp")
int wide_mask(struct xdp_md *ctx)
{
	__u32 hash = bpf_get_prandom_u32();
	struct table *table = find();

	if (!table)
		return XDP_PASS;
	table->slots[hash & 31] = 1; // REFUSED: map-value-bounds, names: hash
	return XDP_PASS;
}

SEC("xdp")
int global_array(struct xdp_md *ctx)
{
	__u32 bucket = ctx->rx_queue_index;

	histogram[bucket]++; // REFUSED: unbounded-offset, names: bucket
	return XDP_PASS;
}

SEC("xdp")
int global_too_far(struct xdp_md *ctx)
{
	__u32 bucket = ctx->rx_queue_index;

	if (bucket > 15)
		return XDP_PASS;
	histogram[bucket] = 1; // REFUSED: map-value-bounds, names: bucket
	return XDP_PASS;
}

SEC("xdp")
int larger_type(struct xdp_md *ctx)
{
	__u32 key = 0;
	__u64 *value = bpf_map_lookup_elem(&small, &key);

	if (!value)
		return XDP_PASS;
	*value = 1; // REFUSED: map-value-bounds, names: value
	return XDP_PASS;
}

SEC("xdp")
int before_the_value(struct xdp_md *ctx)
{
	__u32 key = 0;
	__u32 *value = bpf_map_lookup_elem(&small, &key);

	if (!value)
		return XDP_PASS;
	value[-1] = 1; // REFUSED: map-value-bounds, names: value
	return XDP_PASS;
}

SEC("xdp")
int checked_other(struct xdp_md *ctx)
{
	__u32 queue = ctx->rx_queue_index, device = ctx->ingress_ifindex;
	struct table *table = find();

	if (!table || queue >= 16)
		return XDP_PASS;
	table->slots[device] = queue; // REFUSED: unbounded-offset, names: device
	return XDP_PASS;
}

SEC("xdp")
int sample_too_small(struct xdp_md *ctx)
{
	__u64 *sample = bpf_ringbuf_reserve(&ring, 8, 0);

	if (!sample)
		return XDP_PASS;
	sample[1] = 2; // REFUSED: memory-bounds, names: sample
	bpf_ringbuf_submit(sample, 0);
	return XDP_PASS;
}

SEC("xdp")
int text_index(struct xdp_md *ctx)
{
	__u32 at = bpf_get_prandom_u32() & 63;

	text[at] = 'x'; // REFUSED: map-value-bounds, names: at
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
