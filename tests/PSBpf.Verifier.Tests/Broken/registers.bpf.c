// SPDX-License-Identifier: MIT
// Variables that nothing was written to.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u64);
} table SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u32);
} programs SEC(".maps");

static long (*redirect_to)(__u32 device) = (void *)BPF_FUNC_redirect;

SEC("xdp")
int nothing_returned(struct xdp_md *ctx)
{
} // REFUSED: uninitialized-register, names: nothing_returned

SEC("xdp")
int unset_flags(struct xdp_md *ctx)
{
	__u64 flags;

	return bpf_redirect(1, flags); // REFUSED: uninitialized-register, names: flags
}

SEC("xdp")
int unset_value(struct xdp_md *ctx)
{
	__u32 key = 1;
	__u64 *value;

	bpf_map_update_elem(&table, &key, value, BPF_ANY); // REFUSED: uninitialized-register, names: value
	return XDP_PASS;
}

SEC("xdp")
int unset_index(struct xdp_md *ctx)
{
	__u32 index;

	bpf_tail_call(ctx, &programs, index); // REFUSED: uninitialized-register, names: index
	return XDP_PASS;
}

SEC("xdp")
int missing_argument(struct xdp_md *ctx)
{
	return redirect_to(2); // REFUSED: uninitialized-register, names: redirect_to
}

SEC("xdp")
int unset_delta(struct xdp_md *ctx)
{
	int delta;

	if (bpf_xdp_adjust_head(ctx, delta)) // REFUSED: uninitialized-register, names: delta
		return XDP_ABORTED;
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
