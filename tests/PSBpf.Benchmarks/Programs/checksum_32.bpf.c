// SPDX-License-Identifier: MIT
// The Internet checksum of 1500 bytes, 32 bits at a time.
#include "bench.h"

TC_PROGRAM(bench)
{
	INPUT(ctx, 1514)
	u64 sum = 0;
	for (int i = 0; i < 1500; i += 4)
		sum += LOAD32(data + 14 + i);
	for (int i = 0; i < 3; i++)
		sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (u16)~sum;
}
