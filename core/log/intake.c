/* SPDX-License-Identifier: MIT */
#include "intake.h"

#include "branches.h"
#include "core/base/alloc.h"
#include "core/link/link.h"
#include "core/members/content.h"
#include "core/members/groups.h"
#include "core/replication/carried.h"
#include "core/replication/relay.h"
#include "cuts.h"
#include "early.h"
#include "gaps.h"
#include "logs.h"
#include "lookup.h"
#include "probe.h"
#include "unproven.h"
#include <stdlib.h>

#define LOGS_PER_LINK_MAX 8192

void intake_done(struct intake *intake)
{
    buffer_done(&intake->arena);
    free(intake->items);
    *intake = (struct intake){0};
}

/* ---------------------------------------------------------------- the peer's names for logs */

static void number_name(uint32_t number, uint8_t name[32])
{
    memset(name, 0, 32);
    put_u32(name, number);
}

/* The membership may have come just before, in this step; what came live is not even accepted yet. */
static enum error accept_what_justifies(struct node *node, struct link *link, const struct log_name *name)
{
    struct hash id;
    log_name_id(name, &id);
    const struct log *log = logs_find(node, &id);
    if (log && log->named)
        return OK;
    enum error err = link->intake.open ? OK : intake_finish(node, link);
    groups_settle(node);
    return err;
}

/* The log of that name, and of it the branch; made if need be.  NULL: not yet, or too many were promised. */
static struct log *named_log(struct node *node, struct link *link, struct group *group,
                             const struct wire_message *message)
{
    const struct log_name *name = &message->log.name;
    struct hash id, branch;
    log_name_id(name, &id);
    struct log *log = logs_find(node, &id);
    if (!log || !log->named) {
        if (!groups_justify(group, name) || logs_count_subs(group, name) >= SUBS_MAX) {
            if (log)
                log->unjustified = true; /* waits until the roster changes */
            return NULL;
        }
        log = log ? logs_get(node, group, &id, name->kind) : logs_promised(node, link, group, &id, name->kind);
        if (!log)
            return NULL;
        logs_name(node, log, name);
        if (log->own)
            logs_close(node, log); /* the disk does not know it: an older copy of this home wrote it */
        if (name->kind == KIND_CONTENT)
            cuts_judge(node, log);
    }
    if (!message->log.is_branch)
        return log;
    log_branch_id(&id, &message->log.first, &branch);
    if (!logs_promised(node, link, group, &branch, name->kind))
        return NULL;
    log = branches_get(node, log, &message->log.first);
    probe_told_base(link, log, message->log.base);
    return log;
}

enum error intake_log(struct node *node, struct link *link, const struct wire_message *message)
{
    uint8_t key[32];
    enum error err = accept_what_justifies(node, link, &message->log.name);
    if (err)
        return err;
    struct group *group = groups_told(node, link, &message->log.name.group);
    if (!group || link->log_names.count >= LOGS_PER_LINK_MAX)
        return group ? ERR_LIMIT : OK; /* another group: what follows is refused, entry by entry */
    struct log *log = named_log(node, link, group, message);
    if (!log)
        return OK;
    number_name(message->log.number, key);
    table_put(&link->log_names, key, log);
    return OK;
}

struct log *intake_log_of(const struct link *link, uint32_t number)
{
    uint8_t key[32];
    number_name(number, key);
    return table_get(&link->log_names, key);
}

/* ---------------------------------------------------------------- keeping */

static void refuse(struct link *link)
{
    if (link->refused.size < WIRE_ROWS_MAX * 8)
        buffer_append_u64(&link->refused, link->entries_received);
}

/* The newest entry of `log` at hand + 1, 0 for none; runs come log by log, so it is mostly the last one. */
static size_t last_at_hand(const struct intake *intake, const struct log *log)
{
    for (size_t i = intake->count; i > 0; i--)
        if (intake->items[i - 1].log == log)
            return i;
    return 0;
}

uint64_t intake_reached(const struct link *link, const struct log *log)
{
    size_t last = last_at_hand(&link->intake, log);
    uint64_t seq = last ? link->intake.items[last - 1].seq : 0;
    return seq > log->row.head_seq ? seq : log->row.head_seq;
}

enum verdict { TAKEN, KNOWN, AHEAD, MISFIT };

/* Whether `entry` follows the newest one at hand, or the head of its log. */
static enum verdict fits(const struct intake *intake, const struct log *log, const struct entry *entry,
                         struct intake_item *ret)
{
    size_t last = last_at_hand(intake, log);
    uint64_t head = last ? intake->items[last - 1].seq : log->row.head_seq;
    const struct hash *id = last ? &intake->items[last - 1].id : &log->row.head_id;
    if (entry->seq <= head)
        return KNOWN;
    if (entry->seq > head + 1)
        return AHEAD;
    ret->before = last;
    return head == 0 || same_hash(&entry->previous, id) ? TAKEN : MISFIT;
}

/* The long way, for a log that was or may have been written twice: by the ids, among all branches. */
static enum verdict find_place(const struct node *node, const struct intake *intake, const struct entry *entry,
                               struct intake_item *ret)
{
    const struct intake_item *last = intake->count ? &intake->items[intake->count - 1] : NULL;
    struct log *at;
    ret->elsewhere = true;
    ret->before = 0;
    if (last && last->log->root == ret->log->root && last->seq + 1 == entry->seq &&
        same_hash(&last->id, &entry->previous)) {
        ret->log = last->log;
        ret->before = intake->count;
        return TAKEN;
    }
    switch (branches_place(node, ret->log, entry, &ret->id, &at)) {
    case PLACE_KNOWN:
        return KNOWN;
    case PLACE_NEXT:
    case PLACE_FORK:
        ret->log = at;
        return TAKEN;
    case PLACE_NOWHERE:
        break;
    }
    return AHEAD;
}

/* Whether what stands under the item's number in its log is another entry. */
static bool differs(const struct node *node, const struct intake_item *item)
{
    struct hash held;
    return lookup_id(node, item->log, item->seq, &held) == OK && !same_hash(&held, &item->id);
}

/* Whether the quick answer will not do.  What comes under a number that is taken may be another entry, and would be
 * acknowledged unseen. */
static bool is_doubtful(const struct node *node, const struct link *link, const struct log *log, enum verdict verdict,
                        const struct intake_item *item)
{
    if (verdict == MISFIT || log->forked || (log->row.is_branch && !log->row.number) || probe_find(link, log))
        return true;
    return verdict == KNOWN && differs(node, item);
}

static void keep(struct intake *intake, struct intake_item *item, struct bytes wire)
{
    ARRAY_ROOM(intake->items, intake->count, intake->capacity);
    item->at = intake->arena.size;
    item->size = wire.size;
    intake->items[intake->count++] = *item;
    buffer_append(&intake->arena, wire);
}

/* What it follows is not here. */
static void note_ahead(struct node *node, struct link *link, struct log *log, const struct intake_item *item)
{
    if (item->elsewhere) {
        probe_note(node, link, log, item->seq, item->id.bytes);
        return;
    }
    if (item->seq > log->known_seq)
        log->known_seq = item->seq;
    link_set_peer_seq(link, log, item->seq);
    log->group->wants_dirty = true;
}

/* The first entry of a log whose author has as many as he may, or one far beyond the author's removal, or beyond what
 * somebody who is no admin may say of governance. */
static bool is_one_too_many(const struct log *log, uint64_t seq)
{
    if (seq > logs_taken_seq(log))
        return true;
    return !log->row.head_seq && !log->row.is_branch && logs_count_subs(log->group, &log->row.name) >= SUBS_MAX;
}

/* Nothing of it can be read, so nothing behind it can be checked.  That says nothing against who sent it; others may
 * have the log as this version can read it, if this one lied.  What comes unasked may be ahead of others that can be
 * read: who has them is asked all the same. */
static void note_too_new(struct node *node, struct link *link, struct log *log, bool live)
{
    if (live && log->source != link)
        return;
    if (!link_is_too_new(link, log))
        node_log(node, ERR_NEEDS_NEWER, "entries of a later version came, and are not taken");
    link_set_too_new(link, log);
}

/* One entry of an ENTRIES message.  *ret_taken tells whether this node has it, or will have it with this run. */
static enum error take(struct node *node, struct link *link, struct log *log, struct bytes wire, uint64_t flags,
                       bool *ret_taken)
{
    struct entry entry;
    bool live = flags & ENTRIES_FLAG_LIVE;
    struct intake_item item = {.log = log, .live = live, .relay = live && !(flags & ENTRIES_FLAG_TO_ALL)};
    enum error err = entry_decode(wire, &entry);
    if (err == ERR_VERSION) {
        note_too_new(node, link, log, live);
        *ret_taken = false;
        return OK;
    }
    if (err)
        return err;
    if (!same_hash(&entry.log, &log->root->id) || (entry.type >= ENTRY_MESSAGE) != (log->kind == KIND_CONTENT))
        return ERR_MALFORMED;
    item.seq = entry.seq;
    enum verdict verdict = fits(&link->intake, log, &entry, &item);
    entry_id(&entry, &item.id);
    if (is_doubtful(node, link, log, verdict, &item))
        verdict = find_place(node, &link->intake, &entry, &item);
    *ret_taken = verdict == KNOWN || (verdict == TAKEN && !is_one_too_many(log, entry.seq));
    if (verdict == TAKEN && !*ret_taken)
        return OK;
    if (verdict == TAKEN && !entry.payload_missing && entry_check_payload(&entry) != OK)
        return ERR_MALFORMED;
    if (verdict == TAKEN)
        keep(&link->intake, &item, wire);
    if (!*ret_taken)
        note_ahead(node, link, log, &item);
    if (verdict == AHEAD && live && log->kind == KIND_CONTENT && cuts_cover(log, entry.seq) &&
        early_keep(node, log->group, log, &entry, wire) && log->row.number)
        node_notify(node, NOTICE_SHOWN_EARLY, log, entry.seq, log_author(log), 0);
    return OK;
}

static bool has_room(const struct node *node, const struct link *link, const struct log *log)
{
    bool is_content = log && log->kind == KIND_CONTENT;
    return node->disk_state == OK && (!is_content || carried_takes(node, log->group, link->intake.arena.size));
}

static bool is_full(const struct intake *intake)
{
    return intake->arena.size > BATCH_BYTES + ENTRY_SIZE_MAX || intake->count > BATCH_ENTRIES;
}

enum error intake_entries(struct node *node, struct link *link, const struct wire_message *message)
{
    struct bytes left = message->entries.items;
    size_t entries = 0;
    bool taken = true;
    enum error err = OK;
    link->entries_received++;
    link->ack_due = true;
    link->progress_ms = node->mono_ms;

    struct log *log = intake_log_of(link, message->entries.number);
    bool full = !has_room(node, link, log), live = message->entries.flags & ENTRIES_FLAG_LIVE;
    while (!err && log && !full && taken && left.size) {
        size_t size = left.size >= 2 ? get_u16(left.data) : 0;
        if (size == 0 || size > left.size - 2)
            return ERR_MALFORMED;
        err = take(node, link, log, (struct bytes){left.data + 2, size}, message->entries.flags, &taken);
        left.data += 2 + size;
        left.size -= 2 + size;
        entries++;
    }
    if (err)
        return err;
    if (live)
        unproven_note(node, link, entries);
    if (!log || full || !taken)
        refuse(link);
    bool last = message->entries.flags & ENTRIES_FLAG_LAST, many = is_full(&link->intake);
    if (many && !last)
        return ERR_LIMIT;
    link->intake.open = !last;
    return last && (many || !live) ? intake_finish(node, link) : OK;
}

/* ---------------------------------------------------------------- accepting */

static bool follows(const struct log *log, const struct entry *entry)
{
    return !log->forked && entry->seq == log->row.head_seq + 1 &&
           (log->row.head_seq == 0 || same_hash(&entry->previous, &log->row.head_id));
}

/* It can be looked up by now: what follows from it may ask for it. */
static void note_content(struct node *node, struct log *log, const struct entry *entry, struct bytes wire)
{
    content_note(node, log, entry);
    carried_note(log->group, wire.size);
    early_accepted(node, log, entry, wire);
}

static void accept(struct node *node, const struct intake *intake, size_t index, uint32_t flags)
{
    const struct intake_item *item = &intake->items[index];
    struct log *log = item->log;
    struct bytes wire = {intake->arena.data + item->at, item->size};
    struct entry entry;
    if (!item->elsewhere && !log->forked && item->seq <= log->row.head_seq && !differs(node, item))
        return; /* came another way meanwhile */
    if (entry_decode(wire, &entry) != OK)
        return;
    if (item->elsewhere || !follows(log, &entry))
        log = branches_make_place(node, log, &entry, &item->id);
    if (!log)
        return;
    logs_advance(node, log, &entry, &item->id);
    log->group->received++;
    log->progress_ms = node->mono_ms;
    if (item->relay)
        relay_note(log, item->seq);
    if (log->own) { /* an older copy of this home wrote it: adopt it, and go on in a new sub */
        logs_close(node, log);
        if (hlc_believed(entry.hlc, node->now_ms) > node->own_hlc)
            node->own_hlc = entry.hlc;
    }
    if (log->kind == KIND_GOVERNANCE) {
        log->group->governance_ms = node->mono_ms;
        log->group->gives_in_vain = false;
        groups_note_governance(node, log, &entry, &flags);
    }
    struct batch *batch = node_batch(node);
    batch_add_entry(batch, log->row.number, log->group->number, item->seq, flags, wire);
    if (log->kind == KIND_CONTENT)
        note_content(node, log, &entry, wire);
    if (entry.payload_missing)
        gaps_note(node, log, item->seq);
    if (log->kind == KIND_CONTENT && cuts_cover(log, item->seq) && (item->live || flags & ENTRY_FLAG_CHECKED)) {
        if (index >= intake->told)
            node_notify(node, NOTICE_SHOWN_EARLY, log, item->seq, log_author(log), 0);
        node_notify(node, NOTICE_MESSAGE, log, item->seq, log_author(log), batch->id);
    }
}

static enum error verify(const struct intake *intake, const struct intake_item *item)
{
    struct entry entry;
    enum error err = entry_decode((struct bytes){intake->arena.data + item->at, item->size}, &entry);
    return err ? err : entry_verify(&entry, log_author(item->log));
}

/* Whether the newest item of each chain at hand is validly signed: the chain vouches for those before it. */
static bool all_endorsed(struct intake *intake)
{
    for (size_t i = intake->count; i-- > 0;) {
        struct intake_item *item = &intake->items[i];
        item->checked = !item->covered;
        if (item->checked && verify(intake, item) != OK)
            return false;
        if (item->before)
            intake->items[item->before - 1].covered = true;
    }
    return true;
}

enum error intake_finish(struct node *node, struct link *link)
{
    struct intake *intake = &link->intake;
    enum error err = OK;
    if (!intake->count)
        return OK;
    bool endorsed = all_endorsed(intake);
    for (size_t i = 0; i < intake->count && !err; i++) {
        const struct intake_item *item = &intake->items[i];
        if (!endorsed)
            err = verify(intake, item);
        if (!err)
            accept(node, intake, i, item->checked || !endorsed ? ENTRY_FLAG_CHECKED : 0);
    }
    intake->count = intake->told = 0;
    intake->arena.size = 0;
    intake->open = false;
    return err;
}

void intake_acknowledge(struct node *node, struct link *link)
{
    if (!link->ack_due || link->intake.open || link->intake.told)
        return;
    struct wire_message message = {.type = WIRE_ACK};
    message.ack.count = link->entries_received;
    message.ack.refused = buffer_bytes(&link->refused);
    link_send(node, link, &message, node_after(node));
    link->refused.size = 0;
    link->ack_due = false;
}
