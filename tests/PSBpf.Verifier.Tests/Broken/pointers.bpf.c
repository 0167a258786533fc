// SPDX-License-Identifier: MIT
// Numbers used as pointers, pointers that may be null, and memory of the kernel read directly.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct event {
	__u32 pid;
	__u32 count;
	__u64 address;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, struct event);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __u64);
	__type(value, __u64);
} counts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ring SEC(".maps");

SEC("xdp")
int unchecked_lookup(struct xdp_md *ctx)
{
	__u64 key = ctx->rx_queue_index;
	__u64 *count = bpf_map_lookup_elem(&counts, &key);

	*count += 1; // REFUSED: null-check, names: count
	return XDP_PASS;
}

SEC("xdp")
int wrong_one_checked(struct xdp_md *ctx)
{
	__u32 first = 1, second = 2;
	struct event *a = bpf_map_lookup_elem(&events, &first);
	struct event *b = bpf_map_lookup_elem(&events, &second);

	if (!a)
		return XDP_PASS;
	b->count++; // REFUSED: null-check, names: b
	return XDP_PASS;
}

SEC("xdp")
int looked_up_again(struct xdp_md *ctx)
{
	__u32 key = 1;
	struct event *seen = bpf_map_lookup_elem(&events, &key);

	if (!seen) {
		struct event fresh = {};

		bpf_map_update_elem(&events, &key, &fresh, BPF_ANY);
		seen = bpf_map_lookup_elem(&events, &key);
	}
	seen->count++; // REFUSED: null-check, names: seen
	return XDP_PASS;
}

SEC("xdp")
int unchecked_reserve(struct xdp_md *ctx)
{
	struct event *sample = bpf_ringbuf_reserve(&ring, sizeof(*sample), 0);

	sample->pid = 1; // REFUSED: null-check, names: sample
	bpf_ringbuf_submit(sample, 0);
	return XDP_PASS;
}

SEC("tracepoint/syscalls/sys_enter_openat")
int user_string(__u64 *arguments)
{
	const char *name = (const char *)arguments[3];

	return name[0] == '/'; // REFUSED: scalar-dereference, names: name
}

SEC("kprobe/do_nanosleep")
int kernel_structure(struct bpf_raw_tracepoint_args *registers)
{
	struct event *argument = (struct event *)registers->args[0];

	return argument->count > 3; // REFUSED: scalar-dereference, names: argument
}

SEC("raw_tracepoint/sys_enter")
int raw_argument(struct bpf_raw_tracepoint_args *context)
{
	__u64 *saved = (__u64 *)context->args[0];

	return saved[2] == 5; // REFUSED: scalar-dereference, names: saved
}

SEC("xdp")
int pointer_in_map(struct xdp_md *ctx)
{
	__u32 key = 1;
	struct event *seen = bpf_map_lookup_elem(&events, &key);
	__u32 *target;

	if (!seen)
		return XDP_PASS;
	target = (__u32 *)seen->address;
	return *target ? XDP_DROP : XDP_PASS; // REFUSED: scalar-dereference, names: target
}

SEC("raw_tracepoint/sched_switch")
int current_task(struct bpf_raw_tracepoint_args *context)
{
	__u32 *task = (__u32 *)bpf_get_current_task();

	return task[4] > 0; // REFUSED: scalar-dereference, names: task
}

SEC("xdp")
int error_as_pointer(struct xdp_md *ctx)
{
	__u8 *bytes = (__u8 *)(long)ctx->ingress_ifindex;

	return bytes[0] ? XDP_DROP : XDP_PASS; // REFUSED: scalar-dereference, names: bytes
}

SEC("xdp")
int through_packet(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *data_end = (void *)(long)ctx->data_end;
	__u64 *stored = data;
	__u32 *far;

	if ((void *)(stored + 1) > data_end)
		return XDP_PASS;
	far = (__u32 *)*stored;
	return *far ? XDP_DROP : XDP_PASS; // REFUSED: scalar-dereference, names: far
}

char _license[] SEC("license") = "GPL";
