// SPDX-License-Identifier: MIT
// cgroup_sock: no raw sockets, and a mark on all others.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define SOCK_RAW 3

__u32 refused;

SEC("cgroup/sock_create")
int no_raw(struct bpf_sock *sk)
{
	if (sk->type == SOCK_RAW) {
		__sync_fetch_and_add(&refused, 1);
		return 0;
	}
#ifdef BROKEN
	sk->family = 2; // what it is, it stays
#endif
	sk->mark = 0x100 | (bpf_get_current_uid_gid() & 0xff);
	return 1;
}

char LICENSE[] SEC("license") = "GPL";
