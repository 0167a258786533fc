// SPDX-License-Identifier: MIT
// A chain of 10 tail calls through a program array.
#include "bench.h"

#define LINKS 10
#include "tail_chain.h"
