// SPDX-License-Identifier: MIT
// A network policy for the endpoints of a machine: parse Ethernet, tags, IPv4 or IPv6 with its extension headers; translate the address of a service to one of its backends;
// track the connection; find the identities of both ends by the longest prefix; ask the policies of both for the most exact rule; count, mark and steer.
//
// Both families have code of their own, as each has its own sizes. What decides stays as it is in the packet, so that a second run takes the same path to the same bytes.
#include "bench.h"
#include "net.h"

#define TC_OK 0
#define TC_SHOT 2

#define INGRESS 0
#define EGRESS 1

#define ALLOW 1
#define DENY 2

#define SEEN_SYN 1
#define SEEN_FIN 2
#define SEEN_RST 4
#define SEEN_REPLY 8
#define CLOSING 16

struct tuple {
	u32 source[4], target[4];
	u16 source_port, target_port;
	u8 protocol, direction, family, pad;
};

struct connection {
	u64 packets, bytes;
	u32 lifetime, backend;
	u16 seen, revision;
	u32 identity;
};

struct prefix {
	u32 length;
	u8 family, pad[3];
	u32 address[4];
};

struct peer {
	u32 identity, tunnel;
};

struct rule_key {
	u32 endpoint, identity;
	u16 port;
	u8 protocol, direction;
};

struct rule {
	u32 verdict, mark;
	u64 packets, bytes;
};

struct service {
	u32 address[4];
	u16 port, slot;
	u8 protocol, family, pad[2];
};

struct slots {
	u32 backend;
	u16 count, flags;
};

struct backend {
	u32 address[4];
	u16 port, weight;
	u8 mac[6], zone, pad;
};

struct counter {
	u64 packets, bytes;
};

struct {
	int (*type)[11];
	int (*max_entries)[4096];
	int (*map_flags)[1];
	struct prefix *key;
	struct peer *value;
} peers SEC(".maps");

MAP(connections, BPF_MAP_TYPE_LRU_HASH, struct tuple, struct connection, 16384);
MAP(rules, BPF_MAP_TYPE_HASH, struct rule_key, struct rule, 4096);
MAP(services, BPF_MAP_TYPE_HASH, struct service, struct slots, 1024);
MAP(backends, BPF_MAP_TYPE_HASH, u32, struct backend, 256);
MAP(metrics, BPF_MAP_TYPE_PERCPU_ARRAY, u32, struct counter, 64);

INLINE void count(u32 index, u32 bytes)
{
	struct counter *counter = bpf_map_lookup_elem(&metrics, &index);
	if (!counter)
		return;
	counter->packets++;
	counter->bytes += bytes;
}

INLINE u32 hash_of(const struct tuple *flow)
{
	u32 a = flow->source[0] + flow->source[2], b = flow->source[1] + flow->source[3], c = flow->source_port | flow->target_port << 16;
	HASH_ROUND(a, b, c);
	a += flow->target[0], b += flow->target[1], c += flow->target[2];
	HASH_ROUND(a, b, c);
	a += flow->target[3], b += flow->protocol;
	HASH_END(a, b, c);
	return c;
}

// The identity of an address; one that nobody named belongs to the world, and is told apart by its first bits.
INLINE u32 identity_of(const u32 *address, u8 family)
{
	struct prefix key = {.length = 32 + (family == 4 ? 32 : 128), .family = family};
	for (int word = 0; word < 4; word++) key.address[word] = address[word];
	struct peer *peer = bpf_map_lookup_elem(&peers, &key);
	if (peer)
		return peer->identity;
	struct peer world = {.identity = 2 + (address[0] & 15)};
	key.length = 32 + 16;
	bpf_map_update_elem(&peers, &key, &world, BPF_ANY);
	return world.identity;
}

// The most exact of four rules; what has none may talk on even ports.
INLINE struct rule *rule_for(u32 endpoint, u32 identity, u16 port, u8 protocol, u8 direction)
{
	struct rule_key key = {endpoint, identity, port, protocol, direction};
	struct rule *rule = bpf_map_lookup_elem(&rules, &key);
	if (rule)
		return rule;
	key.port = 0;
	rule = bpf_map_lookup_elem(&rules, &key);
	if (rule)
		return rule;
	key.identity = 0;
	key.port = port;
	rule = bpf_map_lookup_elem(&rules, &key);
	if (rule)
		return rule;
	key.port = 0;
	key.protocol = 0;
	rule = bpf_map_lookup_elem(&rules, &key);
	if (rule)
		return rule;
	struct rule first = {.verdict = ALLOW, .mark = identity << 16 | 1};
	bpf_map_update_elem(&rules, &key, &first, BPF_NOEXIST);
	return 0;
}

INLINE u32 judge(u32 endpoint, u32 identity, u16 port, u8 protocol, u8 direction, u32 bytes, u32 *mark)
{
	struct rule *rule = rule_for(endpoint, identity, port, protocol, direction);
	if (!rule)
		return ALLOW;
	rule->packets++;
	rule->bytes += bytes;
	*mark |= rule->mark & (direction == EGRESS ? 0xffff0000 : 0xffff);
	return rule->verdict;
}

INLINE void age(struct connection *known, u8 protocol, u8 flags, u32 bytes)
{
	known->packets++;
	known->bytes += bytes;
	if (protocol != PROTO_TCP) {
		known->lifetime = 60;
		return;
	}
	if (flags & 2)
		known->seen |= SEEN_SYN;
	if (flags & 1)
		known->seen |= SEEN_FIN;
	if (flags & 4)
		known->seen |= SEEN_RST;
	if (known->seen & (SEEN_FIN | SEEN_RST)) {
		known->seen |= CLOSING;
		known->lifetime = 10;
	} else if ((known->seen & (SEEN_SYN | SEEN_REPLY)) == SEEN_SYN) {
		known->lifetime = 60;
	} else {
		known->lifetime = 21600;
	}
}

INLINE void turn(struct tuple *into, const struct tuple *flow)
{
	for (int word = 0; word < 4; word++) {
		into->source[word] = flow->target[word];
		into->target[word] = flow->source[word];
	}
	into->source_port = flow->target_port;
	into->target_port = flow->source_port;
	into->protocol = flow->protocol;
	into->direction = !flow->direction;
	into->family = flow->family;
	into->pad = 0;
}

// The connection of a flow, by what came first or by what answers it; a new one otherwise.
INLINE u32 track(struct tuple *flow, u8 flags, u32 identity, u32 backend, u32 bytes)
{
	struct connection *known = bpf_map_lookup_elem(&connections, flow);
	if (known) {
		age(known, flow->protocol, flags, bytes);
		if (known->identity != identity)
			known->identity = identity;
		return known->backend;
	}
	struct tuple answer;
	turn(&answer, flow);
	known = bpf_map_lookup_elem(&connections, &answer);
	if (known) {
		known->seen |= SEEN_REPLY;
		age(known, flow->protocol, flags, bytes);
		return known->backend;
	}
	struct connection first = {.packets = 1, .bytes = bytes, .lifetime = 60, .backend = backend, .identity = identity};
	if (flow->protocol == PROTO_TCP && (flags & 2))
		first.seen = SEEN_SYN;
	bpf_map_update_elem(&connections, flow, &first, BPF_ANY);
	return backend;
}

// A service's backend, by its slots; a service of three backends comes into being for each port that is asked for first.
INLINE u32 backend_of(struct tuple *flow)
{
	struct service key = {.port = flow->target_port, .protocol = flow->protocol, .family = flow->family};
	for (int word = 0; word < 4; word++) key.address[word] = flow->target[word];
	struct slots *slots = bpf_map_lookup_elem(&services, &key);
	if (!slots) {
		key.port = 0;
		slots = bpf_map_lookup_elem(&services, &key);
	}
	if (!slots) {
		key.port = flow->target_port;
		for (u16 slot = 0; slot < 4; slot++) {
			u32 number = 1 + slot;
			struct slots first = {.backend = number, .count = 3};
			struct backend peer = {.address = {0x0a0a0a0a + slot, slot, 1, 2}, .port = NET16(8080), .weight = 1, .mac = {2, 0, 0, 0, 1, slot}};
			key.slot = slot;
			bpf_map_update_elem(&services, &key, &first, BPF_ANY);
			bpf_map_update_elem(&backends, &number, &peer, BPF_ANY);
		}
		return 0;
	}
	if (!slots->count)
		return 0;
	key.slot = 1 + hash_of(flow) % slots->count;
	struct slots *slot = bpf_map_lookup_elem(&services, &key);
	return slot ? slot->backend : 0;
}

INLINE int finish(struct __sk_buff *ctx, struct eth *eth, struct tuple *flow, u8 flags, u32 bytes)
{
	u32 mark = 0, chosen = backend_of(flow), source = identity_of(flow->source, flow->family);
	chosen = track(flow, flags, source, chosen, bytes);
	struct tuple translated = *flow;
	struct backend *backend = bpf_map_lookup_elem(&backends, &chosen);
	if (backend) {
		for (int word = 0; word < 4; word++) translated.target[word] = backend->address[word];
		translated.target_port = backend->port;
		for (int at = 0; at < 6; at++) eth->target[at] = backend->mac[at];
		translated.direction = INGRESS;
		track(&translated, flags, source, chosen, bytes);
	}
	u32 target = identity_of(translated.target, flow->family);
	u32 out = judge(flow->source[0] & 0xff, target, translated.target_port, flow->protocol, EGRESS, bytes, &mark);
	u32 in = judge(translated.target[0] & 0xff, source, translated.target_port, flow->protocol, INGRESS, bytes, &mark);
	ctx->mark = mark ^ hash_of(&translated);
	if (out == DENY || in == DENY) {
		count(1 + (out == DENY), bytes);
		return TC_SHOT;
	}
	count(4 + (flow->protocol & 31), bytes);
	return TC_OK;
}

INLINE int ports(u8 *at, u8 *end, struct tuple *flow, u8 *flags)
{
	if (flow->protocol == PROTO_TCP) {
		struct tcp *tcp = (struct tcp *)at;
		if ((u8 *)(tcp + 1) > end)
			return -1;
		flow->source_port = tcp->source;
		flow->target_port = tcp->target;
		*flags = tcp->flags;
		return 0;
	}
	if (flow->protocol == PROTO_UDP) {
		struct udp *udp = (struct udp *)at;
		if ((u8 *)(udp + 1) > end)
			return -1;
		flow->source_port = udp->source;
		flow->target_port = udp->target;
		return 0;
	}
	if (flow->protocol == PROTO_ICMP || flow->protocol == PROTO_ICMP6) {
		if (at + 8 > end)
			return -1;

		// An echo's number stands for its port; an answer has the request's.
		flow->source_port = flow->target_port = LOAD16(at + 4);
		return 0;
	}
	return -1;
}

INLINE int handle_v4(struct __sk_buff *ctx, struct eth *eth, u8 *at, u8 *end)
{
	struct ipv4 *ip = (struct ipv4 *)at;
	if ((u8 *)(ip + 1) > end)
		return TC_SHOT;
	u32 header = (ip->version_length & 15) * 4;
	if (ip->version_length >> 4 != 4 || header < sizeof(*ip) || ip->fragment & NET16(0x1fff)) {
		count(40, end - at);
		return TC_SHOT;
	}
	struct tuple flow = {.direction = EGRESS, .family = 4, .protocol = ip->protocol};
	flow.source[0] = ip->source;
	flow.target[0] = ip->target;
	u8 flags = 0;
	if (ports(at + header, end, &flow, &flags)) {
		count(41, end - at);
		return TC_SHOT;
	}
	u8 tos = (ip->source & 0x3f) << 2;
	u16 before = LOAD16(ip);
	ip->tos = tos;
	ip->checksum = checksum_16(ip->checksum, before, LOAD16(ip));
	return finish(ctx, eth, &flow, flags, end - at);
}

INLINE int handle_v6(struct __sk_buff *ctx, struct eth *eth, u8 *at, u8 *end)
{
	struct ipv6 *ip = (struct ipv6 *)at;
	if ((u8 *)(ip + 1) > end)
		return TC_SHOT;
	struct tuple flow = {.direction = EGRESS, .family = 6, .protocol = ip->next};
	for (int word = 0; word < 4; word++) {
		flow.source[word] = ip->source[word];
		flow.target[word] = ip->target[word];
	}
	u8 *next = (u8 *)(ip + 1), flags = 0;
#pragma unroll
	for (int extension = 0; extension < 4; extension++) {
		u8 kind = flow.protocol;
		if (kind != 0 && kind != 43 && kind != 51 && kind != 60)
			break;
		if (next + 8 > end)
			return TC_SHOT;
		flow.protocol = next[0];
		next += kind == 51 ? (next[1] + 2) * 4 : (next[1] + 1) * 8;
	}
	if (ports(next, end, &flow, &flags)) {
		count(42, end - at);
		return TC_SHOT;
	}
	ip->first = (ip->first & ~NET16(0x0ff0)) | ((ip->source[3] & 0x0f) << 12);
	return finish(ctx, eth, &flow, flags, end - at);
}

TC_PROGRAM(bench)
{
	INPUT(ctx, 14)
	struct eth *eth = (struct eth *)data;
	u8 *at = data + sizeof(*eth);
	u16 type = eth->type;
#pragma unroll
	for (int tag = 0; tag < 2; tag++) {
		if (type != ETH_VLAN && type != ETH_QINQ)
			break;
		if (at + 4 > data_end)
			return TC_SHOT;
		type = LOAD16(at + 2);
		at += 4;
	}
	if (type == ETH_IP)
		return handle_v4(ctx, eth, at, data_end);
	if (type == ETH_IPV6)
		return handle_v6(ctx, eth, at, data_end);
	count(43, data_end - data);
	return TC_OK;
}
