// SPDX-License-Identifier: MIT
// LINKS programs, each of which calls the next; slot n of the array holds program link_n.
#pragma once

PROGRAMS(chain, 32);

#define LINK(number)                                        \
	TC_PROGRAM(link_##number)                           \
	{                                                   \
		if (number + 1 < LINKS)                     \
			TAIL_CALL(ctx, chain, (number) + 1); \
		return ctx->len + (number);                 \
	}

LINK(0) LINK(1) LINK(2) LINK(3) LINK(4)
LINK(5) LINK(6) LINK(7) LINK(8) LINK(9)
#if LINKS > 10
LINK(10) LINK(11) LINK(12) LINK(13) LINK(14) LINK(15)
LINK(16) LINK(17) LINK(18) LINK(19) LINK(20) LINK(21)
LINK(22) LINK(23) LINK(24) LINK(25) LINK(26) LINK(27)
LINK(28) LINK(29) LINK(30) LINK(31)
#endif

TC_PROGRAM(bench)
{
	TAIL_CALL(ctx, chain, 0);
	return -1;
}

#ifndef __bpf__
// Natively nobody fills the array.
TC_PROGRAM(setup)
{
	chain[0] = link_0;
	chain[1] = link_1;
	chain[2] = link_2;
	chain[3] = link_3;
	chain[4] = link_4;
	chain[5] = link_5;
	chain[6] = link_6;
	chain[7] = link_7;
	chain[8] = link_8;
	chain[9] = link_9;
#if LINKS > 10
	chain[10] = link_10;
	chain[11] = link_11;
	chain[12] = link_12;
	chain[13] = link_13;
	chain[14] = link_14;
	chain[15] = link_15;
	chain[16] = link_16;
	chain[17] = link_17;
	chain[18] = link_18;
	chain[19] = link_19;
	chain[20] = link_20;
	chain[21] = link_21;
	chain[22] = link_22;
	chain[23] = link_23;
	chain[24] = link_24;
	chain[25] = link_25;
	chain[26] = link_26;
	chain[27] = link_27;
	chain[28] = link_28;
	chain[29] = link_29;
	chain[30] = link_30;
	chain[31] = link_31;
#endif
	return 0;
}
#endif
