// SPDX-License-Identifier: MIT
// tracepoint: how often each process opens files for writing, and the name of the last one.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define O_ACCMODE 3

// The record as /sys/kernel/tracing/events/syscalls/sys_enter_openat/format describes it.
struct openat_record {
	__u64 common;
	__s64 number;
	__u64 args[6];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, __u64);
} opens SEC(".maps");

char last_name[32];

SEC("tracepoint/syscalls/sys_enter_openat")
int count_opens(struct openat_record *record)
{
	__u32 pid = bpf_get_current_pid_tgid() >> 32;
	__u64 one = 1, *count;

#ifdef BROKEN
	return record->common; // what all records begin with is not for programs
#endif
	if ((record->args[2] & O_ACCMODE) == 0)
		return 0;
	bpf_probe_read_user_str(last_name, sizeof(last_name), (void *)record->args[1]);
	count = bpf_map_lookup_elem(&opens, &pid);
	if (count)
		__sync_fetch_and_add(count, 1);
	else
		bpf_map_update_elem(&opens, &pid, &one, BPF_ANY);
	return 1;
}

char LICENSE[] SEC("license") = "GPL";
