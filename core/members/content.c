/* SPDX-License-Identifier: MIT */
#include "content.h"

#include "core/base/alloc.h"
#include "core/keys/custody.h"
#include "core/keys/keys.h"
#include "core/keys/vault.h"
#include "core/log/cuts.h"
#include "core/log/logs.h"
#include "core/log/lookup.h"
#include "groups.h"
#include "notes.h"
#include "told.h"

#define UNREAD_MAX 4096

/* Row: "unread/" ‖ u32 log number ‖ u64 seq. */
static struct vault_key unread_key(const struct log *log, uint64_t seq)
{
    uint8_t which[12];
    put_u32(which, log->row.number);
    put_u64(which + 4, seq);
    return vault_key("unread/", BYTES_OF(which));
}

void content_move_unread(struct node *node, struct unread *unread, struct log *to)
{
    struct vault_key key = unread_key(unread->log, unread->seq);
    vault_delete(node, &key);
    unread->log = to;
    key = unread_key(to, unread->seq);
    vault_put(node, &key, (struct bytes){0});
}

static void keep_unread(struct group *group, struct log *log, uint64_t seq)
{
    ARRAY_ROOM(group->unread, group->unread_count, group->unread_capacity);
    group->unread[group->unread_count++] = (struct unread){log, seq};
}

/* ERR_NO_KEY: try again when a key has come; ERR_BUSY: in a later step. */
static enum error read_entry(struct node *node, struct log *log, const struct entry *entry)
{
    struct buffer plain = {0};
    enum error err = keys_open(log->group, entry, &plain);
    if (!err && entry->type != ENTRY_NOTE)
        told_note(node, log, entry, buffer_bytes(&plain));
    else if (!err && log->group == node->workspace && cuts_cover(log, entry->seq))
        err = notes_read(node, log, entry, buffer_bytes(&plain));
    buffer_wipe(&plain);
    return err;
}

static bool is_to_be_read_later(struct node *node, enum error err)
{
    if (err == ERR_BUSY) {
        node->notes_wait = true;
        node_wake_at(node, node->mono_ms + 1);
    }
    return err == ERR_NO_KEY || err == ERR_BUSY;
}

void content_note(struct node *node, struct log *log, const struct entry *entry)
{
    custody_count(node, log->group, entry);
    if (!entry_is_silent(entry->type) || entry->payload_missing)
        return;
    groups_settle(node); /* what says who its author is may have come just before, in this step */
    if (log->group->unread_count >= UNREAD_MAX && !node->note_tries)
        node->note_tries = 1; /* rather slow than forgetful: there is no room for another one to wait */
    if (!is_to_be_read_later(node, read_entry(node, log, entry)) || log->group->unread_count >= UNREAD_MAX)
        return;
    struct vault_key key = unread_key(log, entry->seq);
    keep_unread(log->group, log, entry->seq);
    vault_put(node, &key, (struct bytes){0});
}

/* Notes stand in the workspace only: what other groups tell need not wait behind them. */
static bool waits_behind_notes(const struct node *node, const struct group *group)
{
    return group == node->workspace && node->notes_wait;
}

void content_read_unread(struct node *node, struct group *group)
{
    size_t left = 0;
    node->notes_wait = node->notes_wait && group != node->workspace;
    for (size_t i = 0; i < group->unread_count; i++) {
        struct unread unread = group->unread[i];
        struct stored_entry stored;
        struct entry entry;
        bool waits = waits_behind_notes(node, group);
        bool found = !waits && lookup_entry(node, unread.log, unread.seq, &stored) == OK &&
                     entry_decode(stored.wire, &entry) == OK;
        if (waits || (found && is_to_be_read_later(node, read_entry(node, unread.log, &entry)))) {
            group->unread[left++] = unread;
            continue;
        }
        struct vault_key key = unread_key(unread.log, unread.seq);
        vault_delete(node, &key);
    }
    group->unread_count = left;
}

/* ---------------------------------------------------------------- loading */

static void load_unread(struct node *node, struct bytes which, struct bytes plain)
{
    struct log *log = which.size == 12 ? lookup_log(node, get_u32(which.data)) : NULL;
    (void)plain;
    if (log)
        keep_unread(log->group, log, get_u64(which.data + 4));
}

enum error content_load(struct node *node)
{
    enum error err = vault_each(node, "unread/", load_unread);
    node->notes_wait = true;
    return err;
}
