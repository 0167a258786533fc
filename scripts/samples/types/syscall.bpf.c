// SPDX-License-Identifier: MIT
// syscall: a calculator that anybody with the right to run programs may ask.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct question {
	__u64 left;
	__u64 right;
	__u32 operation;
	__u32 asked;
	__u64 answer;
};

__u64 questions;

SEC("syscall")
int calculate(struct question *question)
{
#ifdef BROKEN
	return *(__u64 *)question->left; // somebody's number is no pointer
#endif
	question->asked = __sync_fetch_and_add(&questions, 1) + 1;
	switch (question->operation) {
	case 0: question->answer = question->left + question->right; return 0;
	case 1: question->answer = question->left * question->right; return 0;
	case 2: question->answer = question->left / question->right; return 0;
	default: return -1;
	}
}

char LICENSE[] SEC("license") = "GPL";
