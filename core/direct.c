/* SPDX-License-Identifier: MIT */
#include "direct.h"

#include "alloc.h"
#include "compose.h"
#include "groups.h"
#include "keys.h"
#include "lookup.h"
#include "presence.h"
#include "roster.h"
#include <stdlib.h>

static bool same_person(const struct person_id *a, const struct person_id *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

static void sort_people(const struct person_id *a, const struct person_id *b, struct person_id ret[2])
{
    bool first = memcmp(a, b, sizeof *a) < 0;
    ret[0] = first ? *a : *b;
    ret[1] = first ? *b : *a;
}

void direct_id(const struct hash *workspace, const struct person_id people[2], struct hash *ret)
{
    struct person_id sorted[2];
    sort_people(&people[0], &people[1], sorted);
    const struct bytes parts[] = {text_bytes("zuruf-direct-v1"), hash_bytes(workspace), BYTES_OF(sorted[0].bytes),
                                  BYTES_OF(sorted[1].bytes)};
    crypto_hash_parts(parts, 4, ret);
}

static const struct member *myself(const struct node *node)
{
    return node->workspace ? roster_find(&node->workspace->roster, &node->identity.device) : NULL;
}

const struct person_id *direct_partner(const struct node *node, const struct group *group)
{
    const struct member *me = myself(node);
    return &group->people[me && same_person(&me->person, &group->people[0]) ? 1 : 0];
}

/* ---------------------------------------------------------------- beginning one */

static struct group *begin(struct node *node, const struct person_id people[2])
{
    struct group *group = groups_create_direct(node, people);
    if (group && roster_evaluate(&group->roster))
        presence_roster_changed(node); /* who wants a link to whom */
    return group;
}

enum error direct_open(struct node *node, const struct person_id *person, struct group **ret)
{
    const struct member *me = myself(node);
    struct person_id people[2];
    struct hash id;
    if (!me)
        return ERR_NO_KEY;
    if (!roster_person(&node->workspace->roster, person))
        return ERR_NOT_FOUND;
    if (same_person(&me->person, person))
        return ERR_USAGE;
    sort_people(&me->person, person, people);
    direct_id(&node->workspace->id, people, &id);
    struct group *group = groups_by_id(node, &id);
    if (!group)
        group = begin(node, people);
    if (!group)
        return ERR_LIMIT;
    *ret = group;
    return OK;
}

static struct group *expect_with(struct node *node, const struct member *me, const struct person_id *person,
                                 const struct hash *id)
{
    struct person_id people[2];
    struct hash expected;
    sort_people(&me->person, person, people);
    direct_id(&node->workspace->id, people, &expected);
    return same_hash(&expected, id) && !same_person(&me->person, person) ? begin(node, people) : NULL;
}

struct group *direct_expect(struct node *node, const struct link *link, const struct hash *id)
{
    const struct member *me = myself(node);
    const struct member *teller = me ? roster_find(&node->workspace->roster, &link->device) : NULL;
    struct group *group = NULL;
    if (!teller)
        return NULL;
    if (!same_person(&teller->person, &me->person))
        return expect_with(node, me, &teller->person, id);
    for (size_t i = 0; i < node->workspace->roster.count && !group; i++) /* another device of this person's */
        group = expect_with(node, me, &node->workspace->roster.members[i].person, id);
    return group;
}

/* ---------------------------------------------------------------- its key */

static bool has_record(struct bytes records, const struct dh_public *box)
{
    for (size_t at = 0; at < records.size; at += BOX_RECORD_SIZE)
        if (get_u64(records.data + at) == box_name(box))
            return true;
    return false;
}

/* Marks the members whom this entry gives the key; returns how many of them it is the first to. */
static size_t mark_reached(const struct group *group, const struct epoch_id *key, const struct entry *entry,
                           bool *reached)
{
    struct epoch epoch;
    struct keyshare share;
    struct bytes records = {0};
    size_t marked = 0;
    if (entry->type == ENTRY_EPOCH && epoch_decode(entry->payload, &epoch) == OK &&
        memcmp(&epoch.id, key, sizeof *key) == 0)
        records = epoch.records;
    if (entry->type == ENTRY_KEYSHARE && keyshare_decode(entry->payload, &share) == OK &&
        memcmp(&share.epoch, key, sizeof *key) == 0)
        records = share.records;
    for (size_t i = 0; records.size && i < group->roster.count; i++)
        if (!reached[i] && has_record(records, &group->roster.members[i].box)) {
            reached[i] = true;
            marked++;
        }
    return marked;
}

static size_t mark_in_log(const struct node *node, const struct log *log, const struct epoch_id *key, bool *reached)
{
    size_t marked = 0;
    for (uint64_t seq = log->row.head_seq; seq > log->row.base_seq; seq--) {
        struct stored_entry stored;
        struct entry entry;
        if (lookup_entry(node, log, seq, &stored) == OK && entry_decode(stored.wire, &entry) == OK)
            marked += mark_reached(log->group, key, &entry, reached);
    }
    return marked;
}

static size_t readers(const struct group *group)
{
    size_t count = 0;
    for (size_t i = 0; i < group->roster.count; i++)
        count += group->roster.members[i].role != ROLE_CARRIER;
    return count;
}

static bool reaches_all(const struct node *node, const struct group *group, const struct epoch_key *key)
{
    size_t marked = 0;
    bool *reached = alloc_zero(group->roster.count + 1, sizeof *reached);
    for (size_t i = 0; i < group->log_count && marked < readers(group); i++)
        if (group->logs[i]->kind == KIND_GOVERNANCE && group->logs[i]->named)
            marked += mark_in_log(node, group->logs[i], &key->id, reached);
    free(reached);
    return marked >= readers(group);
}

void direct_provide_key(struct node *node, struct group *group)
{
    const struct epoch_key *newest = keys_newest(group);
    if (group->key_reaches_all)
        return;
    if (!newest || !reaches_all(node, group, newest))
        keys_write_epoch(node, group, newest ? newest->height + 1 : 1);
    group->key_reaches_all = true;
}
