// SPDX-License-Identifier: MIT
// A chain of 32 tail calls through a program array.
#include "bench.h"

#define LINKS 32
#include "tail_chain.h"
