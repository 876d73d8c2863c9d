/* SPDX-License-Identifier: MIT
 * What this node wants to be published, what a back end has published of it, and the step between the two.  Pure.
 *
 * Every commit takes a new random instance name.  Other nodes' Avahi keeps an announcement that comes back within a
 * second as unchanged and tells nobody; under a new name it is news to them, and they ask for the address again. */
#pragma once
#include "core/node.h"

#define INSTANCE_SIZE 12

struct announcement {
    bool set;
    unsigned round; /* counts the wishes to publish anew */
    uint16_t port;
    struct beacon beacon;
};

struct publication {
    bool committed;
    struct announcement done; /* what the back end holds if committed */
    uint64_t not_before_ms;   /* the next commit */
    char instance[INSTANCE_SIZE + 1];
};

enum publication_step {
    PUBLISH_NOTHING,
    PUBLISH_ANEW, /* withdraw, take a name (publication_rename), add, commit, then publication_committed() */
    PUBLISH_TEXT, /* replace the TXT record, then publication_committed() */
};

/* Lowers *due_ms to when an answer other than PUBLISH_NOTHING is due, if it must wait. */
enum publication_step publication_next(const struct publication *publication, const struct announcement *wanted,
                                       uint64_t now_ms, uint64_t *due_ms);
void publication_rename(struct publication *publication, const uint8_t random[INSTANCE_SIZE]);
void publication_committed(struct publication *publication, const struct announcement *wanted, uint64_t now_ms);
/* The name was taken, or the back end failed or went away: commit again, with a pause. */
void publication_failed(struct publication *publication, uint64_t now_ms);
