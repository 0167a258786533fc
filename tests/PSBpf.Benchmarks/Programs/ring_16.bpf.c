// SPDX-License-Identifier: MIT
// 16 samples of 16 bytes into a ring buffer: reserve, fill in, submit without waking a reader. The reader empties the ring
// between measurements, which never fill it.
#include "bench.h"

RING(events, 16777216);

TC_PROGRAM(bench)
{
	INPUT(ctx, 14 + 256)
	for (int i = 0; i < 16; i++) {
		u64 *sample = bpf_ringbuf_reserve(&events, 16, 0);
		if (!sample)
			return -1;
		sample[0] = LOAD64(data + 14 + i * 16);
		sample[1] = LOAD64(data + 14 + i * 16 + 8);
		bpf_ringbuf_submit(sample, BPF_RB_NO_WAKEUP);
	}
	return data[14];
}
