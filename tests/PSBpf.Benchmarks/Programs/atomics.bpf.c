// SPDX-License-Identifier: MIT
// 32 rounds of six atomic operations of 64 and 32 bits on a map value.
#include "bench.h"

struct cell {
	u64 sum, swapped;
	u32 bits, guarded;
};

MAP(cells, BPF_MAP_TYPE_ARRAY, u32, struct cell, 4);

TC_PROGRAM(bench)
{
	INPUT(ctx, 64)
	u64 word = LOAD64(data + 16), digest = 0;
	u32 key = data[24] & 3;
	struct cell *cell = bpf_map_lookup_elem(&cells, &key);
	if (!cell)
		return -1;
	for (int i = 0; i < 32; i++) {
		__sync_fetch_and_add(&cell->sum, word);
		digest += __sync_fetch_and_add(&cell->sum, i);
		digest ^= __sync_lock_test_and_set(&cell->swapped, word + i);
		__sync_fetch_and_or(&cell->bits, (u32)word >> (i & 15));
		digest += __sync_fetch_and_and(&cell->bits, ~(u32)i);
		digest ^= __sync_val_compare_and_swap(&cell->guarded, (u32)i, (u32)i + 1);
	}
	return (int)(digest ^ (digest >> 32));
}
