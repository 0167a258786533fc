// SPDX-License-Identifier: GPL-2.0 OR MIT
// packet_events: tells of each packet in the three ways that a program has: a sample in the perf buffer of its CPU, a sample in a
// ring buffer, and a printed line. It counts what it submitted and what did not fit, so that whoever reads can check.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct packet_event {
	__u64 sequence; // number of the packet since the program was loaded, from 1
	__u32 length;
	__u32 cpu;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(int));
	__uint(value_size, sizeof(int));
} packets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 65536);
} records SEC(".maps");

// Keeps the type of events in the object's BTF.
struct packet_event *packet_event_type __attribute__((unused));

volatile const __u8 print = 1; // whether to print a line for each packet

__u64 seen = 0;
__u64 perf_lost = 0;
__u64 ring_lost = 0;

SEC("xdp")
int packet_events(struct xdp_md *ctx)
{
	struct packet_event event = {
		.sequence = __sync_fetch_and_add(&seen, 1) + 1,
		.length = ctx->data_end - ctx->data,
		.cpu = bpf_get_smp_processor_id(),
	};

	if (bpf_perf_event_output(ctx, &packets, BPF_F_CURRENT_CPU, &event, sizeof(event)))
		__sync_fetch_and_add(&perf_lost, 1);
	if (bpf_ringbuf_output(&records, &event, sizeof(event), 0))
		__sync_fetch_and_add(&ring_lost, 1);
	if (print)
		bpf_printk("packet %llu of %u bytes", event.sequence, event.length);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
