// SPDX-License-Identifier: MIT
// kprobe: what is deleted below which directory, with the name read from the kernel's memory.
#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

struct event {
	__s32 directory;
	char name[28];
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} deletions SEC(".maps");

// Kept in the type information for who reads the buffer.
struct event *unused_event __attribute__((unused));

SEC("kprobe/do_unlinkat")
int BPF_KPROBE(see_unlink, int directory, const char *name)
{
	struct event *event;

#ifdef BROKEN
	return *name; // a kernel address is no pointer
#endif
	event = bpf_ringbuf_reserve(&deletions, sizeof(*event), 0);
	if (!event)
		return 1;
	event->directory = directory;
	bpf_probe_read_kernel_str(event->name, sizeof(event->name), name);
	bpf_ringbuf_submit(event, 0);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
