// SPDX-License-Identifier: MIT
// Headers of the protocols that the large programs handle, and the arithmetic of their checksums (RFC 1624).
#pragma once

#define ETH_IP NET16(0x0800)
#define ETH_IPV6 NET16(0x86dd)
#define ETH_VLAN NET16(0x8100)
#define ETH_QINQ NET16(0x88a8)
#define ETH_TEB NET16(0x6558)
#define PROTO_ICMP 1
#define PROTO_IPIP 4
#define PROTO_TCP 6
#define PROTO_UDP 17
#define PROTO_IPV6 41
#define PROTO_GRE 47
#define PROTO_ICMP6 58

struct eth {
	u8 target[6], source[6];
	u16 type;
};

struct ipv4 {
	u8 version_length, tos;
	u16 length, id, fragment;
	u8 ttl, protocol;
	u16 checksum;
	u32 source, target;
};

struct ipv6 {
	u32 first;
	u16 length;
	u8 next, hops;
	u32 source[4], target[4];
};

struct tcp {
	u16 source, target;
	u32 sequence, acknowledgement;
	u8 offset, flags;
	u16 window, checksum, urgent;
};

struct udp {
	u16 source, target, length, checksum;
};

INLINE u16 fold(u32 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return (u16)((sum & 0xffff) + (sum >> 16));
}

// A checksum after 16 bits of what it covers changed.
INLINE u16 checksum_16(u16 checksum, u16 from, u16 to)
{
	return (u16)~fold((u16)~checksum + (u16)~from + to);
}

// A checksum after 32 bits of what it covers changed.
INLINE u16 checksum_32(u16 checksum, u32 from, u32 to)
{
	return (u16)~fold((u16)~checksum + (u16)~(u16)from + (u16)~(u16)(from >> 16) + (u16)to + (u16)(to >> 16));
}

#define ROTATE(x, k) (((x) << (k)) | ((x) >> (32 - (k))))

// One round of lookup3 (Bob Jenkins, public domain).
#define HASH_ROUND(a, b, c)                              \
	do {                                             \
		a -= c, a ^= ROTATE(c, 4), c += b;       \
		b -= a, b ^= ROTATE(a, 6), a += c;       \
		c -= b, c ^= ROTATE(b, 8), b += a;       \
		a -= c, a ^= ROTATE(c, 16), c += b;      \
		b -= a, b ^= ROTATE(a, 19), a += c;      \
		c -= b, c ^= ROTATE(b, 4), b += a;       \
	} while (0)

#define HASH_END(a, b, c)                    \
	do {                                 \
		c ^= b, c -= ROTATE(b, 14);  \
		a ^= c, a -= ROTATE(c, 11);  \
		b ^= a, b -= ROTATE(a, 25);  \
		c ^= b, c -= ROTATE(b, 16);  \
		a ^= c, a -= ROTATE(c, 4);   \
		b ^= a, b -= ROTATE(a, 14);  \
		c ^= b, c -= ROTATE(b, 24);  \
	} while (0)
