/* SPDX-License-Identifier: MIT */
/* Compile once, run everywhere: clang notes what is asked about a type, and the loader answers for the kernel at hand. */
#ifndef PSBPF_BPF_CORE_READ_H
#define PSBPF_BPF_CORE_READ_H

#include <bpf/bpf_helpers.h>

/* The second arguments of clang's builtins, numbered as in the kernel's enum bpf_core_relo_kind where that has them. */
enum bpf_field_info_kind {
	BPF_FIELD_BYTE_OFFSET = 0,
	BPF_FIELD_BYTE_SIZE = 1,
	BPF_FIELD_EXISTS = 2,
	BPF_FIELD_SIGNED = 3,
	BPF_FIELD_LSHIFT_U64 = 4,
	BPF_FIELD_RSHIFT_U64 = 5,
};

enum bpf_type_id_kind {
	BPF_TYPE_ID_LOCAL = 0,
	BPF_TYPE_ID_TARGET = 1,
};

enum bpf_type_info_kind {
	BPF_TYPE_EXISTS = 0,
	BPF_TYPE_SIZE = 1,
	BPF_TYPE_MATCHES = 2,
};

enum bpf_enum_value_kind {
	BPF_ENUMVAL_EXISTS = 0,
	BPF_ENUMVAL_VALUE = 1,
};

#define ___core_info(field, kind) __builtin_preserve_field_info(field, kind)

/* A field is an expression, x->y.z, or a type and the name of a member in it. */
#define ___core_field1(field) (field)
#define ___core_field2(type, field) (((typeof(type) *)0)->field)
#define ___core_field(args...) ___psbpf_for_count(___core_field, args)(args)

#define bpf_core_field_exists(field...) ___core_info(___core_field(field), BPF_FIELD_EXISTS)
#define bpf_core_field_size(field...) ___core_info(___core_field(field), BPF_FIELD_BYTE_SIZE)
#define bpf_core_field_offset(field...) ___core_info(___core_field(field), BPF_FIELD_BYTE_OFFSET)

#ifdef __clang__
#define ___core_any(type) (*(typeof(type) *)0)
#else
#define ___core_any(type) ((typeof(type) *)0)
#endif

#define bpf_core_type_id_local(type) __builtin_btf_type_id(___core_any(type), BPF_TYPE_ID_LOCAL)
#define bpf_core_type_id_kernel(type) __builtin_btf_type_id(___core_any(type), BPF_TYPE_ID_TARGET)
#define bpf_core_type_exists(type) __builtin_preserve_type_info(___core_any(type), BPF_TYPE_EXISTS)
#define bpf_core_type_matches(type) __builtin_preserve_type_info(___core_any(type), BPF_TYPE_MATCHES)
#define bpf_core_type_size(type) __builtin_preserve_type_info(___core_any(type), BPF_TYPE_SIZE)

#define bpf_core_enum_value_exists(type, value) __builtin_preserve_enum_value(*(typeof(type) *)value, BPF_ENUMVAL_EXISTS)
#define bpf_core_enum_value(type, value) __builtin_preserve_enum_value(*(typeof(type) *)value, BPF_ENUMVAL_VALUE)

/* Reading through a pointer whose members are where the kernel has them. */
#define ___core_address(src) ((const void *)__builtin_preserve_access_index(src))
#define bpf_core_read(dst, size, src) bpf_probe_read_kernel(dst, size, ___core_address(src))
#define bpf_core_read_user(dst, size, src) bpf_probe_read_user(dst, size, ___core_address(src))
#define bpf_core_read_str(dst, size, src) bpf_probe_read_kernel_str(dst, size, ___core_address(src))
#define bpf_core_read_user_str(dst, size, src) bpf_probe_read_user_str(dst, size, ___core_address(src))

/* For programs whose types are not relocated. */
#define ___plain_read(dst, size, src) bpf_probe_read_kernel(dst, size, src)
#define ___plain_read_user(dst, size, src) bpf_probe_read_user(dst, size, src)
#define ___plain_read_str(dst, size, src) bpf_probe_read_kernel_str(dst, size, src)
#define ___plain_read_user_str(dst, size, src) bpf_probe_read_user_str(dst, size, src)

extern void *bpf_rdonly_cast(const void *obj, __u32 btf_id) __ksym __weak;

/* A pointer that the verifier takes for one of the kernel's own objects of that type, to read only. */
#define bpf_core_cast(ptr, type) ((typeof(type) *)bpf_rdonly_cast((ptr), bpf_core_type_id_kernel(type)))

/* src->a->b->c for up to nine members: every step but the last reads a pointer. */
#define ___core_path1(s, a) s->a
#define ___core_path2(s, a, b) s->a->b
#define ___core_path3(s, a, b, c) s->a->b->c
#define ___core_path4(s, a, b, c, d) s->a->b->c->d
#define ___core_path5(s, a, b, c, d, e) s->a->b->c->d->e
#define ___core_path6(s, a, b, c, d, e, f) s->a->b->c->d->e->f
#define ___core_path7(s, a, b, c, d, e, f, g) s->a->b->c->d->e->f->g
#define ___core_path8(s, a, b, c, d, e, f, g, h) s->a->b->c->d->e->f->g->h
#define ___core_path9(s, a, b, c, d, e, f, g, h, i) s->a->b->c->d->e->f->g->h->i
#define ___core_path(s, args...) ___psbpf_for_count(___core_path, args)((s), args)

#define ___core_step(read, dst, size, type, from, member) read(dst, size, &((typeof(type))(from))->member);
#define ___core_walk1(step, last, dst, size, p, s, a) \
	___core_step(last, dst, size, s, s, a)
#define ___core_walk2(step, last, dst, size, p, s, a, b) \
	___core_step(step, &p, sizeof(p), s, s, a) \
	___core_step(last, dst, size, ___core_path1((s), a), p, b)
#define ___core_walk3(step, last, dst, size, p, s, a, b, c) \
	___core_step(step, &p, sizeof(p), s, s, a) \
	___core_step(step, &p, sizeof(p), ___core_path1((s), a), p, b) \
	___core_step(last, dst, size, ___core_path2((s), a, b), p, c)
#define ___core_walk4(step, last, dst, size, p, s, a, b, c, d) \
	___core_step(step, &p, sizeof(p), s, s, a) \
	___core_step(step, &p, sizeof(p), ___core_path1((s), a), p, b) \
	___core_step(step, &p, sizeof(p), ___core_path2((s), a, b), p, c) \
	___core_step(last, dst, size, ___core_path3((s), a, b, c), p, d)
#define ___core_walk5(step, last, dst, size, p, s, a, b, c, d, e) \
	___core_step(step, &p, sizeof(p), s, s, a) \
	___core_step(step, &p, sizeof(p), ___core_path1((s), a), p, b) \
	___core_step(step, &p, sizeof(p), ___core_path2((s), a, b), p, c) \
	___core_step(step, &p, sizeof(p), ___core_path3((s), a, b, c), p, d) \
	___core_step(last, dst, size, ___core_path4((s), a, b, c, d), p, e)
#define ___core_walk6(step, last, dst, size, p, s, a, b, c, d, e, f) \
	___core_step(step, &p, sizeof(p), s, s, a) \
	___core_step(step, &p, sizeof(p), ___core_path1((s), a), p, b) \
	___core_step(step, &p, sizeof(p), ___core_path2((s), a, b), p, c) \
	___core_step(step, &p, sizeof(p), ___core_path3((s), a, b, c), p, d) \
	___core_step(step, &p, sizeof(p), ___core_path4((s), a, b, c, d), p, e) \
	___core_step(last, dst, size, ___core_path5((s), a, b, c, d, e), p, f)
#define ___core_walk7(step, last, dst, size, p, s, a, b, c, d, e, f, g) \
	___core_step(step, &p, sizeof(p), s, s, a) \
	___core_step(step, &p, sizeof(p), ___core_path1((s), a), p, b) \
	___core_step(step, &p, sizeof(p), ___core_path2((s), a, b), p, c) \
	___core_step(step, &p, sizeof(p), ___core_path3((s), a, b, c), p, d) \
	___core_step(step, &p, sizeof(p), ___core_path4((s), a, b, c, d), p, e) \
	___core_step(step, &p, sizeof(p), ___core_path5((s), a, b, c, d, e), p, f) \
	___core_step(last, dst, size, ___core_path6((s), a, b, c, d, e, f), p, g)
#define ___core_walk8(step, last, dst, size, p, s, a, b, c, d, e, f, g, h) \
	___core_step(step, &p, sizeof(p), s, s, a) \
	___core_step(step, &p, sizeof(p), ___core_path1((s), a), p, b) \
	___core_step(step, &p, sizeof(p), ___core_path2((s), a, b), p, c) \
	___core_step(step, &p, sizeof(p), ___core_path3((s), a, b, c), p, d) \
	___core_step(step, &p, sizeof(p), ___core_path4((s), a, b, c, d), p, e) \
	___core_step(step, &p, sizeof(p), ___core_path5((s), a, b, c, d, e), p, f) \
	___core_step(step, &p, sizeof(p), ___core_path6((s), a, b, c, d, e, f), p, g) \
	___core_step(last, dst, size, ___core_path7((s), a, b, c, d, e, f, g), p, h)
#define ___core_walk9(step, last, dst, size, p, s, a, b, c, d, e, f, g, h, i) \
	___core_step(step, &p, sizeof(p), s, s, a) \
	___core_step(step, &p, sizeof(p), ___core_path1((s), a), p, b) \
	___core_step(step, &p, sizeof(p), ___core_path2((s), a, b), p, c) \
	___core_step(step, &p, sizeof(p), ___core_path3((s), a, b, c), p, d) \
	___core_step(step, &p, sizeof(p), ___core_path4((s), a, b, c, d), p, e) \
	___core_step(step, &p, sizeof(p), ___core_path5((s), a, b, c, d, e), p, f) \
	___core_step(step, &p, sizeof(p), ___core_path6((s), a, b, c, d, e, f), p, g) \
	___core_step(step, &p, sizeof(p), ___core_path7((s), a, b, c, d, e, f, g), p, h) \
	___core_step(last, dst, size, ___core_path8((s), a, b, c, d, e, f, g, h), p, i)

#define ___core_into(step, last, dst, src, members...) ({ \
	const void *___p __attribute__((unused)); \
	___psbpf_for_count(___core_walk, members)(step, last, (void *)(dst), sizeof(*(dst)), ___p, (src), members) \
})
#define ___core_value(into, src, members...) ({ \
	typeof(___core_path(src, members)) ___r; \
	into(&___r, (src), members); \
	___r; \
})

#define BPF_CORE_READ_INTO(dst, src, members...) ___core_into(bpf_core_read, bpf_core_read, dst, src, members)
#define BPF_CORE_READ_USER_INTO(dst, src, members...) ___core_into(bpf_core_read_user, bpf_core_read_user, dst, src, members)
#define BPF_CORE_READ_STR_INTO(dst, src, members...) ___core_into(bpf_core_read, bpf_core_read_str, dst, src, members)
#define BPF_CORE_READ_USER_STR_INTO(dst, src, members...) ___core_into(bpf_core_read_user, bpf_core_read_user_str, dst, src, members)
#define BPF_PROBE_READ_INTO(dst, src, members...) ___core_into(___plain_read, ___plain_read, dst, src, members)
#define BPF_PROBE_READ_USER_INTO(dst, src, members...) ___core_into(___plain_read_user, ___plain_read_user, dst, src, members)
#define BPF_PROBE_READ_STR_INTO(dst, src, members...) ___core_into(___plain_read, ___plain_read_str, dst, src, members)
#define BPF_PROBE_READ_USER_STR_INTO(dst, src, members...) ___core_into(___plain_read_user, ___plain_read_user_str, dst, src, members)

#define BPF_CORE_READ(src, members...) ___core_value(BPF_CORE_READ_INTO, src, members)
#define BPF_CORE_READ_USER(src, members...) ___core_value(BPF_CORE_READ_USER_INTO, src, members)
#define BPF_PROBE_READ(src, members...) ___core_value(BPF_PROBE_READ_INTO, src, members)
#define BPF_PROBE_READ_USER(src, members...) ___core_value(BPF_PROBE_READ_USER_INTO, src, members)

/* Bitfields: where the bits lie and how many there are is known when the program is loaded. */
#define ___core_shifted(value, s, field) \
	(___core_info((s)->field, BPF_FIELD_SIGNED) \
		? (unsigned long long)((long long)((value) << ___core_info((s)->field, BPF_FIELD_LSHIFT_U64)) >> ___core_info((s)->field, BPF_FIELD_RSHIFT_U64)) \
		: ((value) << ___core_info((s)->field, BPF_FIELD_LSHIFT_U64)) >> ___core_info((s)->field, BPF_FIELD_RSHIFT_U64))

#define BPF_CORE_READ_BITFIELD(s, field) ({ \
	const void *___at = (const void *)(s) + ___core_info((s)->field, BPF_FIELD_BYTE_OFFSET); \
	unsigned long long ___value = 0; \
	/* One address for all four loads: the compiler must not fold the relocated offset into each of them. */ \
	asm volatile("" : "=r"(___at) : "0"(___at)); \
	switch (___core_info((s)->field, BPF_FIELD_BYTE_SIZE)) { \
	case 1: ___value = *(const unsigned char *)___at; break; \
	case 2: ___value = *(const unsigned short *)___at; break; \
	case 4: ___value = *(const unsigned int *)___at; break; \
	case 8: ___value = *(const unsigned long long *)___at; break; \
	} \
	___core_shifted(___value, s, field); \
})

#define BPF_CORE_READ_BITFIELD_PROBED(s, field) ({ \
	unsigned long long ___value = 0; \
	bpf_probe_read_kernel(&___value, ___core_info((s)->field, BPF_FIELD_BYTE_SIZE), \
			      (const void *)(s) + ___core_info((s)->field, BPF_FIELD_BYTE_OFFSET)); \
	___core_shifted(___value, s, field); \
})

#define BPF_CORE_WRITE_BITFIELD(s, field, new_value) ({ \
	void *___at = (void *)(s) + ___core_info((s)->field, BPF_FIELD_BYTE_OFFSET); \
	unsigned int ___size = ___core_info((s)->field, BPF_FIELD_BYTE_SIZE); \
	unsigned int ___left = ___core_info((s)->field, BPF_FIELD_LSHIFT_U64); \
	unsigned int ___right = ___core_info((s)->field, BPF_FIELD_RSHIFT_U64); \
	unsigned long long ___value = 0, ___mask = (~0ULL << ___right) >> ___left; \
	unsigned long long ___bits = ((unsigned long long)(new_value) << ___right) >> ___left; \
	asm volatile("" : "=r"(___at) : "0"(___at)); \
	switch (___size) { \
	case 1: ___value = *(unsigned char *)___at; break; \
	case 2: ___value = *(unsigned short *)___at; break; \
	case 4: ___value = *(unsigned int *)___at; break; \
	case 8: ___value = *(unsigned long long *)___at; break; \
	} \
	___value = (___value & ~___mask) | (___bits & ___mask); \
	switch (___size) { \
	case 1: *(unsigned char *)___at = ___value; break; \
	case 2: *(unsigned short *)___at = ___value; break; \
	case 4: *(unsigned int *)___at = ___value; break; \
	case 8: *(unsigned long long *)___at = ___value; break; \
	} \
})

#endif
