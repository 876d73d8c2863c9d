/* SPDX-License-Identifier: MIT
 * Two people make sure that nobody stands between them: each compares what his computer shows of the other's key with
 * what the other's shows of it. */
#pragma once
#include "client.h"
#include "verbs.h"

struct verify_options {
    const char *name;    /* of the other */
    const char *scanned; /* what his QR code said; NULL: a person compares */
    bool yes;            /* they match, nobody is asked */
    bool undo;           /* it was a mistake */
};

/* Shows both keys, as words, base32 and QR code, for each of his computers; asks, and stores the answer.  What is wrong
 * has been said. */
enum exit_code verify_person(const struct context *context, struct client *client,
                             const struct verify_options *options);
