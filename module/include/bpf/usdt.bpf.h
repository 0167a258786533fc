/* SPDX-License-Identifier: MIT */
/* Probes that programs of user space were built with (USDT): SEC("usdt/binary:provider:name") int BPF_USDT(f, int first, void *second) { … }.
 * Where a probe's arguments lie is written in the binary. Whoever attaches the program reads that and puts it into the two maps below, whose
 * layout is libbpf's, so that libbpf can. */
#ifndef PSBPF_BPF_USDT_H
#define PSBPF_BPF_USDT_H

#if !defined(__VMLINUX_H__)
#include <linux/bpf.h>
#include <linux/ptrace.h>
#endif
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

/* How many different ways to pass arguments a program's probes may have, and how many places in code they may be at. */
#ifndef BPF_USDT_MAX_SPEC_CNT
#define BPF_USDT_MAX_SPEC_CNT 256
#endif
#ifndef BPF_USDT_MAX_IP_CNT
#define BPF_USDT_MAX_IP_CNT (4 * BPF_USDT_MAX_SPEC_CNT)
#endif
#define BPF_USDT_MAX_ARG_CNT 12

enum __bpf_usdt_arg_type {
	BPF_USDT_ARG_CONST,     /* val_off is the value */
	BPF_USDT_ARG_REG,       /* in the register at reg_off of pt_regs */
	BPF_USDT_ARG_REG_DEREF, /* in the process's memory, val_off after where that register points to */
};

struct __bpf_usdt_arg_spec {
	__u64 val_off;
	enum __bpf_usdt_arg_type arg_type;
	short reg_off;
	_Bool arg_signed;
	char arg_bitshift;      /* 64 less the bits of the argument */
};

struct __bpf_usdt_spec {
	struct __bpf_usdt_arg_spec args[BPF_USDT_MAX_ARG_CNT];
	__u64 usdt_cookie;
	short arg_cnt;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, BPF_USDT_MAX_SPEC_CNT);
	__type(key, int);
	__type(value, struct __bpf_usdt_spec);
} __bpf_usdt_specs SEC(".maps") __weak;

/* For kernels that give programs no cookie of their attachment: by the place in code. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, BPF_USDT_MAX_IP_CNT);
	__type(key, long);
	__type(value, __u32);
} __bpf_usdt_ip_to_spec_id SEC(".maps") __weak;

/* Whether the kernel has bpf_get_attach_cookie, which the loader knows. */
extern const _Bool LINUX_HAS_BPF_COOKIE __kconfig;

static __always_inline __attribute__((unused)) struct __bpf_usdt_spec *___usdt_spec(struct pt_regs *ctx)
{
	int id;

	if (LINUX_HAS_BPF_COOKIE) {
		id = bpf_get_attach_cookie(ctx);
	} else {
		long ip = PT_REGS_IP(ctx);
		int *found = bpf_map_lookup_elem(&__bpf_usdt_ip_to_spec_id, &ip);

		if (!found)
			return NULL;
		id = *found;
	}
	return bpf_map_lookup_elem(&__bpf_usdt_specs, &id);
}

/* How many arguments the probe has; less than 0 when it is not known. */
static __noinline __attribute__((unused)) int bpf_usdt_arg_cnt(struct pt_regs *ctx)
{
	struct __bpf_usdt_spec *spec = ___usdt_spec(ctx);

	return spec ? spec->arg_cnt : -3 /* ESRCH */;
}

/* An argument, the first being 0; 0 on success, *res is 0 otherwise. */
static __noinline __attribute__((unused)) int bpf_usdt_arg(struct pt_regs *ctx, __u64 arg_num, long *res)
{
	struct __bpf_usdt_spec *spec;
	struct __bpf_usdt_arg_spec *arg;
	unsigned long value = 0;
	int error;

	*res = 0;
	spec = ___usdt_spec(ctx);
	if (!spec)
		return -3 /* ESRCH */;
	if (arg_num >= BPF_USDT_MAX_ARG_CNT)
		return -2 /* ENOENT */;
	barrier_var(arg_num);
	if (arg_num >= spec->arg_cnt)
		return -2 /* ENOENT */;
	arg = &spec->args[arg_num];
	switch (arg->arg_type) {
	case BPF_USDT_ARG_CONST:
		value = arg->val_off;
		break;
	case BPF_USDT_ARG_REG:
		error = bpf_probe_read_kernel(&value, sizeof(value), (void *)ctx + arg->reg_off);
		if (error)
			return error;
		break;
	case BPF_USDT_ARG_REG_DEREF:
		error = bpf_probe_read_kernel(&value, sizeof(value), (void *)ctx + arg->reg_off);
		if (error)
			return error;
		error = bpf_probe_read_user(&value, sizeof(value), (void *)value + arg->val_off);
		if (error)
			return error;
		break;
	default:
		return -22 /* EINVAL */;
	}
	/* What is narrower than a register has something else above it. */
	value <<= arg->arg_bitshift;
	*res = arg->arg_signed ? ((long)value) >> arg->arg_bitshift : (long)(value >> arg->arg_bitshift);
	return 0;
}

/* What the user gave along when attaching; 0 when nothing is known. */
static __noinline __attribute__((unused)) long bpf_usdt_cookie(struct pt_regs *ctx)
{
	struct __bpf_usdt_spec *spec = ___usdt_spec(ctx);

	return spec ? spec->usdt_cookie : 0;
}

#define ___usdt_value(n) ({ long ___value; bpf_usdt_arg(ctx, n, &___value); (void *)___value; })
#define ___usdt_values0() ctx
#define ___usdt_values1(a) ctx, ___usdt_value(0)
#define ___usdt_values2(a, b) ctx, ___usdt_value(0), ___usdt_value(1)
#define ___usdt_values3(a, b, c) ctx, ___usdt_value(0), ___usdt_value(1), ___usdt_value(2)
#define ___usdt_values4(a, b, c, d) ctx, ___usdt_value(0), ___usdt_value(1), ___usdt_value(2), ___usdt_value(3)
#define ___usdt_values5(a, b, c, d, e) ctx, ___usdt_value(0), ___usdt_value(1), ___usdt_value(2), ___usdt_value(3), ___usdt_value(4)
#define ___usdt_values6(a, b, c, d, e, f) ctx, ___usdt_value(0), ___usdt_value(1), ___usdt_value(2), ___usdt_value(3), ___usdt_value(4), ___usdt_value(5)
#define ___usdt_values7(a, b, c, d, e, f, g) ctx, ___usdt_value(0), ___usdt_value(1), ___usdt_value(2), ___usdt_value(3), ___usdt_value(4), ___usdt_value(5), ___usdt_value(6)
#define ___usdt_values8(a, b, c, d, e, f, g, h) ctx, ___usdt_value(0), ___usdt_value(1), ___usdt_value(2), ___usdt_value(3), ___usdt_value(4), ___usdt_value(5), ___usdt_value(6), ___usdt_value(7)
#define ___usdt_values9(a, b, c, d, e, f, g, h, i) ctx, ___usdt_value(0), ___usdt_value(1), ___usdt_value(2), ___usdt_value(3), ___usdt_value(4), ___usdt_value(5), ___usdt_value(6), ___usdt_value(7), ___usdt_value(8)
#define ___usdt_values10(a, b, c, d, e, f, g, h, i, j) ctx, ___usdt_value(0), ___usdt_value(1), ___usdt_value(2), ___usdt_value(3), ___usdt_value(4), ___usdt_value(5), ___usdt_value(6), ___usdt_value(7), ___usdt_value(8), ___usdt_value(9)
#define ___usdt_values11(a, b, c, d, e, f, g, h, i, j, k) ctx, ___usdt_value(0), ___usdt_value(1), ___usdt_value(2), ___usdt_value(3), ___usdt_value(4), ___usdt_value(5), ___usdt_value(6), ___usdt_value(7), ___usdt_value(8), ___usdt_value(9), ___usdt_value(10)
#define ___usdt_values12(a, b, c, d, e, f, g, h, i, j, k, l) ctx, ___usdt_value(0), ___usdt_value(1), ___usdt_value(2), ___usdt_value(3), ___usdt_value(4), ___usdt_value(5), ___usdt_value(6), ___usdt_value(7), ___usdt_value(8), ___usdt_value(9), ___usdt_value(10), ___usdt_value(11)

#define BPF_USDT(name, args...) \
name(struct pt_regs *ctx); \
static __always_inline typeof(name(0)) ____##name(struct pt_regs *ctx, ##args); \
typeof(name(0)) name(struct pt_regs *ctx) \
{ \
	___quietly(return ____##name(___psbpf_for_count(___usdt_values, args)(args));) \
} \
static __always_inline typeof(name(0)) ____##name(struct pt_regs *ctx, ##args)

#endif
