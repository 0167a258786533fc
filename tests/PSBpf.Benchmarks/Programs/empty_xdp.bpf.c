// SPDX-License-Identifier: MIT
// The shortest program for XDP: what a run costs before it does anything.
#include "bench.h"

XDP_PROGRAM(bench) { return XDP_PASS; }
