/* SPDX-License-Identifier: MIT */
#include "loading.h"

#include "core/base/alloc.h"

#include "core/joining/admit.h"
#include "core/joining/invitations.h"
#include "core/joining/invitees.h"
#include "core/keys/custody.h"
#include "core/link/link.h"
#include "core/link/session.h"
#include "core/log/early.h"
#include "core/log/gaps.h"
#include "core/log/logs.h"
#include "core/log/unproven.h"
#include "core/members/charters.h"
#include "core/members/dismissal.h"
#include "core/members/founding.h"
#include "core/members/group_command.h"
#include "core/members/groups.h"
#include "core/members/identity.h"
#include "core/members/labels.h"
#include "core/members/leaving.h"
#include "core/members/letters.h"
#include "core/members/notes.h"
#include "core/members/removal.h"
#include "core/members/root.h"
#include "core/members/root_command.h"
#include "core/members/verify.h"
#include "core/peers/neighbours.h"
#include "core/peers/peers.h"
#include "core/peers/presence.h"
#include "core/peers/sightings.h"
#include "core/replication/carried.h"
#include "core/replication/compare.h"
#include "core/replication/fetch.h"
#include "core/replication/payloads.h"
#include "core/replication/receipts.h"
#include "core/replication/relay.h"
#include "core/replication/room.h"
#include "core/replication/serve.h"
#include "core/writing/distrust.h"
#include "core/writing/gate.h"
#include "core/writing/held.h"
#include "core/writing/say.h"
#include <stdlib.h>

#define MIB (1ull << 20)

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
        loading_go_back(node, persisted->result);
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
    loading_unlock_settled(node);
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
    case COMMAND_DEVICE_NAME:
        if (!gate_holds(node, command))
            labels_command(node, command);
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
    case COMMAND_ROOT_GROUPS:
    case COMMAND_ROOT_TAKE_OVER:
    case COMMAND_ROOT_ENTER:
        if (!gate_holds(node, command))
            root_command(node, command);
        break;
    case COMMAND_ROOT_SHARED:
        simple_reply(node, command, root_note_shares(node, command));
        break;
    case COMMAND_ROOT_SEEN:
        simple_reply(node, command, root_note_seen(node));
        break;
    case COMMAND_CARRIER_QUOTA:
        carried_set_quota(node, command->quota);
        simple_reply(node, command, OK);
        break;
    case COMMAND_LOCK:
        loading_lock(node, command);
        break;
    case COMMAND_UNLOCK:
        loading_unlock(node, command);
        break;
    case COMMAND_STOP:
        gate_done(node, ERR_SHUTTING_DOWN);
        receipts_store(node, true);
        link_close_all(node, ERR_SHUTTING_DOWN);
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
    unproven_time(node);
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
        loading_start(node, event);
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
    carried_flush(node);
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
    charters_settle(node);
    invitations_settle(node);
    leaving_settle(node);
    invitees_settle(node);
    dismissal_settle(node);
    admit_settle(node);
    if (event->type == EVENT_TIME || event->mono_ms >= node->wake_ms)
        on_time(node);
    serve_fresh(node);
    session_leave_removed(node);
    room_settle(node);
    fetch_schedule(node);
    payloads_schedule(node);
    submit(node);
    node->batch = NULL;
    link_flush_all(node);
    if (node->wake_ms != wake_before || event->type == EVENT_TIME)
        node_effect(node, EFFECT_WAKE)->wake_ms = node->wake_ms;
    node->event = NULL;
}
