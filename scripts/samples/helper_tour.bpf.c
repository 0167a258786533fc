// SPDX-License-Identifier: MIT
// helper_tour: calls the everyday helpers and writes down only what is the same on every machine: whether the clock
// goes forward, whether the CPU number fits, and so on. Packets of odd length are reported by reserve and submit, those
// of even length by output; a reservation for a packet that is longer than `report_up_to` is discarded.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

enum check {
	CHECK_CLOCK_FORWARD = 1 << 0,
	CHECK_CPU_IN_RANGE = 1 << 1,
	CHECK_RANDOM_IN_RANGE = 1 << 2,
	CHECK_SAME_TASK = 1 << 3,
	CHECK_DELETED = 1 << 4,
	CHECK_PRINTED = 1 << 5,
};

struct tour_event {
	__u32 packet; // from 0
	__u32 length;
	__u32 checks; // enum check
	__u32 how;    // 0: submitted, 1: output
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 16 * 1024);
} events SEC(".maps");

// One entry comes and goes for each packet.
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
} visitors SEC(".maps");

struct tour_event *unused_tour_event __attribute__((unused));
const volatile __u32 report_up_to = 160;
__u32 packets;
__u64 last_time;

static __always_inline __u32 run_checks(__u32 packet, __u64 length)
{
	__u64 now = bpf_ktime_get_ns(), task = bpf_get_current_pid_tgid();
	__u32 checks = 0;

	if (now >= last_time)
		checks |= CHECK_CLOCK_FORWARD;
	last_time = now;
	if (bpf_get_smp_processor_id() < 8192)
		checks |= CHECK_CPU_IN_RANGE;
	if ((__u64)bpf_get_prandom_u32() % 100 < 100)
		checks |= CHECK_RANDOM_IN_RANGE;
	if (task == bpf_get_current_pid_tgid())
		checks |= CHECK_SAME_TASK;
	bpf_map_update_elem(&visitors, &packet, &now, BPF_NOEXIST);
	if (bpf_map_delete_elem(&visitors, &packet) == 0 && !bpf_map_lookup_elem(&visitors, &packet))
		checks |= CHECK_DELETED;
	// Sixteen lines are enough for anybody who reads the trace.
	if (packet >= 16 || bpf_printk("packet %u of %llu bytes", packet, length) > 0)
		checks |= CHECK_PRINTED;
	return checks;
}

SEC("xdp")
int helper_tour(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	__u64 length = data_end - data;
	__u32 packet = packets++;
	__u32 checks = run_checks(packet, length);
	struct tour_event *event;

	if (length % 2 == 0) {
		struct tour_event copy = { .packet = packet, .length = length, .checks = checks, .how = 1 };

		bpf_ringbuf_output(&events, &copy, sizeof(copy), 0);
		return XDP_PASS;
	}
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event)
		return XDP_ABORTED;
	event->packet = packet;
	event->length = length;
	event->checks = checks;
	event->how = 0;
	if (length > report_up_to) {
		bpf_ringbuf_discard(event, 0);
		return XDP_DROP;
	}
	bpf_ringbuf_submit(event, 0);
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
