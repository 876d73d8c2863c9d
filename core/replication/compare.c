/* SPDX-License-Identifier: MIT */
#include "compare.h"

#include "core/base/alloc.h"
#include "core/link/link.h"
#include "core/log/branches.h"
#include "core/log/logs.h"
#include "core/log/lookup.h"
#include "core/log/probe.h"
#include "core/members/groups.h"
#include "core/members/roster.h"
#include "core/members/visits.h"
#include "core/writing/gate.h"
#include "outsiders.h"
#include "receipts.h"
#include "serve.h"
#include <stdlib.h>

#define DIGEST_MS 1000
#define DIGEST_LINKS 3
#define ANSWER_MOST_MS 16000
#define QUIET_MS 300 /* while entries come in, two digests differ for no reason worth an answer */
#define GAP_MS 500   /* between two answers to one link about one group: whoever asks more often gets no more work */

bool compare_may_read(const struct node *node, const struct group *group, const struct link *link)
{
    const struct group *workspace = node->workspace;
    return roster_find(&group->roster, &link->device) != NULL &&
           (group == workspace || (workspace && roster_find(&workspace->roster, &link->device)));
}

bool compare_may_know(const struct node *node, const struct group *group, const struct link *link)
{
    return group == node->workspace || compare_may_read(node, group, link) || visits_allow(node, group, &link->device);
}

bool compare_may_have(const struct node *node, const struct log *log, const struct link *link)
{
    return log->kind == KIND_GOVERNANCE ? compare_may_know(node, log->group, link)
                                        : compare_may_read(node, log->group, link);
}

/* ---------------------------------------------------------------- digests */

static const struct hash all_groups; /* in place of a group's id: the digest over all */

/* One of the two is let in by the workspace's root, and is given what governs the group. */
static bool is_visit(const struct node *node, const struct group *group, const struct link *link)
{
    if (group->is_entered && !roster_find(&group->roster, &node->identity.device))
        return true;
    return group->visitor_count && !compare_may_read(node, group, link) && visits_allow(node, group, &link->device);
}

static struct hash digest_with(const struct node *node, struct group *group, const struct link *link)
{
    struct hash digest;
    if (!is_visit(node, group, link))
        return *logs_digest(group);
    logs_governance_digest(group, &digest);
    return digest;
}

static void append_row(const struct node *node, struct group *group, const struct link *link, struct buffer *rows)
{
    struct hash digest = digest_with(node, group, link);
    buffer_append(rows, hash_bytes(&group->id));
    buffer_append(rows, hash_bytes(&digest));
}

static int by_id(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct hash));
}

/* What a group without entries is called says nothing of what is here. */
static bool has_anything(const struct group *group)
{
    for (size_t i = 0; i < group->log_count; i++)
        if (group->logs[i]->durable_seq)
            return true;
    return group->kind == GROUP_WORKSPACE;
}

/* By ascending group; returns how many. */
static size_t append_digest_rows(struct node *node, const struct link *link, bool also_empty, struct buffer *rows)
{
    size_t count = 0;
    for (size_t i = 0; i < node->group_count; i++) {
        bool tells = also_empty || has_anything(node->groups[i]);
        if (!tells || !compare_may_know(node, node->groups[i], link))
            continue;
        append_row(node, node->groups[i], link, rows);
        count++;
    }
    if (count > 1)
        qsort(rows->data, count, DIGEST_ROW_SIZE, by_id);
    return count;
}

void compare_digest_all(struct node *node, const struct link *link, struct hash *ret)
{
    struct buffer rows = {0};
    append_digest_rows(node, link, false, &rows);
    crypto_hash(buffer_bytes(&rows), ret);
    buffer_done(&rows);
}

static void send_rows_of_digests(struct node *node, struct link *link, struct bytes rows)
{
    struct wire_message message = {.type = WIRE_DIGESTS, .digests = rows};
    link_send(node, link, &message, 0);
}

static void send_digests(struct node *node, struct link *link)
{
    struct buffer rows = {0};
    append_digest_rows(node, link, true, &rows);
    send_rows_of_digests(node, link, buffer_bytes(&rows));
    buffer_done(&rows);
}

/* Of several groups the digest over all is enough for who has the same. */
static void send_summary(struct node *node, struct link *link)
{
    struct buffer rows = {0};
    if (append_digest_rows(node, link, false, &rows) > 1) {
        struct hash all;
        crypto_hash(buffer_bytes(&rows), &all);
        rows.size = 0;
        buffer_append(&rows, hash_bytes(&all_groups));
        buffer_append(&rows, hash_bytes(&all));
    }
    send_rows_of_digests(node, link, buffer_bytes(&rows));
    buffer_done(&rows);
}

/* An equal digest proves that the peer has all that is durable here. */
static void has_all(struct node *node, struct link *link, struct group *group)
{
    bool of_all = !is_visit(node, group, link);
    gate_open(group);
    for (size_t i = 0; i < group->log_count; i++)
        if (of_all || group->logs[i]->kind == KIND_GOVERNANCE)
            receipts_note(node, link, group->logs[i], logs_told_seq(group->logs[i]));
}

/* False: the peer has something else, or knows of other groups. */
static bool is_all_equal(struct node *node, struct link *link, const struct hash *digest)
{
    struct hash mine;
    compare_digest_all(node, link, &mine);
    if (!same_hash(&mine, digest))
        return false;
    for (size_t i = 0; i < node->group_count; i++)
        if (compare_may_know(node, node->groups[i], link))
            has_all(node, link, node->groups[i]);
    return true;
}

void compare_hello(struct node *node, struct link *link, const struct hash *digest)
{
    if (!is_all_equal(node, link, digest))
        send_digests(node, link);
}

/* ---------------------------------------------------------------- what differs */

static struct comparison *comparison_with(struct link *link, const struct group *group)
{
    for (size_t i = 0; i < link->comparison_count; i++)
        if (link->comparisons[i].group == group)
            return &link->comparisons[i];
    ARRAY_ROOM(link->comparisons, link->comparison_count, link->comparison_capacity);
    struct comparison *fresh = &link->comparisons[link->comparison_count++];
    *fresh = (struct comparison){.group = group};
    return fresh;
}

/* Where two that differ stay as they are, what was told does not help, and is told again ever more rarely. */
static bool is_answered(const struct node *node, struct comparison *comparison, const struct hash *own,
                        const struct hash *peer)
{
    if (!same_hash(own, &comparison->own) || !same_hash(peer, &comparison->peer)) {
        comparison->own = *own;
        comparison->peer = *peer;
        comparison->wait_ms = DIGEST_MS;
    } else if (node->mono_ms < comparison->answer_ms) {
        return true;
    } else if (comparison->wait_ms < ANSWER_MOST_MS) {
        comparison->wait_ms *= 2;
    }
    comparison->answer_ms = node->mono_ms + comparison->wait_ms;
    return false;
}

/* Whether to answer the digest of `group` (NULL: over all), which is not ours: it may be only a little behind. */
static bool needs_answer(const struct node *node, struct link *link, const struct group *group, bool quiet,
                         const struct hash *own, const struct hash *peer)
{
    struct comparison *comparison = comparison_with(link, group);
    bool again = comparison->differs;
    comparison->differs = true;
    if (node->mono_ms < comparison->digest_ms || !(quiet || again) || is_answered(node, comparison, own, peer))
        return false;
    comparison->digest_ms = node->mono_ms + GAP_MS;
    return true;
}

static bool is_quiet(const struct node *node, const struct group *group)
{
    return node->mono_ms - group->changed_ms >= QUIET_MS;
}

/* Once, however many rows of the group stand in the message. */
static void tell_first(struct node *node, struct link *link, const struct group *group)
{
    struct comparison *comparison = comparison_with(link, group);
    comparison->differs = true;
    if (node->mono_ms < comparison->digest_ms)
        return;
    comparison->digest_ms = node->mono_ms + 1;
    compare_tell(node, link, group, false);
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

/* Whoever tells of a group takes this device for a member, and perhaps himself.  Whether he is one governance says:
 * his, or what put him out here. */
static void tell_outsider(struct node *node, struct link *link, const struct group *group)
{
    struct buffer rows = {0};
    outsiders_rows(node, group, link, &rows);
    send_rows(node, link, group, KIND_GOVERNANCE, buffer_bytes(&rows), HAVE_FLAG_ASK);
    buffer_done(&rows);
}

/* The first digests on a link cross, so each side tells unasked; a later one comes alone and is answered with a
 * question. */
static void compare_group(struct node *node, struct link *link, struct group *group, const struct hash *digest)
{
    const struct hash own = digest_with(node, group, link);
    bool may_know = compare_may_know(node, group, link);
    if (same_hash(digest, &own)) {
        comparison_with(link, group)->differs = false;
        if (may_know)
            has_all(node, link, group);
    } else if (!link->compared && may_know) {
        tell_first(node, link, group);
    } else if (needs_answer(node, link, group, is_quiet(node, group) || !may_know, &own, digest)) {
        if (may_know)
            compare_tell(node, link, group, true);
        else
            tell_outsider(node, link, group);
    }
}

static void compare_all(struct node *node, struct link *link, const struct hash *digest)
{
    bool quiet = true;
    struct hash own;
    if (is_all_equal(node, link, digest)) {
        for (size_t i = 0; i < link->comparison_count; i++)
            link->comparisons[i].differs = false;
        return;
    }
    for (size_t i = 0; i < node->group_count; i++)
        quiet = quiet && (is_quiet(node, node->groups[i]) || !compare_may_know(node, node->groups[i], link));
    compare_digest_all(node, link, &own);
    if (needs_answer(node, link, NULL, quiet, &own, digest))
        send_digests(node, link);
}

static bool is_mentioned(struct bytes rows, const struct group *group)
{
    return rows.size && bsearch(&group->id, rows.data, rows.size / DIGEST_ROW_SIZE, DIGEST_ROW_SIZE, by_id);
}

/* Who lists his groups and leaves out one that he is in has lost it, or did not know yet who told him of it. */
static void tell_unmentioned(struct node *node, struct link *link, struct bytes rows)
{
    static const struct hash nothing;
    struct buffer answer = {0};
    if (!node->workspace || !is_mentioned(rows, node->workspace))
        return; /* no list of all */
    for (size_t i = 0; i < node->group_count; i++) {
        struct group *group = node->groups[i];
        const struct hash own = digest_with(node, group, link);
        if (has_anything(group) && compare_may_know(node, group, link) && !is_mentioned(rows, group) &&
            needs_answer(node, link, group, is_quiet(node, group), &own, &nothing))
            append_row(node, group, link, &answer);
    }
    if (answer.size)
        send_rows_of_digests(node, link, buffer_bytes(&answer));
    buffer_done(&answer);
}

enum error compare_digests(struct node *node, struct link *link, struct bytes rows)
{
    for (size_t at = 0; at < rows.size; at += DIGEST_ROW_SIZE) {
        struct hash id, digest;
        memcpy(id.bytes, rows.data + at, sizeof id.bytes);
        memcpy(digest.bytes, rows.data + at + sizeof id.bytes, sizeof digest.bytes);
        struct group *group = same_hash(&id, &all_groups) ? NULL : groups_told(node, link, &id);
        if (group)
            compare_group(node, link, group, &digest);
        else if (same_hash(&id, &all_groups))
            compare_all(node, link, &digest);
    }
    if (link->compared)
        tell_unmentioned(node, link, rows);
    link->compared = true;
    return OK;
}

/* ---------------------------------------------------------------- telling of groups unasked */

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
        send_summary(node, link);
        told++;
    }
    node->digest_ms = node->mono_ms + DIGEST_MS * 4 / 5 + random_below(&node->random, DIGEST_MS * 2 / 5);
    node_wake_at(node, node->digest_ms);
}

/* To members that are linked.  It may have been founded, or they may have been admitted, while they were. */
static void introduce(struct node *node, struct group *group)
{
    struct buffer row = {0};
    for (size_t i = 0; i < node->link_count; i++) {
        struct link *link = node->links[i];
        if (link->state != LINK_OPEN || !compare_may_know(node, group, link))
            continue;
        row.size = 0;
        append_row(node, group, link, &row);
        send_rows_of_digests(node, link, buffer_bytes(&row));
    }
    buffer_done(&row);
}

void compare_durable(struct node *node, uint64_t batch)
{
    for (size_t i = 0; i < node->group_count; i++) {
        struct group *group = node->groups[i];
        if (!group->introduce_after || group->introduce_after > batch)
            continue;
        group->introduce_after = 0;
        introduce(node, group);
    }
}

/* ---------------------------------------------------------------- HAVE */

/* The peer was not told on this link. */
static bool is_news(const void *arg, const struct log *log)
{
    return link_told_seq(arg, log) != logs_told_seq(log);
}

void compare_tell(struct node *node, struct link *link, const struct group *group, bool ask)
{
    struct buffer rows[2] = {{0}, {0}};
    bool content = compare_may_read(node, group, link);
    if (!compare_may_know(node, group, link))
        return;
    for (enum log_kind kind = KIND_GOVERNANCE; kind <= KIND_CONTENT; kind++) {
        if (kind == KIND_CONTENT && !content)
            continue;
        logs_rows(group, kind, is_news, link, &rows[kind]);
    }
    if (!rows[0].size && !rows[1].size) { /* told all, and still it differs: what was told did not help */
        logs_rows(group, KIND_GOVERNANCE, NULL, NULL, &rows[KIND_GOVERNANCE]);
        if (content)
            logs_rows(group, KIND_CONTENT, NULL, NULL, &rows[KIND_CONTENT]);
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

static void answer_question(struct node *node, struct link *link, const struct group *group)
{
    struct comparison *comparison = comparison_with(link, group);
    if (node->mono_ms < comparison->ask_ms)
        return;
    comparison->ask_ms = node->mono_ms + GAP_MS / 2; /* those that left in time may come closer together */
    compare_tell(node, link, group, false);
}

enum error compare_have(struct node *node, struct link *link, const struct wire_message *message)
{
    struct group *group = groups_told(node, link, &message->have.group);
    if (!group)
        return OK;
    for (size_t at = 0; at < message->have.rows.size; at += HAVE_ROW_SIZE)
        compare_note_row(node, link, group, message->have.kind, message->have.rows.data + at);
    if (message->have.flags & HAVE_FLAG_LAST)
        group->wants_dirty = true;
    if (message->have.flags & HAVE_FLAG_LAST && message->have.kind == KIND_CONTENT)
        gate_open(group); /* what it has of our own logs is known now */
    if (message->have.flags & HAVE_FLAG_ASK)
        answer_question(node, link, group);
    return OK;
}
