// SPDX-License-Identifier: MIT
// 100 readings of the clock, which must not run backwards.
#include "bench.h"

TC_PROGRAM(bench)
{
	u64 last = 0;
	u32 backwards = 0;
	for (int i = 0; i < 100; i++) {
		u64 now = bpf_ktime_get_ns();
		if (now < last)
			backwards++;
		last = now;
	}
	return backwards;
}
