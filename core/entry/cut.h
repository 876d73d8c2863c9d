/* SPDX-License-Identifier: MIT
 * How far logs count: a list of heads, as REMOVE, REVOKE, GRANT and HANDOVER carry it.  PROTOCOL.md, "Cuts". */
#pragma once
#include "core/base/cbor.h"
#include "core/crypto.h"

#define CUT_SIZE (32 + 8 + 32)
#define CUTS_MAX 512u

/* One head.  Of a log that forked, several records may each name the head of a branch. */
struct cut {
    struct hash log; /* as in the headers of its entries */
    uint64_t seq;    /* from 1 */
    struct hash id;  /* of the entry with that seq */
};

/* `list` is a run of CUT_SIZE records, borrowed. */
size_t cut_count(struct bytes list);
struct cut cut_at(struct bytes list, size_t index);
void cut_append(const struct cut *cut, struct buffer *out);
/* Reads a list; fails on half a record, a record with seq 0, and more than CUTS_MAX. */
struct bytes read_cuts(struct reader *in);
