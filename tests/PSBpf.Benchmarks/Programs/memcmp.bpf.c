// SPDX-License-Identifier: MIT
// Compares two halves of the input, 720 bytes each, which are equal: eight bytes at a time, then single ones.
#include "bench.h"

#define SIZE 720

TC_PROGRAM(bench)
{
	INPUT(ctx, 1514)
	u8 *a = data + 16, *b = data + 16 + SIZE;
	for (int i = 0; i < SIZE - 80; i += 8)
		if (LOAD64(a + i) != LOAD64(b + i))
			return i;
	for (int i = SIZE - 80; i < SIZE; i++)
		if (a[i] != b[i])
			return i;
	return SIZE + a[0];
}
