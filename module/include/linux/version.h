/* SPDX-License-Identifier: MIT */
/* The version of the kernel's interface that these headers describe; which kernel runs a program is in LINUX_KERNEL_VERSION, an extern in .kconfig. */
#ifndef PSBPF_LINUX_VERSION_H
#define PSBPF_LINUX_VERSION_H

#ifndef KERNEL_VERSION
#define KERNEL_VERSION(a, b, c) (((a) << 16) + ((b) << 8) + ((c) > 255 ? 255 : (c)))
#endif
#define LINUX_VERSION_CODE KERNEL_VERSION(6, 18, 0)

#endif
