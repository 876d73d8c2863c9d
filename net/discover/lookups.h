/* SPDX-License-Identifier: MIT
 * The questions a back end has open: one-shot lookups of a service's address and text, and watches on the text of an
 * instance.  A resolver is freed after its answer and the text alone is followed: its record lives 75 minutes, while
 * SRV and address records would be asked for anew every two. */
#pragma once
#include "backend.h"
#include <avahi-common/defs.h>

#define LOOKUPS_MAX 64 /* at once; Avahi allows a client 1024 objects of all kinds */
#define WATCHES_MAX 256

struct lookup {
    struct lookup *next;
    struct backend *backend; /* for the callback */
    struct service_key key;  /* of a watch: the instance only */
    bool is_watch;
    bool done;    /* it said the last it has to say: ignore it, and sweep it */
    void *object; /* Avahi's resolver or record browser */
};

/* Puts a new one in front of `list`.  NULL: there are enough. */
struct lookup *lookups_add(struct lookup **list, struct backend *backend, const struct service_key *key);
/* NULL: it is there already.  When there are enough, the oldest one ends. */
struct lookup *lookups_add_watch(struct lookup **list, struct backend *backend, const char *instance);

/* Marks the watch on `instance` as done, if there is one. */
void lookups_end_watch(struct lookup *list, const char *instance);

/* Frees those that are done, each object first through `free_object`. */
void lookups_sweep(struct lookup **list, void (*free_object)(struct lookup *lookup));

/* Frees all but their objects, which are gone already. */
void lookups_drop(struct lookup **list);

/* What Avahi's callbacks have in common, for both kinds of objects.  `address` NULL: no answer. */
void lookups_browsed(const struct backend_events *events, AvahiBrowserEvent event, AvahiIfIndex interface,
                     AvahiProtocol protocol, const char *instance);
void lookups_answered(struct lookup *lookup, const struct backend_events *events, const AvahiAddress *address,
                      uint16_t port, const AvahiStringList *text);
