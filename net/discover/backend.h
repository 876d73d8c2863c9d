/* SPDX-License-Identifier: MIT
 * A way to speak mDNS: through the avahi-daemon of this computer (backend_daemon.c), or, where none runs, with Avahi's
 * own engine in this process (backend_embedded.c).
 *
 * Avahi calls back from deep inside, sometimes before the call that caused it returned.  So its callbacks only note
 * what happened; whatever creates or frees an Avahi object is done in step(), which the main loop calls after every
 * turn. */
#pragma once
#include "publication.h"
#include "sightings.h"
#include <avahi-common/strlst.h>
#include <avahi-common/watch.h>

/* Where a back end tells what it hears; none of these may call the back end. */
struct backend_events {
    void *arg;
    void (*found)(void *arg, const struct service_key *key);
    void (*lost)(void *arg, const struct service_key *key);
    /* The end of a lookup; address NULL: no answer. */
    void (*resolved)(void *arg, const struct service_key *key, const struct address *address,
                     const AvahiStringList *text);
    void (*changed)(void *arg, const char *instance, const AvahiStringList *text); /* for watched instances */
    void (*log)(void *arg, const char *format, ...) __attribute__((format(printf, 2, 3)));
};

struct backend;

struct backend_kind {
    const char *name;
    /* `poll` and `events` outlive it.  `loopback`: serve loopback interfaces as well, where that is a choice. */
    struct backend *(*new)(const AvahiPoll *poll, const struct backend_events *events, bool loopback);
    void (*free)(struct backend *backend); /* withdraws what it published; forgets lookups and watches silently */

    /* Does what is due: connects, browses, brings what is published in line with `wanted`.  Lowers *due_ms to when it
     * must be called again at the latest.  false: there is nothing to browse with, and all lookups and watches ended
     * silently. */
    bool (*step)(struct backend *backend, const struct announcement *wanted, uint64_t now_ms, uint64_t *due_ms);

    /* These three only after step() said true.  false: too many at once; else events->resolved
     * follows, maybe within the call. */
    bool (*look_up)(struct backend *backend, const struct service_key *key);
    void (*watch)(struct backend *backend, const char *instance);   /* no-op if it is; an older one may end for it */
    void (*unwatch)(struct backend *backend, const char *instance); /* no-op if it is not */
};

extern const struct backend_kind backend_daemon;
extern const struct backend_kind backend_embedded;
