/* SPDX-License-Identifier: MIT */
/* ARP's header. */
#ifndef PSBPF_LINUX_IF_ARP_H
#define PSBPF_LINUX_IF_ARP_H

#include <linux/types.h>

#ifndef __VMLINUX_H__

struct arphdr {
	__be16 ar_hrd;
	__be16 ar_pro;
	unsigned char ar_hln;
	unsigned char ar_pln;
	__be16 ar_op;
};

#endif

#define ARPHRD_ETHER 1
#define ARPOP_REQUEST 1
#define ARPOP_REPLY 2
#define ARPOP_RREQUEST 3
#define ARPOP_RREPLY 4
#define ARPOP_InREQUEST 8
#define ARPOP_InREPLY 9
#define ARPOP_NAK 10
#define ARPHRD_INFINIBAND 32
#define ARPHRD_PPP 512
#define ARPHRD_RAWIP 519
#define ARPHRD_TUNNEL 768
#define ARPHRD_TUNNEL6 769
#define ARPHRD_LOOPBACK 772
#define ARPHRD_IPGRE 778
#define ARPHRD_NONE 0xFFFE
#define ARPHRD_VOID 0xFFFF

#endif
