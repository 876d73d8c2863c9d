/* SPDX-License-Identifier: MIT */
#include "logs.h"

#include "branches.h"
#include "core/base/alloc.h"
#include "core/members/roster.h"
#include "core/replication/fetch.h"
#include "core/replication/receipts.h"
#include "core/replication/relay.h"
#include "cuts.h"
#include "lookup.h"
#include "past.h"
#include "probe.h"
#include <stdlib.h>

#define DOUBTS_MAX 4
#define LOG_NOTE_CLOSED 1u /* in row.notes[0] */

struct log *logs_find(const struct node *node, const struct hash *id)
{
    return table_get(&node->logs_by_id, id->bytes);
}

/* Where a log of this id stands, or belongs, in group->sorted. */
static size_t place_of(const struct group *group, size_t count, const struct hash *id)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (memcmp(&group->sorted[middle]->id, id, sizeof *id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void put_into(struct group *group, struct log *log)
{
    size_t count = group->log_count, place = place_of(group, count, &log->id);
    ARRAY_ROOM(group->logs, count, group->log_capacity);
    ARRAY_ROOM(group->sorted, count, group->sorted_capacity);
    memmove(group->sorted + place + 1, group->sorted + place, (count - place) * sizeof(struct log *));
    group->sorted[place] = log;
    group->logs[group->log_count++] = log;
    log->group = group;
}

static void take_from(struct group *group, const struct log *log)
{
    size_t place = place_of(group, group->log_count, &log->id), last = --group->log_count;
    memmove(group->sorted + place, group->sorted + place + 1, (last - place) * sizeof(struct log *));
    for (size_t i = 0; i < last; i++)
        if (group->logs[i] == log)
            group->logs[i] = group->logs[last];
}

/* It was promised in a group to which, as its name tells or another says, it does not belong.  Nothing of it is here.
 */
static void move_to(struct node *node, struct log *log, struct group *group)
{
    for (size_t i = 0; i < node->link_count; i++)
        probe_forget(node->links[i], log);
    if (log->source)
        fetch_leave(log);
    take_from(log->group, log);
    put_into(group, log);
    log->row.group = group->number;
    log->known_seq = 0;
    log->unjustified = false;
}

struct log *logs_get(struct node *node, struct group *group, const struct hash *id, enum log_kind kind)
{
    struct log *log = logs_find(node, id);
    if (log && log->group != group && !log->named)
        move_to(node, log, group);
    if (log)
        return log;

    log = alloc_zero(1, sizeof *log);
    log->id = *id;
    log->kind = kind;
    log->index = node->log_count;
    log->row.group = group->number;
    log->cut_seq = NEVER;
    log->root = log;
    ARRAY_ROOM(node->logs, node->log_count, node->log_capacity);
    node->logs[node->log_count++] = log;
    put_into(group, log);
    table_put(&node->logs_by_id, id->bytes, log);
    return log;
}

struct log *logs_promised(struct node *node, const struct link *link, struct group *group, const struct hash *id,
                          enum log_kind kind)
{
    struct sign_public by = {{0}};
    size_t promises = 0;
    struct log *log = logs_find(node, id);
    if (log && log->group != group && (log->named || log->source == link))
        return NULL; /* while it is only somebody's word, another's counts as much: else a liar could hide it */
    if (log)
        return logs_get(node, group, id, kind);
    if (roster_find(&group->roster, &link->device))
        by = link->device;
    for (size_t i = 0; i < group->log_count; i++)
        promises += !group->logs[i]->row.number && same_key(&group->logs[i]->promised_by, &by);
    if (promises >= PROMISES_MAX)
        return NULL;
    log = logs_get(node, group, id, kind);
    log->promised_by = by;
    return log;
}

void logs_name(struct node *node, struct log *log, const struct log_name *name)
{
    if (log->source) { /* it is counted under the kind that a peer told, which may have been wrong */
        log->group->fetching[log->kind]--;
        log->group->fetching[name->kind]++;
    }
    log->row.name = *name;
    log->kind = name->kind;
    log->named = true;
    log->own = node_is_me(node, &name->device);
}

size_t logs_count_subs(const struct group *group, const struct log_name *name)
{
    size_t count = 0;
    for (size_t i = 0; i < group->log_count; i++) {
        const struct log *log = group->logs[i];
        count += log->row.head_seq && !log->row.is_branch && log->kind == name->kind &&
                 log->row.name.instance == name->instance && same_key(log_author(log), &name->device);
    }
    return count;
}

/* ---------------------------------------------------------------- tips */

/* Own entries commit in the order they are written, so an own head may be cited before it is durable. */
static uint64_t citable_seq(const struct log *log)
{
    return log->own ? log->row.head_seq : log->durable_seq;
}

static void remove_tip(struct log *log)
{
    struct group *group = log->group;
    if (!log->is_tip)
        return;
    *(log->tip_before ? &log->tip_before->tip_after : &group->tips) = log->tip_after;
    *(log->tip_after ? &log->tip_after->tip_before : &group->tips_end) = log->tip_before;
    log->tip_before = log->tip_after = NULL;
    log->is_tip = false;
}

static void make_newest_tip(struct log *log)
{
    struct group *group = log->group;
    remove_tip(log);
    log->tip_after = group->tips;
    *(group->tips ? &group->tips->tip_before : &group->tips_end) = log;
    group->tips = log;
    log->is_tip = true;
}

static void mark_dirty(struct node *node, struct log *log)
{
    if (log->row_dirty)
        return;
    log->row_dirty = true;
    ARRAY_ROOM(node->dirty_logs, node->dirty_log_count, node->dirty_log_capacity);
    node->dirty_logs[node->dirty_log_count++] = log;
}

/* Where a log has forked, the id chooses the branch. */
static void cite(struct node *node, struct log *by, const struct dep *dep)
{
    struct log *log = logs_find(node, &dep->log);
    if (log && log->next_branch)
        log = branches_cited(node, dep);
    if (!log || log->group != by->group)
        return;
    if (log->own && !by->own)
        receipts_cited(node, by, log, dep->seq);
    if (log->row.is_branch)
        branches_note_citation(node, log, by);
    if (dep->seq <= log->row.cited_seq || dep->seq > log->row.head_seq)
        return; /* what is not here yet may be cited once more later, which costs a dep */
    log->row.cited_seq = dep->seq;
    if (log->row.number)
        mark_dirty(node, log);
    if (log->row.cited_seq >= log->row.head_seq)
        remove_tip(log);
}

/* Makes the log findable under its number on disk. */
static void index_number(struct node *node, struct log *log)
{
    if (log->row.number >= node->numbered_count) {
        size_t count = (size_t)log->row.number * 2 + 16;
        node->numbered = alloc_grow(node->numbered, count, sizeof *node->numbered);
        memset(node->numbered + node->numbered_count, 0, (count - node->numbered_count) * sizeof *node->numbered);
        node->numbered_count = count;
    }
    node->numbered[log->row.number] = log;
}

void logs_number(struct node *node, struct log *log)
{
    if (log->row.number)
        return;
    log->row.number = ++node->last_log_number;
    index_number(node, log);
}

void logs_advance(struct node *node, struct log *log, const struct entry *entry, const struct hash *id)
{
    logs_number(node, log);
    log->row.head_seq = entry->seq;
    log->row.head_id = *id;
    log->row.head_hlc = entry->hlc;
    if (entry->seq == log->cut_seq) {
        log->cut_id = *id;
        log->cut_hlc = entry->hlc;
        log->group->roster.cuts_changed |= log->root->next_branch != NULL; /* it may be the one that a cut names */
    }
    if (entry->seq > log->known_seq)
        log->known_seq = entry->seq;
    mark_dirty(node, log);

    size_t count = entry_dep_count(entry);
    for (size_t i = 0; i < count; i++) {
        struct dep dep = entry_dep(entry, i);
        cite(node, log, &dep);
    }
    if (log->row.head_seq > log->row.cited_seq)
        make_newest_tip(log);
    else
        remove_tip(log);
    node->entry_count++;
}

/* Whether `dep`, or a later entry of its log, stands among `deps`. */
static bool is_given(struct bytes deps, const struct log *log, const struct dep *dep)
{
    for (size_t at = 0; at < deps.size; at += DEP_SIZE) {
        const uint8_t *given = deps.data + at;
        bool same = memcmp(given + 40, dep->id, sizeof dep->id) == 0;
        if (memcmp(given, dep->log.bytes, sizeof dep->log.bytes) == 0 &&
            (same || (!log->root->next_branch && get_u64(given + 32) >= dep->seq)))
            return true;
    }
    return false;
}

void logs_collect_deps(const struct log *own, enum log_kind kind, uint64_t now_ms, struct buffer *deps, uint64_t *hlc)
{
    size_t given = deps->size;
    for (const struct log *log = own->group->tips; log && deps->size < ENTRY_DEPS_MAX * DEP_SIZE;
         log = log->tip_after) {
        uint64_t seq = citable_seq(log);
        if (log == own || log->hidden || !cuts_cover(log, seq) || seq <= log->row.cited_seq ||
            (kind == KIND_GOVERNANCE && log->kind != KIND_GOVERNANCE))
            continue;
        struct dep dep = {.log = log->root->id, .seq = seq};
        memcpy(dep.id, log->own ? log->row.head_id.bytes : log->durable_id.bytes, sizeof dep.id);
        if (is_given((struct bytes){deps->data, given}, log, &dep))
            continue;
        dep_append(&dep, deps);
        if (hlc_believed(log->row.head_hlc, now_ms) > *hlc)
            *hlc = log->row.head_hlc;
    }
}

void logs_close(struct node *node, struct log *log)
{
    if (log->closed)
        return;
    log->closed = true;
    log->row.notes[0] |= LOG_NOTE_CLOSED;
    if (log->row.number)
        mark_dirty(node, log);
}

void logs_set_cut(struct node *node, struct log *log, uint64_t seq)
{
    uint64_t from = seq == NEVER ? 0 : seq + 1;
    if (seq != log->cut_seq) {
        log->group->digest_valid = false;
        past_forget(node);
    }
    log->cut_seq = seq;
    if (log->row.void_from == from)
        return;
    log->row.void_from = from;
    if (log->row.number)
        mark_dirty(node, log);
}

/* ---------------------------------------------------------------- forks */

/* `log` ends at `base`; what is told of it from now on is at most that. */
static void cut(struct node *node, struct log *log, uint64_t base, const struct entry *last, const struct hash *id)
{
    log->row.head_seq = log->row.cited_seq = log->known_seq = base; /* its branches hang on it: nobody need cite it */
    log->row.head_id = *id;
    log->row.head_hlc = last ? last->hlc : 0;
    if (log->durable_seq >= base) {
        log->durable_seq = base;
        log->durable_id = *id;
    }
    for (size_t i = 0; i < log->evidence_count; i++)
        if (log->evidence[i].seq > base)
            log->evidence[i].seq = base; /* it may have had the other branch */
    log->forked = true;
    log->relay_seq = 0;
    log->group->digest_valid = false;
    remove_tip(log);
    mark_dirty(node, log);
}

enum error logs_divide(struct node *node, struct log *log, struct log *rest)
{
    struct stored_entry stored;
    struct entry entry;
    struct hash id = {{0}};
    uint64_t base = rest->row.base_seq;
    enum error err = base ? lookup_entry(node, log, base, &stored) : OK;
    if (!err && base)
        err = entry_decode(stored.wire, &entry);
    if (err)
        return err;
    if (base)
        entry_id(&entry, &id);
    logs_number(node, rest);
    past_forget(node);
    rest->row.head_seq = rest->known_seq = log->row.head_seq;
    rest->row.head_id = log->row.head_id;
    rest->row.head_hlc = log->row.head_hlc;
    rest->split_off = log;
    rest->relay_seq = log->relay_seq > base ? log->relay_seq : 0;
    if (!rest->forked)
        make_newest_tip(rest);
    else
        rest->row.cited_seq = rest->row.head_seq;
    mark_dirty(node, rest);
    cut(node, log, base, base ? &entry : NULL, &id);
    return OK;
}

void logs_doubt(struct node *node, struct log *log)
{
    if (log->doubted || node->doubts >= DOUBTS_MAX)
        return;
    log->doubted = true;
    node->doubts++;
}

/* ---------------------------------------------------------------- durability */

/* The log of a row, with its names; a branch's own comes with its root's. */
static struct log *of_row(struct node *node, struct group *group, const struct log_row *row)
{
    struct hash id;
    log_name_id(&row->name, &id);
    struct log *log = logs_get(node, group, &id, row->name.kind);
    if (!log->named)
        logs_name(node, log, &row->name);
    return row->is_branch ? branches_get(node, log, &row->first_id) : log;
}

void logs_restore(struct node *node, struct group *group, const struct log_row *row)
{
    struct log *log = of_row(node, group, row);
    log->row = *row;
    log->closed = row->notes[0] & LOG_NOTE_CLOSED;
    log->cut_seq = row->void_from ? row->void_from - 1 : NEVER;
    index_number(node, log);
    log->durable_seq = log->known_seq = row->head_seq;
    log->durable_id = row->head_id;
    if (row->head_seq > row->cited_seq)
        make_newest_tip(log);
    if (row->number > node->last_log_number)
        node->last_log_number = row->number;
    if (log->own && hlc_believed(row->head_hlc, node->now_ms) > node->own_hlc)
        node->own_hlc = row->head_hlc;
    node->entry_count += row->head_seq - row->base_seq;
}

void logs_made_durable(struct node *node, const struct log_row *row)
{
    struct log *log = lookup_log(node, row->number);
    if (!log)
        return;
    /* It may have forked since: what was beyond is told of under another name. */
    bool cut_since = row->head_seq > log->row.head_seq;
    uint64_t seq = cut_since ? log->row.head_seq : row->head_seq;
    if (log->durable_seq != seq) {
        log->group->digest_valid = false;
        log->group->changed_ms = node->mono_ms;
    }
    log->durable_seq = seq;
    log->durable_id = cut_since ? log->row.head_id : row->head_id;
    log->split_off = NULL;
    relay_durable(node, log);
}

void logs_flush_rows(struct node *node)
{
    for (size_t i = 0; i < node->dirty_log_count; i++) {
        struct log *log = node->dirty_logs[i];
        log->row_dirty = false;
        batch_set_row(node_batch(node), &log->row);
    }
    node->dirty_log_count = 0;
}

/* ---------------------------------------------------------------- digest */

/* A branch beyond the cut beside one that counts: who has its first entry has that one as a branch, too. */
static bool shows_fork(const struct log *log)
{
    const uint64_t base = log->row.base_seq;
    if (!log->row.is_branch || cuts_cover(log, base + 1) || !cuts_cover(log->parent, base))
        return false;
    for (const struct log *at = log->root->next_branch; at; at = at->next_branch)
        if (at->row.base_seq == base && at->parent == log->parent && at->durable_seq > base && cuts_cover(at, base + 1))
            return true;
    return false;
}

uint64_t logs_told_seq(const struct log *log)
{
    uint64_t first = log->row.base_seq + 1, end = log->durable_seq;
    if (log->cut_seq < end)
        end = log->cut_seq >= first ? log->cut_seq : shows_fork(log) ? first : log->row.base_seq;
    if (!log->hidden || end < first)
        return end;
    return log->is_proof ? first : log->row.base_seq;
}

const struct hash *logs_told_id(const struct log *log)
{
    if (log->hidden || (log->row.is_branch && !cuts_cover(log, log->row.base_seq + 1)))
        return &log->row.first_id;
    return log->cut_seq < log->durable_seq ? &log->cut_id : &log->durable_id;
}

uint64_t logs_taken_seq(const struct log *log)
{
    if (log->kind == KIND_GOVERNANCE)
        return log->named ? governance_log_limit(log->group->roster.governance, &log->row.name) : NEVER;
    return log->cut_seq < NEVER - BEYOND_CUT_MAX ? log->cut_seq + BEYOND_CUT_MAX : NEVER;
}

uint64_t logs_wanted_seq(const struct log *log)
{
    uint64_t most = log->kind == KIND_GOVERNANCE ? logs_taken_seq(log) : log->cut_seq;
    return log->known_seq < most ? log->known_seq : most;
}

void logs_rows(const struct group *group, enum log_kind kind, logs_chooser *choose, const void *arg, struct buffer *out)
{
    for (size_t i = 0; i < group->log_count; i++) {
        const struct log *log = group->sorted[i];
        struct dep row = {.log = log->id, .seq = logs_told_seq(log)};
        if (log->kind != kind || row.seq <= log->row.base_seq || (choose && !choose(arg, log)))
            continue;
        memcpy(row.id, logs_told_id(log)->bytes, sizeof row.id);
        dep_append(&row, out);
    }
}

static void digest_of(const struct group *group, bool with_content, struct hash *ret)
{
    struct buffer text = {0};
    buffer_append(&text, text_bytes("zuruf-digest-v1"));
    buffer_append(&text, hash_bytes(&group->id));
    logs_rows(group, KIND_GOVERNANCE, NULL, NULL, &text);
    if (with_content)
        logs_rows(group, KIND_CONTENT, NULL, NULL, &text);
    crypto_hash(buffer_bytes(&text), ret);
    buffer_done(&text);
}

const struct hash *logs_digest(struct group *group)
{
    if (!group->digest_valid)
        digest_of(group, true, &group->digest);
    group->digest_valid = true;
    return &group->digest;
}

void logs_governance_digest(const struct group *group, struct hash *ret)
{
    digest_of(group, false, ret);
}
