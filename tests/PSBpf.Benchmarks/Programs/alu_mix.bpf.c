// SPDX-License-Identifier: MIT
// 256 rounds of 64- and 32-bit arithmetic on six values.
#include "bench.h"

TC_PROGRAM(bench)
{
	INPUT(ctx, 64)
	u64 a = LOAD64(data + 16), b = LOAD64(data + 24), c = LOAD64(data + 32), d = LOAD64(data + 40);
	u32 x = LOAD32(data + 48), y = LOAD32(data + 52);
	for (int i = 0; i < 256; i++) {
		a += b ^ (c >> 7);
		b = (b << 13) | (b >> 51);
		c = c * 0x9e3779b97f4a7c15ull + a;
		d ^= c - b;
		x = x * 1664525 + 1013904223;
		y ^= x >> 3;
		y = (y << 5) | (y >> 27);
		b += y;
	}
	a ^= b ^ c ^ d ^ x ^ ((u64)y << 32);
	return (int)(a ^ (a >> 32));
}
