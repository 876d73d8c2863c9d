/* SPDX-License-Identifier: MIT
 * What is known in RAM of missing payloads: part of the node's state (state.h), kept by gaps.c and payloads.c. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct log;
struct link;

/* Entries from..to of a log, of which `count` lack their payload. */
struct gap {
    struct log *log;
    uint64_t from, to, count;
    uint64_t serial;        /* they are asked for in this order; rising in the array */
    bool asked;             /* of somebody */
    bool changed;           /* since its row was written */
    uint32_t stored_number; /* where its row is: log number, 0: it has none, */
    uint64_t stored_from;   /* and `from` */
};
struct missing {
    struct gap *gaps;
    size_t count, capacity;
    bool changed; /* one of them */
    uint64_t last_serial;
    struct link *source; /* who is asked now; NULL: nobody */
    uint64_t asked_ms;
    size_t turn;   /* which link is asked first */
    bool has_news; /* some have come: for those that asked in vain */
    uint64_t news_ms;
};
/* What a link was asked for: all before gap `serial`, and of that one up to `seq`. */
struct asked_payloads {
    uint64_t serial, seq;
    uint64_t passed_over; /* the first gap of which the peer was not known to have the entries; 0: none */
    bool owed;            /* it has not answered yet */
    bool has_news;        /* it has told that some have come to it */
    uint64_t again_ms;    /* not asked again for the same before */
    bool lacks;           /* the other way round: it asked for some that were not here */
};
