// SPDX-License-Identifier: MIT
// Counts 32 packets in a hash whose keys have KEY_WORDS words of 32 bits: lookup and add, and an update for keys not seen before.
#include "bench.h"

struct key {
	u32 words[KEY_WORDS];
};

MAP(counts, BPF_MAP_TYPE_HASH, struct key, u64, 65536);

TC_PROGRAM(bench)
{
	INPUT(ctx, 14 + 256)
	u64 sum = 0;
	for (int i = 0; i < 32; i++) {
		u8 *at = data + 14 + i * 8;
		struct key key;
		for (int word = 0; word < KEY_WORDS; word++) key.words[word] = LOAD32(at + (word & 4)) + word;
		u64 *count = bpf_map_lookup_elem(&counts, &key);
		if (count) {
			sum += ++*count;
		} else {
			u64 first = 1;
			sum += bpf_map_update_elem(&counts, &key, &first, BPF_ANY);
		}
	}
	return (int)sum;
}
