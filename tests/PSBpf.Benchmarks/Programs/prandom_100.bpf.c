// SPDX-License-Identifier: MIT
// 100 random numbers, which are not all the same.
#include "bench.h"

TC_PROGRAM(bench)
{
	u32 all = ~0u, any = 0;
	for (int i = 0; i < 100; i++) {
		u32 number = bpf_get_prandom_u32();
		all &= number;
		any |= number;
	}
	return all != any;
}
