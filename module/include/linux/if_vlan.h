/* SPDX-License-Identifier: MIT */
/* VLAN tags. The kernel keeps struct vlan_hdr to itself: programs declare it themselves, or take vmlinux.h. */
#ifndef PSBPF_LINUX_IF_VLAN_H
#define PSBPF_LINUX_IF_VLAN_H

/* The parts of a tag's control field, in the order of the machine. */
#define VLAN_HLEN 4
#define VLAN_PRIO_MASK 0xe000
#define VLAN_PRIO_SHIFT 13
#define VLAN_CFI_MASK 0x1000
#define VLAN_VID_MASK 0x0fff

#endif
