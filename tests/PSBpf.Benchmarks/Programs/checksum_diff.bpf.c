// SPDX-License-Identifier: MIT
// The Internet checksum of 1500 bytes by the helper bpf_csum_diff, 500 bytes at a time.
#include "bench.h"

TC_PROGRAM(bench)
{
	INPUT(ctx, 1514)
	u64 sum = 0;
	for (int i = 0; i < 3; i++)
		sum = (u32)bpf_csum_diff(0, 0, data + 14 + i * 500, 500, (u32)sum);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (u16)~sum;
}
