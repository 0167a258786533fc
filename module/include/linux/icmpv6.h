/* SPDX-License-Identifier: MIT */
/* ICMPv6's header. */
#ifndef PSBPF_LINUX_ICMPV6_H
#define PSBPF_LINUX_ICMPV6_H

#include <linux/types.h>
#include <linux/in6.h>

#ifndef __VMLINUX_H__

struct icmp6hdr {
	__u8 icmp6_type;
	__u8 icmp6_code;
	__sum16 icmp6_cksum;
	union {
		__be32 un_data32[1];
		__be16 un_data16[2];
		__u8 un_data8[4];
		struct icmpv6_echo {
			__be16 identifier;
			__be16 sequence;
		} u_echo;
		struct icmpv6_nd_advt {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
			__u32 reserved : 5;
			__u32 override : 1;
			__u32 solicited : 1;
			__u32 router : 1;
			__u32 reserved2 : 24;
#else
			__u32 router : 1;
			__u32 solicited : 1;
			__u32 override : 1;
			__u32 reserved : 29;
#endif
		} u_nd_advt;
	} icmp6_dataun;
};

#define icmp6_identifier icmp6_dataun.u_echo.identifier
#define icmp6_sequence icmp6_dataun.u_echo.sequence
#define icmp6_pointer icmp6_dataun.un_data32[0]
#define icmp6_mtu icmp6_dataun.un_data32[0]

#endif

#define ICMPV6_EXC_HOPLIMIT 0
#define ICMPV6_HDR_FIELD 0
#define ICMPV6_NOROUTE 0
#define ICMPV6_ADM_PROHIBITED 1
#define ICMPV6_DEST_UNREACH 1
#define ICMPV6_EXC_FRAGTIME 1
#define ICMPV6_UNK_NEXTHDR 1
#define ICMPV6_NOT_NEIGHBOUR 2
#define ICMPV6_PKT_TOOBIG 2
#define ICMPV6_UNK_OPTION 2
#define ICMPV6_ADDR_UNREACH 3
#define ICMPV6_HDR_INCOMP 3
#define ICMPV6_TIME_EXCEED 3
#define ICMPV6_PARAMPROB 4
#define ICMPV6_PORT_UNREACH 4
#define ICMPV6_ECHO_REQUEST 128
#define ICMPV6_ECHO_REPLY 129
#define ICMPV6_MGM_QUERY 130
#define ICMPV6_MGM_REPORT 131
#define ICMPV6_MGM_REDUCTION 132
#define ICMPV6_MLD2_REPORT 143

#endif
