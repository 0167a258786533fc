// SPDX-License-Identifier: MIT
// 128 rounds of 64- and 32-bit division and remainder by values from the input.
#include "bench.h"

TC_PROGRAM(bench)
{
	INPUT(ctx, 64)
	u64 a = LOAD64(data + 16), divisor = LOAD32(data + 24) | 1, sum = 0;
	u32 x = LOAD32(data + 32), narrow = LOAD16(data + 36) | 1;
	for (int i = 0; i < 128; i++) {
		sum += a / divisor + x / narrow;
		sum ^= a % divisor + x % narrow;
		a = a * 6364136223846793005ull + sum;
		x += (u32)(a >> 33);
		divisor += 2;
		narrow += 2;
	}
	return (int)(sum ^ (sum >> 32));
}
