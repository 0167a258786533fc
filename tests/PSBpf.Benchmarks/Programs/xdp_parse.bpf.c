// SPDX-License-Identifier: MIT
// Sixteen frames of 64 bytes in one buffer, each taken apart: Ethernet, VLAN tags, IPv4 with options, TCP or UDP.
#include "bench.h"

#define FRAMES 16
#define FRAME_BYTES 64

XDP_PROGRAM(bench)
{
	u8 *data = (u8 *)(unsigned long)ctx->data, *data_end = (u8 *)(unsigned long)ctx->data_end;
	u32 digest = 0;
	for (int i = 0; i < FRAMES; i++) {
		u8 *at = data + i * FRAME_BYTES;
		if (at + 14 > data_end)
			break;
		u16 type = LOAD16(at + 12);
		at += 14;
		if (type == NET16(0x8100) || type == NET16(0x88a8)) {
			if (at + 4 > data_end)
				break;
			digest += LOAD16(at) & NET16(0x0fff);
			type = LOAD16(at + 2);
			at += 4;
		}
		if (type != NET16(0x0800)) {
			digest = digest * 31 + type;
			continue;
		}
		if (at + 20 > data_end)
			break;
		u32 header = (at[0] & 15) * 4;
		if (at[0] >> 4 != 4 || header < 20)
			continue;
		u8 protocol = at[9];
		digest = digest * 31 + (LOAD32(at + 12) ^ LOAD32(at + 16)) + at[8];
		at += header;
		if (protocol == 6) {
			if (at + 20 > data_end)
				break;
			digest ^= LOAD16(at) ^ LOAD16(at + 2) << 16;
			if (at[13] & 2)
				digest += LOAD32(at + 4);
		} else if (protocol == 17) {
			if (at + 8 > data_end)
				break;
			digest += LOAD16(at) ^ LOAD16(at + 2);
		}
	}
	return digest;
}
