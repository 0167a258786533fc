// SPDX-License-Identifier: MIT
// raw_tracepoint: which system calls processes make, from the raw arguments of sys_enter: registers and number.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 512);
	__type(key, __u32);
	__type(value, __u64);
} calls SEC(".maps");

SEC("raw_tracepoint/sys_enter")
int count_calls(struct bpf_raw_tracepoint_args *ctx)
{
	__u32 number = ctx->args[1];
	__u64 *count = bpf_map_lookup_elem(&calls, &number);

#ifdef BROKEN
	return *count; // an array lookup may fail too
#endif
	if (!count)
		return 1;
	__sync_fetch_and_add(count, 1);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
