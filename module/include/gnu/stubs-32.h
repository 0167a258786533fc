/* SPDX-License-Identifier: MIT */
/* glibc takes a target that it does not know for one of 32 bits, and asks for what is installed only with its 32-bit
 * headers: the list of functions that it does not implement. BPF programs call none of its functions. */
