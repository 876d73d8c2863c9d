/* SPDX-License-Identifier: MIT
 * Messages as people see them: entries opened, with their author's name. */
#include "branches.h"
#include "core/base/alloc.h"
#include "core/keys/keys.h"
#include "core/members/groups.h"
#include "core/members/names.h"
#include "core/members/roster.h"
#include "core/members/verify.h"
#include "core/node_query.h"
#include "core/state.h"
#include "cuts.h"
#include "early.h"
#include "logs.h"
#include "lookup.h"
#include "unproven.h"
#include <stdlib.h>

#define LATE_MS 60000
#define ROWS_PER_READER 2000

/* False: the author's role does not include writing. */
static bool describe_author(const struct node *node, const struct log *log, struct message *ret)
{
    struct member author;
    ret->device = *log_author(log);
    bool is_known = roster_author(&log->group->roster, &log->row.name, &author);
    if (is_known) {
        ret->person = author.person;
        ret->author = names_person(node, &author.person);
    }
    ret->verification = verify_state(node, &ret->device, &ret->person, ret->author);
    return !is_known /* counted once, when its entries were taken */ || author.role == ROLE_ADMIN ||
           author.role == ROLE_MEMBER;
}

/* A dep bears the name of the log that forked; people see the branch. */
static struct message_ref as_seen(const struct node *node, const struct dep *dep)
{
    const struct log *log = branches_cited(node, dep);
    return (struct message_ref){log ? log->id : dep->log, dep->seq};
}

static void describe_content(const struct node *node, const struct entry *entry, struct bytes plain,
                             struct message *ret)
{
    struct message_content content;
    if (message_content_decode(plain, &content) != OK) {
        ret->state = MESSAGE_NEEDS_NEWER;
        return;
    }
    ret->state = MESSAGE_READABLE;
    ret->topic = content.topic;
    ret->text = content.text;
    ret->urgent = (content.flags & MESSAGE_FLAG_URGENT) != 0;
    /* What is answered is the first dep; the second where the first ties a later sub to the one before it. */
    bool later_sub = entry->seq == 1 && !crypto_is_zero(entry->previous.bytes, sizeof entry->previous.bytes);
    size_t at = later_sub ? 1 : 0;
    if (content.flags & MESSAGE_FLAG_REPLY && at < entry_dep_count(entry)) {
        struct dep dep = entry_dep(entry, at);
        ret->reply_to = as_seen(node, &dep);
    }
}

static enum message_state kind_of(uint64_t type)
{
    if (entry_is_silent(type))
        return MESSAGE_NOT_TEXT;
    return type == ENTRY_MESSAGE ? MESSAGE_READABLE : MESSAGE_NEEDS_NEWER;
}

static enum error describe(struct node *node, const struct log *log, const struct stored_entry *stored,
                           struct message *ret)
{
    struct entry entry;
    enum error err = entry_decode(stored->wire, &entry);
    if (err)
        return ERR_CORRUPT;
    *ret = (struct message){.ref = {log->id, entry.seq},
                            .group = log->group->number,
                            .log_number = log->row.number,
                            .state = kind_of(entry.type),
                            .type = entry.type,
                            .time_ms = hlc_ms(entry.hlc),
                            .written_twice = log->row.is_branch,
                            .seen_ms = stored->seen_ms,
                            .arrival = stored->arrival,
                            .wire = stored->wire};
    ret->late = stored->seen_ms > ret->time_ms + LATE_MS;
    ret->implausible = entry.hlc && !hlc_believed(entry.hlc, node->now_ms);
    ret->time_doubtful = doubts_find(log->group->roster.doubts, log->group->roster.doubt_count, &entry.log, entry.seq);
    bool may_write = describe_author(node, log, ret);
    if (!may_write && ret->type == ENTRY_MESSAGE)
        ret->state = MESSAGE_NOT_TEXT; /* a reader's or a carrier's program that does not keep to its role */
    if (ret->state != MESSAGE_READABLE)
        return OK;
    if (entry.payload_missing) {
        ret->state = MESSAGE_PAYLOAD_MISSING;
        return OK;
    }
    node->message_scratch.size = 0;
    err = keys_open(log->group, &entry, &node->message_scratch);
    if (err)
        ret->state = err == ERR_NO_KEY ? MESSAGE_WAITING_FOR_KEY : MESSAGE_NEEDS_NEWER;
    else
        describe_content(node, &entry, buffer_bytes(&node->message_scratch), ret);
    return OK;
}

static enum error describe_early(struct node *node, const struct early_entry *held, struct message *ret)
{
    const struct stored_entry stored = {.seq = held->seq, .wire = buffer_bytes(&held->wire)};
    enum error err = describe(node, held->log, &stored, ret);
    if (!err)
        ret->early = true;
    return err;
}

enum error node_message(struct node *node, uint32_t log_number, uint64_t seq, struct message *ret)
{
    struct stored_entry stored;
    struct log *numbered = lookup_log(node, log_number);
    if (!numbered || numbered->kind != KIND_CONTENT)
        return ERR_NOT_FOUND;
    const struct log *log = branches_now(node, numbered, seq);
    enum error err = lookup_entry(node, log, seq, &stored);
    const struct early_entry *held = err == ERR_NOT_FOUND ? early_find(log, seq) : NULL;
    if (held)
        return describe_early(node, held, ret);
    if (err == ERR_NOT_FOUND && unproven_find(node, log, seq, &stored.wire)) {
        stored = (struct stored_entry){.log = log_number, .seq = seq, .wire = stored.wire};
        err = OK;
    }
    return err ? err : describe(node, log, &stored, ret);
}

/* ---------------------------------------------------------------- lists */

struct list {
    struct node *node;
    const struct message_query *query;
    message_visitor visit;
    void *arg;
    enum error err;
    bool stopped;
    size_t rows;
    struct buffer cursor; /* of the last row seen */
    uint64_t arrival;
};

/* What is doubted counts by its place. */
static bool fits(const struct message_query *query, const struct message *message, const struct order_row *row)
{
    uint64_t time_ms = message->time_doubtful ? row->key.ms : message->time_ms;
    if (query->since_ms && time_ms < query->since_ms)
        return false;
    if (query->until_ms && time_ms >= query->until_ms)
        return false;
    return !query->topic.size || bytes_equal(query->topic, message->topic);
}

/* A sort key is never below its entry's time, so far as that is believed, so from here on back nothing is wanted.  The
 * other way round says nothing: a clock that runs far ahead lifts the keys of all that is written after it. */
static bool is_before_all(const struct message_query *query, const struct order_row *row)
{
    return query->backward && row->key.ms < query->since_ms;
}

static bool visit_row(void *arg, const struct order_row *row)
{
    struct list *list = arg;
    struct node *node = list->node;
    struct stored_entry stored;
    struct message message;
    struct log *log = lookup_log(node, row->log);
    list->cursor.size = 0;
    buffer_append(&list->cursor, row->cursor);
    list->rows++;
    if (is_before_all(list->query, row)) {
        list->stopped = true;
        return false;
    }
    if (!log || log->hidden || !cuts_cover(branches_now(node, log, row->seq), row->seq))
        return true;
    list->err = node->storage->get_entry(node->storage->ctx, row->log, row->seq, &stored);
    if (!list->err)
        list->err = describe(node, branches_now(node, log, row->seq), &stored, &message);
    if (list->err)
        return false;
    message.incomplete = row->incomplete;
    message.cursor = row->cursor;
    if (fits(list->query, &message, row))
        list->stopped = !list->visit(list->arg, &message);
    return !list->stopped && list->rows % ROWS_PER_READER != 0;
}

enum error node_messages(struct node *node, const struct message_query *query, message_visitor visit, void *arg)
{
    const struct storage *storage = node->storage;
    struct list list = {.node = node, .query = query, .visit = visit, .arg = arg};
    size_t before;
    buffer_append(&list.cursor, query->cursor);
    if (!query->cursor.size && query->since_ms && !query->backward)
        storage->order_cursor_at(storage->ctx, query->since_ms, &list.cursor);
    do {
        struct buffer from = {0};
        before = list.rows;
        buffer_append(&from, buffer_bytes(&list.cursor));
        storage->end(storage->ctx);
        list.err = storage->begin(storage->ctx);
        enum error err = list.err ? list.err
                                  : storage->each_ordered(storage->ctx, query->group, buffer_bytes(&from),
                                                          query->backward, visit_row, &list);
        if (!list.err)
            list.err = err;
        buffer_done(&from);
    } while (!list.err && !list.stopped && list.rows != before && list.rows % ROWS_PER_READER == 0);
    buffer_done(&list.cursor);
    return list.err;
}

static bool visit_arrival(void *arg, const struct stored_entry *stored)
{
    struct list *list = arg;
    struct message message;
    struct log *log = lookup_log(list->node, stored->log);
    list->rows++;
    list->arrival = stored->arrival;
    if (!log || log->kind != KIND_CONTENT || log->hidden ||
        !cuts_cover(branches_now(list->node, log, stored->seq), stored->seq))
        return true;
    list->err = describe(list->node, branches_now(list->node, log, stored->seq), stored, &message);
    if (!list->err)
        list->stopped = !list->visit(list->arg, &message);
    return !list->err && !list->stopped && list->rows % ROWS_PER_READER != 0;
}

enum error node_arrivals(struct node *node, uint64_t after, message_visitor visit, void *arg)
{
    const struct storage *storage = node->storage;
    struct list list = {.node = node, .visit = visit, .arg = arg, .arrival = after};
    size_t before;
    do {
        before = list.rows;
        storage->end(storage->ctx);
        list.err = storage->begin(storage->ctx);
        enum error err =
            list.err ? list.err : storage->each_arrival(storage->ctx, list.arrival + 1, visit_arrival, &list);
        if (!list.err)
            list.err = err;
    } while (!list.err && !list.stopped && list.rows != before && list.rows % ROWS_PER_READER == 0);
    return list.err;
}

static int by_time(const void *a, const void *b)
{
    const struct early_entry *const *x = a, *const *y = b;
    if ((*x)->hlc != (*y)->hlc)
        return (*x)->hlc < (*y)->hlc ? -1 : 1;
    int order = memcmp(log_author((*x)->log), log_author((*y)->log), sizeof(struct sign_public));
    return order ? order : ((*x)->seq > (*y)->seq) - ((*x)->seq < (*y)->seq);
}

enum error node_early_messages(struct node *node, uint32_t number, message_visitor visit, void *arg)
{
    const struct group *group = groups_by_number(node, number);
    const struct early_entry *sorted[EARLY_ENTRIES_MAX];
    size_t count = group ? group->early.count : 0;
    enum error err = OK;
    for (size_t i = 0; i < count; i++)
        sorted[i] = &group->early.entries[i];
    qsort(sorted, count, sizeof(struct early_entry *), by_time);
    for (size_t i = 0; i < count && !err; i++) {
        struct message message;
        if (early_is_reached(node, sorted[i]))
            continue;
        err = describe_early(node, sorted[i], &message);
        if (!err && !visit(arg, &message))
            break;
    }
    return err;
}

bool node_order_is_current(const struct node *node)
{
    const struct storage *storage = node->storage;
    return storage->begin(storage->ctx) == OK &&
           storage->order_progress(storage->ctx) >= storage->last_arrival(storage->ctx);
}
