/* SPDX-License-Identifier: MIT
 * A TCP connection as a network makes it: a byte stream each way, cut anywhere, late, lost in a partition, reset.  What
 * was lost is sent again after pauses that double, so a mended network brings it as late again as it was cut, and what
 * was sent meanwhile behind it.  Held bytes wait for their batch in the same outbox that net/ uses.
 *
 *     DIALLING --through--> OPEN --cable_close()--> CLOSING --all sent--> GONE
 *              --refused, timed out, reset, the other side closed--> GONE, and the node is told */
#pragma once
#include "core/node.h"
#include "net/outbox.h"

struct host;
struct world;

enum end_state { END_DIALLING, END_OPEN, END_CLOSING, END_GONE, END_STATES };

struct packet;
struct tap;

struct cable_end {
    struct host *host;
    enum end_state state;
    uint64_t dial; /* the dialling side's effect; 0 on the accepting side */
    struct outbox outbox;
    struct packet *first, *last; /* on their way to this end */
    size_t in_flight;            /* bytes of them */
    bool arriving;               /* an AGENDA_ARRIVED is arranged */
    uint64_t last_us;            /* nothing overtakes */
    uint64_t lost_us;            /* since when the first of them is lost, */
    uint64_t pause_us;           /* and until it is sent again; 0: it was not lost.  DIALLING: the same of the dial */
    enum error reason;           /* GONE: what the node is told */
    bool silent;                 /* its node is no more: nobody is told */
    size_t sent;                 /* bytes that left this end */
    struct tap *tap;             /* NULL: nobody reads along */
    uint64_t stalled_until_us;   /* nothing arrives here before */
    bool mute;                   /* GONE, and what still comes is not even answered with a reset */
};

struct cable {
    struct world *world;
    size_t index;
    uint64_t began_us;
    struct address to;
    struct cable_end ends[2]; /* the dialling side first */
};

/* The node's name for a side of a cable. */
uint64_t cable_link(const struct cable *cable, int side);
struct cable *cable_of_link(const struct world *world, uint64_t link, int *ret_side); /* NULL: never was */

struct cable *cable_dial(struct host *host, uint64_t dial, const struct address *to);
void cable_send(struct cable *cable, int side, uint64_t after, struct bytes bytes);
void cable_send_ahead(struct cable *cable, int side, struct bytes bytes); /* before what waits */
void cable_close(struct cable *cable, int side);                          /* after what was sent before */
void cable_reset(struct cable *cable);                                    /* both sides learn it */
void cable_vanish(struct cable *cable, int side, bool with_reset);  /* the host stopped; the other side may learn it */
void cable_stall(struct cable *cable, int side, uint64_t until_us); /* `side` hears nothing before that */
void cable_lose(struct cable *cable, int side); /* half open: this side learns that it is gone, the other never */
/* Bytes that the network itself adds to what `side` receives. */
void cable_inject(struct cable *cable, int side, struct bytes bytes);
void cable_flush(struct cable *cable, int side); /* puts on the wire what no longer waits */
void cable_free(struct cable *cable);

/* What the agenda brings. */
void cable_dialled(struct cable *cable);
void cable_arrived(struct cable *cable, int side);
void cable_tell(struct cable *cable, int side);
void cable_flushed(struct cable *cable, int side);
