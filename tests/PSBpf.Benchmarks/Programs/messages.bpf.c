// SPDX-License-Identifier: MIT
// 16 messages of 64 bytes into a ring buffer, for scripts to read.
#include "bench.h"

struct message {
	u64 sequence;
	u32 kind;
	u32 length;
	u16 port;
	u16 flags;
	u32 address;
	char name[16];
	u64 total;
	u8 rest[16];
};

// Keeps the type of events in the object's BTF.
struct message *message_type;

RING(messages, 67108864);

u64 sequence;

TC_PROGRAM(bench)
{
	INPUT(ctx, 14)
	for (int i = 0; i < 16; i++) {
		struct message *message = bpf_ringbuf_reserve(&messages, sizeof(*message), 0);
		if (!message)
			return -1;
		__builtin_memset(message, 0, sizeof(*message));
		message->sequence = sequence++;
		message->kind = i;
		message->length = 60 + i;
		message->port = 443;
		message->total = message->sequence << 8;
		__builtin_memcpy(message->name, "messages", 9);
		bpf_ringbuf_submit(message, 0);
	}
	return data[0];
}
