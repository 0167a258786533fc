// SPDX-License-Identifier: MIT
// Splits 512 bytes of text into words, numbers and punctuation: a branch or more for each byte, hard to predict.
#include "bench.h"

enum { GAP, WORD, NUMBER };

TC_PROGRAM(bench)
{
	INPUT(ctx, 14 + 512)
	u32 words = 0, numbers = 0, marks = 0, lines = 0, digest = 0, value = 0;
	int state = GAP;
	for (int i = 0; i < 512; i++) {
		u8 c = data[14 + i];
		if (c >= '0' && c <= '9') {
			if (state == GAP) {
				state = NUMBER;
				numbers++;
				value = 0;
			}
			value = value * 10 + (c - '0');
		} else if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_') {
			if (state != WORD) {
				state = WORD;
				words++;
			}
			digest = digest * 33 ^ (c | 32);
		} else {
			if (state == NUMBER)
				digest += value;
			state = GAP;
			if (c == '\n')
				lines++;
			else if (c != ' ' && c != '\t')
				marks++;
		}
	}
	return digest ^ words ^ numbers << 8 ^ marks << 16 ^ lines << 24;
}
