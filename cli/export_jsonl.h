/* SPDX-License-Identifier: MIT
 * The format "jsonl": a header object, then an object for each message in order, keys sorted and no blanks.  A function
 * of the messages alone: two nodes that hold the same write the same bytes.
 *
 *     {"clock":{LOG:SEQ},"format":"zuruf-jsonl","group":ID,"version":1,"workspace":NAME}
 *
 * and, when the export was narrowed, "since", "until", "topic". */
#pragma once
#include "listing.h"
#include <stdio.h>

/* `clock`: the result of clock.get. */
json_t *export_jsonl_header(const char *workspace, const json_t *clock, const struct listing *listing);
/* The fields of `message` that every node agrees on. */
json_t *export_jsonl_message(const json_t *message);
