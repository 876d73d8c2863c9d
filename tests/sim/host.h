/* SPDX-License-Identifier: MIT
 * One computer: the real node, a disk in memory, a clock, and a runtime that carries effects out as net/ does. */
#pragma once
#include "cable.h"
#include "core/base/table.h"
#include "heap.h"
#include "medium.h"
#include "net/hold.h"
#include "net/settled.h"

struct host_cable {
    struct cable *cable;
    int side;
};

struct host {
    struct world *world;
    size_t index;
    char name[32];
    bool running;
    struct node *node; /* NULL: not running, or a stranger without one */
    uint64_t boot;     /* counts its starts */
    struct address address;
    uint8_t lease;     /* part of its address: another one after it has moved */
    int64_t clock_ms;  /* how far its clock is ahead of the true one */
    int64_t drift_ppm; /* how much faster than the world's its quartz runs; set before the world begins */
    struct effects effects;
    uint64_t wake_us;  /* when the node wants to be woken; UINT64_MAX: never */
    uint64_t alarm_us; /* the earliest appointment for that: never later than wake_us */
    bool announced;
    bool dials_nobody; /* something on its way stands against that */
    struct beacon beacon;
    struct host_cable *cables;
    size_t cable_count, cable_capacity;
    size_t ends[END_STATES]; /* how many of its cables' ends are in which */

    struct medium *disk;
    struct storage storage;
    struct secret_key store_key;
    bool locked; /* it starts without knowing that */
    uint64_t free_disk;
    const struct batch **queue; /* submitted; the first `committing` are being written */
    size_t queue_count, queue_capacity, committing;
    struct persisted *results; /* that the loop has not collected yet */
    size_t result_count, result_capacity;
    bool collecting;       /* it will, soon */
    enum error failing;    /* it has not been told yet: what it submits meanwhile was built on what failed */
    unsigned fail_commits; /* how many of the next ones fail, */
    enum error fail_with;  /* like this, */
    size_t fail_after;     /* after so many batches of the group that is written then */
    size_t queued_bytes;   /* submitted and not durable */
    bool behind;           /* they are so many that nothing is read from the network */
    uint64_t stall_us;     /* the next commit takes so much longer */
    uint64_t commit_us;    /* its disk is this slow, if that is slower than the world's weather */
    bool rolled_back;      /* what it has acknowledged may be with others only */
    struct settled settled, told;
    struct hold replies, notices;

    struct table held; /* world->tapped: the entries on its disk, by the first 8 bytes of their ids */

    struct heap heap; /* what its node holds now */

    /* Who listens in on what the node wants done; NULL: nobody. */
    void (*overhear)(void *arg, const struct effects *effects, const struct effect *effect);
    void *overhear_arg;

    /* what was measured */
    uint64_t steps, entries_taken, bytes_taken; /* of others */
    uint64_t commits;                           /* batches made durable */
    uint64_t messages_noticed, completed_noticed;
    size_t most_links;
    size_t told_of_twin;     /* that its identity runs on two computers */
    uint64_t payload_sent;   /* bytes of entries and payloads that it put on the wire (tap.h), */
    uint64_t payload_gained; /* that were new on its disk, of others, */
    uint64_t payload_lost;   /* and that it refused, or did not keep: its disk or power failed first */

    /* a stranger's ears */
    struct buffer heard;
    size_t hung_up; /* how often the other side closed */
};

struct host *host_new(struct world *world, const char *name);
void host_free(struct host *host);
void host_start(struct host *host);                /* a process begins */
void host_stop(struct host *host, bool power_cut); /* and ends: what was not durable is lost */
void host_step(struct host *host, struct event *event);
void host_end_read(struct host *host); /* the turn is over, and its snapshot */
void host_keep_cable(struct host *host, struct cable *cable, int side);
uint64_t host_now_ms(const struct host *host);
uint64_t host_mono_ms(const struct host *host);

/* Discovery asks who is there: whoever can be heard is seen within that time. */
void host_asks_around(struct host *host, uint64_t within_ms);

/* What the agenda brings. */
/* An appointment for `at_us` is due: wakes the node if it still wants that. */
void host_alarm(struct host *host, uint64_t at_us);
void host_collect(struct host *host);                       /* the loop takes the disk's results */
void host_sees(struct host *host, const struct host *seen); /* as it announces itself now */
