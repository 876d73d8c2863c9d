/* SPDX-License-Identifier: MIT
 * A group's roster, fed with entries that its founder, its root and others sign. */
#pragma once
#include "check.h"

#include "core/members/roster.h"

/* Somebody's kind-0 log. */
struct scribe {
    struct sign_secret secret;
    struct log_name name;
    uint64_t seq;
    struct hash head;
};

struct founding {
    struct roster roster;
    struct hash group;
    struct buffer genesis;
    struct scribe root, admin;
};

static inline struct scribe scribe_of(const struct hash *group, uint8_t seed_byte, uint64_t instance, uint8_t sub)
{
    const uint8_t seed[32] = {seed_byte};
    struct scribe scribe = {.name = {.group = *group, .instance = instance, .sub = {{sub}}}};
    crypto_sign_keypair_from(seed, &scribe.name.device, &scribe.secret);
    return scribe;
}

/* Writes, notes and evaluates. */
static inline enum error scribe_write(struct scribe *scribe, struct roster *roster, enum entry_type type,
                                      struct bytes payload)
{
    struct buffer wire = {0};
    struct entry entry = {.version = ENTRY_VERSION, .type = type, .seq = scribe->seq + 1, .payload = payload};
    uint32_t flags = 0;
    log_name_id(&scribe->name, &entry.log);
    entry.previous = scribe->head;
    assert_int_equal(entry_encode(&entry, &scribe->secret, &wire, &scribe->head), OK);
    assert_int_equal(entry_decode(buffer_bytes(&wire), &entry), OK);
    scribe->seq++;
    enum error err = roster_note(roster, &scribe->name, &entry, &flags);
    roster_evaluate(roster);
    buffer_done(&wire);
    return err;
}

/* A founder that has not yet founded: founding_note() does. */
static inline void founding_begin(struct founding *founding)
{
    static const struct hash no_group;
    struct genesis genesis = {.founder = {.instance = 1, .role = ROLE_ADMIN}};
    *founding = (struct founding){.root = scribe_of(&no_group, 2, 0, 0), .admin = scribe_of(&no_group, 1, 1, 1)};
    genesis.founder.device = founding->admin.name.device;
    membership_sign(&no_group, &genesis.founder, &founding->admin.secret);
    genesis_encode(&genesis, &founding->genesis);
    genesis_group_id(&founding->root.name.device, buffer_bytes(&founding->genesis), &founding->group);
    founding->root.name.group = founding->admin.name.group = founding->group;
}

/* The roster of the group of that id. */
static inline void founding_open(struct founding *founding, const struct hash *group)
{
    const struct governance_scope scope = {.id = *group, .root = founding->root.name.device};
    roster_init(&founding->roster, &scope, NULL);
}

static inline void founding_note(struct founding *founding)
{
    assert_int_equal(scribe_write(&founding->root, &founding->roster, ENTRY_GENESIS, buffer_bytes(&founding->genesis)),
                     OK);
}

static inline void founding_done(struct founding *founding)
{
    roster_done(&founding->roster);
    buffer_done(&founding->genesis);
}
