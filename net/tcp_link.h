/* SPDX-License-Identifier: MIT
 * What the files of tcp.h share: one link, its states and its ways out.  For tcp*.c only. */
#pragma once
#include "outbox.h"
#include "tcp.h"

enum link_state {
    LINK_QUEUED, /* a dial that waits for a place; no handles yet */
    LINK_DIALING,
    LINK_OPEN,
    LINK_FLUSHING, /* closed by the core: sends the rest, then waits for the other side's end */
    LINK_FAILED,   /* handles are closing; down() is still to be delivered */
    LINK_GONE,     /* handles are closing */
};

struct link {
    struct tcp *tcp;
    uint64_t id;
    uint64_t dial; /* 0: accepted */
    struct address address;
    enum link_state state;
    enum error reason; /* FAILED */
    bool was_up;
    bool ended;         /* FLUSHING: our end of the stream is on its way */
    uint64_t read_turn; /* of the loop, in which it was last read */

    uv_tcp_t socket;
    uv_timer_t timer; /* DIALING: give up; OPEN: no byte taken; FLUSHING: long enough */
    unsigned open_handles;
    uv_connect_t connecting;
    uv_shutdown_t shutting;

    struct outbox outbox;
    uv_write_t write;
    struct segment *writing; /* lent to libuv until on_written() */
    size_t writing_size;
    size_t seen_queue; /* what libuv still had to write when the timer last looked */

    bool in_due, in_dirty;
    struct link *next_in_bucket, *next_due, *next_dirty, *next_waiting;
    struct link *previous, *next; /* among all */
};

#define TCP_BUCKETS 256 /* ids count up, so the low bits spread them evenly */

struct tcp {
    uv_loop_t *loop;
    const struct settled *settled;
    struct tcp_events events;
    uint64_t next_id;
    struct link *buckets[TCP_BUCKETS];
    struct link *all;
    struct link *due;   /* something is to be told */
    struct link *dirty; /* something was sent */
    struct link *first_waiting, *last_waiting;
    size_t waiting, dialing, accepted;
    struct address source; /* dials come from here where they can; port 0: from anywhere */
    bool paused;
    uint64_t turn;        /* of the loop */
    uv_prepare_t prepare; /* counts the turns */
    uv_idle_t idle;       /* runs while something is due */
    unsigned open_handles;
    bool stopping;
    void (*on_stopped)(void *arg);
    void *stopped_arg;
    uint8_t read_buffer[TCP_READ_SIZE];
};

/* --- tcp.c: links and their ways out */
struct link *link_new(struct tcp *tcp, enum link_state state, uint64_t dial, const struct address *address);
void link_open_handles(struct link *link);
void link_enter(struct link *link);                   /* the connection stands: options, reading, up() */
void link_fail(struct link *link, enum error reason); /* down() follows in the next turn */
void link_end(struct link *link);                     /* silently */
void link_tell(struct link *link);                    /* puts it on the due list */
void link_remove(struct link *link);                  /* is no longer found by its id */

/* --- tcp_dial.c */
void dial_next(struct tcp *tcp);   /* starts waiting dials while there is room */
void dial_forget(struct tcp *tcp); /* drops the waiting ones */

/* --- tcp_stream.c: reading and writing */
void link_read(struct link *link);
void link_queue(struct link *link, uint64_t after, struct bytes bytes);
void link_flush(struct link *link);  /* writes what does not wait */
void link_finish(struct link *link); /* OPEN becomes FLUSHING */
