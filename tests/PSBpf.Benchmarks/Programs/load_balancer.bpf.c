// SPDX-License-Identifier: MIT
// A load balancer with direct server return: parse Ethernet, a VLAN tag, IPv4 or IPv6; look into IP-in-IP, GRE and VXLAN; find
// the innermost flow, also behind the header of an ICMP error; find the service; hash the flow; pick a backend by a table of
// consistent hashing; rewrite MAC addresses, tunnel addresses, class of service and hop counts with checksums kept right.
//
// Addresses that decide stay as they are, so that a second run over the packet takes the same path to the same bytes.
#include "bench.h"
#include "net.h"

#define RING_SLOTS 4096

struct service {
	u32 address[4];
	u16 port;
	u16 protocol;
};

struct virtual_service {
	u32 number, flags;
};

struct backend {
	u8 mac[6];
	u16 weight;
	u32 tunnel_address;
	u32 tos;
};

struct counter {
	u64 packets, bytes;
};

MAP(services, BPF_MAP_TYPE_HASH, struct service, struct virtual_service, 256);
MAP(slots, BPF_MAP_TYPE_ARRAY, u32, u32, RING_SLOTS);
MAP(backends, BPF_MAP_TYPE_ARRAY, u32, struct backend, 64);
MAP(traffic, BPF_MAP_TYPE_PERCPU_ARRAY, u32, struct counter, 64);

struct flow {
	u32 source[4], target[4];
	u16 source_port, target_port;
	u32 protocol;
};

enum { IGNORE = -1, BROKEN = -2 };

INLINE void set_v4(u32 *address, u32 value)
{
	address[0] = address[1] = 0;
	address[2] = NET16(0xffff) << 16;
	address[3] = value;
}

INLINE u8 *skip_tag(u8 *at, u8 *end, u16 *type)
{
	if (*type != ETH_VLAN && *type != ETH_QINQ)
		return at;
	if (at + 4 > end)
		return 0;
	*type = LOAD16(at + 2);
	return at + 4;
}

// An IPv4 header: fills the flow's addresses and says where what it carries begins.
INLINE u8 *parse_v4(u8 *at, u8 *end, struct flow *flow)
{
	struct ipv4 *ip = (struct ipv4 *)at;
	if ((u8 *)(ip + 1) > end)
		return 0;
	u32 header = (ip->version_length & 15) * 4;
	if (ip->version_length >> 4 != 4 || header < sizeof(*ip) || ip->fragment & NET16(0x1fff))
		return 0;
	set_v4(flow->source, ip->source);
	set_v4(flow->target, ip->target);
	flow->protocol = ip->protocol;
	return at + header;
}

// An IPv6 header and up to three extension headers (RFC 8200, section 4).
INLINE u8 *parse_v6(u8 *at, u8 *end, struct flow *flow)
{
	struct ipv6 *ip = (struct ipv6 *)at;
	if ((u8 *)(ip + 1) > end)
		return 0;
	if ((ip->first & 0xf0) != 0x60)
		return 0;
	for (int i = 0; i < 4; i++) {
		flow->source[i] = ip->source[i];
		flow->target[i] = ip->target[i];
	}
	u8 next = ip->next;
	at += sizeof(*ip);
#pragma unroll
	for (int i = 0; i < 3; i++) {
		if (next != 0 && next != 43 && next != 60)
			break;
		if (at + 8 > end)
			return 0;
		next = at[0];
		at += (at[1] + 1) * 8;
	}
	flow->protocol = next;
	return at;
}

INLINE u8 *parse_ip(u8 *at, u8 *end, u16 type, struct flow *flow)
{
	if (type == ETH_IP)
		return parse_v4(at, end, flow);
	if (type == ETH_IPV6)
		return parse_v6(at, end, flow);
	return 0;
}

// GRE (RFC 2784 and 2890): what it carries and where.
INLINE u8 *parse_gre(u8 *at, u8 *end, u16 *type)
{
	if (at + 4 > end)
		return 0;
	u8 flags = at[0];
	*type = LOAD16(at + 2);
	if (at[1] & 7 || flags & 0x4f)
		return 0;
	at += 4;
	if (flags & 0x80)
		at += 4;
	if (flags & 0x20)
		at += 4;
	if (flags & 0x10)
		at += 4;
	return at;
}

INLINE u8 *parse_inner_ethernet(u8 *at, u8 *end, u16 *type)
{
	struct eth *eth = (struct eth *)at;
	if ((u8 *)(eth + 1) > end)
		return 0;
	*type = eth->type;
	return at + sizeof(*eth);
}

INLINE int parse_ports(u8 *at, u8 *end, struct flow *flow)
{
	if (flow->protocol == PROTO_TCP) {
		struct tcp *tcp = (struct tcp *)at;
		if ((u8 *)(tcp + 1) > end)
			return BROKEN;
		flow->source_port = tcp->source;
		flow->target_port = tcp->target;
		return 0;
	}
	if (flow->protocol == PROTO_UDP) {
		struct udp *udp = (struct udp *)at;
		if ((u8 *)(udp + 1) > end)
			return BROKEN;
		flow->source_port = udp->source;
		flow->target_port = udp->target;
		return 0;
	}
	return IGNORE;
}

INLINE u32 hash_flow(struct flow *flow)
{
	u32 a = 0xdeadbeef + 40, b = a, c = a;
	a += flow->source[0], b += flow->source[1], c += flow->source[2];
	HASH_ROUND(a, b, c);
	a += flow->source[3], b += flow->target[0], c += flow->target[1];
	HASH_ROUND(a, b, c);
	a += flow->target[2], b += flow->target[3], c += flow->source_port | (u32)flow->target_port << 16;
	HASH_ROUND(a, b, c);
	a += flow->protocol;
	HASH_END(a, b, c);
	return c;
}

// Class of service and hop count of an IPv4 header, with its checksum.
INLINE void mark_v4(struct ipv4 *ip, u8 tos)
{
	u16 first = LOAD16(&ip->version_length), life = LOAD16(&ip->ttl), sum;
	ip->tos = (ip->tos & 3) | tos;
	ip->ttl = 64;
	sum = checksum_16(ip->checksum, first, LOAD16(&ip->version_length));
	ip->checksum = checksum_16(sum, life, LOAD16(&ip->ttl));
}

INLINE void mark_v6(struct ipv6 *ip, u8 tos)
{
	u32 first = swap32(ip->first);
	first = (first & 0xf03fffff) | (u32)(tos & 0xfc) << 20;
	ip->first = swap32(first);
	ip->hops = 64;
}

XDP_PROGRAM(setup)
{
	struct service web = {.port = NET16(443), .protocol = PROTO_TCP}, names = {.port = NET16(53), .protocol = PROTO_UDP};
	struct virtual_service first = {1, 0}, second = {2, 1};
	set_v4(web.address, 0x0a0110ac); // 172.16.1.10
	set_v4(names.address, 0x0a0110ac);
	bpf_map_update_elem(&services, &web, &first, BPF_ANY);
	bpf_map_update_elem(&services, &names, &second, BPF_ANY);
	for (int i = 0; i < 4; i++)
		web.address[i] = names.address[i] = i == 0 ? 0xb80d0120 : i == 3 ? 0x0a000000 : 0; // 2001:db8::a
	bpf_map_update_elem(&services, &web, &first, BPF_ANY);
	bpf_map_update_elem(&services, &names, &second, BPF_ANY);
	for (u32 i = 0; i < RING_SLOTS; i++) {
		u32 key = i, chosen = (i * 2654435761u) >> 26; // the counter itself stays in a register
		bpf_map_update_elem(&slots, &key, &chosen, BPF_ANY);
	}
	for (u32 i = 0; i < 64; i++) {
		u32 key = i;
		struct backend backend = {{2, 0, 0, 0, 0xbe, (u8)i}, 1, 0x0000640a + (i << 24), (i & 7) << 5};
		bpf_map_update_elem(&backends, &key, &backend, BPF_ANY);
	}
	return 0;
}

XDP_PROGRAM(bench)
{
	u8 *at = (u8 *)(unsigned long)ctx->data, *end = (u8 *)(unsigned long)ctx->data_end;
	struct eth *eth = (struct eth *)at;
	struct flow flow = {0};
	u64 length = end - at;

	if ((u8 *)(eth + 1) > end)
		return XDP_ABORTED;
	u16 type = eth->type;
	u8 *outer = skip_tag(at + sizeof(*eth), end, &type);
	if (!outer)
		return XDP_DROP;
	if (type != ETH_IP && type != ETH_IPV6)
		return XDP_PASS;
	u16 outer_type = type;
	u8 *inner = outer;
	int tunnelled = 0;

	at = parse_ip(outer, end, type, &flow);
	if (!at)
		return XDP_DROP;

	if (flow.protocol == PROTO_GRE) {
		at = parse_gre(at, end, &type);
		if (!at)
			return XDP_DROP;
		if (type == ETH_TEB) {
			at = parse_inner_ethernet(at, end, &type);
			if (!at)
				return XDP_DROP;
		}
		tunnelled = 1;
	} else if (flow.protocol == PROTO_IPIP) {
		type = ETH_IP;
		tunnelled = 1;
	} else if (flow.protocol == PROTO_IPV6) {
		type = ETH_IPV6;
		tunnelled = 1;
	} else if (flow.protocol == PROTO_UDP) {
		struct udp *udp = (struct udp *)at;
		if ((u8 *)(udp + 1) > end)
			return XDP_DROP;
		if (udp->target == NET16(4789)) {
			// VXLAN (RFC 7348): the flag I must be set, the network must not be 0.
			u8 *vxlan = at + sizeof(*udp);
			if (vxlan + 8 > end || !(vxlan[0] & 8) || (LOAD32(vxlan + 4) & swap32(0xffffff00)) == 0)
				return XDP_DROP;
			at = parse_inner_ethernet(vxlan + 8, end, &type);
			if (!at)
				return XDP_DROP;
			tunnelled = 1;
		}
	}
	if (tunnelled) {
		inner = at;
		at = parse_ip(inner, end, type, &flow);
		if (!at)
			return XDP_PASS;
	}

	// An ICMP error belongs to the flow of the packet it quotes, seen from the other side.
	int mirrored = 0;
	if (flow.protocol == PROTO_ICMP || flow.protocol == PROTO_ICMP6) {
		if (at + 8 > end)
			return XDP_DROP;
		u8 kind = at[0];
		if (flow.protocol == PROTO_ICMP ? kind != 3 && kind != 11 && kind != 12 : kind < 1 || kind > 4)
			return XDP_PASS;
		at = parse_ip(at + 8, end, flow.protocol == PROTO_ICMP ? ETH_IP : ETH_IPV6, &flow);
		if (!at)
			return XDP_DROP;
		mirrored = 1;
	}
	int outcome = parse_ports(at, end, &flow);
	if (outcome)
		return outcome == BROKEN ? XDP_DROP : XDP_PASS;
	if (mirrored) {
		for (int i = 0; i < 4; i++) {
			u32 address = flow.source[i];
			flow.source[i] = flow.target[i];
			flow.target[i] = address;
		}
		u16 port = flow.source_port;
		flow.source_port = flow.target_port;
		flow.target_port = port;
	}

	struct service key = {.port = flow.target_port, .protocol = (u16)flow.protocol};
	for (int i = 0; i < 4; i++)
		key.address[i] = flow.target[i];
	struct virtual_service *service = bpf_map_lookup_elem(&services, &key);
	if (!service)
		return XDP_PASS;
	if (service->flags & 1)
		flow.source_port = 0; // all of a client's questions go to one server

	u32 slot = (hash_flow(&flow) + service->number * 977) % RING_SLOTS;
	u32 *chosen = bpf_map_lookup_elem(&slots, &slot);
	if (!chosen)
		return XDP_ABORTED;
	u32 number = *chosen;
	struct backend *backend = bpf_map_lookup_elem(&backends, &number);
	if (!backend || !backend->weight)
		return XDP_DROP;

	u8 tos = (u8)backend->tos;
	if (tunnelled && outer_type == ETH_IP) {
		struct ipv4 *ip = (struct ipv4 *)outer;
		if ((u8 *)(ip + 1) > end)
			return XDP_ABORTED;
		u16 sum = checksum_32(ip->checksum, ip->target, backend->tunnel_address);
		ip->target = backend->tunnel_address;
		ip->checksum = checksum_32(sum, ip->source, 0x0164640a);
		ip->source = 0x0164640a;
	}
	if (outer_type == ETH_IP) {
		struct ipv4 *ip = (struct ipv4 *)outer;
		if ((u8 *)(ip + 1) > end)
			return XDP_ABORTED;
		mark_v4(ip, tos);
	} else {
		struct ipv6 *ip = (struct ipv6 *)outer;
		if ((u8 *)(ip + 1) > end)
			return XDP_ABORTED;
		mark_v6(ip, tos);
	}
	if (tunnelled) {
		if (type == ETH_IP) {
			struct ipv4 *ip = (struct ipv4 *)inner;
			if ((u8 *)(ip + 1) > end)
				return XDP_ABORTED;
			mark_v4(ip, tos);
		} else {
			struct ipv6 *ip = (struct ipv6 *)inner;
			if ((u8 *)(ip + 1) > end)
				return XDP_ABORTED;
			mark_v6(ip, tos);
		}
	}

	for (int i = 0; i < 6; i++) {
		eth->source[i] = i == 0 ? 2 : i == 5 ? 0xfe : 0;
		eth->target[i] = backend->mac[i];
	}
	struct counter *counter = bpf_map_lookup_elem(&traffic, &number);
	if (!counter)
		return XDP_ABORTED;
	counter->packets++;
	counter->bytes += length;
	return XDP_TX;
}
