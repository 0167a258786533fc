// SPDX-License-Identifier: MIT
// uprobe: the lines that a shell reads, and who typed them.
#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

struct line {
	__u32 pid;
	char text[60];
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} lines SEC(".maps");

// Kept in the type information for who reads the buffer.
struct line *unused_line __attribute__((unused));

SEC("uretprobe//bin/bash:readline")
int BPF_URETPROBE(see_line, const char *text)
{
	struct line line = {};
	long length;

	line.pid = bpf_get_current_pid_tgid() >> 32;
	length = bpf_probe_read_user_str(line.text, sizeof(line.text), text);
#ifdef BROKEN
	line.text[length] = '!'; // may be negative, and 60
#endif
	if (length <= 1)
		return 1;
	return bpf_ringbuf_output(&lines, &line, sizeof(line), 0);
}

char LICENSE[] SEC("license") = "GPL";
