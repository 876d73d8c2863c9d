/* SPDX-License-Identifier: MIT
 * What the codecs of payloads share. */
#pragma once
#include "core/base/cbor.h"
#include "core/error.h"

#define FIXED(field) ((struct bytes){(field).bytes, sizeof(field).bytes})

/* Of a payload that was read to its last item: nothing may be left. */
static inline enum error payload_outcome(struct reader *in)
{
    read_end(in);
    return in->failed ? ERR_MALFORMED : OK;
}
