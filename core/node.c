/* SPDX-License-Identifier: MIT */
#include "state.h"

#include "core/base/alloc.h"
#include "core/joining/admit.h"
#include "core/joining/invitations.h"
#include "core/joining/invitees.h"
#include "core/keys/custody.h"
#include "core/link/link.h"
#include "core/link/session.h"
#include "core/log/early.h"
#include "core/log/gaps.h"
#include "core/log/intake.h"
#include "core/log/logs.h"
#include "core/log/past.h"
#include "core/members/dismissal.h"
#include "core/members/founding.h"
#include "core/members/group_command.h"
#include "core/members/groups.h"
#include "core/members/identity.h"
#include "core/members/leaving.h"
#include "core/members/letters.h"
#include "core/members/names.h"
#include "core/members/notes.h"
#include "core/members/parting.h"
#include "core/members/removal.h"
#include "core/members/root.h"
#include "core/members/root_log.h"
#include "core/members/verify.h"
#include "core/peers/neighbours.h"
#include "core/peers/peers.h"
#include "core/peers/presence.h"
#include "core/peers/sightings.h"
#include "core/replication/compare.h"
#include "core/replication/fetch.h"
#include "core/replication/payloads.h"
#include "core/replication/receipts.h"
#include "core/replication/relay.h"
#include "core/replication/serve.h"
#include "core/writing/compose.h"
#include "core/writing/distrust.h"
#include "core/writing/gate.h"
#include "core/writing/held.h"
#include "core/writing/say.h"
#include <stdlib.h>

#define MIB (1ull << 20)

struct node *node_new(const struct node_options *options)
{
    struct node *node = alloc_secret(sizeof *node);
    node->storage = options->storage;
    node->store_key = options->store_key;
    node->locked = options->locked;
    memcpy(node->home, options->home_id, sizeof node->home);
    node->listen_port = options->listen_port;
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
    invitees_forget(node);
    leaving_done(node);
    letters_forget(node);
    groups_forget(node);
    names_forget(node);
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

static void close_all_links(struct node *node, enum error reason)
{
    while (node->link_count)
        link_close(node, node->links[0], reason);
}

void node_free(struct node *node)
{
    struct effects ignored = {0};
    if (!node)
        return;
    node->effects = &ignored;
    close_all_links(node, ERR_SHUTTING_DOWN);
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

/* ---------------------------------------------------------------- starting, and starting again after a failed commit
 */

static enum error load_all(struct node *node)
{
    static enum error (*const parts[])(struct node *) = {
        identity_load,    groups_load,   custody_load, dismissal_load, held_load,  parting_load, leaving_load,
        invitations_load, invitees_load, gaps_load,    receipts_load,  peers_load, admit_load,   verify_load};
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

static void on_start(struct node *node, const struct event *event)
{
    node->restored = event->restored;
    draw_link_key(node);
    random_bytes(&node->random, node->beacon_salt, sizeof node->beacon_salt);
    presence_start(node);
    begin(node);
    if (node->restored)
        node_log(node, OK, "this database is an older copy: new entries go into new logs");
}

/* Nothing of that batch was stored, nor of any that was submitted after it: back to what is on disk. */
static void go_back(struct node *node, enum error reason)
{
    node_log(node, reason, "entries could not be stored; going back to what is on disk");
    if (node->join.active)
        node_reply(node, node->join.command, reason, 0);
    node->write_failed = reason;
    close_all_links(node, reason == ERR_DISK_FULL ? reason : ERR_CLOSED);
    batch_free(node->batch);
    node->batch = NULL;
    node->doomed_batch = node->last_batch;
    forget_stored(node);
    node->logs_by_id.salt = node->groups_by_id.salt = get_u64(node->event->random);
    load(node);
}

/* ---------------------------------------------------------------- locked: nothing is here but what is on disk */

static void lock(struct node *node, const struct command *command)
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
        close_all_links(node, ERR_SHUTTING_DOWN);
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

/* Not before the disk has taken what was submitted earlier: it is read anew. */
static void finish_unlock(struct node *node)
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

static void unlock(struct node *node, const struct command *command)
{
    if (!node->locked || node->unlock) {
        node_reply(node, command->id, node->unlock ? ERR_BUSY : OK, 0);
        return;
    }
    node->store_key = *command->store_key;
    node->unlock = command->id;
    finish_unlock(node);
}

static struct batch *take_pending(struct node *node, uint64_t id)
{
    for (size_t i = 0; i < node->pending_count; i++)
        if (node->pending[i]->id == id) {
            struct batch *batch = node->pending[i];
            memmove(node->pending + i, node->pending + i + 1, (node->pending_count - i - 1) * sizeof *node->pending);
            node->pending_count--;
            return batch;
        }
    return NULL;
}

static void on_persisted(struct node *node, const struct persisted *persisted)
{
    struct batch *batch = take_pending(node, persisted->batch);
    if (!batch)
        return;
    node->pending_payloads -= batch->payload_count > 0;
    say_settled(node, batch);
    if (persisted->result && persisted->batch > node->doomed_batch)
        go_back(node, persisted->result);
    if (!persisted->result) {
        node->write_failed = OK;
        node->restored = false; /* which logs are closed went with the first batch */
    }
    for (size_t i = 0; !persisted->result && i < batch->row_count; i++)
        logs_made_durable(node, &batch->rows[i]);
    serve_durable(node);
    if (!persisted->result)
        compare_durable(node, persisted->batch);
    batch_free(batch);
    finish_unlock(node);
}

/* ---------------------------------------------------------------- commands */

static void simple_reply(struct node *node, const struct command *command, enum error err)
{
    node_reply(node, command->id, err, err ? 0 : node_after(node));
}

/* Why nothing can be done at all. */
static enum error refusal_of(const struct node *node, const struct command *command)
{
    if (command->type == COMMAND_STOP || command->type == COMMAND_LOCK || command->type == COMMAND_UNLOCK)
        return OK;
    if (node->unreadable)
        return node->unreadable;
    return node->disk_state == ERR_DISK_FULL ? ERR_DISK_FULL : OK;
}

static void on_command(struct node *node, const struct command *command)
{
    enum error refusal = refusal_of(node, command);
    if (refusal) {
        node_reply(node, command->id, refusal, 0);
        return;
    }
    switch (command->type) {
    case COMMAND_IDENTITY_CREATE:
        simple_reply(node, command, identity_create(node, command->name));
        break;
    case COMMAND_WORKSPACE_CREATE:
        simple_reply(node, command, founding_workspace(node, command->name, command->root.passphrase));
        peers_announce(node, false);
        break;
    case COMMAND_INVITE_CREATE:
    case COMMAND_JOIN:
        admit_command(node, command);
        break;
    case COMMAND_SEND:
        if (!gate_holds(node, command))
            say_command(node, command);
        break;
    case COMMAND_GROUP_CREATE:
    case COMMAND_GROUP_ADD:
    case COMMAND_GROUP_RENAME:
    case COMMAND_GROUP_REMOVE:
    case COMMAND_GROUP_ROLE:
    case COMMAND_GROUP_LEAVE:
    case COMMAND_GROUP_ACCEPT:
    case COMMAND_GROUP_DECLINE:
        if (!gate_holds(node, command))
            group_command(node, command);
        break;
    case COMMAND_DEVICE_REVOKE:
        if (!gate_holds(node, command))
            removal_command(node, command);
        break;
    case COMMAND_CLOCK_DISTRUST:
        if (!gate_holds(node, command))
            distrust_command(node, command);
        break;
    case COMMAND_PEER_ADD:
        simple_reply(node, command, peers_add_by_hand(node, &command->addresses[0]));
        break;
    case COMMAND_PEER_REMOVE:
        simple_reply(node, command, peers_remove(node, &command->addresses[0]));
        break;
    case COMMAND_VERIFY:
        simple_reply(node, command, verify_command(node, command));
        break;
    case COMMAND_ROOT_RECOVER:
    case COMMAND_ROOT_HAND_OVER:
        if (!gate_holds(node, command))
            root_command(node, command);
        break;
    case COMMAND_ROOT_SHARED:
        simple_reply(node, command, root_note_shares(node, command));
        break;
    case COMMAND_LOCK:
        lock(node, command);
        break;
    case COMMAND_UNLOCK:
        unlock(node, command);
        break;
    case COMMAND_STOP:
        gate_done(node, ERR_SHUTTING_DOWN);
        receipts_store(node, true);
        close_all_links(node, ERR_SHUTTING_DOWN);
        node_reply(node, command->id, OK, node_after(node));
        break;
    }
}

/* ---------------------------------------------------------------- the step */

static void on_time(struct node *node)
{
    node->wake_ms = NEVER;
    for (size_t i = node->link_count; i-- > 0;)
        link_time(node, node->links[i]);
    admit_time(node);
    invitees_time(node);
    custody_time(node);
    presence_time(node);
    neighbours_time(node);
    peers_time(node);
    relay_time(node);
    fetch_time(node);
    early_time(node);
    receipts_time(node);
    compare_time(node);
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static void look_at_disk(struct node *node, const struct event *event)
{
    if (event->free_disk < smaller(64 * MIB, event->disk_size / 16))
        node->disk_state = ERR_DISK_FULL;
    else if (event->free_disk < smaller(256 * MIB, event->disk_size / 4))
        node->disk_state = ERR_LIMIT;
    else
        node->disk_state = OK;
}

/* Nobody is silent for what waits to be read. */
static void look_at_reading(struct node *node, const struct event *event)
{
    if (event->deaf || node->deaf)
        node->deaf_ms = event->mono_ms;
    node->deaf = event->deaf;
}

static void dispatch(struct node *node, const struct event *event)
{
    switch (event->type) {
    case EVENT_START:
        on_start(node, event);
        break;
    case EVENT_TIME:
        break; /* on_time() below */
    case EVENT_LINK_UP:
        link_up(node, event);
        break;
    case EVENT_LINK_DOWN:
        link_down(node, event);
        break;
    case EVENT_BYTES:
        link_bytes(node, event);
        break;
    case EVENT_PERSISTED:
        on_persisted(node, &event->persisted);
        break;
    case EVENT_PEER_SEEN:
        sightings_note(node, event);
        break;
    case EVENT_PEER_GONE:
        sightings_drop(node, event->instance); /* a hint: says nothing about who can be reached */
        break;
    case EVENT_NETWORK:
        peers_network_changed(node);
        break;
    case EVENT_COMMAND:
        on_command(node, event->command);
        break;
    }
}

static void submit(struct node *node)
{
    receipts_store(node, false);
    gaps_flush(node);
    logs_flush_rows(node);
    if (!node->batch || batch_is_empty(node->batch))
        return;
    node_effect(node, EFFECT_PERSIST)->batch = node->batch;
    ARRAY_ROOM(node->pending, node->pending_count, node->pending_capacity);
    node->pending[node->pending_count++] = node->batch;
    node->pending_payloads += node->batch->payload_count > 0;
}

void node_step(struct node *node, const struct event *event, struct effects *effects)
{
    uint64_t wake_before = node->wake_ms;
    effects_clear(effects);
    node->event = event;
    node->effects = effects;
    node->now_ms = event->now_ms;
    node->mono_ms = event->mono_ms;
    random_stir(&node->random, event->random);
    node->free_disk = event->free_disk;
    look_at_disk(node, event);
    look_at_reading(node, event);
    notes_begin_step(node);

    dispatch(node, event);
    gate_settle(node);
    groups_settle(node);
    custody_settle(node);
    held_settle(node);
    letters_settle(node);
    invitations_settle(node);
    leaving_settle(node);
    invitees_settle(node);
    dismissal_settle(node);
    admit_settle(node);
    if (event->type == EVENT_TIME || event->mono_ms >= node->wake_ms)
        on_time(node);
    serve_fresh(node);
    session_leave_removed(node);
    fetch_schedule(node);
    payloads_schedule(node);
    submit(node);
    node->batch = NULL;
    link_flush_all(node);
    if (node->wake_ms != wake_before || event->type == EVENT_TIME)
        node_effect(node, EFFECT_WAKE)->wake_ms = node->wake_ms;
    node->event = NULL;
}
