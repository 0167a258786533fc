// SPDX-License-Identifier: MIT
// Finds the longest prefix of 32 IPv4 addresses in a trie, which holds prefixes of 8, 16, 24 and 32 bits of each of them.
#include "bench.h"

struct prefix {
	u32 length, address;
};

struct {
	int (*type)[11];
	int (*max_entries)[65536];
	int (*map_flags)[1];
	struct prefix *key;
	u64 *value;
} routes SEC(".maps");

TC_PROGRAM(bench)
{
	INPUT(ctx, 14 + 256)
	u64 sum = 0;
	for (int i = 0; i < 32; i++) {
		u8 *at = data + 14 + i * 8;
		struct prefix prefix = {32, LOAD32(at)};
		u64 *next = bpf_map_lookup_elem(&routes, &prefix);
		if (next) {
			sum += *next;
			continue;
		}
		for (int bits = 8; bits <= 32; bits += 8) {
			u64 value = bits;
			prefix.length = bits;
			sum += bpf_map_update_elem(&routes, &prefix, &value, BPF_ANY);
		}
	}
	return (int)sum;
}
