/* SPDX-License-Identifier: MIT
 * What will happen, by virtual time; at one moment in the order in which it was arranged. */
#pragma once
#include "core/node.h"

struct host;
struct cable;

enum agenda_type {
    AGENDA_WAKE,      /* of a host: its alarm clock */
    AGENDA_COMMITTED, /* of a host: its disk is done with a group of batches */
    AGENDA_COLLECT,   /* of a host: its loop looks for results of the disk */
    AGENDA_SEEN,      /* of a host: EVENT_PEER_SEEN */
    AGENDA_DIALLED,   /* of a cable: the dial got through, or did not */
    AGENDA_ARRIVED,   /* of a cable: the next packet for `side` */
    AGENDA_TELL,      /* of a cable: side learns that it is gone */
    AGENDA_FLUSHED,   /* of a cable: enough waiting for the rest of what was sent before closing */
};

struct appointment {
    uint64_t at_us;
    enum agenda_type type;
    struct host *host;
    uint64_t serial; /* of the host's start: tells what is out of date */
    struct host *seen;
    struct cable *cable;
    int side;
};

/* When an appointment is, and where it stands meanwhile. */
struct agenda_place {
    uint64_t at_us, order;
    size_t index;
};

/* Zeroed is empty. */
struct agenda {
    struct agenda_place *heap; /* behind the first `count`: places that are free */
    struct appointment *appointments;
    size_t count, capacity;
    uint64_t last_order;
};
void agenda_done(struct agenda *agenda);
void agenda_add(struct agenda *agenda, const struct appointment *appointment); /* copied */
/* Takes the next one out.  False: nothing until `until_us`. */
bool agenda_next(struct agenda *agenda, uint64_t until_us, struct appointment *ret);
