/* SPDX-License-Identifier: MIT */
/* What a BPF program in C needs besides the types: sections, maps, attributes, printing, loops. The names are libbpf's. */
#ifndef PSBPF_BPF_HELPERS_H
#define PSBPF_BPF_HELPERS_H

#include <bpf/bpf_helper_defs.h>

/* Members of a map in SEC(".maps"): a number is the length of an array that is never made, a type what a pointer points to. */
#define __uint(name, val) int (*name)[val]
#define __type(name, val) typeof(val) *name
#define __array(name, val) typeof(val) *name[]
/* For numbers of more than 31 bits: the value of an enumerator that nobody names. */
#define __ulong(name, val) enum { ___psbpf_glue(___psbpf_value_, __COUNTER__) = val } name

/* Puts a function or a variable into a section, also when nothing in this file uses it. */
#define SEC(name) \
	_Pragma("GCC diagnostic push") \
	_Pragma("GCC diagnostic ignored \"-Wignored-attributes\"") \
	__attribute__((section(name), used)) \
	_Pragma("GCC diagnostic pop")

#undef __always_inline
#define __always_inline inline __attribute__((always_inline))

#ifndef __noinline
#define __noinline __attribute__((noinline))
#endif
#ifndef __weak
#define __weak __attribute__((weak))
#endif
#ifndef __used
#define __used __attribute__((used))
#endif

/* A global function that is verified where it is called, as a static one is. */
#define __hidden __attribute__((visibility("hidden")))

/* Externs that the loader fills in: the kernel's configuration, the kernel's symbols. */
#define __kconfig __attribute__((section(".kconfig")))
#define __ksym __attribute__((section(".ksyms")))

/* How a pointer in a map is kept. */
#define __kptr_untrusted __attribute__((btf_type_tag("kptr_untrusted")))
#define __kptr __attribute__((btf_type_tag("kptr")))
#define __percpu_kptr __attribute__((btf_type_tag("percpu_kptr")))
#define __uptr __attribute__((btf_type_tag("uptr")))

/* What a caller of a global function promises about an argument. */
#define __arg_ctx __attribute__((btf_decl_tag("arg:ctx")))
#define __arg_nonnull __attribute__((btf_decl_tag("arg:nonnull")))
#define __arg_nullable __attribute__((btf_decl_tag("arg:nullable")))
#define __arg_trusted __attribute__((btf_decl_tag("arg:trusted")))
#define __arg_untrusted __attribute__((btf_decl_tag("arg:untrusted")))
#define __arg_arena __attribute__((btf_decl_tag("arg:arena")))

#define bpf_ksym_exists(sym) ({ \
	_Static_assert(!__builtin_constant_p(!!(sym)), #sym " must be declared with __weak"); \
	!!(sym); \
})

#ifndef NULL
#define NULL ((void *)0)
#endif

#ifndef KERNEL_VERSION
#define KERNEL_VERSION(a, b, c) (((a) << 16) + ((b) << 8) + ((c) > 255 ? 255 : (c)))
#endif

#ifndef offsetof
#define offsetof(type, member) __builtin_offsetof(type, member)
#endif

#ifndef container_of
#define container_of(ptr, type, member) ({ \
	void *___member = (void *)(ptr); \
	((type *)(___member - offsetof(type, member))); \
})
#endif

/* The compiler forgets what it knows of memory, or of one variable. */
#ifndef barrier
#define barrier() asm volatile("" ::: "memory")
#endif
#ifndef barrier_var
#define barrier_var(var) asm volatile("" : "+r"(var))
#endif

/* Fails to build, if the compiler cannot prove that it is never reached. */
#ifndef __bpf_unreachable
#define __bpf_unreachable() __builtin_trap()
#endif

/* A tail call whose slot is a constant, which the kernel can turn into a jump. */
#if defined(__bpf__)
static __always_inline void bpf_tail_call_static(void *ctx, const void *map, const __u32 slot)
{
	if (!__builtin_constant_p(slot))
		__bpf_unreachable();
	asm volatile("r1 = %[context]\n\t"
		     "r2 = %[programs]\n\t"
		     "r3 = %[index]\n\t"
		     "call 12"
		     :
		     : [context] "r"(ctx), [programs] "r"(map), [index] "i"(slot)
		     : "r0", "r1", "r2", "r3", "r4", "r5");
}
#endif

/* Values of the map member "pinning". */
enum libbpf_pin_type {
	LIBBPF_PIN_NONE,
	LIBBPF_PIN_BY_NAME,
};

/* Values of externs in .kconfig that may be y, n or m. */
enum libbpf_tristate {
	TRI_NO = 0,
	TRI_YES = 1,
	TRI_MODULE = 2,
};

/* How many arguments there are, and the macro for that many. */
#define ___psbpf_glue_(a, b) a##b
#define ___psbpf_glue(a, b) ___psbpf_glue_(a, b)
#define ___psbpf_pick13(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, n, ...) n
#define ___psbpf_count(...) ___psbpf_pick13(0, ##__VA_ARGS__, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)
#define ___psbpf_for_count(macro, ...) ___psbpf_glue(macro, ___psbpf_count(__VA_ARGS__))

/* Fills an array of numbers with the arguments of a printing helper. */
#define ___psbpf_store0(array, at, ...)
#define ___psbpf_store1(array, at, x) (array)[at] = (unsigned long long)(x);
#define ___psbpf_store2(array, at, x, ...) (array)[at] = (unsigned long long)(x); ___psbpf_store1(array, at + 1, __VA_ARGS__)
#define ___psbpf_store3(array, at, x, ...) (array)[at] = (unsigned long long)(x); ___psbpf_store2(array, at + 1, __VA_ARGS__)
#define ___psbpf_store4(array, at, x, ...) (array)[at] = (unsigned long long)(x); ___psbpf_store3(array, at + 1, __VA_ARGS__)
#define ___psbpf_store5(array, at, x, ...) (array)[at] = (unsigned long long)(x); ___psbpf_store4(array, at + 1, __VA_ARGS__)
#define ___psbpf_store6(array, at, x, ...) (array)[at] = (unsigned long long)(x); ___psbpf_store5(array, at + 1, __VA_ARGS__)
#define ___psbpf_store7(array, at, x, ...) (array)[at] = (unsigned long long)(x); ___psbpf_store6(array, at + 1, __VA_ARGS__)
#define ___psbpf_store8(array, at, x, ...) (array)[at] = (unsigned long long)(x); ___psbpf_store7(array, at + 1, __VA_ARGS__)
#define ___psbpf_store9(array, at, x, ...) (array)[at] = (unsigned long long)(x); ___psbpf_store8(array, at + 1, __VA_ARGS__)
#define ___psbpf_store10(array, at, x, ...) (array)[at] = (unsigned long long)(x); ___psbpf_store9(array, at + 1, __VA_ARGS__)
#define ___psbpf_store11(array, at, x, ...) (array)[at] = (unsigned long long)(x); ___psbpf_store10(array, at + 1, __VA_ARGS__)
#define ___psbpf_store12(array, at, x, ...) (array)[at] = (unsigned long long)(x); ___psbpf_store11(array, at + 1, __VA_ARGS__)

#define ___psbpf_numbers(array, args...) \
	unsigned long long array[___psbpf_count(args) > 0 ? ___psbpf_count(args) : 1]; \
	_Pragma("GCC diagnostic push") \
	_Pragma("GCC diagnostic ignored \"-Wint-conversion\"") \
	_Pragma("GCC diagnostic ignored \"-Wpointer-to-int-cast\"") \
	___psbpf_for_count(___psbpf_store, args)(array, 0, ##args) \
	_Pragma("GCC diagnostic pop")

/* The format lies in .rodata, or on the stack for objects without global data. */
#ifdef BPF_NO_GLOBAL_DATA
#define BPF_PRINTK_FMT_MOD
#else
#define BPF_PRINTK_FMT_MOD static const
#endif

#define ___psbpf_print_few(fmt, ...) ({ \
	BPF_PRINTK_FMT_MOD char ___fmt[] = fmt; \
	bpf_trace_printk(___fmt, sizeof(___fmt), ##__VA_ARGS__); \
})

#define ___psbpf_print_many(fmt, args...) ({ \
	static const char ___fmt[] = fmt; \
	___psbpf_numbers(___numbers, args) \
	bpf_trace_vprintk(___fmt, sizeof(___fmt), ___numbers, sizeof(___numbers)); \
})

#define ___psbpf_print0 ___psbpf_print_few
#define ___psbpf_print1 ___psbpf_print_few
#define ___psbpf_print2 ___psbpf_print_few
#define ___psbpf_print3 ___psbpf_print_few
#define ___psbpf_print4 ___psbpf_print_many
#define ___psbpf_print5 ___psbpf_print_many
#define ___psbpf_print6 ___psbpf_print_many
#define ___psbpf_print7 ___psbpf_print_many
#define ___psbpf_print8 ___psbpf_print_many
#define ___psbpf_print9 ___psbpf_print_many
#define ___psbpf_print10 ___psbpf_print_many
#define ___psbpf_print11 ___psbpf_print_many
#define ___psbpf_print12 ___psbpf_print_many

/* Prints a line for Watch-BpfTrace, or trace_pipe. More than three values take bpf_trace_vprintk, from Linux 5.16. */
#define bpf_printk(fmt, args...) ___psbpf_for_count(___psbpf_print, args)(fmt, ##args)

/* Prints into the file that an iterator's program writes. */
#define BPF_SEQ_PRINTF(seq, fmt, args...) ({ \
	static const char ___fmt[] = fmt; \
	___psbpf_numbers(___numbers, args) \
	bpf_seq_printf(seq, ___fmt, sizeof(___fmt), ___numbers, ___psbpf_count(args) * 8); \
})

/* Prints into a buffer. */
#define BPF_SNPRINTF(out, out_size, fmt, args...) ({ \
	static const char ___fmt[] = fmt; \
	___psbpf_numbers(___numbers, args) \
	bpf_snprintf(out, out_size, ___fmt, ___numbers, ___psbpf_count(args) * 8); \
})

/* Open-coded iterators, from Linux 6.4. */
struct bpf_iter_num;

extern int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end) __weak __ksym;
extern int *bpf_iter_num_next(struct bpf_iter_num *it) __weak __ksym;
extern void bpf_iter_num_destroy(struct bpf_iter_num *it) __weak __ksym;

/* for each element that the iterator `type` gives: bpf_for_each(num, value, 0, 10) { … } */
#ifndef bpf_for_each
#define bpf_for_each(type, cur, args...) for ( \
	struct bpf_iter_##type ___it __attribute__((aligned(8), cleanup(bpf_iter_##type##_destroy))), \
		*___started __attribute__((unused)) = (bpf_iter_##type##_new(&___it, ##args), \
			(void)bpf_iter_##type##_destroy, (void *)0); \
	((cur) = bpf_iter_##type##_next(&___it)); \
)
#endif

/* for (i = start; i < end; i++), with any number of rounds */
#ifndef bpf_for
#define bpf_for(i, start, end) for ( \
	struct bpf_iter_num ___it __attribute__((aligned(8), cleanup(bpf_iter_num_destroy))), \
		*___started __attribute__((unused)) = (bpf_iter_num_new(&___it, (start), (end)), \
			(void)bpf_iter_num_destroy, (void *)0); \
	({ \
		int *___next = bpf_iter_num_next(&___it); \
		___next ? ((i) = *___next, (i) >= (start) && (i) < (end)) : 0; \
	}); \
)
#endif

/* n rounds */
#ifndef bpf_repeat
#define bpf_repeat(n) for ( \
	struct bpf_iter_num ___it __attribute__((aligned(8), cleanup(bpf_iter_num_destroy))), \
		*___started __attribute__((unused)) = (bpf_iter_num_new(&___it, 0, (n)), \
			(void)bpf_iter_num_destroy, (void *)0); \
	bpf_iter_num_next(&___it); \
)
#endif

#endif
