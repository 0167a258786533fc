/* SPDX-License-Identifier: MIT */
/* Programs at functions of the kernel and of processes: their arguments and results in registers (struct pt_regs) or in
 * the array of numbers that trampolines and raw tracepoints pass. Registers are known for x86-64 and arm64. */
#ifndef PSBPF_BPF_TRACING_H
#define PSBPF_BPF_TRACING_H

#include <bpf/bpf_helpers.h>

#if defined(__TARGET_ARCH_x86)
#define bpf_target_x86
#define bpf_target_defined
#elif defined(__TARGET_ARCH_arm64)
#define bpf_target_arm64
#define bpf_target_defined
#elif !defined(__TARGET_ARCH_arm) && !defined(__TARGET_ARCH_riscv) && !defined(__TARGET_ARCH_s390) && \
	!defined(__TARGET_ARCH_powerpc) && !defined(__TARGET_ARCH_loongarch) && !defined(__TARGET_ARCH_mips)
/* Nobody said which machine: the one that compiles. */
#if defined(__x86_64__)
#define bpf_target_x86
#define bpf_target_defined
#elif defined(__aarch64__)
#define bpf_target_arm64
#define bpf_target_defined
#endif
#endif

#if defined(bpf_target_x86)

/* The kernel's own names; asm/ptrace.h has others for user space. */
#if defined(__KERNEL__) || defined(__VMLINUX_H__)
#define ___reg_1 di
#define ___reg_2 si
#define ___reg_3 dx
#define ___reg_4 cx
#define ___reg_fp bp
#define ___reg_rc ax
#define ___reg_sp sp
#define ___reg_ip ip
#else
#define ___reg_1 rdi
#define ___reg_2 rsi
#define ___reg_3 rdx
#define ___reg_4 rcx
#define ___reg_fp rbp
#define ___reg_rc rax
#define ___reg_sp rsp
#define ___reg_ip rip
#endif
#define ___reg_5 r8
#define ___reg_6 r9
#define ___reg_ret ___reg_sp
#define ___reg_syscall_1 ___reg_1
#define ___reg_syscall_4 r10
#define ___regs_of(x) ((struct pt_regs *)(x))
#define ___regs_type struct pt_regs
/* System calls have a function that takes the registers of the process. */
#define PT_REGS_SYSCALL_REGS(ctx) ((struct pt_regs *)PT_REGS_PARM1(ctx))

#elif defined(bpf_target_arm64)

/* What the kernel lets programs see of struct pt_regs. The first argument of a system call lies in orig_x0, which only the kernel's struct has. */
#define ___reg_1 regs[0]
#define ___reg_2 regs[1]
#define ___reg_3 regs[2]
#define ___reg_4 regs[3]
#define ___reg_5 regs[4]
#define ___reg_6 regs[5]
#define ___reg_7 regs[6]
#define ___reg_8 regs[7]
#define ___reg_ret regs[30]
#define ___reg_fp regs[29]
#define ___reg_rc regs[0]
#define ___reg_sp sp
#define ___reg_ip pc
#define ___reg_syscall_4 ___reg_4
#define ___regs_type struct user_pt_regs
#define ___regs_of(x) ((const struct user_pt_regs *)(x))
#define PT_REGS_SYSCALL_REGS(ctx) ((struct pt_regs *)PT_REGS_PARM1(ctx))
struct pt_regs___orig_x0 { unsigned long long orig_x0; } __attribute__((preserve_access_index));
#define ___regs_syscall_1(x) BPF_PROBE_READ((const struct pt_regs___orig_x0 *)(x), orig_x0)
#define ___regs_syscall_1_core(x) BPF_CORE_READ((const struct pt_regs___orig_x0 *)(x), orig_x0)

#endif

#if defined(bpf_target_defined)

/* Where the context is the registers themselves. */
#define PT_REGS_PARM1(x) (___regs_of(x)->___reg_1)
#define PT_REGS_PARM2(x) (___regs_of(x)->___reg_2)
#define PT_REGS_PARM3(x) (___regs_of(x)->___reg_3)
#define PT_REGS_PARM4(x) (___regs_of(x)->___reg_4)
#define PT_REGS_PARM5(x) (___regs_of(x)->___reg_5)
#define PT_REGS_PARM6(x) (___regs_of(x)->___reg_6)
#define PT_REGS_RET(x) (___regs_of(x)->___reg_ret)
#define PT_REGS_FP(x) (___regs_of(x)->___reg_fp)
#define PT_REGS_RC(x) (___regs_of(x)->___reg_rc)
#define PT_REGS_SP(x) (___regs_of(x)->___reg_sp)
#define PT_REGS_IP(x) (___regs_of(x)->___reg_ip)

/* Where they are memory of the kernel, at the offsets that the kernel at hand has. */
#define PT_REGS_PARM1_CORE(x) BPF_CORE_READ(___regs_of(x), ___reg_1)
#define PT_REGS_PARM2_CORE(x) BPF_CORE_READ(___regs_of(x), ___reg_2)
#define PT_REGS_PARM3_CORE(x) BPF_CORE_READ(___regs_of(x), ___reg_3)
#define PT_REGS_PARM4_CORE(x) BPF_CORE_READ(___regs_of(x), ___reg_4)
#define PT_REGS_PARM5_CORE(x) BPF_CORE_READ(___regs_of(x), ___reg_5)
#define PT_REGS_PARM6_CORE(x) BPF_CORE_READ(___regs_of(x), ___reg_6)
#define PT_REGS_RET_CORE(x) BPF_CORE_READ(___regs_of(x), ___reg_ret)
#define PT_REGS_FP_CORE(x) BPF_CORE_READ(___regs_of(x), ___reg_fp)
#define PT_REGS_RC_CORE(x) BPF_CORE_READ(___regs_of(x), ___reg_rc)
#define PT_REGS_SP_CORE(x) BPF_CORE_READ(___regs_of(x), ___reg_sp)
#define PT_REGS_IP_CORE(x) BPF_CORE_READ(___regs_of(x), ___reg_ip)

#ifdef ___reg_7
#define PT_REGS_PARM7(x) (___regs_of(x)->___reg_7)
#define PT_REGS_PARM8(x) (___regs_of(x)->___reg_8)
#define PT_REGS_PARM7_CORE(x) BPF_CORE_READ(___regs_of(x), ___reg_7)
#define PT_REGS_PARM8_CORE(x) BPF_CORE_READ(___regs_of(x), ___reg_8)
#endif

/* Arguments of a system call: one of them travels elsewhere. */
#ifdef ___regs_syscall_1
#define PT_REGS_PARM1_SYSCALL(x) ___regs_syscall_1(x)
#define PT_REGS_PARM1_CORE_SYSCALL(x) ___regs_syscall_1_core(x)
#else
#define PT_REGS_PARM1_SYSCALL(x) PT_REGS_PARM1(x)
#define PT_REGS_PARM1_CORE_SYSCALL(x) PT_REGS_PARM1_CORE(x)
#endif
#define PT_REGS_PARM2_SYSCALL(x) PT_REGS_PARM2(x)
#define PT_REGS_PARM3_SYSCALL(x) PT_REGS_PARM3(x)
#define PT_REGS_PARM4_SYSCALL(x) (___regs_of(x)->___reg_syscall_4)
#define PT_REGS_PARM5_SYSCALL(x) PT_REGS_PARM5(x)
#define PT_REGS_PARM6_SYSCALL(x) PT_REGS_PARM6(x)
#define PT_REGS_PARM2_CORE_SYSCALL(x) PT_REGS_PARM2_CORE(x)
#define PT_REGS_PARM3_CORE_SYSCALL(x) PT_REGS_PARM3_CORE(x)
#define PT_REGS_PARM4_CORE_SYSCALL(x) BPF_CORE_READ(___regs_of(x), ___reg_syscall_4)
#define PT_REGS_PARM5_CORE_SYSCALL(x) PT_REGS_PARM5_CORE(x)
#define PT_REGS_PARM6_CORE_SYSCALL(x) PT_REGS_PARM6_CORE(x)

/* Where a function goes back to: on x86 it lies on the stack, on arm64 in a register. */
#if defined(bpf_target_arm64)
#define BPF_KPROBE_READ_RET_IP(ip, ctx) ({ (ip) = PT_REGS_RET(ctx); })
#define BPF_KRETPROBE_READ_RET_IP BPF_KPROBE_READ_RET_IP
#else
#define BPF_KPROBE_READ_RET_IP(ip, ctx) ({ bpf_probe_read_kernel(&(ip), sizeof(ip), (void *)PT_REGS_RET(ctx)); })
#define BPF_KRETPROBE_READ_RET_IP(ip, ctx) ({ bpf_probe_read_kernel(&(ip), sizeof(ip), (void *)(PT_REGS_FP(ctx) + sizeof(ip))); })
#endif

#else

/* An error where one of them is used, and none where none is. */
#define ___no_registers _Pragma("GCC error \"bpf_tracing.h knows registers of x86-64 and arm64 only: compile with -Architecture X86 or Arm64, or -D__TARGET_ARCH_x86\"") 0
#define PT_REGS_PARM1(x) ({ ___no_registers; })
#define PT_REGS_PARM1_CORE(x) ({ ___no_registers; })
#define PT_REGS_PARM2(x) ({ ___no_registers; })
#define PT_REGS_PARM2_CORE(x) ({ ___no_registers; })
#define PT_REGS_PARM3(x) ({ ___no_registers; })
#define PT_REGS_PARM3_CORE(x) ({ ___no_registers; })
#define PT_REGS_PARM4(x) ({ ___no_registers; })
#define PT_REGS_PARM4_CORE(x) ({ ___no_registers; })
#define PT_REGS_PARM5(x) ({ ___no_registers; })
#define PT_REGS_PARM5_CORE(x) ({ ___no_registers; })
#define PT_REGS_PARM6(x) ({ ___no_registers; })
#define PT_REGS_PARM6_CORE(x) ({ ___no_registers; })
#define PT_REGS_RET(x) ({ ___no_registers; })
#define PT_REGS_RET_CORE(x) ({ ___no_registers; })
#define PT_REGS_FP(x) ({ ___no_registers; })
#define PT_REGS_FP_CORE(x) ({ ___no_registers; })
#define PT_REGS_RC(x) ({ ___no_registers; })
#define PT_REGS_RC_CORE(x) ({ ___no_registers; })
#define PT_REGS_SP(x) ({ ___no_registers; })
#define PT_REGS_SP_CORE(x) ({ ___no_registers; })
#define PT_REGS_IP(x) ({ ___no_registers; })
#define PT_REGS_IP_CORE(x) ({ ___no_registers; })
#define PT_REGS_PARM1_SYSCALL(x) ({ ___no_registers; })
#define PT_REGS_PARM1_CORE_SYSCALL(x) ({ ___no_registers; })
#define PT_REGS_PARM2_SYSCALL(x) ({ ___no_registers; })
#define PT_REGS_PARM2_CORE_SYSCALL(x) ({ ___no_registers; })
#define PT_REGS_PARM3_SYSCALL(x) ({ ___no_registers; })
#define PT_REGS_PARM3_CORE_SYSCALL(x) ({ ___no_registers; })
#define PT_REGS_PARM4_SYSCALL(x) ({ ___no_registers; })
#define PT_REGS_PARM4_CORE_SYSCALL(x) ({ ___no_registers; })
#define PT_REGS_PARM5_SYSCALL(x) ({ ___no_registers; })
#define PT_REGS_PARM5_CORE_SYSCALL(x) ({ ___no_registers; })
#define PT_REGS_PARM6_SYSCALL(x) ({ ___no_registers; })
#define PT_REGS_PARM6_CORE_SYSCALL(x) ({ ___no_registers; })
#define PT_REGS_SYSCALL_REGS(ctx) ({ ___no_registers; })

#endif

/* The functions below have the parameters that a developer writes; what is called around them takes them from the context. */
#define ___ctx_numbers0() ctx
#define ___ctx_numbers1(a) ctx, (void *)ctx[0]
#define ___ctx_numbers2(a, b) ctx, (void *)ctx[0], (void *)ctx[1]
#define ___ctx_numbers3(a, b, c) ctx, (void *)ctx[0], (void *)ctx[1], (void *)ctx[2]
#define ___ctx_numbers4(a, b, c, d) ctx, (void *)ctx[0], (void *)ctx[1], (void *)ctx[2], (void *)ctx[3]
#define ___ctx_numbers5(a, b, c, d, e) ctx, (void *)ctx[0], (void *)ctx[1], (void *)ctx[2], (void *)ctx[3], (void *)ctx[4]
#define ___ctx_numbers6(a, b, c, d, e, f) ctx, (void *)ctx[0], (void *)ctx[1], (void *)ctx[2], (void *)ctx[3], (void *)ctx[4], (void *)ctx[5]
#define ___ctx_numbers7(a, b, c, d, e, f, g) ctx, (void *)ctx[0], (void *)ctx[1], (void *)ctx[2], (void *)ctx[3], (void *)ctx[4], (void *)ctx[5], (void *)ctx[6]
#define ___ctx_numbers8(a, b, c, d, e, f, g, h) ctx, (void *)ctx[0], (void *)ctx[1], (void *)ctx[2], (void *)ctx[3], (void *)ctx[4], (void *)ctx[5], (void *)ctx[6], (void *)ctx[7]
#define ___ctx_numbers9(a, b, c, d, e, f, g, h, i) ctx, (void *)ctx[0], (void *)ctx[1], (void *)ctx[2], (void *)ctx[3], (void *)ctx[4], (void *)ctx[5], (void *)ctx[6], (void *)ctx[7], (void *)ctx[8]
#define ___ctx_numbers10(a, b, c, d, e, f, g, h, i, j) ctx, (void *)ctx[0], (void *)ctx[1], (void *)ctx[2], (void *)ctx[3], (void *)ctx[4], (void *)ctx[5], (void *)ctx[6], (void *)ctx[7], (void *)ctx[8], (void *)ctx[9]
#define ___ctx_numbers11(a, b, c, d, e, f, g, h, i, j, k) ctx, (void *)ctx[0], (void *)ctx[1], (void *)ctx[2], (void *)ctx[3], (void *)ctx[4], (void *)ctx[5], (void *)ctx[6], (void *)ctx[7], (void *)ctx[8], (void *)ctx[9], (void *)ctx[10]
#define ___ctx_numbers12(a, b, c, d, e, f, g, h, i, j, k, l) ctx, (void *)ctx[0], (void *)ctx[1], (void *)ctx[2], (void *)ctx[3], (void *)ctx[4], (void *)ctx[5], (void *)ctx[6], (void *)ctx[7], (void *)ctx[8], (void *)ctx[9], (void *)ctx[10], (void *)ctx[11]
#define ___ctx_parameters0() ctx
#define ___ctx_parameters1(a) ctx, (void *)PT_REGS_PARM1(ctx)
#define ___ctx_parameters2(a, b) ctx, (void *)PT_REGS_PARM1(ctx), (void *)PT_REGS_PARM2(ctx)
#define ___ctx_parameters3(a, b, c) ctx, (void *)PT_REGS_PARM1(ctx), (void *)PT_REGS_PARM2(ctx), (void *)PT_REGS_PARM3(ctx)
#define ___ctx_parameters4(a, b, c, d) ctx, (void *)PT_REGS_PARM1(ctx), (void *)PT_REGS_PARM2(ctx), (void *)PT_REGS_PARM3(ctx), (void *)PT_REGS_PARM4(ctx)
#define ___ctx_parameters5(a, b, c, d, e) ctx, (void *)PT_REGS_PARM1(ctx), (void *)PT_REGS_PARM2(ctx), (void *)PT_REGS_PARM3(ctx), (void *)PT_REGS_PARM4(ctx), (void *)PT_REGS_PARM5(ctx)
#define ___ctx_parameters6(a, b, c, d, e, f) ctx, (void *)PT_REGS_PARM1(ctx), (void *)PT_REGS_PARM2(ctx), (void *)PT_REGS_PARM3(ctx), (void *)PT_REGS_PARM4(ctx), (void *)PT_REGS_PARM5(ctx), (void *)PT_REGS_PARM6(ctx)
#define ___ctx_parameters7(a, b, c, d, e, f, g) ctx, (void *)PT_REGS_PARM1(ctx), (void *)PT_REGS_PARM2(ctx), (void *)PT_REGS_PARM3(ctx), (void *)PT_REGS_PARM4(ctx), (void *)PT_REGS_PARM5(ctx), (void *)PT_REGS_PARM6(ctx), (void *)PT_REGS_PARM7(ctx)
#define ___ctx_parameters8(a, b, c, d, e, f, g, h) ctx, (void *)PT_REGS_PARM1(ctx), (void *)PT_REGS_PARM2(ctx), (void *)PT_REGS_PARM3(ctx), (void *)PT_REGS_PARM4(ctx), (void *)PT_REGS_PARM5(ctx), (void *)PT_REGS_PARM6(ctx), (void *)PT_REGS_PARM7(ctx), (void *)PT_REGS_PARM8(ctx)
#define ___ctx_result0() ctx
#define ___ctx_result1(a) ctx, (void *)PT_REGS_RC(ctx)
#define ___ctx_wrapped0() ctx
#define ___ctx_wrapped1(a) ctx, (void *)PT_REGS_PARM1_CORE_SYSCALL(regs)
#define ___ctx_wrapped2(a, b) ctx, (void *)PT_REGS_PARM1_CORE_SYSCALL(regs), (void *)PT_REGS_PARM2_CORE_SYSCALL(regs)
#define ___ctx_wrapped3(a, b, c) ctx, (void *)PT_REGS_PARM1_CORE_SYSCALL(regs), (void *)PT_REGS_PARM2_CORE_SYSCALL(regs), (void *)PT_REGS_PARM3_CORE_SYSCALL(regs)
#define ___ctx_wrapped4(a, b, c, d) ctx, (void *)PT_REGS_PARM1_CORE_SYSCALL(regs), (void *)PT_REGS_PARM2_CORE_SYSCALL(regs), (void *)PT_REGS_PARM3_CORE_SYSCALL(regs), (void *)PT_REGS_PARM4_CORE_SYSCALL(regs)
#define ___ctx_wrapped5(a, b, c, d, e) ctx, (void *)PT_REGS_PARM1_CORE_SYSCALL(regs), (void *)PT_REGS_PARM2_CORE_SYSCALL(regs), (void *)PT_REGS_PARM3_CORE_SYSCALL(regs), (void *)PT_REGS_PARM4_CORE_SYSCALL(regs), (void *)PT_REGS_PARM5_CORE_SYSCALL(regs)
#define ___ctx_wrapped6(a, b, c, d, e, f) ctx, (void *)PT_REGS_PARM1_CORE_SYSCALL(regs), (void *)PT_REGS_PARM2_CORE_SYSCALL(regs), (void *)PT_REGS_PARM3_CORE_SYSCALL(regs), (void *)PT_REGS_PARM4_CORE_SYSCALL(regs), (void *)PT_REGS_PARM5_CORE_SYSCALL(regs), (void *)PT_REGS_PARM6_CORE_SYSCALL(regs)
#define ___ctx_plain0() ctx
#define ___ctx_plain1(a) ctx, (void *)PT_REGS_PARM1_SYSCALL(regs)
#define ___ctx_plain2(a, b) ctx, (void *)PT_REGS_PARM1_SYSCALL(regs), (void *)PT_REGS_PARM2_SYSCALL(regs)
#define ___ctx_plain3(a, b, c) ctx, (void *)PT_REGS_PARM1_SYSCALL(regs), (void *)PT_REGS_PARM2_SYSCALL(regs), (void *)PT_REGS_PARM3_SYSCALL(regs)
#define ___ctx_plain4(a, b, c, d) ctx, (void *)PT_REGS_PARM1_SYSCALL(regs), (void *)PT_REGS_PARM2_SYSCALL(regs), (void *)PT_REGS_PARM3_SYSCALL(regs), (void *)PT_REGS_PARM4_SYSCALL(regs)
#define ___ctx_plain5(a, b, c, d, e) ctx, (void *)PT_REGS_PARM1_SYSCALL(regs), (void *)PT_REGS_PARM2_SYSCALL(regs), (void *)PT_REGS_PARM3_SYSCALL(regs), (void *)PT_REGS_PARM4_SYSCALL(regs), (void *)PT_REGS_PARM5_SYSCALL(regs)
#define ___ctx_plain6(a, b, c, d, e, f) ctx, (void *)PT_REGS_PARM1_SYSCALL(regs), (void *)PT_REGS_PARM2_SYSCALL(regs), (void *)PT_REGS_PARM3_SYSCALL(regs), (void *)PT_REGS_PARM4_SYSCALL(regs), (void *)PT_REGS_PARM5_SYSCALL(regs), (void *)PT_REGS_PARM6_SYSCALL(regs)

#define ___quietly(statement) \
	_Pragma("GCC diagnostic push") \
	_Pragma("GCC diagnostic ignored \"-Wint-conversion\"") \
	statement \
	_Pragma("GCC diagnostic pop")

struct pt_regs;

/* fentry, fexit, fmod_ret, lsm, tp_btf, raw tracepoints, struct_ops: SEC("fentry/f") int BPF_PROG(name, int first, struct file *second) { … }; ctx is there too. */
#define BPF_PROG(name, args...) \
name(unsigned long long *ctx); \
static __always_inline typeof(name(0)) ____##name(unsigned long long *ctx, ##args); \
typeof(name(0)) name(unsigned long long *ctx) \
{ \
	___quietly(return ____##name(___psbpf_for_count(___ctx_numbers, args)(args));) \
} \
static __always_inline typeof(name(0)) ____##name(unsigned long long *ctx, ##args)

/* The same where structures are passed by value: SEC("fentry/f") int BPF_PROG2(name, int, first, struct pair, second) { … }. Each number of ctx has
 * 8 bytes; what takes up to 16 has two of them. */
#define ___prog2_slots(type) ((sizeof(type) + 7) / 8)
#define ___prog2_value(type, at) \
({ \
	union { type value; unsigned long long numbers[2]; } ___both = {}; \
	_Static_assert(sizeof(type) <= 16, "an argument takes at most 16 bytes"); \
	___both.numbers[0] = ctx[at]; \
	if (___prog2_slots(type) > 1) \
		___both.numbers[1] = ctx[(at) + ___prog2_slots(type) - 1]; \
	___both.value; \
})
/* Pairs of a type and a name. */
#define ___prog2_pairs(args...) ___prog2_pairs_of(0, ##args, 12, 12, 11, 11, 10, 10, 9, 9, 8, 8, 7, 7, 6, 6, 5, 5, 4, 4, 3, 3, 2, 2, 1, 1, 0)
#define ___prog2_pairs_of(_0, _1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11, _12, _13, _14, _15, _16, _17, _18, _19, _20, _21, _22, _23, _24, n, ...) n
#define ___prog2_parameters0()
#define ___prog2_parameters1(type, name) , type name
#define ___prog2_parameters2(type, name, rest...) , type name ___prog2_parameters1(rest)
#define ___prog2_parameters3(type, name, rest...) , type name ___prog2_parameters2(rest)
#define ___prog2_parameters4(type, name, rest...) , type name ___prog2_parameters3(rest)
#define ___prog2_parameters5(type, name, rest...) , type name ___prog2_parameters4(rest)
#define ___prog2_parameters6(type, name, rest...) , type name ___prog2_parameters5(rest)
#define ___prog2_parameters7(type, name, rest...) , type name ___prog2_parameters6(rest)
#define ___prog2_parameters8(type, name, rest...) , type name ___prog2_parameters7(rest)
#define ___prog2_parameters9(type, name, rest...) , type name ___prog2_parameters8(rest)
#define ___prog2_parameters10(type, name, rest...) , type name ___prog2_parameters9(rest)
#define ___prog2_parameters11(type, name, rest...) , type name ___prog2_parameters10(rest)
#define ___prog2_parameters12(type, name, rest...) , type name ___prog2_parameters11(rest)
#define ___prog2_values0(at)
#define ___prog2_values1(at, type, name) , ___prog2_value(type, at)
#define ___prog2_values2(at, type, name, rest...) , ___prog2_value(type, at) ___prog2_values1((at) + ___prog2_slots(type), rest)
#define ___prog2_values3(at, type, name, rest...) , ___prog2_value(type, at) ___prog2_values2((at) + ___prog2_slots(type), rest)
#define ___prog2_values4(at, type, name, rest...) , ___prog2_value(type, at) ___prog2_values3((at) + ___prog2_slots(type), rest)
#define ___prog2_values5(at, type, name, rest...) , ___prog2_value(type, at) ___prog2_values4((at) + ___prog2_slots(type), rest)
#define ___prog2_values6(at, type, name, rest...) , ___prog2_value(type, at) ___prog2_values5((at) + ___prog2_slots(type), rest)
#define ___prog2_values7(at, type, name, rest...) , ___prog2_value(type, at) ___prog2_values6((at) + ___prog2_slots(type), rest)
#define ___prog2_values8(at, type, name, rest...) , ___prog2_value(type, at) ___prog2_values7((at) + ___prog2_slots(type), rest)
#define ___prog2_values9(at, type, name, rest...) , ___prog2_value(type, at) ___prog2_values8((at) + ___prog2_slots(type), rest)
#define ___prog2_values10(at, type, name, rest...) , ___prog2_value(type, at) ___prog2_values9((at) + ___prog2_slots(type), rest)
#define ___prog2_values11(at, type, name, rest...) , ___prog2_value(type, at) ___prog2_values10((at) + ___prog2_slots(type), rest)
#define ___prog2_values12(at, type, name, rest...) , ___prog2_value(type, at) ___prog2_values11((at) + ___prog2_slots(type), rest)
#define ___prog2_join(prefix, n) ___prog2_join_now(prefix, n)
#define ___prog2_join_now(prefix, n) prefix##n
#define BPF_PROG2(name, args...) \
name(unsigned long long *ctx); \
static __always_inline typeof(name(0)) ____##name(unsigned long long *ctx ___prog2_join(___prog2_parameters, ___prog2_pairs(args))(args)); \
typeof(name(0)) name(unsigned long long *ctx) \
{ \
	return ____##name(ctx ___prog2_join(___prog2_values, ___prog2_pairs(args))(0, ##args)); \
} \
static __always_inline typeof(name(0)) ____##name(unsigned long long *ctx ___prog2_join(___prog2_parameters, ___prog2_pairs(args))(args))

/* kprobe and uprobe: what the function was called with. */
#define BPF_KPROBE(name, args...) \
name(struct pt_regs *ctx); \
static __always_inline typeof(name(0)) ____##name(struct pt_regs *ctx, ##args); \
typeof(name(0)) name(struct pt_regs *ctx) \
{ \
	___quietly(return ____##name(___psbpf_for_count(___ctx_parameters, args)(args));) \
} \
static __always_inline typeof(name(0)) ____##name(struct pt_regs *ctx, ##args)

/* kretprobe and uretprobe: what the function returned; one parameter, or none. */
#define BPF_KRETPROBE(name, args...) \
name(struct pt_regs *ctx); \
static __always_inline typeof(name(0)) ____##name(struct pt_regs *ctx, ##args); \
typeof(name(0)) name(struct pt_regs *ctx) \
{ \
	___quietly(return ____##name(___psbpf_for_count(___ctx_result, args)(args));) \
} \
static __always_inline typeof(name(0)) ____##name(struct pt_regs *ctx, ##args)

#define BPF_UPROBE(name, args...) BPF_KPROBE(name, ##args)
#define BPF_URETPROBE(name, args...) BPF_KRETPROBE(name, ##args)

/* Whether this kernel's system calls have a wrapper, which the loader knows. */
extern _Bool LINUX_HAS_SYSCALL_WRAPPER __kconfig;

/* ksyscall: what a system call was called with. */
#define BPF_KSYSCALL(name, args...) \
name(struct pt_regs *ctx); \
static __always_inline typeof(name(0)) ____##name(struct pt_regs *ctx, ##args); \
typeof(name(0)) name(struct pt_regs *ctx) \
{ \
	struct pt_regs *regs = LINUX_HAS_SYSCALL_WRAPPER ? (struct pt_regs *)PT_REGS_SYSCALL_REGS(ctx) : ctx; \
	if (LINUX_HAS_SYSCALL_WRAPPER) { \
		___quietly(return ____##name(___psbpf_for_count(___ctx_wrapped, args)(args));) \
	} \
	___quietly(return ____##name(___psbpf_for_count(___ctx_plain, args)(args));) \
} \
static __always_inline typeof(name(0)) ____##name(struct pt_regs *ctx, ##args)
#define BPF_KPROBE_SYSCALL BPF_KSYSCALL

/* The registers are read with BPF_CORE_READ: after the macros, so that this file may be included first. */
#include <bpf/bpf_core_read.h>

#endif
