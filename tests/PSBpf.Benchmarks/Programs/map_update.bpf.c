// SPDX-License-Identifier: MIT
// 32 updates of elements that exist in a hash.
#include "bench.h"

MAP(values, BPF_MAP_TYPE_HASH, u32, u64, 4096);

TC_PROGRAM(bench)
{
	INPUT(ctx, 14 + 128)
	u64 sum = 0;
	for (int i = 0; i < 32; i++) {
		u32 key = LOAD32(data + 14 + i * 4);
		u64 value = (u64)key * 3 + i;
		sum += bpf_map_update_elem(&values, &key, &value, BPF_ANY);
		sum += value;
	}
	return (int)sum;
}
