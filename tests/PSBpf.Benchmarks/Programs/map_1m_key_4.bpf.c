// SPDX-License-Identifier: MIT
// A hash of 1048576 entries with keys of 4 bytes.
#define KEY_WORDS 1
#define ENTRIES 1048576
#define TABLE_TYPE BPF_MAP_TYPE_HASH
#include "map_sizes.h"
