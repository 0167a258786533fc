// SPDX-License-Identifier: MIT
// Counts in a map of ENTRIES elements, whose keys have KEY_WORDS words of 32 bits. Each run asks for the next 32 of all keys, in an order in which no two neighbours are near each
// other, so that after a while each lookup hits, and hits memory that was not used for long.
#include "bench.h"

struct key {
	u32 words[KEY_WORDS];
};

MAP(place, BPF_MAP_TYPE_ARRAY, u32, u32, 1);
MAP(counts, TABLE_TYPE, struct key, u64, ENTRIES);

TC_PROGRAM(bench)
{
	INPUT(ctx, 14 + 256)
	u32 zero = 0;
	u64 sum = 0;
	u32 *next = bpf_map_lookup_elem(&place, &zero);
	if (!next)
		return 1;
	u32 at = *next;
	*next = at + 32;
	for (int i = 0; i < 32; i++) {
		struct key key;
		u32 number = ((at + i) * 2654435761u) & (ENTRIES - 1);
		for (int word = 0; word < KEY_WORDS; word++) key.words[word] = number + word;
		u64 *count = bpf_map_lookup_elem(&counts, &key);
		if (count) {
			++*count;
			sum += data[14 + i];
		} else {
			u64 first = 1;
			sum += bpf_map_update_elem(&counts, &key, &first, BPF_ANY) + data[14 + i];
		}
	}
	return (int)sum;
}
