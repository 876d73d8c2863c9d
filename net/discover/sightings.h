/* SPDX-License-Identifier: MIT
 * What was heard of other nodes: a bounded table of services, each per interface and protocol, from the first mention
 * over the lookup of its address to what the node was told.  Pure: no Avahi object, no clock.
 *
 *     WAITING --next_lookup--> RESOLVING --resolved--> KNOWN or FOREIGN;  no answer: WAITING, 2 s doubling to 64 s
 *     any --lost--> LOST --told--> free;  back end went away: UNCONFIRMED --found again--> WAITING, or swept: LOST */
#pragma once
#include "core/node.h"
#include <avahi-common/address.h>
#include <avahi-common/domain.h>

#define SIGHTINGS_MAX 1024

struct service_key {
    AvahiIfIndex interface;
    AvahiProtocol protocol;
    char instance[AVAHI_LABEL_MAX];
};

struct sighting_report {
    bool gone; /* of the instance as a whole; address and beacon are void */
    char instance[AVAHI_LABEL_MAX];
    struct address address;
    struct beacon beacon;
};

struct sightings;

struct sightings *sightings_new(void);
void sightings_free(struct sightings *sightings);

/* When the table is full, another service is forgotten, without a word to the node. */
void sightings_found(struct sightings *sightings, const struct service_key *key);
void sightings_lost(struct sightings *sightings, const struct service_key *key);
/* It could not be looked up yet. */
void sightings_put_back(struct sightings *sightings, const struct service_key *key);
/* `address` NULL: no answer; else `beacon` NULL: it is no Zuruf. */
void sightings_resolved(struct sightings *sightings, const struct service_key *key, const struct address *address,
                        const struct beacon *beacon, uint64_t now_ms);
/* The record of a known instance changed. */
void sightings_changed(struct sightings *sightings, const char *instance, const struct beacon *beacon);

/* The back end went away, and what it was looking up with it.  What its successor finds is told again. */
void sightings_unconfirm(struct sightings *sightings);
/* Its successor had time enough: what it did not find is lost. */
void sightings_sweep(struct sightings *sightings);

/* The next service to look up.  false: none now; *due_ms is lowered to the time of the next one. */
bool sightings_next_lookup(struct sightings *sightings, uint64_t now_ms, struct service_key *ret_key, uint64_t *due_ms);

/* The next thing to tell the node, which counts as told then; never the same thing twice in a row, and nothing of the
 * service with the salt `own` (NULL: none is own). */
bool sightings_next_report(struct sightings *sightings, const uint8_t *own, struct sighting_report *ret_report);
