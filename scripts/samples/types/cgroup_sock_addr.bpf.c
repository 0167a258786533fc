// SPDX-License-Identifier: MIT
// cgroup_sock_addr: connections to one service go to another address and port, and one address is out of reach.
#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct backend {
	__be32 address;
	__be32 port;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, struct backend);
	__type(value, struct backend);
} services SEC(".maps");

SEC("cgroup/connect4")
int translate(struct bpf_sock_addr *ctx)
{
	struct backend from = { .address = ctx->user_ip4, .port = ctx->user_port }, *to;

	if (from.address == bpf_htonl(0xc0000201)) // 192.0.2.1
		return 0;
	to = bpf_map_lookup_elem(&services, &from);
#ifndef BROKEN
	if (!to)
		return 1;
#endif
	ctx->user_ip4 = to->address;
	ctx->user_port = to->port;
	return 1;
}

char LICENSE[] SEC("license") = "GPL";
