/* SPDX-License-Identifier: MIT
 * The links of one node: TCP connections, dialled and accepted, each with a number that is never used again.
 *
 *     QUEUED --a place is free--> DIALING --connected--> OPEN --tcp_close()--> FLUSHING --sent--> (gone)
 *                                          accepted -----^
 *     any fault in the first three --> FAILED --down() delivered--> (gone)
 *
 * Faults found while sending are told in the next turn of the loop: no function here calls back,
 * except tcp_accept(), which calls up(). */
#pragma once
#include "core/node.h"
#include "settled.h"
#include <uv.h>

#define TCP_READ_SIZE ((size_t)64 << 10) /* read from one link in one turn of the loop */
#define TCP_DIALS_MAX 64                 /* in flight; more wait their turn */
#define TCP_DIALS_WAITING_MAX 256        /* more fail with ERR_LIMIT */
#define TCP_DIAL_MS 3000
#define TCP_FLUSH_MS 2000                                            /* for what was sent before tcp_close() */
#define TCP_STALL_MS 30000                                           /* no byte taken by a peer for so long: ERR_SLOW */
#define TCP_UNSENT_MAX ((size_t)LINK_UNSENT_MAX + ((size_t)4 << 20)) /* above: ERR_SLOW */

struct tcp_events {
    void *arg;
    void (*up)(void *arg, uint64_t link, uint64_t dial, const struct address *address);
    /* link 0: the dial never got through. */
    void (*down)(void *arg, uint64_t link, uint64_t dial, enum error reason);
    void (*bytes)(void *arg, uint64_t link, struct bytes bytes); /* borrowed for the call */
};

struct tcp;

/* Borrows the loop and `settled`, which says what held bytes wait for. */
struct tcp *tcp_new(uv_loop_t *loop, const struct settled *settled, const struct tcp_events *events);

/* Makes a link of a connected socket and calls up(); the socket is taken over, also on failure. */
void tcp_accept(struct tcp *tcp, int fd, const struct address *from);
size_t tcp_accepted(const struct tcp *tcp);

/* The node listens at this address only: dials come from there, too, so that others see where it can be dialled. */
void tcp_dial_from(struct tcp *tcp, const struct address *source);

/* Connects; up() or down() with `dial` follows, within TCP_DIAL_MS of its turn. */
void tcp_dial(struct tcp *tcp, uint64_t dial, const struct address *to);

/* Queues a copy behind what was sent before, not to leave before batch `after` is durable.  An unknown link is one
 * that is gone: nothing happens. */
void tcp_send(struct tcp *tcp, uint64_t link, uint64_t after, struct bytes bytes);
/* Whole frames that wait for nothing, before those that wait. */
void tcp_send_ahead(struct tcp *tcp, uint64_t link, struct bytes bytes);
/* Writes what was queued: call it when a step has been carried out. */
void tcp_flush(struct tcp *tcp);
/* After results were noted in `settled`: writes what no longer waits, and fails the links whose bytes wait for a
 * batch that failed. */
void tcp_settle(struct tcp *tcp);
/* Sends what is queued, for at most TCP_FLUSH_MS, then closes; down() is not called. */
void tcp_close(struct tcp *tcp, uint64_t link);

/* Stops reading on all links, or goes on. */
void tcp_pause(struct tcp *tcp, bool paused);

/* tcp_close() for all links, and an end to all dialling. */
void tcp_close_all(struct tcp *tcp);
bool tcp_is_empty(const struct tcp *tcp);
/* Drops every link at once and closes every handle; then calls `done` from the loop. */
void tcp_stop(struct tcp *tcp, void (*done)(void *arg), void *arg);
/* After tcp_stop()'s callback; NULL is fine. */
void tcp_free(struct tcp *tcp);
