// SPDX-License-Identifier: MIT
// kretprobe: how often a function fails, by its error number.
#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __s32);
	__type(value, __u64);
} failures SEC(".maps");

SEC("kretprobe/do_unlinkat")
int BPF_KRETPROBE(see_result, long result)
{
	__s32 error = -result;
	__u64 one = 1, *count;

#ifdef BROKEN
	((struct pt_regs *)ctx)->rax = 0; // registers are for reading
#endif
	if (result >= 0)
		return 0;
	count = bpf_map_lookup_elem(&failures, &error);
	if (count)
		*count += 1;
	else
		bpf_map_update_elem(&failures, &error, &one, BPF_NOEXIST);
	return error;
}

char LICENSE[] SEC("license") = "GPL";
