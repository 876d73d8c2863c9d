/* SPDX-License-Identifier: MIT */
#include "sightings.h"
#include "core/base/alloc.h"
#include "due.h"
#include "record.h"
#include <stdlib.h>

#define RETRY_MIN_MS 2000
#define RETRY_DOUBLINGS 5

enum state { UNUSED, UNCONFIRMED, WAITING, RESOLVING, KNOWN, FOREIGN, LOST };

struct sighting {
    enum state state;
    struct service_key key;
    unsigned failures;      /* lookups without an answer, in a row */
    uint64_t retry_ms;      /* WAITING: not before */
    struct address address; /* KNOWN */
    struct beacon beacon;   /* KNOWN */
    bool told;
    struct address told_address;
    struct beacon told_beacon;
};

struct sightings {
    struct sighting rows[SIGHTINGS_MAX];
    size_t next_report; /* the scan goes round, so that a noisy row cannot starve the others */
    size_t next_victim;
};

struct sightings *sightings_new(void)
{
    return alloc_zero(1, sizeof(struct sightings));
}

void sightings_free(struct sightings *sightings)
{
    free(sightings);
}

static bool same_key(const struct service_key *a, const struct service_key *b)
{
    return a->interface == b->interface && a->protocol == b->protocol && strcmp(a->instance, b->instance) == 0;
}

static struct sighting *find(struct sightings *sightings, const struct service_key *key)
{
    for (size_t i = 0; i < SIGHTINGS_MAX; i++) {
        struct sighting *row = &sightings->rows[i];
        if (row->state != UNUSED && same_key(&row->key, key))
            return row;
    }
    return NULL;
}

/* When the table is full, whoever floods the network must not keep newcomers out, so rows give way in turn.  What they
 * held was mostly told already. */
static struct sighting *make_room(struct sightings *sightings)
{
    for (size_t i = 0; i < SIGHTINGS_MAX; i++) {
        if (sightings->rows[i].state == UNUSED)
            return &sightings->rows[i];
    }
    struct sighting *victim = &sightings->rows[sightings->next_victim];
    sightings->next_victim = (sightings->next_victim + 1) % SIGHTINGS_MAX;
    victim->state = UNUSED;
    return victim;
}

void sightings_found(struct sightings *sightings, const struct service_key *key)
{
    struct sighting *row = find(sightings, key);
    if (!row)
        row = make_room(sightings);
    if (row->state == UNUSED)
        *row = (struct sighting){.key = *key};
    else if (row->state != LOST && row->state != UNCONFIRMED)
        return;
    row->state = WAITING;
    row->retry_ms = 0;
}

static void lose(struct sighting *row)
{
    row->state = row->told ? LOST : UNUSED;
}

void sightings_lost(struct sightings *sightings, const struct service_key *key)
{
    struct sighting *row = find(sightings, key);
    if (row)
        lose(row);
}

void sightings_put_back(struct sightings *sightings, const struct service_key *key)
{
    struct sighting *row = find(sightings, key);
    if (row && row->state == RESOLVING)
        row->state = WAITING;
}

static void retry_later(struct sighting *row, uint64_t now_ms)
{
    unsigned doublings = row->failures < RETRY_DOUBLINGS ? row->failures : RETRY_DOUBLINGS;
    row->retry_ms = now_ms + ((uint64_t)RETRY_MIN_MS << doublings);
    row->failures++;
    row->state = WAITING;
}

void sightings_resolved(struct sightings *sightings, const struct service_key *key, const struct address *address,
                        const struct beacon *beacon, uint64_t now_ms)
{
    struct sighting *row = find(sightings, key);
    if (!row || row->state != RESOLVING)
        return;
    if (!address) {
        retry_later(row, now_ms);
        return;
    }
    row->failures = 0;
    row->state = beacon ? KNOWN : FOREIGN;
    if (beacon) {
        row->address = *address;
        row->beacon = *beacon;
    }
}

void sightings_changed(struct sightings *sightings, const char *instance, const struct beacon *beacon)
{
    for (size_t i = 0; i < SIGHTINGS_MAX; i++) {
        struct sighting *row = &sightings->rows[i];
        if (row->state == KNOWN && strcmp(row->key.instance, instance) == 0)
            row->beacon = *beacon;
    }
}

void sightings_unconfirm(struct sightings *sightings)
{
    for (size_t i = 0; i < SIGHTINGS_MAX; i++) {
        struct sighting *row = &sightings->rows[i];
        if (row->state == UNUSED || row->state == LOST)
            continue;
        row->state = UNCONFIRMED;
        row->told_address = (struct address){0}; /* so that it is told again once confirmed */
    }
}

void sightings_sweep(struct sightings *sightings)
{
    for (size_t i = 0; i < SIGHTINGS_MAX; i++) {
        if (sightings->rows[i].state == UNCONFIRMED)
            lose(&sightings->rows[i]);
    }
}

bool sightings_next_lookup(struct sightings *sightings, uint64_t now_ms, struct service_key *ret_key, uint64_t *due_ms)
{
    for (size_t i = 0; i < SIGHTINGS_MAX; i++) {
        struct sighting *row = &sightings->rows[i];
        if (row->state != WAITING)
            continue;
        if (row->retry_ms <= now_ms) {
            row->state = RESOLVING;
            *ret_key = row->key;
            return true;
        }
        due_at(due_ms, row->retry_ms);
    }
    return false;
}

/* ---------------------------------------------------------------- reports */

static bool same_address(const struct address *a, const struct address *b)
{
    return memcmp(a->ip, b->ip, sizeof a->ip) == 0 && a->port == b->port && a->scope == b->scope;
}

/* Whether the node knows this row's address and beacon already, be it through another interface. */
static bool is_told(const struct sightings *sightings, const struct sighting *row)
{
    for (size_t i = 0; i < SIGHTINGS_MAX; i++) {
        const struct sighting *other = &sightings->rows[i];
        if (other->state != UNUSED && other->told && strcmp(other->key.instance, row->key.instance) == 0 &&
            same_address(&other->told_address, &row->address) && record_equal(&other->told_beacon, &row->beacon))
            return true;
    }
    return false;
}

static void mark_told(struct sighting *row)
{
    row->told = true;
    row->told_address = row->address;
    row->told_beacon = row->beacon;
}

/* Of several lost rows of an instance the last one tells; one that is still being looked up inherits the duty. */
static bool report_gone(struct sightings *sightings, struct sighting *row, struct sighting_report *ret_report)
{
    row->state = UNUSED;
    for (size_t i = 0; i < SIGHTINGS_MAX; i++) {
        struct sighting *other = &sightings->rows[i];
        if (other->state != UNUSED && strcmp(other->key.instance, row->key.instance) == 0) {
            other->told = true;
            return false;
        }
    }
    *ret_report = (struct sighting_report){.gone = true};
    memcpy(ret_report->instance, row->key.instance, sizeof ret_report->instance);
    return true;
}

static bool report_seen(const struct sightings *sightings, struct sighting *row, const uint8_t *own,
                        struct sighting_report *ret_report)
{
    if (own && memcmp(row->beacon.salt, own, sizeof row->beacon.salt) == 0)
        return false;
    bool known =
        row->told && same_address(&row->told_address, &row->address) && record_equal(&row->told_beacon, &row->beacon);
    if (known)
        return false;
    bool elsewhere = is_told(sightings, row);
    mark_told(row);
    if (elsewhere)
        return false;
    *ret_report = (struct sighting_report){.address = row->address, .beacon = row->beacon};
    memcpy(ret_report->instance, row->key.instance, sizeof ret_report->instance);
    return true;
}

bool sightings_next_report(struct sightings *sightings, const uint8_t *own, struct sighting_report *ret_report)
{
    for (size_t i = 0; i < SIGHTINGS_MAX; i++) {
        struct sighting *row = &sightings->rows[sightings->next_report];
        sightings->next_report = (sightings->next_report + 1) % SIGHTINGS_MAX;
        if (row->state == LOST && report_gone(sightings, row, ret_report))
            return true;
        if (row->state == KNOWN && report_seen(sightings, row, own, ret_report))
            return true;
    }
    return false;
}
