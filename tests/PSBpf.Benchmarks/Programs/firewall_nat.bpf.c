// SPDX-License-Identifier: MIT
// An edge router's fast path: parse Ethernet, VLAN, IPv4 with options, TCP, UDP and ICMP; drop what no sane host sends;
// match a rule set that was compiled into code, as rule compilers do; count by rule; translate the source address and port;
// set the class of service; rewrite MAC addresses; keep every checksum right incrementally; send it out again.
//
// What it rewrites it computes from what it leaves alone, so that a packet that comes through a second time takes the same
// path to the same bytes: kernels repeat test runs on the packet that the run before left.
#include "bench.h"
#include "net.h"

#define ADDRESS(a, b, c, d) ((u32)(d) << 24 | (u32)(c) << 16 | (b) << 8 | (a))
#define PREFIX(bits) swap32(~0u << (32 - (bits)))

enum { RULES = 64, MALFORMED = 64, MARTIAN, SCAN, FRAGMENT, OTHER, TRANSLATED, COUNTERS = 128 };

struct counter {
	u64 packets, bytes;
};

struct translation {
	u32 address;
	u16 first_port, ports;
};

MAP(counters, BPF_MAP_TYPE_ARRAY, u32, struct counter, COUNTERS);
MAP(translations, BPF_MAP_TYPE_ARRAY, u32, struct translation, 16);

INLINE void count(u32 index, u64 bytes)
{
	struct counter *counter = bpf_map_lookup_elem(&counters, &index);
	if (!counter)
		return;
	counter->packets++;
	counter->bytes += bytes;
}

struct packet {
	u64 length;
	u32 source, target;
	u16 source_port, target_port;
	u8 protocol, flags, tos;
};

// Accept or drop, by number: the first rule that matches decides.
#define RULE(number, source_net, source_bits, target_net, target_bits, wanted, low, high, verdict)          \
	if ((p->source & PREFIX(source_bits)) == (source_net) && (p->target & PREFIX(target_bits)) == (target_net) && \
	    p->protocol == (wanted) && port - (low) <= (high) - (low)) {                                         \
		rule = number;                                                                                   \
		accepted = verdict;                                                                              \
		goto matched;                                                                                    \
	}

#define TENANT(first, c)                                                                                                            \
	RULE(first + 0, ADDRESS(10, 1, 0, 0), 16, ADDRESS(192, 0, c, 0), 24, PROTO_TCP, 22, 22, XDP_DROP)                          \
	RULE(first + 1, ADDRESS(10, 2, 0, 0), 15, ADDRESS(192, 0, c, 0), 24, PROTO_TCP, 1, 1023, XDP_PASS)                         \
	RULE(first + 2, ADDRESS(10, 0, 0, 0), 8, ADDRESS(192, 0, c, 16), 28, PROTO_UDP, 53, 53, XDP_PASS)                          \
	RULE(first + 3, ADDRESS(10, 9, 0, 0), 16, ADDRESS(192, 0, c, 32), 27, PROTO_UDP, 5000, 5999, XDP_DROP)                     \
	RULE(first + 4, ADDRESS(10, 128, 0, 0), 9, ADDRESS(192, 0, c, 64), 26, PROTO_TCP, 8000 + c, 8999, XDP_PASS)                \
	RULE(first + 5, ADDRESS(172, 16, 0, 0), 12, ADDRESS(192, 0, c, 0), 24, PROTO_TCP, 443, 443, XDP_PASS)                      \
	RULE(first + 6, ADDRESS(172, 16, c, 0), 24, ADDRESS(192, 0, c, 128), 25, PROTO_UDP, 4500, 4500, XDP_PASS)                  \
	RULE(first + 7, ADDRESS(10, 64, c, 0), 24, ADDRESS(192, 0, c, 0), 24, PROTO_TCP, 3000, 3999, XDP_PASS)

// Counts by rule here, so that after the return verifiers need not tell the rules apart.
NOINLINE int classify(struct packet *p)
{
	u32 port = swap16(p->target_port), rule = OTHER; // the rules compare unsigned differences with widths
	int accepted = XDP_DROP;
	TENANT(0, 2)
	TENANT(8, 3)
	TENANT(16, 4)
	TENANT(24, 5)
	TENANT(32, 6)
	TENANT(40, 7)
	TENANT(48, 8)
	TENANT(56, 9)
matched:
	count(rule, p->length);
	return accepted;
}

// Addresses that never come from outside (RFC 6890).
INLINE int is_martian(u32 a)
{
	return (a & PREFIX(8)) == 0 || (a & PREFIX(8)) == ADDRESS(127, 0, 0, 0) || (a & PREFIX(16)) == ADDRESS(169, 254, 0, 0) ||
	       (a & PREFIX(24)) == ADDRESS(192, 0, 0, 0) || (a & PREFIX(24)) == ADDRESS(192, 0, 2, 0) ||
	       (a & PREFIX(15)) == ADDRESS(198, 18, 0, 0) || (a & PREFIX(24)) == ADDRESS(198, 51, 100, 0) ||
	       (a & PREFIX(24)) == ADDRESS(203, 0, 113, 0) || (a & PREFIX(4)) == ADDRESS(240, 0, 0, 0) ||
	       (a & PREFIX(4)) == ADDRESS(224, 0, 0, 0);
}

INLINE int is_scan(u8 flags)
{
	return flags == 0 || (flags & 0x3f) == 0x3f || (flags & 0x03) == 0x03 || (flags & 0x06) == 0x06 || (flags & 0x29) == 0x29;
}

INLINE u8 service_class(u16 network_port, u8 protocol)
{
	switch (swap16(network_port)) {
	case 22: return 16 << 2;
	case 53: return 34 << 2;
	case 80: return 10 << 2;
	case 123: return 48 << 2;
	case 443: return 18 << 2;
	case 1194: return 26 << 2;
	case 3478: return 46 << 2;
	case 5060: return 40 << 2;
	case 5061: return 40 << 2;
	default: return protocol == PROTO_UDP ? 12 << 2 : 0;
	}
}

XDP_PROGRAM(setup)
{
	for (u32 i = 0; i < 16; i++) {
		u32 key = i; // the counter itself stays in a register
		struct translation to = {ADDRESS(100, 64, 0, 1) + (i << 24), 16384, 1024};
		bpf_map_update_elem(&translations, &key, &to, BPF_ANY);
	}
	return 0;
}

XDP_PROGRAM(bench)
{
	u8 *at = (u8 *)(unsigned long)ctx->data, *end = (u8 *)(unsigned long)ctx->data_end;
	struct eth *eth = (struct eth *)at;
	struct packet p = {.length = end - at};

	if ((u8 *)(eth + 1) > end)
		return XDP_ABORTED;
	u16 type = eth->type;
	at += sizeof(*eth);
	if (type == ETH_VLAN || type == ETH_QINQ) {
		if (at + 4 > end)
			return XDP_ABORTED;
		type = LOAD16(at + 2);
		at += 4;
	}
	if (type != ETH_IP)
		return XDP_PASS;

	struct ipv4 *ip = (struct ipv4 *)at;
	if ((u8 *)(ip + 1) > end) {
		count(MALFORMED, p.length);
		return XDP_DROP;
	}
	u32 header = (ip->version_length & 15) * 4;
	if (ip->version_length >> 4 != 4 || header < sizeof(*ip) || swap16(ip->length) < header || ip->ttl == 0) {
		count(MALFORMED, p.length);
		return XDP_DROP;
	}
	if (ip->fragment & NET16(0x3fff)) {
		count(FRAGMENT, p.length);
		return XDP_PASS;
	}
	p.source = ip->source;
	p.target = ip->target;
	p.protocol = ip->protocol;
	p.tos = ip->tos;
	if (is_martian(p.source) || is_martian(p.target) || p.source == p.target) {
		count(MARTIAN, p.length);
		return XDP_DROP;
	}

	u8 *transport = at + header;
	u16 *checksum;
	if (p.protocol == PROTO_TCP) {
		struct tcp *tcp = (struct tcp *)transport;
		if ((u8 *)(tcp + 1) > end || tcp->offset >> 4 < 5) {
			count(MALFORMED, p.length);
			return XDP_DROP;
		}
		p.flags = tcp->flags;
		if (is_scan(p.flags)) {
			count(SCAN, p.length);
			return XDP_DROP;
		}
		p.source_port = tcp->source;
		p.target_port = tcp->target;
		checksum = &tcp->checksum;
	} else if (p.protocol == PROTO_UDP) {
		struct udp *udp = (struct udp *)transport;
		if ((u8 *)(udp + 1) > end || swap16(udp->length) < sizeof(*udp)) {
			count(MALFORMED, p.length);
			return XDP_DROP;
		}
		p.source_port = udp->source;
		p.target_port = udp->target;
		checksum = &udp->checksum;
	} else {
		count(OTHER, p.length);
		return XDP_PASS;
	}

	int verdict = classify(&p);
	if (verdict != XDP_PASS)
		return verdict;

	// The target chooses the outside address; the low bits of the port stay.
	u32 a = p.target, b = p.target_port, c = p.protocol;
	HASH_ROUND(a, b, c);
	HASH_END(a, b, c);
	u32 slot = c & 15;
	struct translation *to = bpf_map_lookup_elem(&translations, &slot);
	if (!to || to->ports == 0)
		return XDP_ABORTED;
	// Inside addresses keep their network's first byte outside, for the rules to find the packet again.
	u32 address = (p.source & PREFIX(16)) | (to->address & ~PREFIX(16));
	u16 port = swap16(to->first_port + (swap16(p.source_port) & (to->ports - 1)));
	if (p.protocol == PROTO_TCP || *checksum) {
		u16 sum = checksum_32(*checksum, p.source, address);
		*checksum = checksum_16(sum, p.source_port, port);
	}
	*(u16 *)transport = port;

	u16 sum = checksum_32(ip->checksum, p.source, address);
	u16 before = LOAD16(&ip->version_length), life = LOAD16(&ip->ttl);
	ip->source = address;
	ip->tos = (p.tos & 3) | service_class(p.target_port, p.protocol);
	ip->ttl = 63;
	sum = checksum_16(sum, before, LOAD16(&ip->version_length));
	ip->checksum = checksum_16(sum, life, LOAD16(&ip->ttl));

	// The way out: the next hop is one of four, by flow.
	eth->source[0] = 2, eth->source[1] = 0, eth->source[2] = 0, eth->source[3] = 0, eth->source[4] = 1, eth->source[5] = (u8)slot;
	eth->target[0] = 2, eth->target[1] = 0, eth->target[2] = 0, eth->target[3] = 0, eth->target[4] = 2, eth->target[5] = (u8)(c >> 8 & 3);
	count(TRANSLATED, p.length);
	return XDP_TX;
}
