// SPDX-License-Identifier: MIT
// Bob Jenkins' lookup3 hash (public domain) over 1200 bytes.
#include "bench.h"

#define ROTATE(x, k) (((x) << (k)) | ((x) >> (32 - (k))))

TC_PROGRAM(bench)
{
	INPUT(ctx, 1514)
	u32 a, b, c;
	a = b = c = 0xdeadbeef + 1200 + data[14];
	for (int i = 0; i < 1200; i += 12) {
		a += LOAD32(data + 16 + i);
		b += LOAD32(data + 20 + i);
		c += LOAD32(data + 24 + i);
		a -= c, a ^= ROTATE(c, 4), c += b;
		b -= a, b ^= ROTATE(a, 6), a += c;
		c -= b, c ^= ROTATE(b, 8), b += a;
		a -= c, a ^= ROTATE(c, 16), c += b;
		b -= a, b ^= ROTATE(a, 19), a += c;
		c -= b, c ^= ROTATE(b, 4), b += a;
	}
	c ^= b, c -= ROTATE(b, 14);
	a ^= c, a -= ROTATE(c, 11);
	b ^= a, b -= ROTATE(a, 25);
	c ^= b, c -= ROTATE(b, 16);
	return c;
}
