/* SPDX-License-Identifier: MIT */
/* IPv4's header. */
#ifndef PSBPF_LINUX_IP_H
#define PSBPF_LINUX_IP_H

#include <linux/types.h>

#ifndef __VMLINUX_H__

struct iphdr {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	__u8 ihl : 4;
	__u8 version : 4;
#else
	__u8 version : 4;
	__u8 ihl : 4;
#endif
	__u8 tos;
	__be16 tot_len;
	__be16 id;
	__be16 frag_off;
	__u8 ttl;
	__u8 protocol;
	__sum16 check;
	union {
		struct {
			__be32 saddr;
			__be32 daddr;
		};
		struct {
			__be32 saddr;
			__be32 daddr;
		} addrs;
	};
};

#endif

#define IPTOS_PREC_ROUTINE 0x00
#define IPTOS_MINCOST 0x02
#define IPTOS_RELIABILITY 0x04
#define IPVERSION 4
#define IPTOS_THROUGHPUT 0x08
#define IPTOS_LOWDELAY 0x10
#define IPTOS_TOS_MASK 0x1E
#define IPTOS_PREC_PRIORITY 0x20
#define IPDEFTTL 64
#define IPTOS_PREC_IMMEDIATE 0x40
#define IPTOS_PREC_FLASH 0x60
#define IPTOS_PREC_FLASHOVERRIDE 0x80
#define IPTOS_PREC_CRITIC_ECP 0xa0
#define IPTOS_PREC_INTERNETCONTROL 0xc0
#define IPTOS_PREC_MASK 0xE0
#define IPTOS_PREC_NETCONTROL 0xe0
#define MAXTTL 255

/* Options. */
#define IPOPT_END 0
#define IPOPT_NOOP 1
#define IPOPT_RR 7
#define IPOPT_TIMESTAMP 68
#define IPOPT_SEC 130
#define IPOPT_LSRR 131
#define IPOPT_SID 136
#define IPOPT_SSRR 137
#define IPOPT_RA 148

/* frag_off, in the order of the machine; the kernel keeps these names to itself. */
#ifndef IP_OFFSET
#define IP_CE 0x8000
#define IP_DF 0x4000
#define IP_MF 0x2000
#define IP_OFFSET 0x1fff
#endif

#endif
