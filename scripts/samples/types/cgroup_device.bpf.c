// SPDX-License-Identifier: MIT
// cgroup_device: reading and writing of some devices, and the making of none.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct device {
	__u32 major;
	__u32 minor;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, struct device);
	__type(value, __u32); // BPF_DEVCG_ACC_*
} allowed SEC(".maps");

SEC("cgroup/dev")
int may_use(struct bpf_cgroup_dev_ctx *ctx)
{
	struct device device = { .major = ctx->major, .minor = ctx->minor };
	__u32 wanted = ctx->access_type >> 16, *access;

#ifdef BROKEN
	ctx->access_type = 0; // a question cannot be changed
#endif
	if (wanted & BPF_DEVCG_ACC_MKNOD)
		return 0;
	access = bpf_map_lookup_elem(&allowed, &device);
	bpf_printk("device %d:%d", device.major, device.minor);
	return access && (wanted & ~*access) == 0;
}

char LICENSE[] SEC("license") = "GPL";
