/* SPDX-License-Identifier: MIT */
#include "serve.h"

#include "compare.h"
#include "core/base/alloc.h"
#include "core/link/link.h"
#include "core/log/intake.h"
#include "core/log/logs.h"
#include "core/members/groups.h"
#include "core/members/roster.h"
#include "core/peers/neighbours.h"
#include "outsiders.h"
#include "receipts.h"
#include "room.h"
#include <stdlib.h>

#define BULK_WINDOW (4u << 20)
#define LIVE_WINDOW (256u << 10)
#define RANGES_MAX 16384u
#define ITEMS_MAX (60u << 10) /* bytes of entries in one message, but for a single larger one */

static void tell_end(struct node *node, struct link *link, const struct hash *id, uint64_t seq, enum end reason)
{
    struct wire_message message = {.type = WIRE_END};
    message.end.log = *id;
    message.end.seq = seq;
    message.end.reason = reason;
    link_send(node, link, &message, 0);
}

/* Live ones first; then what admins wrote, for it tells who is who and what the group is called. */
static unsigned urgency(const struct serve_range *range)
{
    const struct log *log = range->log;
    bool tells = log->kind == KIND_CONTENT && roster_is_admin(&log->group->roster, log_author(log));
    return range->live ? 2 : tells;
}

/* Behind the ranges that wait and are as urgent. */
static void push_range(struct link *link, const struct serve_range *range)
{
    ARRAY_ROOM(link->serve, link->serve_count, link->serve_capacity);
    size_t at = link->serve_count++;
    for (unsigned urgent = urgency(range); at > link->serve_at && urgency(&link->serve[at - 1]) < urgent; at--)
        link->serve[at] = link->serve[at - 1];
    link->serve[at] = *range;
}

void serve_forget_log(struct link *link, const struct log *log)
{
    if (log->index < link->log_told_count)
        link->log_told[log->index] = false;
}

static enum error add_range(struct link *link, const struct serve_range *range)
{
    struct log *log = range->log;
    if (link->serve_count - link->serve_at >= RANGES_MAX)
        return ERR_LIMIT;
    if (link->serve_at == link->serve_count)
        link->serve_at = link->serve_count = 0;
    serve_forget_log(link, log); /* whoever asks again may not have been able to place it before */
    struct serve_range there = *range;
    if (there.from <= log->row.base_seq)
        there.from = log->row.base_seq + 1;
    push_range(link, &there);
    return OK;
}

void serve_stop(struct node *node, struct link *link, const struct hash *id)
{
    size_t kept = link->serve_at;
    for (size_t i = link->serve_at; i < link->serve_count; i++)
        if (!same_hash(&link->serve[i].log->id, id))
            link->serve[kept++] = link->serve[i];
    link->serve_count = kept;
    tell_end(node, link, id, 0, END_STOPPED);
}

/* ---------------------------------------------------------------- messages on their way */

static size_t *unacked(struct link *link, bool live)
{
    return live ? &link->unacked_live : &link->unacked_bytes;
}

static void push_sent(struct link *link, size_t size, struct log *log, uint64_t last_seq, bool live)
{
    if (link->sent_count == link->sent_capacity) {
        size_t capacity = link->sent_capacity ? 2 * link->sent_capacity : 64;
        struct sent_entries *ring = alloc_zero(capacity, sizeof *ring);
        for (size_t i = 0; i < link->sent_count; i++)
            ring[i] = link->sent[(link->sent_head + i) % link->sent_capacity];
        free(link->sent);
        link->sent = ring;
        link->sent_capacity = capacity;
        link->sent_head = 0;
    }
    link->sent[(link->sent_head + link->sent_count++) % link->sent_capacity] =
        (struct sent_entries){size, live, log, last_seq};
    *unacked(link, live) += size;
    if (last_seq > link_told_seq(link, log)) /* an entry counts as a row */
        link_set_told_seq(link, log, last_seq);
}

static struct sent_entries pop_sent(struct link *link)
{
    struct sent_entries sent = link->sent[link->sent_head];
    link->sent_head = (link->sent_head + 1) % link->sent_capacity;
    link->sent_count--;
    link->acked++;
    *unacked(link, sent.live) -= sent.size;
    return sent;
}

/* LOG before a log's first entries on a link, and again when it is asked for again. */
void serve_tell_log(struct node *node, struct link *link, const struct log *log)
{
    if (log->index >= link->log_told_count) {
        size_t count = log->index + 16;
        link->log_told = alloc_grow(link->log_told, count, sizeof *link->log_told);
        memset(link->log_told + link->log_told_count, 0, count - link->log_told_count);
        link->log_told_count = count;
    }
    if (link->log_told[log->index])
        return;
    link->log_told[log->index] = true;
    struct wire_message message = {.type = WIRE_LOG};
    message.log.number = log->row.number;
    message.log.name = log->row.name;
    message.log.is_branch = log->row.is_branch;
    message.log.base = log->row.base_seq;
    message.log.first = log->row.first_id;
    link_send(node, link, &message, 0);
}

static void send_items(struct node *node, struct link *link, struct log *log, uint64_t last_seq, struct bytes items,
                       uint64_t flags, uint64_t after)
{
    struct wire_message message = {.type = WIRE_ENTRIES};
    message.entries.number = log->row.number;
    message.entries.flags = flags;
    message.entries.items = items;
    link_send(node, link, &message, after);
    push_sent(link, items.size, log, last_seq, flags & ENTRIES_FLAG_LIVE);
}

static bool send_live(struct node *node, struct link *link, struct log *log, uint64_t seq, struct bytes wire,
                      uint64_t flags)
{
    if (link->unacked_live > LIVE_WINDOW)
        return false;
    struct buffer items = {0};
    buffer_append_u16(&items, (uint16_t)wire.size);
    buffer_append(&items, wire);
    serve_tell_log(node, link, log);
    send_items(node, link, log, seq, buffer_bytes(&items), flags, node->batch->id);
    buffer_done(&items);
    return true;
}

/* ---------------------------------------------------------------- bulk */

/* Up to one batch of a range: items packed, and where the last checked signature stands. */
struct gather {
    struct buffer items;
    uint64_t to;
    size_t count;
    size_t ends[BATCH_ENTRIES]; /* offset behind each item */
    uint64_t first_seq;
    size_t endorsed; /* how many items up to the last checked one */
};

static bool gather_entry(void *arg, const struct stored_entry *stored)
{
    struct gather *gather = arg;
    if (stored->seq > gather->to || gather->count == BATCH_ENTRIES ||
        (gather->count && gather->items.size + stored->wire.size > BATCH_BYTES))
        return false;
    if (!gather->count)
        gather->first_seq = stored->seq;
    buffer_append_u16(&gather->items, (uint16_t)stored->wire.size);
    buffer_append(&gather->items, stored->wire);
    gather->ends[gather->count++] = gather->items.size;
    if (stored->flags & ENTRY_FLAG_CHECKED)
        gather->endorsed = gather->count;
    return true;
}

/* Sends the endorsed items in as few messages as fit into frames, the last one flagged. */
static void send_gathered(struct node *node, struct link *link, const struct serve_range *range,
                          const struct gather *gather)
{
    struct log *log = range->log;
    size_t begin = 0;
    uint64_t flags = range->live ? ENTRIES_FLAG_LIVE : 0;
    serve_tell_log(node, link, log);
    for (size_t i = 0; i < gather->endorsed; i++) {
        bool last = i + 1 == gather->endorsed;
        if (!last && gather->ends[i + 1] - begin <= ITEMS_MAX)
            continue;
        send_items(node, link, log, gather->first_seq + i,
                   (struct bytes){gather->items.data + begin, gather->ends[i] - begin},
                   last ? flags | ENTRIES_FLAG_LAST : flags, 0);
        begin = gather->ends[i];
    }
}

/* Where no signature in reach was checked here before, it is checked now. */
static bool last_is_signed(const struct log *log, const struct gather *gather)
{
    struct entry entry;
    if (!gather->count)
        return false;
    size_t begin = (gather->count > 1 ? gather->ends[gather->count - 2] : 0) + 2;
    struct bytes wire = {gather->items.data + begin, gather->ends[gather->count - 1] - begin};
    return entry_decode(wire, &entry) == OK && entry_verify(&entry, log_author(log)) == OK;
}

static enum error serve_batch(struct node *node, struct link *link, struct serve_range *range)
{
    struct gather *gather = alloc_zero(1, sizeof *gather);
    const struct storage *storage = node->storage;
    uint64_t told = logs_told_seq(range->log);
    gather->to = range->to < told ? range->to : told;
    enum error err = OK;
    if (range->from <= gather->to && range->log->row.number) {
        err = storage->begin(storage->ctx);
        if (!err)
            err = storage->each_entry(storage->ctx, range->log->row.number, range->from, gather_entry, gather);
    }
    if (!err && !gather->endorsed && last_is_signed(range->log, gather))
        gather->endorsed = gather->count;
    if (!err && gather->endorsed) {
        send_gathered(node, link, range, gather);
        range->from = gather->first_seq + gather->endorsed;
    }
    if (!err && (!gather->endorsed || range->from > gather->to)) {
        tell_end(node, link, &range->log->id, range->from - 1, END_DONE);
        link->serve_at++;
    }
    buffer_done(&gather->items);
    free(gather);
    return err;
}

static bool has_room(const struct link *link, const struct serve_range *range)
{
    return range->live ? link->unacked_live <= LIVE_WINDOW : link->unacked_bytes < BULK_WINDOW;
}

static enum error pump(struct node *node, struct link *link)
{
    enum error err = OK;
    while (!err && link->serve_at < link->serve_count && has_room(link, &link->serve[link->serve_at]))
        err = serve_batch(node, link, &link->serve[link->serve_at]);
    return err == ERR_CORRUPT || err == ERR_DISK ? ERR_LIMIT : err;
}

/* What is asked for of a log, as far as this device may have it; to 0: nothing. */
static struct serve_range allowed_range(const struct node *node, const struct link *link, struct log *log,
                                        const uint8_t *row, struct bytes outside)
{
    uint64_t from = get_u64(row + 32), to = get_u64(row + 40);
    if (!compare_may_have(node, log, link)) {
        uint64_t limit = outsiders_limit(outside, log);
        to = to < limit ? to : limit;
    }
    return (struct serve_range){.log = log, .from = from ? from : 1, .to = to};
}

static enum error want_row(struct node *node, struct link *link, const struct group *group, const uint8_t *row,
                           uint64_t flags, struct bytes outside)
{
    struct hash id;
    memcpy(id.bytes, row, sizeof id.bytes);
    struct log *log = logs_find(node, &id);
    bool knows = group && (outside.size || compare_may_know(node, group, link));
    bool here = knows && log && log->group == group && log->named && (!log->hidden || log->is_proof);
    struct serve_range range = {.to = 0};
    if (here)
        range = allowed_range(node, link, log, row, outside);
    range.live = flags & WANT_FLAG_LIVE;
    if (range.to)
        return add_range(link, &range);
    tell_end(node, link, &id, 0, here ? END_NOT_FOR_YOU : END_NOT_HERE);
    return OK;
}

enum error serve_want(struct node *node, struct link *link, const struct wire_message *message)
{
    struct group *group = groups_by_id(node, &message->want.group);
    struct buffer outside = {0};
    enum error err = OK;
    if (group && !compare_may_know(node, group, link))
        outsiders_rows(node, group, link, &outside);
    for (size_t at = 0; !err && at < message->want.rows.size; at += WANT_ROW_SIZE)
        err = want_row(node, link, group, message->want.rows.data + at, message->want.flags, buffer_bytes(&outside));
    buffer_done(&outside);
    return err ? err : pump(node, link);
}

static bool is_refused(struct bytes refused, uint64_t number)
{
    for (size_t at = 0; at < refused.size; at += 8)
        if (get_u64(refused.data + at) == number)
            return true;
    return false;
}

static bool is_following(const struct link *link, const struct log *log)
{
    for (size_t i = link->serve_at; i < link->serve_count && link->serve[i].live; i++)
        if (link->serve[i].log == log)
            return true;
    return false;
}

/* What the live window held back follows as soon as it opens and the entries are durable.  Until nothing is left
 * behind, no newer entry goes live: it would leave a gap. */
static enum error follow_up_log(struct node *node, struct link *link, struct log *log)
{
    if (!log || !compare_may_have(node, log, link) || !room_is_there(log, link))
        return OK;
    uint64_t sent = link_told_seq(link, log), told = logs_told_seq(log);
    struct serve_range range = {.log = log, .from = sent + 1, .to = told, .live = true};
    link->behind = link->behind || log->durable_seq < log->row.head_seq;
    return sent < told && !is_following(link, log) ? add_range(link, &range) : OK;
}

static enum error follow_up(struct node *node, struct link *link)
{
    enum error err = OK;
    if (!link->behind || link->unacked_live >= LIVE_WINDOW / 2)
        return OK;
    link->behind = false;
    for (size_t i = 0; i < node->group_count && !err; i++)
        for (enum log_kind kind = KIND_GOVERNANCE; kind <= KIND_CONTENT && !err; kind++)
            err = follow_up_log(node, link, node->groups[i]->own[kind]);
    return err ? err : pump(node, link);
}

void serve_durable(struct node *node)
{
    for (size_t i = 0; i < node->link_count; i++)
        if (node->links[i]->state == LINK_OPEN && follow_up(node, node->links[i]) != OK)
            node->links[i]->behind = true; /* with the next acknowledgement */
}

enum error serve_ack(struct node *node, struct link *link, const struct wire_message *message)
{
    if (message->ack.count < link->acked || message->ack.count - link->acked > link->sent_count)
        return ERR_MALFORMED;
    while (link->acked < message->ack.count) {
        struct sent_entries sent = pop_sent(link);
        if (is_refused(message->ack.refused, link->acked))
            link_set_told_seq(link, sent.log, 0);
        else
            receipts_note(node, link, sent.log, sent.last_seq);
    }
    enum error err = follow_up(node, link);
    return err ? err : pump(node, link);
}

/* ---------------------------------------------------------------- live */

void serve_fresh(struct node *node)
{
    uint64_t flags = ENTRIES_FLAG_LAST | ENTRIES_FLAG_LIVE;
    if (node->fresh_count && neighbours_are_all(node))
        flags |= ENTRIES_FLAG_TO_ALL;
    for (size_t l = 0; node->fresh_count && l < node->link_count; l++) {
        struct link *link = node->links[l];
        for (size_t i = 0; link->state == LINK_OPEN && i < node->fresh_count; i++) {
            struct log *log = node->fresh[i].log;
            if (!compare_may_have(node, log, link) || !room_is_there(log, link))
                continue;
            if (link->behind || !send_live(node, link, log, node->fresh[i].seq,
                                           batch_entry_wire(node->batch, node->fresh[i].at), flags))
                link->behind = true;
        }
    }
    node->fresh_count = 0;
}
