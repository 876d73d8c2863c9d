/* SPDX-License-Identifier: MIT */
#include "relay.h"

#include "compare.h"
#include "core/base/alloc.h"
#include "core/link/link.h"
#include "core/log/logs.h"
#include "core/members/groups.h"
#include "fetch.h"
#include "serve.h"
#include <stdlib.h>

#define TOGETHER_MS 2  /* entries that come together are announced together */
#define NEXT_MS 200    /* until the next announcer is asked */
#define ANSWER_MS 3000 /* after the question, when something still comes */

struct relay {
    struct log **due; /* durable here, to be announced */
    size_t due_count, due_capacity;
    uint64_t due_ms;
    struct log **asked; /* asked of an announcer, not yet come */
    size_t asked_count, asked_capacity;
};

void relay_forget(struct node *node)
{
    node->relay->due_count = node->relay->asked_count = 0;
}

struct relay *relay_new(void)
{
    return alloc_zero(1, sizeof(struct relay));
}

void relay_free(struct relay *relay)
{
    if (!relay)
        return;
    free(relay->due);
    free(relay->asked);
    free(relay);
}

/* ---------------------------------------------------------------- announcing */

void relay_note(struct log *log, uint64_t seq)
{
    if (seq > log->relay_seq)
        log->relay_seq = seq;
}

void relay_durable(struct node *node, struct log *log)
{
    struct relay *relay = node->relay;
    if (!log->relay_seq || logs_told_seq(log) < log->relay_seq || log->announce_due)
        return;
    if (!relay->due_count)
        relay->due_ms = node->mono_ms + TOGETHER_MS;
    ARRAY_ROOM(relay->due, relay->due_count, relay->due_capacity);
    relay->due[relay->due_count++] = log;
    log->announce_due = true;
    node_wake_at(node, relay->due_ms);
}

/* Rows of one kind that the peer is not known to have and was not told of. */
static void announce_kind(struct node *node, struct link *link, struct group *group, enum log_kind kind)
{
    struct buffer rows = {0};
    for (size_t i = 0; i < node->relay->due_count; i++) {
        const struct log *log = node->relay->due[i];
        if (log->group != group || log->kind != kind || link_peer_seq(link, log) >= logs_told_seq(log) ||
            link_told_seq(link, log) >= logs_told_seq(log) || rows.size >= WIRE_ROWS_MAX * HAVE_ROW_SIZE)
            continue;
        if (log->row.is_branch)
            serve_tell_log(node, link, log);
        struct dep row = {.log = log->id, .seq = logs_told_seq(log)};
        memcpy(row.id, logs_told_id(log)->bytes, sizeof row.id);
        dep_append(&row, &rows);
        link_set_told_seq(link, log, logs_told_seq(log));
    }
    if (rows.size) {
        struct wire_message message = {.type = WIRE_ANNOUNCE};
        message.announce.group = group->id;
        message.announce.kind = kind;
        message.announce.rows = buffer_bytes(&rows);
        link_send(node, link, &message, 0);
    }
    buffer_done(&rows);
}

/* Whether no log before this one in the list is of its group. */
static bool is_first_of_group(const struct relay *relay, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (relay->due[i]->group == relay->due[index]->group)
            return false;
    return true;
}

static void announce_group(struct node *node, struct group *group)
{
    for (size_t i = 0; i < node->link_count; i++) {
        struct link *link = node->links[i];
        if (link->state != LINK_OPEN || !compare_may_know(node, group, link))
            continue;
        announce_kind(node, link, group, KIND_GOVERNANCE);
        if (compare_may_read(node, group, link))
            announce_kind(node, link, group, KIND_CONTENT);
    }
}

static void announce(struct node *node)
{
    for (size_t i = 0; i < node->relay->due_count; i++)
        if (is_first_of_group(node->relay, i))
            announce_group(node, node->relay->due[i]->group);
    for (size_t i = 0; i < node->relay->due_count; i++) {
        node->relay->due[i]->relay_seq = 0;
        node->relay->due[i]->announce_due = false;
    }
    node->relay->due_count = 0;
}

/* ---------------------------------------------------------------- asking */

static void ask(struct node *node, struct log *log, struct link *link)
{
    struct relay *relay = node->relay;
    if (!fetch_announced(node, log, link))
        return;
    log->asked_ms = node->mono_ms;
    log->patience_ms = log->asked_live ? 2 * log->patience_ms : NEXT_MS;
    node_wake_at(node, log->asked_ms + log->patience_ms);
    if (log->asked_live)
        return;
    log->asked_live = true;
    ARRAY_ROOM(relay->asked, relay->asked_count, relay->asked_capacity);
    relay->asked[relay->asked_count++] = log;
}

enum error relay_announced(struct node *node, struct link *link, const struct wire_message *message)
{
    struct group *group = groups_by_id(node, &message->announce.group);
    if (!group)
        return OK;
    for (size_t at = 0; at < message->announce.rows.size; at += HAVE_ROW_SIZE) {
        struct log *log = compare_note_row(node, link, group, message->announce.kind, message->announce.rows.data + at);
        if (log)
            ask(node, log, link);
    }
    fetch_send_live(node, link, group);
    return OK;
}

/* The one that was asked has not answered: another one that announced it. */
static void ask_next(struct node *node, struct log *log)
{
    struct link *next = fetch_other_source(node, log);
    log->asked_ms = node->mono_ms;
    if (!next)
        return;
    fetch_leave(log);
    ask(node, log, next);
    fetch_send_live(node, next, log->group);
}

/* On a slow line a large entry takes its time; who only says other things is not waited for much longer. */
static bool may_be_answering(const struct node *node, const struct log *log)
{
    return node->mono_ms - link_heard_ms(log->source) < log->patience_ms && node->mono_ms - log->asked_ms < ANSWER_MS;
}

static void look_after_asked(struct node *node)
{
    struct relay *relay = node->relay;
    for (size_t i = relay->asked_count; i-- > 0;) {
        struct log *log = relay->asked[i];
        if (!log->source) {
            log->asked_live = false;
            relay->asked[i] = relay->asked[--relay->asked_count];
            continue;
        }
        bool waited = node->mono_ms - log->asked_ms >= log->patience_ms;
        bool answering = waited && may_be_answering(node, log);
        if (waited && !answering)
            ask_next(node, log);
        node_wake_at(node, (answering ? node->mono_ms : log->asked_ms) + log->patience_ms);
    }
}

void relay_time(struct node *node)
{
    struct relay *relay = node->relay;
    if (relay->due_count && node->mono_ms >= relay->due_ms)
        announce(node);
    if (relay->due_count)
        node_wake_at(node, relay->due_ms);
    look_after_asked(node);
}
