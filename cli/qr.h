/* SPDX-License-Identifier: MIT
 * A QR code (ISO/IEC 18004) of half blocks, two rows of it a line. */
#pragma once
#include <stdbool.h>
#include <stdio.h>

/* Light on dark: where there are no colours it shows on a dark terminal only.  False: too long for a code. */
bool qr_print(FILE *stream, const char *text);
