/* SPDX-License-Identifier: MIT
 * Moments as text, RFC 3339: "2026-11-24T08:15:30.123Z". */
#pragma once
#include "core/base/bytes.h"
#include "core/error.h"

#define RFC3339_SIZE 25                   /* with the ending zero */
#define RFC3339_MS_MAX 253402300799999ull /* 9999-12-31T23:59:59.999Z: the format's last millisecond */

/* Unix milliseconds as UTC with milliseconds; later moments than RFC3339_MS_MAX are written as that one. */
void rfc3339_format(uint64_t ms, char out[RFC3339_SIZE]);

/* Any offset, no or up to nine decimals (cut to milliseconds); leap seconds count as the second before.
 * ERR_MALFORMED: not such a date and time, or before 1970. */
MUST_USE enum error rfc3339_parse(struct bytes text, uint64_t *ret_ms);
