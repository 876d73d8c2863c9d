/* SPDX-License-Identifier: MIT
 * How many connections are let in before anything is known of the caller: 20 a second per address (an IPv6 network
 * counts as one address, /64), 200 a second in all.  Pure: time comes in as a value, nothing is allocated. */
#pragma once
#include "core/node.h"

#define ADMISSION_PER_ADDRESS 20 /* tokens a second, and the most that are saved up */
#define ADMISSION_PER_SECOND 200
/* A full bucket need not be remembered, and at most 400 tokens are given out while one fills: this many always do. */
#define ADMISSION_BUCKETS 512

struct admission_bucket {
    uint8_t network[16];
    uint64_t filled_ms;   /* when the tokens were counted */
    uint32_t thousandths; /* of a token */
};

/* Zeroed is not valid: admission_init(). */
struct admission {
    struct admission_bucket all;
    struct admission_bucket buckets[ADMISSION_BUCKETS];
};

void admission_init(struct admission *admission, uint64_t mono_ms);
/* Takes a token for this caller; false: refuse him. */
bool admission_take(struct admission *admission, const struct address *from, uint64_t mono_ms);
