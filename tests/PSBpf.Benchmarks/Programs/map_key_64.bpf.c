// SPDX-License-Identifier: MIT
// A hash with keys of 64 bytes.
#define KEY_WORDS 16
#include "map_keys.h"
