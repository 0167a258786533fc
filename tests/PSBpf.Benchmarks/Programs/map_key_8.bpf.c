// SPDX-License-Identifier: MIT
// A hash with keys of 8 bytes.
#define KEY_WORDS 2
#include "map_keys.h"
