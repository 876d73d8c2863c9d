/* SPDX-License-Identifier: MIT */
#include "replicate.h"

#include "alloc.h"
#include "groups.h"
#include "link.h"
#include "logs.h"
#include "roster.h"
#include "serve.h"

#define DIGEST_MS 1000
#define DIGEST_LINKS 3
#define OWING_MS 3000

/* Content goes to current members only; who is not yet known as one gets the governance that may tell. */
static bool may_read(const struct group *group, const struct link *link)
{
    return roster_find(&group->roster, &link->device) != NULL;
}

/* ---------------------------------------------------------------- digests */

static void append_digest_rows(struct node *node, struct buffer *rows)
{
    if (!node->workspace)
        return;
    buffer_append(rows, hash_bytes(&node->workspace->id));
    buffer_append(rows, hash_bytes(logs_digest(node->workspace)));
}

void replicate_digest_all(struct node *node, struct hash *ret)
{
    struct buffer rows = {0};
    append_digest_rows(node, &rows);
    crypto_hash(buffer_bytes(&rows), ret);
    buffer_done(&rows);
}

static void send_digests(struct node *node, struct link *link)
{
    struct buffer rows = {0};
    append_digest_rows(node, &rows);
    struct wire_message message = {.type = WIRE_DIGESTS, .digests = buffer_bytes(&rows)};
    link_send(node, link, &message, 0);
    buffer_done(&rows);
}

/* The peer has `log` durably up to `seq`: it said so, acknowledged it, or told an equal digest. */
static void note_evidence(struct node *node, struct link *link, struct log *log, uint64_t seq)
{
    if (seq <= link_peer_seq(link, log))
        return;
    link_set_peer_seq(link, log, seq);
    if (!log->own)
        return;
    size_t i = 0;
    while (i < log->evidence_count && !same_key(&log->evidence[i].device, &link->device))
        i++;
    if (i == log->evidence_count) {
        ARRAY_ROOM(log->evidence, log->evidence_count, log->evidence_capacity);
        log->evidence[log->evidence_count++] = (struct evidence){.device = link->device};
    }
    if (seq <= log->evidence[i].seq)
        return;
    log->evidence[i].seq = seq;
    if (log->kind == KIND_CONTENT)
        node_notify(node, NOTICE_ACKNOWLEDGED, log, seq, &link->device, 0);
}

/* An equal digest proves that the peer has all that is durable here. */
static void has_all(struct node *node, struct link *link, const struct group *group)
{
    for (size_t i = 0; i < group->log_count; i++)
        note_evidence(node, link, group->logs[i], group->logs[i]->durable_seq);
}

void replicate_hello(struct node *node, struct link *link, const struct hash *digest)
{
    struct hash mine;
    replicate_digest_all(node, &mine);
    if (!same_hash(&mine, digest))
        send_digests(node, link);
    else if (node->workspace)
        has_all(node, link, node->workspace);
}

/* ---------------------------------------------------------------- HAVE */

static void send_rows(struct node *node, struct link *link, const struct group *group, enum log_kind kind,
                      uint64_t flags)
{
    struct buffer rows = {0};
    logs_rows(group, kind, &rows);
    size_t at = 0;
    do {
        size_t size = rows.size - at < WIRE_ROWS_MAX * HAVE_ROW_SIZE ? rows.size - at : WIRE_ROWS_MAX * HAVE_ROW_SIZE;
        struct wire_message message = {.type = WIRE_HAVE};
        message.have.group = group->id;
        message.have.kind = kind;
        message.have.rows = (struct bytes){rows.data + at, size};
        at += size;
        message.have.flags = at == rows.size ? flags | HAVE_FLAG_LAST : 0;
        link_send(node, link, &message, 0);
    } while (at < rows.size);
    buffer_done(&rows);
}

static void send_have(struct node *node, struct link *link, const struct group *group, bool ask)
{
    bool content = may_read(group, link);
    send_rows(node, link, group, KIND_GOVERNANCE, ask && !content ? HAVE_FLAG_ASK : 0);
    if (content)
        send_rows(node, link, group, KIND_CONTENT, ask ? HAVE_FLAG_ASK : 0);
}

enum error replicate_digests(struct node *node, struct link *link, struct bytes rows)
{
    for (size_t at = 0; at < rows.size; at += DIGEST_ROW_SIZE) {
        struct hash id, digest;
        memcpy(id.bytes, rows.data + at, sizeof id.bytes);
        memcpy(digest.bytes, rows.data + at + sizeof id.bytes, sizeof digest.bytes);
        struct group *group = groups_by_id(node, &id);
        if (!group)
            continue;
        if (same_hash(&digest, logs_digest(group)))
            has_all(node, link, group);
        else
            send_have(node, link, group, true);
    }
    return OK;
}

static void note_row(struct node *node, struct link *link, struct group *group, enum log_kind kind, const uint8_t *row)
{
    struct hash id;
    uint64_t seq = get_u64(row + sizeof id.bytes);
    memcpy(id.bytes, row, sizeof id.bytes);
    struct log *log = logs_find(node, &id);
    if (!log && group->log_count >= 8192)
        return;
    log = logs_get(node, group, &id, kind);
    if (log->group != group)
        return;
    if (seq == log->durable_seq && seq && memcmp(row + sizeof id.bytes + 8, log->durable_id.bytes, 8) != 0) {
        log->conflict = true;
        return;
    }
    if (log->own && seq > log->row.head_seq)
        log->closed = true; /* an older copy of this home wrote more than we know */
    if (seq > log->known_seq)
        log->known_seq = seq;
    if (seq < link_peer_seq(link, log)) /* it lost its database, or never had what it said */
        link_set_peer_seq(link, log, seq);
    note_evidence(node, link, log, seq);
}

enum error replicate_have(struct node *node, struct link *link, const struct wire_message *message)
{
    struct group *group = groups_by_id(node, &message->have.group);
    if (!group)
        return OK;
    for (size_t at = 0; at < message->have.rows.size; at += HAVE_ROW_SIZE)
        note_row(node, link, group, message->have.kind, message->have.rows.data + at);
    if (message->have.flags & HAVE_FLAG_LAST)
        group->wants_dirty = true;
    if (message->have.flags & HAVE_FLAG_ASK)
        send_have(node, link, group, false);
    return OK;
}

/* ---------------------------------------------------------------- WANT */

static bool is_missing(const struct log *log)
{
    return !log->conflict && !log->unjustified && log->known_seq > log->row.head_seq;
}

static void take_source(struct log *log, struct link *link)
{
    log->source = link;
    link->wants++;
    log->group->fetching[log->kind]++;
}

static void leave_source(struct log *log)
{
    log->source->wants--;
    log->group->fetching[log->kind]--;
    log->source = NULL;
    log->group->wants_dirty = true;
}

/* The open link with the fewest logs asked of it that has more of `log` than we. */
static struct link *choose_source(const struct node *node, const struct log *log)
{
    struct link *best = NULL;
    for (size_t i = 0; i < node->link_count; i++) {
        struct link *link = node->links[i];
        if (link->state == LINK_OPEN && link_peer_seq(link, log) > log->row.head_seq &&
            (!best || link->wants < best->wants))
            best = link;
    }
    return best;
}

static void send_wants(struct node *node, struct link *link, const struct group *group)
{
    struct buffer *rows = &link->want_rows;
    for (size_t at = 0; at < rows->size; at += WIRE_ROWS_MAX * WANT_ROW_SIZE) {
        size_t left = rows->size - at, most = WIRE_ROWS_MAX * WANT_ROW_SIZE;
        struct wire_message message = {.type = WIRE_WANT};
        message.want.group = group->id;
        message.want.rows = (struct bytes){rows->data + at, left < most ? left : most};
        link_send(node, link, &message, 0);
        link->progress_ms = node->mono_ms;
    }
    rows->size = 0;
}

/* Finds a source for every log of one kind that lacks something. */
static void ask_for(struct node *node, struct group *group, enum log_kind kind)
{
    for (size_t i = 0; i < group->log_count; i++) {
        struct log *log = group->logs[i];
        struct link *link = log->kind == kind && !log->source && is_missing(log) ? choose_source(node, log) : NULL;
        if (!link)
            continue;
        take_source(log, link);
        buffer_append(&link->want_rows, hash_bytes(&log->id));
        buffer_append_u64(&link->want_rows, log->row.head_seq + 1);
        buffer_append_u64(&link->want_rows, link_peer_seq(link, log));
    }
    for (size_t i = 0; i < node->link_count; i++)
        send_wants(node, node->links[i], group);
}

/* Governance first and whole: it tells whose content may be taken. */
void replicate_schedule(struct node *node)
{
    struct group *group = node->workspace;
    if (!group || !group->wants_dirty)
        return;
    group->wants_dirty = false;
    if (node->disk_state != OK)
        return;
    ask_for(node, group, KIND_GOVERNANCE);
    if (!group->fetching[KIND_GOVERNANCE])
        ask_for(node, group, KIND_CONTENT);
}

enum error replicate_end(struct node *node, struct link *link, const struct wire_message *message)
{
    struct log *log = logs_find(node, &message->end.log);
    if (!log || log->source != link)
        return OK;
    log->unjustified = !log->named;
    link_set_peer_seq(link, log, message->end.seq);
    bool done = !is_missing(log) && log->group->fetching[log->kind] > 1;
    leave_source(log);
    log->group->wants_dirty = !done;
    return OK;
}

void replicate_link_gone(struct node *node, struct link *link)
{
    for (size_t i = 0; link->wants && i < node->log_count; i++)
        if (node->logs[i]->source == link)
            leave_source(node->logs[i]);
}

/* ---------------------------------------------------------------- serving and acknowledging */

enum error replicate_want(struct node *node, struct link *link, const struct wire_message *message)
{
    struct group *group = groups_by_id(node, &message->want.group);
    for (size_t at = 0; at < message->want.rows.size; at += WANT_ROW_SIZE) {
        const uint8_t *row = message->want.rows.data + at;
        struct hash id;
        memcpy(id.bytes, row, sizeof id.bytes);
        struct log *log = logs_find(node, &id);
        bool allowed = group && log && log->group == group && log->named &&
                       (log->kind == KIND_GOVERNANCE || may_read(group, link));
        enum error err = serve_add(node, link, allowed ? log : NULL, &id, get_u64(row + 32), get_u64(row + 40));
        if (err)
            return err;
    }
    return serve_pump(node, link);
}

void replicate_acknowledge(struct node *node, struct link *link)
{
    if (!link->ack_due || link->intake.open)
        return;
    struct wire_message message = {.type = WIRE_ACK};
    message.ack.count = link->entries_received;
    message.ack.refused = buffer_bytes(&link->refused);
    link_send(node, link, &message, node_after(node));
    link->refused.size = 0;
    link->ack_due = false;
}

static bool is_refused(struct bytes refused, uint64_t number)
{
    for (size_t at = 0; at < refused.size; at += 8)
        if (get_u64(refused.data + at) == number)
            return true;
    return false;
}

enum error replicate_ack(struct node *node, struct link *link, const struct wire_message *message)
{
    if (message->ack.count < link->acked || message->ack.count - link->acked > link->sent_count)
        return ERR_MALFORMED;
    while (link->acked < message->ack.count) {
        struct sent_entries sent = serve_acknowledged(link);
        if (!is_refused(message->ack.refused, link->acked))
            note_evidence(node, link, sent.log, sent.last_seq);
    }
    if (link->behind && link->unacked_bytes < SERVE_LIVE_WINDOW / 2 && node->workspace) {
        link->behind = false;
        send_have(node, link, node->workspace, false);
    }
    return serve_pump(node, link);
}

/* ---------------------------------------------------------------- live */

void replicate_push_fresh(struct node *node)
{
    for (size_t l = 0; node->fresh_count && l < node->link_count; l++) {
        struct link *link = node->links[l];
        for (size_t i = 0; link->state == LINK_OPEN && i < node->fresh_count; i++) {
            struct log *log = node->fresh[i].log;
            if (log->kind == KIND_CONTENT && !may_read(log->group, link))
                continue;
            if (!serve_live(node, link, log, node->fresh[i].seq, batch_entry_wire(node->batch, node->fresh[i].at)))
                link->behind = true;
        }
    }
    node->fresh_count = 0;
}

/* ---------------------------------------------------------------- time */

static void leave_silent_source(struct node *node, struct link *link)
{
    if (!link->wants || node->mono_ms - link->progress_ms < OWING_MS || node->mono_ms - link->heard_ms < OWING_MS)
        return;
    replicate_link_gone(node, link);
    link->progress_ms = node->mono_ms;
}

void replicate_time(struct node *node)
{
    size_t open = 0;
    for (size_t i = 0; i < node->link_count; i++) {
        leave_silent_source(node, node->links[i]);
        open += node->links[i]->state == LINK_OPEN;
    }
    if (!open || !node->workspace)
        return;
    if (node->mono_ms >= node->digest_ms) {
        size_t start = random_below(&node->random, node->link_count);
        size_t told = 0;
        for (size_t i = 0; i < node->link_count && told < DIGEST_LINKS; i++) {
            struct link *link = node->links[(start + i) % node->link_count];
            if (link->state != LINK_OPEN)
                continue;
            send_digests(node, link);
            told++;
        }
        node->digest_ms = node->mono_ms + DIGEST_MS * 4 / 5 + random_below(&node->random, DIGEST_MS * 2 / 5);
        node->workspace->wants_dirty = true;
    }
    node_wake_at(node, node->digest_ms);
}
