/* SPDX-License-Identifier: MIT */
/* TCP's header. */
#ifndef PSBPF_LINUX_TCP_H
#define PSBPF_LINUX_TCP_H

#include <linux/types.h>

#ifndef __VMLINUX_H__

struct tcphdr {
	__be16 source;
	__be16 dest;
	__be32 seq;
	__be32 ack_seq;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	__u16 res1 : 4;
	__u16 doff : 4;
	__u16 fin : 1;
	__u16 syn : 1;
	__u16 rst : 1;
	__u16 psh : 1;
	__u16 ack : 1;
	__u16 urg : 1;
	__u16 ece : 1;
	__u16 cwr : 1;
#else
	__u16 doff : 4;
	__u16 res1 : 4;
	__u16 cwr : 1;
	__u16 ece : 1;
	__u16 urg : 1;
	__u16 ack : 1;
	__u16 psh : 1;
	__u16 rst : 1;
	__u16 syn : 1;
	__u16 fin : 1;
#endif
	__be16 window;
	__sum16 check;
	__be16 urg_ptr;
};

union tcp_word_hdr {
	struct tcphdr hdr;
	__be32 words[5];
};

/* The bits of tcp_flag_word, in the order of the network. */
#define ___tcp_flag(bits) ((__be32)(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? __builtin_bswap32(bits) : (bits)))
enum {
	TCP_FLAG_CWR = ___tcp_flag(0x00800000),
	TCP_FLAG_ECE = ___tcp_flag(0x00400000),
	TCP_FLAG_URG = ___tcp_flag(0x00200000),
	TCP_FLAG_ACK = ___tcp_flag(0x00100000),
	TCP_FLAG_PSH = ___tcp_flag(0x00080000),
	TCP_FLAG_RST = ___tcp_flag(0x00040000),
	TCP_FLAG_SYN = ___tcp_flag(0x00020000),
	TCP_FLAG_FIN = ___tcp_flag(0x00010000),
	TCP_RESERVED_BITS = ___tcp_flag(0x0f000000),
	TCP_DATA_OFFSET = ___tcp_flag(0xf0000000),
};

#endif

#define tcp_flag_word(header) (((union tcp_word_hdr *)(header))->words[0])

#endif
