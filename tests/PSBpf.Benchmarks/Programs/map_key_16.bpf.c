// SPDX-License-Identifier: MIT
// A hash with keys of 16 bytes.
#define KEY_WORDS 4
#include "map_keys.h"
