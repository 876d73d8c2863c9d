/* SPDX-License-Identifier: MIT
 * Sizes in bytes, as people write and read them: with decimal units, and a comma where the language has one. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define SIZES_SIZE 32

/* "5GB", "1.5 TB", "300 MB", "64MiB", "1000": k, M, G, T with or without B are powers of 1000, Ki, Mi, Gi, Ti of 1024;
 * capitals do not matter.  False: it is none, or more than 9 × 10^17. */
bool sizes_parse(const char *text, uint64_t *ret);
/* "0 B", "999 B", "1.2 MB", "15 GB". */
void sizes_format(uint64_t bytes, char ret[SIZES_SIZE]);
