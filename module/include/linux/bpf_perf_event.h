/* SPDX-License-Identifier: MIT */
/* The context of programs at perf events. */
#ifndef PSBPF_LINUX_BPF_PERF_EVENT_H
#define PSBPF_LINUX_BPF_PERF_EVENT_H

#include <linux/types.h>
#include <linux/ptrace.h>

#ifndef __VMLINUX_H__

struct bpf_perf_event_data {
	bpf_user_pt_regs_t regs;
	__u64 sample_period;
	__u64 addr;
};

#endif

#endif
