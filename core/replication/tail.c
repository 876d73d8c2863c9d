/* SPDX-License-Identifier: MIT */
#include "tail.h"

#include "compare.h"
#include "core/link/link.h"
#include "core/log/branches.h"
#include "core/log/cuts.h"
#include "core/log/early.h"
#include "core/log/intake.h"
#include "core/log/logs.h"
#include "core/log/lookup.h"
#include "core/members/groups.h"
#include "serve.h"

#define FAR_BEHIND 1000 /* entries: less than that is here before anyone could read */
#define TAIL_ENTRIES EARLY_ENTRIES_MAX
#define TAIL_BYTES (256u << 10) /* beside a full window of bulk in what may wait unsent */
#define TAIL_ROWS 2000          /* looked at: names and titles are passed over */
#define ITEMS_MAX (60u << 10)   /* bytes of items in one message, but for a single larger one */
#define ITEM_HEAD 6             /* u32 log number ‖ u16 size */

/* ---------------------------------------------------------------- asking */

static uint64_t content_missing(const struct group *group)
{
    uint64_t missing = 0;
    for (size_t i = 0; i < group->log_count; i++) {
        const struct log *log = group->logs[i];
        if (log->kind == KIND_CONTENT && logs_wanted_seq(log) > log->row.head_seq)
            missing += logs_wanted_seq(log) - log->row.head_seq;
    }
    return missing;
}

static uint64_t content_of(const struct group *group, const struct link *link)
{
    uint64_t entries = 0;
    for (size_t i = 0; i < group->log_count; i++)
        if (group->logs[i]->kind == KIND_CONTENT)
            entries += link_peer_seq(link, group->logs[i]);
    return entries;
}

static struct link *choose_richest(const struct node *node, const struct group *group)
{
    struct link *best = NULL;
    uint64_t most = 0;
    for (size_t i = 0; i < node->link_count; i++) {
        struct link *link = node->links[i];
        uint64_t entries = link->state == LINK_OPEN ? content_of(group, link) : 0;
        if (entries > most) {
            best = link;
            most = entries;
        }
    }
    return best;
}

void tail_ask(struct node *node, struct group *group)
{
    uint64_t missing = content_missing(group);
    if (!missing)
        group->tail_from = NULL;
    if (missing <= FAR_BEHIND || group->tail_from || !group->key_count)
        return;
    struct link *link = choose_richest(node, group);
    if (!link)
        return;
    struct wire_message message = {.type = WIRE_TAIL, .tail = {.group = group->id}};
    link_send(node, link, &message, 0);
    group->tail_from = link;
    link->tail_due += TAIL_ENTRIES;
}

void tail_link_gone(struct node *node, const struct link *link)
{
    for (size_t i = 0; i < node->group_count; i++)
        if (node->groups[i]->tail_from == link)
            node->groups[i]->tail_from = NULL;
}

/* ---------------------------------------------------------------- answering */

struct gather {
    struct node *node;
    size_t count, bytes, rows;
    struct stored_entry entries[TAIL_ENTRIES]; /* newest first; borrowed from the snapshot at hand */
};

static bool gather_row(void *arg, const struct order_row *row)
{
    struct gather *gather = arg;
    const struct storage *storage = gather->node->storage;
    struct stored_entry *stored = &gather->entries[gather->count];
    struct entry entry;
    struct log *log = lookup_log(gather->node, row->log);
    if (log && !cuts_cover(branches_now(gather->node, log, row->seq), row->seq))
        return ++gather->rows < TAIL_ROWS;
    if (storage->get_entry(storage->ctx, row->log, row->seq, stored) != OK ||
        entry_decode(stored->wire, &entry) != OK || gather->bytes + stored->wire.size > TAIL_BYTES)
        return false;
    if (!entry_is_silent(entry.type)) {
        gather->bytes += stored->wire.size;
        gather->count++;
    }
    return gather->count < TAIL_ENTRIES && ++gather->rows < TAIL_ROWS;
}

static void send_items(struct node *node, struct link *link, const struct group *group, struct buffer *items)
{
    struct wire_message message = {.type = WIRE_TAIL, .tail = {group->id, buffer_bytes(items)}};
    if (items->size)
        link_send(node, link, &message, 0);
    items->size = 0;
}

static void send_gathered(struct node *node, struct link *link, const struct group *group, const struct gather *gather)
{
    struct buffer items = {0};
    for (size_t i = 0; i < gather->count; i++) { /* who asks only now may not have been able to place them before */
        const struct log *log = lookup_log(node, gather->entries[i].log);
        if (log)
            serve_forget_log(link, log);
    }
    for (size_t i = gather->count; i-- > 0;) { /* in the order of the group */
        const struct stored_entry *stored = &gather->entries[i];
        const struct log *log = lookup_log(node, stored->log);
        if (!log)
            continue;
        serve_tell_log(node, link, log);
        if (items.size + ITEM_HEAD + stored->wire.size > ITEMS_MAX)
            send_items(node, link, group, &items);
        buffer_append_u32(&items, stored->log);
        buffer_append_u16(&items, (uint16_t)stored->wire.size);
        buffer_append(&items, stored->wire);
    }
    send_items(node, link, group, &items);
    buffer_done(&items);
}

/* Once per link and group: it is the most that a question can cost. */
static void answer(struct node *node, struct link *link, struct group *group)
{
    const struct storage *storage = node->storage;
    struct gather gather = {.node = node};
    if (!compare_may_read(node, group, link) || table_get(&link->tails_sent, group->id.bytes))
        return;
    table_put(&link->tails_sent, group->id.bytes, group);
    enum error err = storage->begin(storage->ctx);
    if (!err)
        err = storage->each_ordered(storage->ctx, group->number, (struct bytes){0}, true, gather_row, &gather);
    if (!err)
        send_gathered(node, link, group, &gather);
}

/* ---------------------------------------------------------------- taking */

/* An item of a log that is not known here, that does not verify, or is of a later version, is left out: the chain will
 * tell. */
static enum error take_item(struct node *node, struct link *link, struct group *group, uint32_t number,
                            struct bytes wire)
{
    struct entry entry;
    struct log *log = intake_log_of(link, number);
    if (!link->tail_due)
        return ERR_MALFORMED; /* more than was asked for */
    link->tail_due--;
    enum error err = entry_decode(wire, &entry);
    if (err)
        return err == ERR_VERSION ? OK : err;
    if (!log || (log->group == group && log->kind == KIND_CONTENT && same_hash(&entry.log, &log->root->id)))
        early_keep(node, group, log, &entry, wire);
    return OK;
}

static enum error take_items(struct node *node, struct link *link, struct group *group, struct bytes left)
{
    enum error err = OK;
    while (!err && left.size) {
        size_t size = left.size > ITEM_HEAD ? get_u16(left.data + 4) : 0;
        if (size == 0 || size > left.size - ITEM_HEAD)
            return ERR_MALFORMED;
        err = take_item(node, link, group, get_u32(left.data), (struct bytes){left.data + ITEM_HEAD, size});
        left.data += ITEM_HEAD + size;
        left.size -= ITEM_HEAD + size;
    }
    return err;
}

enum error tail_message(struct node *node, struct link *link, const struct wire_message *message)
{
    struct group *group = groups_by_id(node, &message->tail.group);
    if (!group)
        return OK;
    if (message->tail.items.size)
        return take_items(node, link, group, message->tail.items);
    answer(node, link, group);
    return OK;
}
