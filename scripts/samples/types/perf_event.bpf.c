// SPDX-License-Identifier: MIT
// perf_event: where a processor spends its time, in pages of code, from samples.
#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <linux/bpf_perf_event.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 256);
	__type(key, __u64);
	__type(value, __u64);
} pages SEC(".maps");

SEC("perf_event")
int sample(struct bpf_perf_event_data *ctx)
{
	__u64 page = ctx->regs.rip >> 12, period = ctx->sample_period, *count;

#ifdef BROKEN
	ctx->sample_period = 1; // a sample is for reading
#endif
	if (period == 0)
		return 1;
	count = bpf_map_lookup_elem(&pages, &page);
	if (count)
		*count += period;
	else
		bpf_map_update_elem(&pages, &page, &period, BPF_ANY);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
