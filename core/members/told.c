/* SPDX-License-Identifier: MIT */
#include "told.h"

#include "core/base/alloc.h"
#include "core/joining/invitees.h"
#include "core/keys/keys.h"
#include "core/keys/vault.h"
#include "core/log/cuts.h"
#include "core/log/lookup.h"
#include "labels.h"
#include "names.h"
#include "roster.h"
#include <stdlib.h>

#define TOLD_PER_LOG_MAX 4096u /* more than any office needs; who goes on is not listened to */

/* Row: "told/" ‖ u32 log number ‖ u64 seq. */
static struct vault_key row_key(const struct log *log, uint64_t seq)
{
    uint8_t which[12];
    put_u32(which, log->row.number);
    put_u64(which + 4, seq);
    return vault_key("told/", BYTES_OF(which));
}

static struct teller *find(const struct group *group, const struct log *log)
{
    for (size_t i = 0; i < group->teller_count; i++)
        if (group->tellers[i].log == log)
            return &group->tellers[i];
    return NULL;
}

static struct teller *get(struct group *group, struct log *log)
{
    struct teller *found = find(group, log);
    if (found)
        return found;
    ARRAY_ROOM(group->tellers, group->teller_count, group->teller_capacity);
    struct teller *teller = &group->tellers[group->teller_count++];
    *teller = (struct teller){.log = log};
    return teller;
}

static void append(struct teller *teller, uint64_t seq)
{
    ARRAY_ROOM(teller->seqs, teller->count, teller->capacity);
    teller->seqs[teller->count++] = seq;
}

/* ---------------------------------------------------------------- judging */

/* True: he stands otherwise than at the last time. */
static bool judge(struct teller *teller)
{
    const struct log *log = teller->log;
    struct member author = {0};
    bool is_known = roster_author(&log->group->roster, &log->row.name, &author);
    bool same = is_known == teller->is_known && author.was_admin == teller->was_admin &&
                memcmp(&author.person, &teller->person, sizeof author.person) == 0 && log->cut_seq == teller->cut_seq;
    teller->is_known = is_known;
    teller->was_admin = author.was_admin;
    teller->person = author.person;
    teller->cut_seq = log->cut_seq;
    return !same;
}

static void apply(struct node *node, struct log *log, const struct entry *entry, struct bytes plain)
{
    if (!cuts_cover(log, entry->seq))
        return;
    if (entry->type == ENTRY_PROFILE)
        names_read_profile(node, log, entry, plain);
    else if (entry->type == ENTRY_TITLE)
        names_read_title(node, log, entry, plain);
    else if (entry->type == ENTRY_LABEL)
        labels_read(node, log, entry, plain);
    else
        invitees_read(node, log, entry, plain);
}

/* Takes back whatever was said of the same matter. */
static void take_back(struct node *node, struct log *log, const struct entry *entry, struct bytes plain)
{
    if (entry->type == ENTRY_PROFILE && log->group == node->workspace)
        names_forget_profile(node, plain);
    else if (entry->type == ENTRY_TITLE)
        names_forget_title(node, log->group);
    else if (entry->type == ENTRY_LABEL)
        labels_forget_one(node, log);
    else if (entry->type == ENTRY_INVITEE)
        invitees_forget_one(node, log->group, plain);
}

static void each(struct node *node, const struct group *group,
                 void (*visit)(struct node *node, struct log *log, const struct entry *entry, struct bytes plain))
{
    for (size_t i = 0; i < group->teller_count; i++) {
        const struct teller *teller = &group->tellers[i];
        for (size_t at = 0; at < teller->count; at++) {
            struct buffer plain = {0};
            struct stored_entry stored;
            struct entry entry;
            if (lookup_entry(node, teller->log, teller->seqs[at], &stored) == OK &&
                entry_decode(stored.wire, &entry) == OK && keys_open(group, &entry, &plain) == OK)
                visit(node, teller->log, &entry, buffer_bytes(&plain));
            buffer_wipe(&plain);
        }
    }
}

void told_settle(struct node *node, struct group *group)
{
    bool changed = false;
    for (size_t i = 0; i < group->teller_count; i++)
        changed |= judge(&group->tellers[i]);
    if (!changed)
        return;
    each(node, group, take_back);
    each(node, group, apply);
    node_notify(node, NOTICE_ROSTER, NULL, 0, NULL, node_after(node));
}

void told_note(struct node *node, struct log *log, const struct entry *entry, struct bytes plain)
{
    struct teller *teller = get(log->group, log);
    if (teller->count >= TOLD_PER_LOG_MAX)
        return;
    if (!teller->count)
        judge(teller);
    struct vault_key key = row_key(log, entry->seq);
    append(teller, entry->seq);
    vault_put(node, &key, (struct bytes){0});
    apply(node, log, entry, plain);
}

/* ---------------------------------------------------------------- logs that fork */

static void move(struct node *node, struct teller *from, uint64_t seq, struct log *to)
{
    struct vault_key old = row_key(from->log, seq), new = row_key(to, seq);
    vault_delete(node, &old);
    vault_put(node, &new, (struct bytes){0});
}

void told_divide(struct node *node, struct log *from, struct log *to)
{
    struct group *group = from->group;
    struct teller *rest = find(group, from) ? get(group, to) : NULL; /* moves the others */
    struct teller *teller = find(group, from);
    size_t kept = 0;
    if (!rest)
        return;
    for (size_t i = 0; i < teller->count; i++) {
        if (teller->seqs[i] <= to->row.base_seq) {
            teller->seqs[kept++] = teller->seqs[i];
            continue;
        }
        move(node, teller, teller->seqs[i], to);
        append(rest, teller->seqs[i]);
    }
    teller->count = kept;
    judge(rest);
}

/* ---------------------------------------------------------------- loading */

static void load_row(struct node *node, struct bytes which, struct bytes plain)
{
    struct log *log = which.size == 12 ? lookup_log(node, get_u32(which.data)) : NULL;
    (void)plain;
    if (log)
        append(get(log->group, log), get_u64(which.data + 4));
}

enum error told_load(struct node *node)
{
    return vault_each(node, "told/", load_row);
}

void told_begin(struct group *group)
{
    for (size_t i = 0; i < group->teller_count; i++)
        judge(&group->tellers[i]);
}

void told_forget(struct group *group)
{
    for (size_t i = 0; i < group->teller_count; i++)
        free(group->tellers[i].seqs);
    free(group->tellers);
}
