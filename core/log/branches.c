/* SPDX-License-Identifier: MIT */
#include "branches.h"

#include "core/members/content.h"
#include "core/members/told.h"
#include "core/writing/batch.h"
#include "gaps.h"
#include "logs.h"
#include "lookup.h"

static bool is_here(const struct log *log)
{
    return log->row.number != 0;
}

struct log *branches_get(struct node *node, struct log *root, const struct hash *first)
{
    struct hash id;
    log_branch_id(&root->id, first, &id);
    struct log *log = logs_get(node, root->group, &id, root->kind);
    if (log->row.is_branch)
        return log;
    logs_name(node, log, &root->row.name);
    log->row.is_branch = true;
    log->row.first_id = *first;
    log->root = root;
    log->next_branch = root->next_branch;
    root->next_branch = log;
    logs_close(node, log); /* read-only */
    return log;
}

/* ---------------------------------------------------------------- finding */

static bool has_id(const struct node *node, const struct log *log, uint64_t seq, const uint8_t *id, size_t size)
{
    struct hash held;
    return lookup_id(node, log, seq, &held) == OK && memcmp(held.bytes, id, size) == 0;
}

struct log *branches_holder(const struct node *node, const struct log *log, uint64_t seq, const uint8_t *id,
                            size_t size)
{
    for (struct log *at = log->root; at; at = at->next_branch)
        if (is_here(at) && seq > at->row.base_seq && seq <= at->row.head_seq && has_id(node, at, seq, id, size))
            return at;
    return NULL;
}

struct log *branches_cited(const struct node *node, const struct dep *dep)
{
    const struct log *log = logs_find(node, &dep->log);
    return log ? branches_holder(node, log, dep->seq, dep->id, sizeof dep->id) : NULL;
}

struct log *branches_now(const struct node *node, struct log *log, uint64_t seq)
{
    struct log *first = log;
    uint64_t earliest = UINT64_MAX;
    if (!log->forked || seq <= log->row.head_seq)
        return log;
    for (struct log *at = log->root->next_branch; at; at = at->next_branch) {
        struct stored_entry stored;
        if (!is_here(at) || lookup_entry(node, at, seq, &stored) != OK || stored.arrival >= earliest)
            continue;
        first = at;
        earliest = stored.arrival;
    }
    return first;
}

static size_t count(const struct log *root)
{
    size_t branches = 0;
    for (const struct log *at = root->next_branch; at; at = at->next_branch)
        branches += is_here(at);
    return branches;
}

bool branches_has_any(const struct log *log)
{
    return !log->row.is_branch && count(log) > 0;
}

/* ---------------------------------------------------------------- placing */

/* Whether `log` holds what `entry` follows. */
static bool holds_parent(const struct node *node, const struct log *log, const struct entry *entry)
{
    uint64_t before = entry->seq - 1;
    if (before == 0)
        return !log->row.is_branch;
    return is_here(log) && before > log->row.base_seq && before <= log->row.head_seq &&
           has_id(node, log, before, entry->previous.bytes, sizeof entry->previous.bytes);
}

/* Whether a further branch with that id, behind one that is shown, may be one of those told: it comes before another.
 */
static bool would_be_told(const struct log *root, const struct hash *branch)
{
    for (const struct log *at = root->next_branch; at; at = at->next_branch)
        if (is_here(at) && (!at->hidden || at->is_proof) && !at->cited_by_others &&
            memcmp(branch, &at->id, sizeof *branch) < 0)
            return true;
    return false;
}

/* Whether `log` may fork, or have one more branch at its end. */
static bool has_room(const struct log *log, bool at_end, const struct hash *branch)
{
    size_t more = count(log->root) + 2;
    if (more <= BRANCHES_MAX)
        return true;
    return more <= BRANCHES_TOLD_MAX && !log->hidden && (!at_end || would_be_told(log->root, branch));
}

/* `log` holds what `entry` follows. */
static enum placing place_behind(const struct node *node, const struct log *log, const struct entry *entry,
                                 const struct hash *id)
{
    struct hash branch = {{0}};
    bool at_end = entry->seq > log->row.head_seq;
    if (!at_end) {
        if (has_id(node, log, entry->seq, id->bytes, sizeof id->bytes))
            return PLACE_KNOWN;
    } else if (!log->forked) {
        return PLACE_NEXT;
    } else {
        log_branch_id(&log->root->id, id, &branch);
        const struct log *held = logs_find(node, &branch);
        if (held && is_here(held))
            return PLACE_KNOWN;
    }
    return has_room(log, at_end, &branch) ? PLACE_FORK : PLACE_NOWHERE;
}

enum placing branches_place(const struct node *node, struct log *log, const struct entry *entry, const struct hash *id,
                            struct log **ret_log)
{
    for (struct log *at = log->root; at; at = at->next_branch) {
        if (!holds_parent(node, at, entry))
            continue;
        *ret_log = at;
        return place_behind(node, at, entry, id);
    }
    return PLACE_NOWHERE;
}

/* ---------------------------------------------------------------- forking */

/* What it tells of people and groups is looked for under the log that holds it. */
static void move_told(struct node *node, struct log *from, struct log *to)
{
    struct group *group = from->group;
    for (size_t i = 0; i < group->unread_count; i++)
        if (group->unread[i].log == from && group->unread[i].seq > to->row.base_seq)
            content_move_unread(node, &group->unread[i], to);
    told_divide(node, from, to);
}

/* The branch whose first entry is at hand, and so its place. */
static struct log *begin_branch(struct node *node, struct log *root, uint64_t base, const struct hash *first)
{
    struct log *log = branches_get(node, root, first);
    log->row.base_seq = log->row.head_seq = log->row.cited_seq = log->durable_seq = base;
    return log;
}

/* What `log` has beyond `base` becomes a branch. */
static enum error split(struct node *node, struct log *log, uint64_t base)
{
    struct hash first;
    enum error err = lookup_id(node, log, base + 1, &first);
    if (err)
        return err;
    struct log *rest = begin_branch(node, log->root, base, &first);
    rest->forked = log->forked;
    err = logs_divide(node, log, rest);
    if (err)
        return err;
    for (struct log *at = log->root->next_branch; at; at = at->next_branch)
        if (at->parent == log)
            at->parent = rest;
    rest->parent = log;
    move_told(node, log, rest);
    gaps_divide(node, log, rest);
    batch_add_move(node_batch(node), log->row.number, base + 1, rest->row.number);
    return OK;
}

static void close_family(struct node *node, struct log *root)
{
    for (struct log *at = root; root->own && at; at = at->next_branch)
        logs_close(node, at);
}

/* The first entry of a branch: what it follows in `log` has another successor already. */
static struct log *fork_at(struct node *node, struct log *log, const struct entry *entry, const struct hash *id)
{
    bool known_fork = log->forked && entry->seq > log->row.head_seq;
    enum error err = known_fork ? OK : split(node, log, entry->seq - 1);
    node_log(node, err ? err : ERR_EXISTS, "a log was written twice: both histories are kept");
    if (err)
        return NULL;
    log->forked = true;
    struct log *branch = begin_branch(node, log->root, entry->seq - 1, id);
    branch->row.head_id = entry->previous;
    branch->parent = log;
    close_family(node, log->root);
    log->root->family_changes++;
    log->group->wants_dirty = true;
    log->group->roster.cuts_changed = true;
    return branch;
}

static void rank(struct node *node, struct log *root);

struct log *branches_make_place(struct node *node, struct log *log, const struct entry *entry, const struct hash *id)
{
    struct log *at;
    switch (branches_place(node, log, entry, id, &at)) {
    case PLACE_NEXT:
        return at;
    case PLACE_FORK:
        at = fork_at(node, at, entry, id);
        if (!at)
            return NULL;
        logs_number(node, at);
        rank(node, at->root);
        return at;
    case PLACE_KNOWN:
    case PLACE_NOWHERE:
        break;
    }
    return NULL;
}

/* ---------------------------------------------------------------- which are shown */

struct scan {
    const struct node *node;
    const struct log *root;
};

static bool note_deps(void *arg, const struct stored_entry *stored)
{
    const struct scan *scan = arg;
    const struct log *by = lookup_log(scan->node, stored->log);
    struct entry entry;
    if (!by || same_key(log_author(by), log_author(scan->root)) || entry_decode(stored->wire, &entry) != OK)
        return true;
    for (size_t i = 0; i < entry_dep_count(&entry); i++) {
        struct dep dep = entry_dep(&entry, i);
        struct log *cited = same_hash(&dep.log, &scan->root->id) ? branches_cited(scan->node, &dep) : NULL;
        if (cited)
            cited->cited_by_others = true;
    }
    return true;
}

/* Who is cited may have been cited before it came.  Only where a log has more branches than any accident makes. */
static void find_citations(struct node *node, struct log *root)
{
    struct scan scan = {node, root};
    const struct storage *storage = node->storage;
    enum error err = storage->begin(storage->ctx);
    if (!err)
        err = storage->each_arrival(storage->ctx, 1, note_deps, &scan);
    if (err)
        node_log(node, err, "the database could not be read");
    for (struct log *at = root->next_branch; at; at = at->next_branch)
        for (struct log *up = at; at->cited_by_others && up->row.is_branch; up = up->parent)
            up->cited_by_others = true;
}

/* Cited ones first, then the smallest id. */
static bool comes_before(const struct log *a, const struct log *b)
{
    if (a->cited_by_others != b->cited_by_others)
        return a->cited_by_others;
    return memcmp(&a->id, &b->id, sizeof a->id) < 0;
}

/* None without the one it hangs on. */
static struct log *best_hidden(struct log *root)
{
    struct log *best = NULL;
    for (struct log *at = root->next_branch; at; at = at->next_branch)
        if (is_here(at) && at->hidden && (at->parent == root || !at->parent->hidden) &&
            (!best || comes_before(at, best)))
            best = at;
    return best;
}

/* That a log ends somewhere is known from two histories that go on from there.  So that others learn of it even if
 * these are hidden, the first entries of the best two of them are told. */
static void choose_proofs(const struct log *root, const struct log *ended)
{
    size_t told = 0;
    for (const struct log *at = root->next_branch; at; at = at->next_branch)
        told += is_here(at) && at->parent == ended && !at->hidden;
    for (; told < 2; told++) {
        struct log *best = NULL;
        for (struct log *at = root->next_branch; at; at = at->next_branch)
            if (is_here(at) && at->parent == ended && at->hidden && !at->is_proof && (!best || comes_before(at, best)))
                best = at;
        if (!best)
            return;
        best->is_proof = true;
    }
}

static void rank(struct node *node, struct log *root)
{
    bool many = count(root) > BRANCHES_SHOWN;
    if (many)
        find_citations(node, root);
    for (struct log *at = root->next_branch; at; at = at->next_branch) {
        at->hidden = many;
        at->is_proof = false;
    }
    for (size_t shown = 0; many && shown < BRANCHES_SHOWN; shown++) {
        struct log *best = best_hidden(root);
        if (best)
            best->hidden = false;
    }
    for (const struct log *at = root; many && at; at = at->next_branch)
        if (at->forked && !at->hidden)
            choose_proofs(root, at);
    root->group->digest_valid = false;
}

void branches_note_citation(struct node *node, struct log *log, const struct log *by)
{
    if (log->cited_by_others || same_key(log_author(log), log_author(by)))
        return;
    for (struct log *up = log; up && up->row.is_branch; up = up->parent)
        up->cited_by_others = true;
    if (count(log->root) > BRANCHES_SHOWN)
        rank(node, log->root);
}

/* ---------------------------------------------------------------- from the disk */

/* The log that ends where `branch` begins. */
static struct log *find_parent(const struct node *node, const struct log *branch)
{
    struct stored_entry stored;
    struct entry entry;
    if (branch->row.base_seq == 0)
        return branch->root;
    if (lookup_entry(node, branch, branch->row.base_seq + 1, &stored) != OK || entry_decode(stored.wire, &entry) != OK)
        return branch->root;
    struct log *parent =
        branches_holder(node, branch, branch->row.base_seq, entry.previous.bytes, sizeof entry.previous.bytes);
    return parent ? parent : branch->root;
}

void branches_restore(struct node *node)
{
    for (size_t i = 0; i < node->log_count; i++) {
        struct log *log = node->logs[i];
        if (!log->row.is_branch)
            continue;
        log->parent = find_parent(node, log);
        log->parent->forked = true;
    }
    for (size_t i = 0; i < node->log_count; i++)
        if (node->logs[i]->next_branch && !node->logs[i]->row.is_branch)
            rank(node, node->logs[i]);
}
