/* SPDX-License-Identifier: MIT
 * Mallory has stolen the root key, and writes as the root. */
#pragma once
#include "core/keys/vault.h"
#include "core/log/logs.h"
#include "core/state.h"
#include "rogue.h"

/* The root log as mallory writes it, from a given entry on. */
struct usurper {
    struct rogue rogue;
    struct sign_secret own_secret, root_secret;
    struct forged_log genesis; /* the log with GENESIS in it */
};

static inline void steal_root(struct usurper *usurper)
{
    struct host *alice = world_host(&usurper->rogue.world, "alice");
    const struct group *group = alice->node->workspace;
    struct buffer seed = {0};
    struct sign_public root;
    uint8_t which[4];
    put_u32(which, group->number);
    struct vault_key row = vault_key("root/", BYTES_OF(which));
    CHECK_OK(vault_get(alice->node, &row, &seed));
    host_end_read(alice);
    crypto_sign_keypair_from(seed.data, &root, &usurper->root_secret);
    buffer_done(&seed);
    usurper->own_secret = usurper->rogue.mallory.secret;
    usurper->genesis = (struct forged_log){.name = {.group = group->id, .device = root}, .seq = 1, .number = 1};
    log_name_id(&usurper->genesis.name, &usurper->genesis.id);
    for (size_t i = 0; i < group->log_count; i++)
        if (same_hash(&group->logs[i]->id, &usurper->genesis.id))
            usurper->genesis.head = group->logs[i]->row.head_id;
}

static inline void begin_with_usurper(struct usurper *usurper, uint64_t seed)
{
    begin_with_mallory(&usurper->rogue, seed);
    usurper->rogue.world.forks_allowed = true;
    steal_root(usurper);
}

/* Tells `whom` an entry of the root that follows what `log` holds. */
static inline void write_as_root(struct usurper *usurper, struct forged_log log, const char *whom, enum entry_type type,
                                 struct bytes payload)
{
    struct buffer wire = {0};
    meet(&usurper->rogue, whom);
    tell_log(&usurper->rogue, &log);
    usurper->rogue.mallory.secret = usurper->root_secret;
    write_entry(&usurper->rogue, &log, type, payload, now_hlc(&usurper->rogue), &wire);
    usurper->rogue.mallory.secret = usurper->own_secret;
    send_entry(&usurper->rogue, &log, buffer_bytes(&wire));
    assert_false(stranger_was_left(&usurper->rogue.mallory));
    buffer_done(&wire);
}

/* The next entry of the root, told to `whom`. */
static inline void go_on_as_root(struct usurper *usurper, const char *whom, enum entry_type type, struct bytes payload)
{
    struct forged_log before = usurper->genesis;
    write_as_root(usurper, before, whom, type, payload);
    const struct log *log = logs_find(world_host(&usurper->rogue.world, whom)->node, &before.id);
    usurper->genesis.seq = log->row.head_seq;
    usurper->genesis.head = log->row.head_id;
    assert_int_equal(usurper->genesis.seq, before.seq + 1);
}

/* Makes a device an admin. */
static inline void grant_as_root(struct usurper *usurper, const char *whom, const struct sign_public *device)
{
    struct grant grant = {.device = *device, .instance = 1};
    struct buffer payload = {0};
    grant_encode(&grant, &payload);
    go_on_as_root(usurper, whom, ENTRY_GRANT, buffer_bytes(&payload));
    buffer_done(&payload);
}

static inline size_t members_of(struct world *world, const char *name)
{
    struct node_person person;
    size_t count = 0;
    while (node_person_at(world_host(world, name)->node, 1, count, &person))
        count++;
    return count;
}
