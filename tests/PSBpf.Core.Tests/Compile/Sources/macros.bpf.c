// SPDX-License-Identifier: MIT
// Uses every macro of PSBpf's headers once, so that each is expanded by every compiler.
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/bpf.h>
#include <linux/bpf_perf_event.h>
#include <linux/errno.h>
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/if_vlan.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/pkt_cls.h>
#include <linux/ptrace.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <linux/version.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/usdt.bpf.h>

extern int LINUX_KERNEL_VERSION __kconfig;

struct task_struct {
	int pid;
	int tgid;
	struct task_struct *real_parent;
	char comm[16];
	unsigned int flags : 3;
	signed int level : 5;
	struct {
		int a;
	} in;
} __attribute__((preserve_access_index));

enum state { STATE_ONE = 1, STATE_TWO = 2 };

struct inner {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 4);
	__type(key, __u32);
	__array(values, struct inner);
} outer SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u32);
} programs SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARENA);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 4);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__ulong(map_extra, 0x1ull << 44);
} arena SEC(".maps");

SEC("kprobe/do_nanosleep")
int BPF_KPROBE(probe, struct task_struct *task, int second)
{
	char comm[16];
	int sum = BPF_CORE_READ(task, real_parent, real_parent, tgid);

	BPF_CORE_READ_STR_INTO(&comm, task, comm);
	BPF_CORE_READ_INTO(&sum, task, real_parent, pid);
	if (bpf_core_field_exists(task->comm))
		sum += bpf_core_field_size(task->comm) + bpf_core_field_offset(struct task_struct, pid) + bpf_core_field_offset(task->in.a);
	if (bpf_core_type_exists(struct task_struct))
		sum += bpf_core_type_size(struct task_struct) + bpf_core_type_id_local(struct task_struct) + bpf_core_type_id_kernel(struct task_struct);
	if (bpf_core_enum_value_exists(enum state, STATE_ONE))
		sum += bpf_core_enum_value(enum state, STATE_TWO);
	sum += BPF_CORE_READ_BITFIELD_PROBED(task, flags) + BPF_CORE_READ_BITFIELD(task, level);
	BPF_CORE_WRITE_BITFIELD(task, flags, 3);
	sum += BPF_PROBE_READ_USER(task, pid) + BPF_CORE_READ_USER(task, in.a);
	bpf_printk("nothing");
	bpf_printk("one: %d", sum);
	bpf_printk("three: %d %s %p", sum, comm, task);
	bpf_printk("five: %d %d %d %d %p", 1, 2, 3, 4, task);
	return sum + second + PT_REGS_RC(ctx) + PT_REGS_IP(ctx) + PT_REGS_PARM1_CORE(ctx);
}

SEC("kretprobe/do_nanosleep")
int BPF_KRETPROBE(result, int returned)
{
	return returned;
}

SEC("kretprobe/do_nanosleep")
int BPF_KRETPROBE(no_result)
{
	return PT_REGS_SP(ctx);
}

SEC("ksyscall/openat")
int BPF_KSYSCALL(system_call, int folder, const char *name, int flags, int mode)
{
	return folder + flags + mode;
}

SEC("uprobe")
int BPF_UPROBE(user, long first)
{
	return first;
}

SEC("fentry/do_nanosleep")
int BPF_PROG(entry, struct task_struct *task, int second, __u64 third)
{
	return task->pid + second + third;
}

SEC("fexit/do_nanosleep")
int BPF_PROG(leave)
{
	return ctx[0];
}

struct pair { __u64 left, right; };
struct small { short low; char high; };

SEC("fentry/do_nanosleep")
int BPF_PROG2(by_value, int, first, struct pair, second, struct small, third, char *, fourth)
{
	return first + second.left + second.right * 2 + third.low + third.high + *fourth;
}

SEC("fexit/do_nanosleep")
int BPF_PROG2(by_value_none)
{
	return ctx[0];
}

SEC("usdt/./binary:provider:probe")
int BPF_USDT(probe_of_user, int first, long second)
{
	return first + second + bpf_usdt_arg_cnt(ctx) + bpf_usdt_cookie(ctx);
}

static __always_inline int loops(void)
{
	int sum = 0, i, *value;

	bpf_for(i, 0, 10)
		sum += i;
	bpf_repeat(3)
		sum++;
	bpf_for_each(num, value, 0, 5)
		sum += *value;
	return sum;
}

SEC("xdp")
int packets(struct xdp_md *ctx)
{
	char text[32];
	int sum = loops();

	bpf_tail_call_static(ctx, &programs, 2);
	BPF_SNPRINTF(text, sizeof(text), "%d %d", sum, 3);
	BPF_SNPRINTF(text, sizeof(text), "nothing");
	switch (ctx->rx_queue_index) {
	case bpf_htons(ETH_P_IP):
		return XDP_DROP;
	case bpf_htonl(5):
		return XDP_TX;
	}
	return sum > LINUX_KERNEL_VERSION ? -EINVAL : XDP_PASS;
}

SEC("iter/task")
int iterate(void *ctx)
{
	struct seq_file *file = *(struct seq_file **)ctx;

	BPF_SEQ_PRINTF(file, "%d\n", 4);
	return UINT32_C(3) + bpf_be64_to_cpu(*(__u64 *)ctx);
}

__noinline int global(struct xdp_md *ctx __arg_ctx, int *number __arg_nonnull)
{
	barrier();
	barrier_var(number);
	return *number;
}

char _license[] SEC("license") = "GPL";
