// SPDX-License-Identifier: MIT
// Counts 32 packets in hashes that an array of maps holds: two lookups each, and an update for what was not seen before.
#include "bench.h"

struct inner {
	int (*type)[BPF_MAP_TYPE_HASH];
	int (*max_entries)[1024];
	u32 *key;
	u64 *value;
} first SEC(".maps"), second SEC(".maps"), third SEC(".maps"), fourth SEC(".maps");

struct {
	int (*type)[12];
	int (*max_entries)[4];
	u32 *key;
	struct inner *values[];
} outer SEC(".maps") = {.values = {&first, &second, &third, &fourth}};

TC_PROGRAM(bench)
{
	INPUT(ctx, 14 + 256)
	u64 sum = 0;
	for (int i = 0; i < 32; i++) {
		u8 *at = data + 14 + i * 8;
		u32 index = i & 3, key = LOAD32(at);
		void *map = bpf_map_lookup_elem(&outer, &index);
		if (!map) continue;
		u64 *count = bpf_map_lookup_elem(map, &key);
		if (count) {
			sum += ++*count;
		} else {
			u64 one = 1;
			sum += bpf_map_update_elem(map, &key, &one, BPF_ANY);
		}
	}
	return (int)sum;
}
