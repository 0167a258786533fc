// SPDX-License-Identifier: MIT
// Counts 32 packets by flow in a map of type BPF_MAP_TYPE_HASH: lookup and add, and an update for flows not seen before.
#include "bench.h"

struct flow {
	u32 source, target;
	u16 source_port, target_port;
	u32 protocol;
};

struct counter {
	u64 packets, bytes;
};

MAP(flows, BPF_MAP_TYPE_HASH, struct flow, struct counter, 4096);

TC_PROGRAM(bench)
{
	INPUT(ctx, 14 + 256)
	u64 sum = 0;
	for (int i = 0; i < 32; i++) {
		u8 *at = data + 14 + i * 8;
		struct flow flow = {
			.source = LOAD32(at),
			.target = LOAD32(at + 4),
			.source_port = LOAD16(at + 1),
			.target_port = LOAD16(at + 5),
			.protocol = 6,
		};
		struct counter *counter = bpf_map_lookup_elem(&flows, &flow);
		if (counter) {
			counter->packets++;
			counter->bytes += at[3];
			sum += counter->bytes;
		} else {
			struct counter first = {1, at[3]};
			sum += bpf_map_update_elem(&flows, &flow, &first, BPF_ANY);
		}
	}
	return (int)sum;
}
