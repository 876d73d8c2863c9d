/* SPDX-License-Identifier: MIT
 * The socket on which other nodes call.  A socket of its own under uv_poll_t, not uv_listen(): callers beyond the
 * limits (admission.h) are refused without a handle, and running out of file descriptors pauses instead of spinning. */
#pragma once
#include "admission.h"
#include <uv.h>

struct listener_events {
    void *arg;
    /* A caller was let in; `fd` (non-blocking, close-on-exec) is the callee's. */
    void (*accepted)(void *arg, int fd, const struct address *from);
    /* Nothing can be accepted for a while: ERR_LIMIT; told once until it works again. */
    void (*troubled)(void *arg, enum error reason);
    /* False: refuse everybody just now. */
    bool (*has_room)(void *arg);
};

struct listener {
    int fd;
    struct admission admission;
    struct listener_events events;
    uv_poll_t poll;
    uv_timer_t pause;
    bool started, troubled;
    unsigned open_handles;
    void (*on_closed)(void *arg);
    void *closed_arg;
};

/* Errors: runtime_listen().  On failure there is nothing to close. */
MUST_USE enum error listener_open(struct listener *listener, const struct address *where, struct address *ret_bound);
void listener_start(struct listener *listener, uv_loop_t *loop, const struct listener_events *events);
/* The callback comes from the loop, or at once when it was never started. */
void listener_close(struct listener *listener, void (*on_closed)(void *arg), void *arg);
