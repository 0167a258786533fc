// SPDX-License-Identifier: MIT
// What the benchmark programs are written against. Compiled with -target bpf it declares contexts, helpers and maps as
// a loader expects them; compiled natively the same names are plain C, so that one source gives the object file for both
// kernels and the shared library that is their floor.
#pragma once

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef signed int s32;
typedef signed long long s64;

#define INLINE static inline __attribute__((always_inline))
#define NOINLINE static __attribute__((noinline))

#define XDP_ABORTED 0
#define XDP_DROP 1
#define XDP_PASS 2
#define XDP_TX 3

#define BPF_MAP_TYPE_HASH 1
#define BPF_MAP_TYPE_ARRAY 2
#define BPF_MAP_TYPE_PROG_ARRAY 3
#define BPF_MAP_TYPE_PERCPU_ARRAY 6
#define BPF_MAP_TYPE_LRU_HASH 9
#define BPF_MAP_TYPE_RINGBUF 27

#define BPF_ANY 0
#define BPF_NOEXIST 1
#define BPF_RB_NO_WAKEUP 1

INLINE u16 swap16(u16 value) { return __builtin_bswap16(value); }
INLINE u32 swap32(u32 value) { return __builtin_bswap32(value); }
#define NET16(constant) ((u16)((((constant) & 0xff) << 8) | (((constant) >> 8) & 0xff)))

#ifdef __bpf__

#define SEC(name) __attribute__((section(name), used))

struct xdp_md {
	u32 data, data_end, data_meta, ingress_ifindex, rx_queue_index, egress_ifindex;
};

struct __sk_buff {
	u32 len, pkt_type, mark, queue_mapping, protocol, vlan_present, vlan_tci, vlan_proto, priority;
	u32 ingress_ifindex, ifindex, tc_index, cb[5], hash, tc_classid, data, data_end;
};

static void *(*bpf_map_lookup_elem)(void *map, const void *key) = (void *)1;
static long (*bpf_map_update_elem)(void *map, const void *key, const void *value, u64 flags) = (void *)2;
static u64 (*bpf_ktime_get_ns)(void) = (void *)5;
static u32 (*bpf_get_prandom_u32)(void) = (void *)7;
static long (*bpf_tail_call)(void *ctx, void *map, u32 index) = (void *)12;
static s64 (*bpf_csum_diff)(const void *from, u32 from_size, const void *to, u32 to_size, u32 seed) = (void *)28;
static void *(*bpf_ringbuf_reserve)(void *ring, u64 size, u64 flags) = (void *)131;
static void (*bpf_ringbuf_submit)(void *data, u64 flags) = (void *)132;

#define MAP(name, map_type, key_type, value_type, count) \
	struct {                                           \
		int (*type)[map_type];                     \
		int (*max_entries)[count];                 \
		key_type *key;                             \
		value_type *value;                         \
	} name SEC(".maps")
#define RING(name, bytes)                          \
	struct {                                   \
		int (*type)[BPF_MAP_TYPE_RINGBUF]; \
		int (*max_entries)[bytes];         \
	} name SEC(".maps")
#define PROGRAMS(name, count) MAP(name, BPF_MAP_TYPE_PROG_ARRAY, u32, u32, count)
#define TAIL_CALL(ctx, map, index) bpf_tail_call(ctx, &(map), index)

char bench_license[] SEC("license") = "GPL";

#else
#include "bench_native.h"
#endif

#define XDP_PROGRAM(name) SEC("xdp") int name(struct xdp_md *ctx)
#define TC_PROGRAM(name) SEC("tc") int name(struct __sk_buff *ctx)

// The input of a run, at least `size` bytes of it. Programs compute from it, so that no compiler folds them.
#define INPUT(ctx, size)                                    \
	u8 *data = (u8 *)(unsigned long)(ctx)->data;        \
	u8 *data_end = (u8 *)(unsigned long)(ctx)->data_end; \
	if (data + (size) > data_end)                       \
		return -1;

#define LOAD16(pointer) (*(u16 *)(pointer))
#define LOAD32(pointer) (*(u32 *)(pointer))
#define LOAD64(pointer) (*(u64 *)(pointer))
