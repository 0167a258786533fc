// SPDX-License-Identifier: MIT
// Contexts, helpers and maps for the native build: the simplest C that does the same, single-threaded.
#pragma once
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef _WIN32
#define SEC(name) __declspec(dllexport)
#else
#define SEC(name) __attribute__((visibility("default"), used))
#endif

struct bench_context {
	u64 data, data_end;
	u32 len;
};
#define xdp_md bench_context
#define __sk_buff bench_context

struct bench_map {
	u32 type, key_size, value_size, entries;
	void *storage;
	u64 clock;
	u32 used;
};

// An element of a hash: the next one in its bucket, when it was last used, key and value.
struct bench_element {
	struct bench_element *next;
	u64 touched;
	u8 bytes[];
};

#define MAP(name, map_type, key_type, value_type, count) \
	static struct bench_map name = {map_type, sizeof(key_type), sizeof(value_type), count, 0, 0, 0}
#define RING(name, bytes) static struct bench_map name = {BPF_MAP_TYPE_RINGBUF, 0, 0, bytes, 0, 0, 0}
#define PROGRAMS(name, count) static int (*name[count])(struct bench_context *)
#define TAIL_CALL(ctx, map, index)                                    \
	do {                                                          \
		if ((map)[index])                                     \
			__attribute__((musttail)) return (map)[index](ctx); \
	} while (0)

static inline u32 bench_hash(const u8 *key, u32 size)
{
	u32 hash = 2166136261u;
	for (; size >= 4; size -= 4, key += 4)
		hash = (hash ^ *(const u32 *)key) * 2654435761u, hash ^= hash >> 15;
	for (; size; size--, key++)
		hash = (hash ^ *key) * 16777619u;
	return hash ^ hash >> 13;
}

static inline u8 *bench_value(struct bench_map *map, struct bench_element *element)
{
	return element->bytes + ((map->key_size + 7) & ~7u);
}

static struct bench_element **bench_bucket(struct bench_map *map, const void *key)
{
	if (!map->storage)
		map->storage = calloc(map->entries, sizeof(struct bench_element *));
	return (struct bench_element **)map->storage + bench_hash(key, map->key_size) % map->entries;
}

static void *bpf_map_lookup_elem(void *handle, const void *key)
{
	struct bench_map *map = handle;
	if (map->type == BPF_MAP_TYPE_ARRAY || map->type == BPF_MAP_TYPE_PERCPU_ARRAY) {
		u32 index = *(const u32 *)key;
		if (index >= map->entries)
			return 0;
		if (!map->storage)
			map->storage = calloc(map->entries, (map->value_size + 7) & ~7u);
		return (u8 *)map->storage + (u64)index * ((map->value_size + 7) & ~7u);
	}
	for (struct bench_element *element = *bench_bucket(map, key); element; element = element->next)
		if (!memcmp(element->bytes, key, map->key_size)) {
			if (map->type == BPF_MAP_TYPE_LRU_HASH)
				element->touched = ++map->clock;
			return bench_value(map, element);
		}
	return 0;
}

static long bpf_map_update_elem(void *handle, const void *key, const void *value, u64 flags)
{
	struct bench_map *map = handle;
	u8 *old = bpf_map_lookup_elem(map, key);
	if (!old && map->type != BPF_MAP_TYPE_ARRAY && map->type != BPF_MAP_TYPE_PERCPU_ARRAY) {
		struct bench_element **bucket = bench_bucket(map, key), *element;
		if (map->used++ >= map->entries)
			return -7; // -E2BIG
		element = calloc(1, sizeof(*element) + ((map->key_size + 7) & ~7u) + map->value_size);
		memcpy(element->bytes, key, map->key_size);
		element->next = *bucket;
		*bucket = element;
		old = bench_value(map, element);
	}
	if (!old)
		return -7;
	memcpy(old, value, map->value_size);
	return 0;
}

static inline u64 bpf_ktime_get_ns(void)
{
	struct timespec now;
#ifdef _WIN32
	timespec_get(&now, TIME_UTC);
#else
	clock_gettime(CLOCK_MONOTONIC, &now);
#endif
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}

static inline u32 bpf_get_prandom_u32(void)
{
	static u32 state = 2463534242u;
	state ^= state << 13;
	state ^= state >> 17;
	return state ^= state << 5;
}

static inline s64 bpf_csum_diff(const void *from, u32 from_size, const void *to, u32 to_size, u32 seed)
{
	u64 sum = seed;
	for (u32 at = 0; at < from_size; at += 4)
		sum += (u32)~*(const u32 *)((const u8 *)from + at);
	for (u32 at = 0; at < to_size; at += 4)
		sum += *(const u32 *)((const u8 *)to + at);
	sum = (sum & 0xffffffff) + (sum >> 32);
	return (u32)(sum + (sum >> 32));
}

static inline void *bpf_ringbuf_reserve(void *handle, u64 size, u64 flags)
{
	struct bench_map *ring = handle;
	u32 room = ((u32)size + 15) & ~7u;
	u64 *header;
	if (!ring->storage)
		ring->storage = malloc(ring->entries);
	if (ring->used + room > ring->entries)
		ring->used = 0; // nobody reads it
	header = (u64 *)((u8 *)ring->storage + ring->used);
	*header = size | 1u << 31;
	ring->used += room;
	return header + 1;
}

static inline void bpf_ringbuf_submit(void *data, u64 flags) { __atomic_and_fetch((u64 *)data - 1, ~(1ull << 31), __ATOMIC_RELEASE); }
