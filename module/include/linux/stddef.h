/* SPDX-License-Identifier: MIT */
/* Sizes and offsets. */
#ifndef PSBPF_LINUX_STDDEF_H
#define PSBPF_LINUX_STDDEF_H

#include <stddef.h>

#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif

#endif
