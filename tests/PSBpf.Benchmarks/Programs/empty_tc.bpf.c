// SPDX-License-Identifier: MIT
// The shortest program for tc: what a run costs before it does anything.
#include "bench.h"

TC_PROGRAM(bench) { return 0; }
