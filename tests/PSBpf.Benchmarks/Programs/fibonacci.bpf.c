// SPDX-License-Identifier: MIT
// About 950 steps of the Fibonacci sequence modulo 2^64; how many, the input says.
#include "bench.h"

TC_PROGRAM(bench)
{
	INPUT(ctx, 64)
	u64 a = data[17], b = data[18];
	u32 steps = 930 + (data[16] & 63);
	for (u32 i = 0; i < 1000; i++) {
		if (i >= steps)
			break;
		u64 next = a + b;
		a = b;
		b = next;
	}
	return (int)(a ^ (a >> 32));
}
