// SPDX-License-Identifier: MIT
// A hash with keys of 4 bytes.
#define KEY_WORDS 1
#include "map_keys.h"
