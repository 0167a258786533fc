/* SPDX-License-Identifier: MIT */
/* Byte order. Constants stay constants: bpf_htons(ETH_P_IP) may stand in a case label. */
#ifndef PSBPF_BPF_ENDIAN_H
#define PSBPF_BPF_ENDIAN_H

#define ___psbpf_swap16(x) ((unsigned short)( \
	(((unsigned short)(x) & 0x00ffU) << 8) | \
	(((unsigned short)(x) & 0xff00U) >> 8)))

#define ___psbpf_swap32(x) ((unsigned int)( \
	(((unsigned int)(x) & 0x000000ffU) << 24) | \
	(((unsigned int)(x) & 0x0000ff00U) << 8) | \
	(((unsigned int)(x) & 0x00ff0000U) >> 8) | \
	(((unsigned int)(x) & 0xff000000U) >> 24)))

#define ___psbpf_swap64(x) ((unsigned long long)( \
	((unsigned long long)___psbpf_swap32((unsigned long long)(x)) << 32) | \
	___psbpf_swap32((unsigned long long)(x) >> 32)))

#define ___psbpf_swap(x, bits) (__builtin_constant_p(x) ? ___psbpf_swap##bits(x) : __builtin_bswap##bits(x))

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define bpf_htons(x) ___psbpf_swap(x, 16)
#define bpf_ntohs(x) ___psbpf_swap(x, 16)
#define bpf_htonl(x) ___psbpf_swap(x, 32)
#define bpf_ntohl(x) ___psbpf_swap(x, 32)
#define bpf_cpu_to_be64(x) ___psbpf_swap(x, 64)
#define bpf_be64_to_cpu(x) ___psbpf_swap(x, 64)
#define bpf_cpu_to_le64(x) ((unsigned long long)(x))
#define bpf_le64_to_cpu(x) ((unsigned long long)(x))
#else
#define bpf_htons(x) ((unsigned short)(x))
#define bpf_ntohs(x) ((unsigned short)(x))
#define bpf_htonl(x) ((unsigned int)(x))
#define bpf_ntohl(x) ((unsigned int)(x))
#define bpf_cpu_to_be64(x) ((unsigned long long)(x))
#define bpf_be64_to_cpu(x) ((unsigned long long)(x))
#define bpf_cpu_to_le64(x) ___psbpf_swap(x, 64)
#define bpf_le64_to_cpu(x) ___psbpf_swap(x, 64)
#endif

#define bpf_cpu_to_be16(x) bpf_htons(x)
#define bpf_be16_to_cpu(x) bpf_ntohs(x)
#define bpf_cpu_to_be32(x) bpf_htonl(x)
#define bpf_be32_to_cpu(x) bpf_ntohl(x)

#endif
