// SPDX-License-Identifier: MIT
// A hash of 1024 entries with keys of 16 bytes.
#define KEY_WORDS 4
#define ENTRIES 1024
#define TABLE_TYPE BPF_MAP_TYPE_HASH
#include "map_sizes.h"
