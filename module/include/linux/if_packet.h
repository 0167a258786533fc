/* SPDX-License-Identifier: MIT */
/* How a packet came in: the values of pkt_type. */
#ifndef PSBPF_LINUX_IF_PACKET_H
#define PSBPF_LINUX_IF_PACKET_H

#define PACKET_HOST 0
#define PACKET_BROADCAST 1
#define PACKET_MULTICAST 2
#define PACKET_OTHERHOST 3
#define PACKET_OUTGOING 4
#define PACKET_LOOPBACK 5
#define PACKET_FASTROUTE 6
#define PACKET_USER 6
#define PACKET_KERNEL 7

#endif
