// SPDX-License-Identifier: MIT
// The sieve of Eratosthenes on 400 bytes of stack: bit 1 marks a composite, the other bits come from the input. It marks
// without asking first, as a branch for each candidate would double the paths that verifiers walk.
#include "bench.h"

#define SIZE 400
#define COMPOSITE 2

TC_PROGRAM(bench)
{
	INPUT(ctx, 64)
	u8 marks[SIZE];
	u8 clear = data[16] & ~COMPOSITE;
	u32 primes = 0;
	for (int i = 0; i < SIZE; i++)
		marks[i] = clear;
	for (int i = 2; i < 20; i++) {
		u8 composite = ~marks[i] & COMPOSITE;
		for (int j = i * i; j < SIZE; j += i)
			marks[j] |= composite;
	}
	for (int i = 2; i < SIZE; i++)
		primes += (~marks[i] & COMPOSITE) >> 1;
	return primes;
}
