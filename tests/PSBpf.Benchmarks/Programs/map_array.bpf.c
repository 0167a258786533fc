// SPDX-License-Identifier: MIT
// Counts 32 packets in a map of type BPF_MAP_TYPE_ARRAY: lookup and add.
#include "bench.h"

struct counter {
	u64 packets, bytes;
};

MAP(counters, BPF_MAP_TYPE_ARRAY, u32, struct counter, 1024);

TC_PROGRAM(bench)
{
	INPUT(ctx, 14 + 128)
	u64 sum = 0;
	for (int i = 0; i < 32; i++) {
		u32 key = LOAD32(data + 14 + i * 4) & 1023;
		struct counter *counter = bpf_map_lookup_elem(&counters, &key);
		if (!counter)
			return -1;
		counter->packets++;
		counter->bytes += key;
		sum += counter->bytes;
	}
	return (int)sum;
}
