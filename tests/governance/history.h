/* SPDX-License-Identifier: MIT
 * A set of kind-0 entries as plain values: what the naive evaluator reads, and what is encoded for the core. */
#pragma once
#include "core/governance/governance.h"
#include "core/storage.h"

#define ITEMS_MAX 160
#define DEPS_MAX 6
#define CUTS_ITEM 8
#define CITES_ITEM 40
#define NAMES_ITEM 12

struct item {
    struct hash id, previous, log;
    struct log_name author;
    uint64_t type, seq;
    struct dep deps[DEPS_MAX];
    int dep_count;
    bool malformed, consented;
    /* as far as its type has them */
    struct sign_public device; /* whom it is about; HANDOVER: the new key */
    uint64_t instance;
    enum role role;
    struct person_id person;
    struct dh_public box;
    uint64_t number;
    struct hash named; /* GENERATION, HANDOVER: the head; REVOKE: the grant */
    struct cut cuts[CUTS_ITEM];
    int cut_count;
    struct hash cites[CITES_ITEM];
    int cite_count;
    struct policy policy;
    struct epoch_id epoch;
    uint64_t height;
    struct dh_public holders[NAMES_ITEM], carriers[NAMES_ITEM]; /* box keys that get a record */
    int holder_count, carrier_count;
    struct bytes genesis; /* borrowed: its payload */
};

struct history {
    struct governance_scope scope;
    struct item items[ITEMS_MAX];
    int count;
};

/* Some of a history. */
struct told {
    const struct governance_scope *scope;
    const struct item *items[ITEMS_MAX];
    int count;
};

/* Tells the core of an item.  ERR_NOT_FOUND: the one before it is missing. */
enum error tell(struct governance *governance, const struct item *item);
