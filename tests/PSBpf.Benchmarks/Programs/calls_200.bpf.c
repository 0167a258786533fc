// SPDX-License-Identifier: MIT
// 200 calls of a subprogram (bpf-to-bpf).
#include "bench.h"

NOINLINE u64 stir(u64 a, u64 b) { return (a ^ (b >> 9)) * 0x9e3779b97f4a7c15ull + b; }

TC_PROGRAM(bench)
{
	INPUT(ctx, 64)
	u64 a = LOAD64(data + 16), b = LOAD64(data + 24);
	for (int i = 0; i < 200; i++)
		a = stir(a, b + i);
	return (int)(a ^ (a >> 32));
}
