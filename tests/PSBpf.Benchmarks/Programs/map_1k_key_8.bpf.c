// SPDX-License-Identifier: MIT
// A hash of 1024 entries with keys of 8 bytes.
#define KEY_WORDS 2
#define ENTRIES 1024
#define TABLE_TYPE BPF_MAP_TYPE_HASH
#include "map_sizes.h"
