/* SPDX-License-Identifier: MIT
 * A workspace and a group in it, written entry by entry, for scenarios that read like the rules.  Ids are small
 * numbers, in the order of writing; everybody cites all that was written before in that place, unless he is `blind`. */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "history.h"

enum name { ALICE, BOB, CARL, DORA, EVE, PHONE, SPY, NAMES };
enum place { WORKSPACE, GROUP, PLACES };

/* A log somebody writes: one of his kind-0 logs in a place. */
struct pen {
    enum place place;
    struct sign_public device;
    uint64_t instance;
    uint8_t sub; /* 0: a root's */
    uint64_t seq;
    struct hash head, log;
    bool blind; /* cites nothing */
};

struct office {
    struct history *told[PLACES]; /* in the order of writing */
    struct governance *in[PLACES];
    struct buffer genesis[PLACES];
    struct pen root[PLACES];
    unsigned written;
};

/* Alice founds the workspace; with a group, she founds that too. */
void office_open(struct office *office, bool with_group);
/* Tells everything again in other orders, and asserts that nothing hangs on them. */
void office_close(struct office *office);

struct pen pen(enum place place, enum name name, uint64_t instance, uint8_t sub);
struct pen root_pen(enum place place, const struct sign_public *key, uint64_t generation);
struct sign_public device_of(enum name name);
struct sign_public spare_root(int number); /* keys to hand over to */
struct dh_public box_of(enum name name);

/* Writes and settles; returns the entry's id. */
struct hash put(struct office *office, struct pen *pen, struct item item);

/* What to write. */
struct item adds(enum name name, uint64_t instance, enum role role); /* of a person of its own; consented */
struct item removes(enum name name, uint64_t instance);              /* with cut 0 */
struct item links(enum name name, enum name linker, uint64_t number);
struct item grants_to(enum name name, uint64_t instance);
struct item revokes_of(const struct hash *grant);
struct item hands_over(const struct sign_public *key, const struct hash *head);
struct item continues(const struct hash *head);     /* NULL: from nothing */
struct item epoch(uint64_t height, int count, ...); /* enum name: whom it gives the key */
struct item share(const struct epoch_id *of, int count, ...);
struct item plain(uint64_t type);
/* The same with a further cite, or with the log cut as it stands with this pen. */
struct item citing(struct item item, struct hash id);
struct item cutting(struct item item, const struct pen *pen);

enum governance_rule verdict(const struct office *office, enum place place, struct hash id);
bool is_member(const struct office *office, enum place place, enum name name);
bool is_admin(const struct office *office, enum place place, enum name name);

#define CHECK_COUNTS(office, place, id)                                                                                \
    assert_string_equal(governance_sentence(verdict(office, place, id)), "it counts")
#define CHECK_RULE(office, place, id, rule)                                                                            \
    assert_string_equal(governance_sentence(verdict(office, place, id)), governance_sentence(rule))
