/* SPDX-License-Identifier: MIT */
#include "compare.h"

#include "alloc.h"
#include "branches.h"
#include "gate.h"
#include "groups.h"
#include "link.h"
#include "logs.h"
#include "lookup.h"
#include "probe.h"
#include "receipts.h"
#include "roster.h"
#include "serve.h"

#define DIGEST_MS 1000
#define DIGEST_LINKS 3
#define ANSWER_MOST_MS 16000
#define QUIET_MS 300 /* while entries come in, two digests differ for no reason worth an answer */

bool compare_may_read(const struct group *group, const struct link *link)
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

void compare_digest_all(struct node *node, struct hash *ret)
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

/* An equal digest proves that the peer has all that is durable here. */
static void has_all(struct node *node, struct link *link, const struct group *group)
{
    gate_open(node);
    for (size_t i = 0; i < group->log_count; i++)
        receipts_note(node, link, group->logs[i], group->logs[i]->durable_seq);
}

void compare_hello(struct node *node, struct link *link, const struct hash *digest)
{
    struct hash mine;
    compare_digest_all(node, &mine);
    if (!same_hash(&mine, digest))
        send_digests(node, link);
    else if (node->workspace)
        has_all(node, link, node->workspace);
}

/* Where two that differ stay as they are, what was told does not help, and is told again ever more rarely. */
static bool is_answered(const struct node *node, struct link *link, const struct hash *own, const struct hash *peer)
{
    if (!same_hash(own, &link->differed_own) || !same_hash(peer, &link->differed_peer)) {
        link->differed_own = *own;
        link->differed_peer = *peer;
        link->answer_wait_ms = DIGEST_MS;
    } else if (node->mono_ms < link->answer_ms) {
        return true;
    } else if (link->answer_wait_ms < ANSWER_MOST_MS) {
        link->answer_wait_ms *= 2;
    }
    link->answer_ms = node->mono_ms + link->answer_wait_ms;
    return false;
}

/* The first digests on a link cross, so each side tells unasked; a later one comes alone and is answered with a
 * question, unless it may be only a little behind. */
static void answer_difference(struct node *node, struct link *link, struct group *group, const struct hash *digest)
{
    bool quiet = node->mono_ms - group->changed_ms >= QUIET_MS;
    if (!link->compared)
        compare_tell(node, link, group, false);
    else if ((quiet || link->differed) && !is_answered(node, link, logs_digest(group), digest))
        compare_tell(node, link, group, true);
    link->differed = true;
}

enum error compare_digests(struct node *node, struct link *link, struct bytes rows)
{
    for (size_t at = 0; at < rows.size; at += DIGEST_ROW_SIZE) {
        struct hash id, digest;
        memcpy(id.bytes, rows.data + at, sizeof id.bytes);
        memcpy(digest.bytes, rows.data + at + sizeof id.bytes, sizeof digest.bytes);
        struct group *group = groups_by_id(node, &id);
        if (!group)
            continue;
        if (same_hash(&digest, logs_digest(group))) {
            link->differed = false;
            has_all(node, link, group);
        } else {
            answer_difference(node, link, group, &digest);
        }
    }
    link->compared = true;
    return OK;
}

void compare_time(struct node *node)
{
    size_t told = 0;
    if (!node->workspace || !node->link_count)
        return;
    if (node->mono_ms < node->digest_ms) {
        node_wake_at(node, node->digest_ms);
        return;
    }
    size_t start = random_below(&node->random, node->link_count);
    for (size_t i = 0; i < node->link_count && told < DIGEST_LINKS; i++) {
        struct link *link = node->links[(start + i) % node->link_count];
        if (link->state != LINK_OPEN)
            continue;
        send_digests(node, link);
        told++;
    }
    node->digest_ms = node->mono_ms + DIGEST_MS * 4 / 5 + random_below(&node->random, DIGEST_MS * 2 / 5);
    node_wake_at(node, node->digest_ms);
}

/* ---------------------------------------------------------------- HAVE */

/* Keeps the rows whose seq the peer was not told on this link. */
static void keep_news(const struct node *node, struct link *link, struct buffer *rows)
{
    size_t kept = 0;
    for (size_t at = 0; at < rows->size; at += HAVE_ROW_SIZE) {
        struct hash id;
        memcpy(id.bytes, rows->data + at, sizeof id.bytes);
        const struct log *log = logs_find(node, &id);
        if (link_told_seq(link, log) == log->durable_seq)
            continue;
        memmove(rows->data + kept, rows->data + at, HAVE_ROW_SIZE);
        kept += HAVE_ROW_SIZE;
    }
    rows->size = kept;
}

/* A branch's id says nothing of whose it is, so LOG comes before its first row. */
static void introduce_branches(struct node *node, struct link *link, struct bytes rows)
{
    for (size_t at = 0; at < rows.size; at += HAVE_ROW_SIZE) {
        struct hash id;
        memcpy(id.bytes, rows.data + at, sizeof id.bytes);
        const struct log *log = logs_find(node, &id);
        if (log->row.is_branch)
            serve_tell_log(node, link, log);
    }
}

static void send_rows(struct node *node, struct link *link, const struct group *group, enum log_kind kind,
                      struct bytes rows, uint64_t flags)
{
    size_t at = 0, most = WIRE_ROWS_MAX * HAVE_ROW_SIZE;
    introduce_branches(node, link, rows);
    do {
        size_t size = rows.size - at < most ? rows.size - at : most;
        struct wire_message message = {.type = WIRE_HAVE};
        message.have.group = group->id;
        message.have.kind = kind;
        message.have.rows = (struct bytes){size ? rows.data + at : NULL, size};
        at += size;
        message.have.flags = at == rows.size ? flags | HAVE_FLAG_LAST : 0;
        link_send(node, link, &message, 0);
    } while (at < rows.size);
    for (at = 0; at < rows.size; at += HAVE_ROW_SIZE) {
        struct hash id;
        memcpy(id.bytes, rows.data + at, sizeof id.bytes);
        link_set_told_seq(link, logs_find(node, &id), get_u64(rows.data + at + sizeof id.bytes));
    }
}

void compare_tell(struct node *node, struct link *link, const struct group *group, bool ask)
{
    struct buffer rows[2] = {{0}, {0}};
    bool content = compare_may_read(group, link);
    for (enum log_kind kind = KIND_GOVERNANCE; kind <= KIND_CONTENT; kind++) {
        if (kind == KIND_CONTENT && !content)
            continue;
        logs_rows(group, kind, &rows[kind]);
        keep_news(node, link, &rows[kind]);
    }
    if (!rows[0].size && !rows[1].size) { /* told all, and still it differs: what was told did not help */
        logs_rows(group, KIND_GOVERNANCE, &rows[KIND_GOVERNANCE]);
        if (content)
            logs_rows(group, KIND_CONTENT, &rows[KIND_CONTENT]);
    }
    uint64_t flags = ask ? HAVE_FLAG_ASK : 0;
    send_rows(node, link, group, KIND_GOVERNANCE, buffer_bytes(&rows[0]), content ? 0 : flags);
    if (content)
        send_rows(node, link, group, KIND_CONTENT, buffer_bytes(&rows[1]), flags);
    buffer_done(&rows[0]);
    buffer_done(&rows[1]);
}

/* Whether entry `seq` of the peer's log lies on our way, or simply ahead of it. */
static bool goes_our_way(struct node *node, const struct link *link, const struct log *log, uint64_t seq,
                         const uint8_t id[8])
{
    struct hash held;
    if (log->row.is_branch && !log->row.number)
        return false;
    if (seq > log->row.head_seq)
        return !log->forked && !probe_find(link, log);
    return lookup_id(node, log, seq, &held) != OK || memcmp(held.bytes, id, 8) == 0;
}

static void note_seq(struct node *node, struct link *link, struct log *log, uint64_t seq)
{
    if (log->own && seq > log->row.head_seq)
        logs_doubt(node, log); /* an older copy of this home wrote more than we know? */
    if (seq > log->known_seq)
        log->known_seq = seq;
    if (seq < link_peer_seq(link, log)) /* it lost its database, or never had what it said */
        link_set_peer_seq(link, log, seq);
    receipts_note(node, link, log, seq);
}

struct log *compare_note_row(struct node *node, struct link *link, struct group *group, enum log_kind kind,
                             const uint8_t *row)
{
    struct hash id;
    uint64_t seq = get_u64(row + sizeof id.bytes);
    memcpy(id.bytes, row, sizeof id.bytes);
    struct log *log = logs_promised(node, link, group, &id, kind);
    if (!log || log->group != group)
        return NULL;
    if (goes_our_way(node, link, log, seq, row + 40)) {
        note_seq(node, link, log, seq);
        return log;
    }
    if (!branches_holder(node, log, seq, row + 40, 8))
        probe_note(node, link, log, seq, row + 40);
    return NULL;
}

enum error compare_have(struct node *node, struct link *link, const struct wire_message *message)
{
    struct group *group = groups_by_id(node, &message->have.group);
    if (!group)
        return OK;
    for (size_t at = 0; at < message->have.rows.size; at += HAVE_ROW_SIZE)
        compare_note_row(node, link, group, message->have.kind, message->have.rows.data + at);
    if (message->have.flags & HAVE_FLAG_LAST)
        group->wants_dirty = true;
    if (message->have.flags & HAVE_FLAG_LAST && message->have.kind == KIND_CONTENT)
        gate_open(node); /* what it has of our own logs is known now */
    if (message->have.flags & HAVE_FLAG_ASK)
        compare_tell(node, link, group, false);
    return OK;
}
