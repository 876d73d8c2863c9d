/* SPDX-License-Identifier: MIT */
#include "loading.h"

#include "core/base/alloc.h"
#include "core/joining/admit.h"
#include "core/joining/invitations.h"
#include "core/joining/invitees.h"
#include "core/keys/custody.h"
#include "core/link/link.h"
#include "core/log/gaps.h"
#include "core/log/logs.h"
#include "core/log/past.h"
#include "core/members/charters.h"
#include "core/members/dismissal.h"
#include "core/members/groups.h"
#include "core/members/identity.h"
#include "core/members/labels.h"
#include "core/members/leaving.h"
#include "core/members/letters.h"
#include "core/members/names.h"
#include "core/members/parting.h"
#include "core/members/root.h"
#include "core/members/root_log.h"
#include "core/members/verify.h"
#include "core/members/visits.h"
#include "core/peers/peers.h"
#include "core/peers/presence.h"
#include "core/replication/carried.h"
#include "core/replication/receipts.h"
#include "core/replication/relay.h"
#include "core/writing/gate.h"
#include "core/writing/held.h"
#include "core/writing/say.h"
#include <stdlib.h>

struct node *node_new(const struct node_options *options)
{
    struct node *node = alloc_secret(sizeof *node);
    node->storage = options->storage;
    node->store_key = options->store_key;
    node->locked = options->locked;
    memcpy(node->home, options->home_id, sizeof node->home);
    node->listen_port = options->listen_port;
    carried_forget(node);
    node->wake_ms = NEVER;
    node->office = presence_new();
    node->relay = relay_new();
    return node;
}

/* Everything that storage can give back. */
static void forget_stored(struct node *node)
{
    for (size_t i = 0; i < node->log_count; i++) {
        free(node->logs[i]->evidence);
        free(node->logs[i]);
    }
    free(node->logs);
    free(node->numbered);
    table_done(&node->logs_by_id);
    free(node->dirty_logs);
    gaps_forget(node);
    held_forget(node);
    invitations_forget(node);
    parting_forget(node);
    invitees_forget(node);
    leaving_done(node);
    charters_done(node);
    letters_forget(node);
    carried_forget(node);
    groups_forget(node);
    names_forget(node);
    labels_forget(node);
    verify_forget(node);
    peers_done(node);
    relay_forget(node);
    past_forget(node);
    admit_done(node);
    identity_done(node);
    node->logs = NULL;
    node->numbered = NULL;
    node->numbered_count = 0;
    node->dirty_logs = NULL;
    node->log_count = node->log_capacity = node->dirty_log_count = node->dirty_log_capacity = 0;
    node->entry_count = node->own_hlc = node->last_log_number = 0;
    node->dismissal = (struct dismissal){0};
}

void node_free(struct node *node)
{
    struct effects ignored = {0};
    if (!node)
        return;
    node->effects = &ignored;
    link_close_all(node, ERR_SHUTTING_DOWN);
    gate_done(node, ERR_SHUTTING_DOWN);
    effects_done(&ignored);
    forget_stored(node);
    for (size_t i = 0; i < node->pending_count; i++)
        batch_free(node->pending[i]);
    batch_free(node->batch);
    free(node->pending);
    free(node->links);
    free(node->dirty_links);
    free(node->fresh);
    presence_free(node->office);
    relay_free(node->relay);
    say_done(node);
    free(node->sightings);
    buffer_wipe(&node->scratch);
    buffer_wipe(&node->message_scratch);
    alloc_secret_free(node);
}

/* ---------------------------------------------------------------- starting, and again after a failed commit */

static enum error load_all(struct node *node)
{
    static enum error (*const parts[])(struct node *) = {
        identity_load, groups_load,   labels_load,   custody_load, dismissal_load,   held_load,     parting_load,
        leaving_load,  root_load,     charters_load, visits_load,  invitations_load, invitees_load, gaps_load,
        carried_load,  receipts_load, peers_load,    admit_load,   verify_load};
    enum error err = OK;
    for (size_t i = 0; !err && i < sizeof parts / sizeof *parts; i++)
        err = parts[i](node);
    presence_roster_changed(node);
    for (size_t i = 0; node->restored && i < node->log_count; i++)
        if (node->logs[i]->own)
            logs_close(node, node->logs[i]);
    if (node->restored)
        root_log_close_all(node);
    return err;
}

/* All or nothing: half of what is known would make a second identity, or a log written twice. */
static void load(struct node *node)
{
    node->unreadable = node->locked ? ERR_LOCKED : load_all(node);
    if (!node->unreadable || node->locked)
        return;
    node_log(node, node->unreadable, "the database could not be read");
    forget_stored(node);
}

static void draw_link_key(struct node *node)
{
    uint8_t seed[32];
    random_bytes(&node->random, seed, sizeof seed);
    crypto_dh_keypair_from(seed, &node->link_key, &node->link_secret);
    crypto_wipe(seed, sizeof seed);
}

/* With what is on disk: at the start, and again when it can be opened again. */
static void begin(struct node *node)
{
    node->logs_by_id.salt = node->groups_by_id.salt = get_u64(node->event->random);
    load(node);
    gate_start(node);
    peers_announce(node, false);
}

void loading_start(struct node *node, const struct event *event)
{
    node->restored = event->restored;
    draw_link_key(node);
    random_bytes(&node->random, node->beacon_salt, sizeof node->beacon_salt);
    presence_start(node);
    begin(node);
    if (node->restored)
        node_log(node, OK, "this database is an older copy: new entries go into new logs");
}

void loading_go_back(struct node *node, enum error reason)
{
    node_log(node, reason, "entries could not be stored; going back to what is on disk");
    if (node->join.active)
        node_reply(node, node->join.command, reason, 0);
    node->write_failed = reason;
    link_close_all(node, reason == ERR_DISK_FULL ? reason : ERR_CLOSED);
    batch_free(node->batch);
    node->batch = NULL;
    node->doomed_batch = node->last_batch;
    forget_stored(node);
    node->logs_by_id.salt = node->groups_by_id.salt = get_u64(node->event->random);
    load(node);
}

/* ---------------------------------------------------------------- locked: nothing is here but what is on disk */

void loading_lock(struct node *node, const struct command *command)
{
    if (node->unlock)
        node_reply(node, node->unlock, ERR_LOCKED, 0);
    node->unlock = 0;
    if (!node->locked) {
        if (node->join.active)
            node_reply(node, node->join.command, ERR_LOCKED, 0);
        gate_done(node, ERR_LOCKED);
        receipts_store(node, true);
        gaps_flush(node);
        logs_flush_rows(node);
        link_close_all(node, ERR_SHUTTING_DOWN);
        forget_stored(node);
        presence_roster_changed(node);
        node->locked = true;
        node->unreadable = ERR_LOCKED;
        crypto_wipe(&node->store_key, sizeof node->store_key);
        crypto_wipe(&node->link_secret, sizeof node->link_secret);
        buffer_wipe(&node->scratch);
        buffer_wipe(&node->message_scratch);
        peers_announce(node, false);
        node_notify(node, NOTICE_LOCKED, NULL, 0, NULL, 0);
    }
    node_reply(node, command->id, OK, node_after(node));
}

void loading_unlock_settled(struct node *node)
{
    uint64_t command = node->unlock;
    if (!command || node->pending_count)
        return;
    node->unlock = 0;
    node->locked = false;
    draw_link_key(node);
    begin(node);
    node_notify(node, NOTICE_UNLOCKED, NULL, 0, NULL, 0);
    node_reply(node, command, node->unreadable, node_after(node));
}

void loading_unlock(struct node *node, const struct command *command)
{
    if (!node->locked || node->unlock) {
        node_reply(node, command->id, node->unlock ? ERR_BUSY : OK, 0);
        return;
    }
    node->store_key = *command->store_key;
    node->unlock = command->id;
    loading_unlock_settled(node);
}
