/* SPDX-License-Identifier: MIT */
#include "roster.h"

#include "alloc.h"
#include <stdlib.h>

void roster_done(struct roster *roster)
{
    free(roster->facts);
    free(roster->members);
    free(roster->clocks);
    free(roster->doubts);
    *roster = (struct roster){0};
}

static bool consents(const struct hash *group, const struct membership *member, uint32_t *flags)
{
    if (!(*flags & ENTRY_FLAG_CONSENT) && membership_verify(group, member) == OK)
        *flags |= ENTRY_FLAG_CONSENT;
    return (*flags & ENTRY_FLAG_CONSENT) != 0;
}

/* The group's id is the hash of root key and GENESIS: so nobody, not even the root, can found the same group twice. */
static bool is_of_group(const struct hash *group, const struct sign_public *root, const struct entry *entry)
{
    struct hash id;
    genesis_group_id(root, entry->payload, &id);
    return same_hash(&id, group);
}

static void note_genesis(struct roster *roster, const struct hash *group, const struct sign_public *root,
                         const struct entry *entry, uint32_t *flags)
{
    static const struct hash no_group;
    struct genesis genesis;
    if (roster->has_genesis || !is_of_group(group, root, entry) || genesis_decode(entry->payload, &genesis) != OK ||
        !consents(&no_group, &genesis.founder, flags))
        return;
    roster->has_genesis = true;
    roster->founder = genesis.founder;
    roster->founder.role = ROLE_ADMIN;
    roster->policy = genesis.policy;
    roster->dirty = true;
}

/* By time, so that members stand in the same order everywhere, whatever came first. */
static void put_in_order(struct roster *roster)
{
    struct add_fact last = roster->facts[roster->fact_count - 1];
    size_t at = roster->fact_count - 1;
    for (; at > 0; at--) {
        const struct add_fact *before = &roster->facts[at - 1];
        if (before->hlc < last.hlc ||
            (before->hlc == last.hlc && memcmp(&before->member, &last.member, sizeof last.member) <= 0))
            break;
        roster->facts[at] = *before;
    }
    roster->facts[at] = last;
}

static void note_add(struct roster *roster, const struct hash *group, const struct sign_public *author,
                     const struct entry *entry, uint32_t *flags)
{
    struct add add;
    if (add_decode(entry->payload, &add) != OK)
        return;
    ARRAY_ROOM(roster->facts, roster->fact_count, roster->fact_capacity);
    roster->facts[roster->fact_count++] = (struct add_fact){
        .author = *author, .hlc = entry->hlc, .member = add.member, .consented = consents(group, &add.member, flags)};
    put_in_order(roster);
    roster->dirty = true;
}

static void note_clock(struct roster *roster, const struct sign_public *author, const struct entry *entry)
{
    struct clock_fact fact = {.author = *author};
    if (clock_decode(entry->payload, &fact.doubt) != OK)
        return;
    ARRAY_ROOM(roster->clocks, roster->clock_count, roster->clock_capacity);
    roster->clocks[roster->clock_count++] = fact;
    roster->dirty = true;
}

void roster_note(struct roster *roster, const struct hash *group, const struct sign_public *author, bool is_root,
                 const struct entry *entry, uint32_t *flags)
{
    if (entry->type == ENTRY_GENESIS && is_root)
        note_genesis(roster, group, author, entry, flags);
    else if (entry->type == ENTRY_ADD)
        note_add(roster, group, author, entry, flags);
    else if (entry->type == ENTRY_CLOCK)
        note_clock(roster, author, entry); /* the root is no admin */
    else if (entry->type != ENTRY_EPOCH && entry->type != ENTRY_KEYSHARE &&
             (is_root || roster_is_admin(roster, author)))
        roster->needs_newer = true;
}

static void count_member(struct roster *roster, const struct membership *member, const struct sign_public *by)
{
    ARRAY_ROOM(roster->members, roster->count, roster->capacity);
    struct member *counted = &roster->members[roster->count++];
    *counted = (struct member){.device = member->device,
                               .person = member->person,
                               .instance = member->instance,
                               .role = member->role >= ROLE_MEMBER && member->role <= ROLE_CARRIER ? member->role
                                                                                                   : ROLE_READER,
                               .box = member->box};
    if (by)
        counted->added_by = *by;
    else
        counted->role = ROLE_ADMIN;
}

/* By device; of its instances the newest first; of the ADDs of one instance the lowest role first (the largest number,
 * but for ARCHIVE, which is no role of an ADD here).  So the first one that counts is the one that holds. */
static int by_device(const void *a, const void *b)
{
    const struct add_fact *x = a, *y = b;
    int order = memcmp(&x->member.device, &y->member.device, sizeof x->member.device);
    if (!order)
        order = (x->member.instance < y->member.instance) - (x->member.instance > y->member.instance);
    if (!order)
        order = (x->member.role < y->member.role) - (x->member.role > y->member.role);
    if (!order)
        order = memcmp(&x->member, &y->member, sizeof x->member);
    return order ? order : memcmp(&x->author, &y->author, sizeof x->author);
}

/* Both lists: the founder, then by device. */
static void keep_last_heard(struct roster *roster, const struct member *old, size_t count)
{
    size_t at = 0;
    for (size_t i = 0; i < roster->count; i++) {
        struct member *member = &roster->members[i];
        while (at < count && at > 0 && memcmp(&old[at].device, &member->device, sizeof member->device) < 0)
            at++;
        if (at < count && same_key(&old[at].device, &member->device))
            member->last_heard_ms = old[at++].last_heard_ms;
    }
}

static bool is_counted(const struct roster *roster, const struct sign_public *device)
{
    return roster->count && (same_key(&roster->members[0].device, device) ||
                             same_key(&roster->members[roster->count - 1].device, device));
}

static bool may_distrust(const struct roster *roster, const struct sign_public *device)
{
    return roster->is_direct ? roster_find(roster, device) != NULL : roster_is_admin(roster, device);
}

static void evaluate_clocks(struct roster *roster)
{
    struct doubt *doubts = NULL;
    size_t count = 0, capacity = 0;
    for (size_t i = 0; i < roster->clock_count; i++) {
        if (!may_distrust(roster, &roster->clocks[i].author))
            continue;
        ARRAY_ROOM(doubts, count, capacity);
        doubts[count++] = roster->clocks[i].doubt;
    }
    count = doubts_join(doubts, count);
    roster->doubts_changed |= !doubts_equal(doubts, count, roster->doubts, roster->doubt_count);
    free(roster->doubts);
    roster->doubts = doubts;
    roster->doubt_count = count;
}

bool roster_evaluate(struct roster *roster)
{
    size_t before = roster->count;
    if (!roster->dirty)
        return false;
    roster->dirty = false;
    if (roster->is_direct) {
        evaluate_clocks(roster);
        return false;
    }
    struct member *old = roster->members;
    roster->members = NULL;
    roster->count = roster->capacity = 0;
    if (roster->has_genesis)
        count_member(roster, &roster->founder, NULL);
    if (roster->fact_count)
        qsort(roster->facts, roster->fact_count, sizeof *roster->facts, by_device);
    for (size_t i = 0; i < roster->fact_count; i++) {
        const struct add_fact *fact = &roster->facts[i];
        if (fact->consented && roster_is_admin(roster, &fact->author) && !is_counted(roster, &fact->member.device))
            count_member(roster, &fact->member, &fact->author);
    }
    keep_last_heard(roster, old, before);
    evaluate_clocks(roster);
    bool changed = before != roster->count || (before && memcmp(old, roster->members, before * sizeof *old) != 0);
    free(old);
    return changed;
}

static bool is_one_of(const struct member *member, const struct person_id people[2])
{
    return memcmp(&member->person, &people[0], sizeof member->person) == 0 ||
           memcmp(&member->person, &people[1], sizeof member->person) == 0;
}

bool roster_derive(struct roster *roster, const struct roster *workspace, const struct person_id people[2])
{
    struct member *old = roster->members;
    size_t before = roster->count;
    roster->is_direct = true;
    roster->members = NULL;
    roster->count = roster->capacity = 0;
    for (size_t i = 0; i < workspace->count; i++) {
        if (!is_one_of(&workspace->members[i], people))
            continue;
        ARRAY_ROOM(roster->members, roster->count, roster->capacity);
        struct member *member = &roster->members[roster->count++];
        *member = workspace->members[i];
        member->role = member->role == ROLE_CARRIER ? ROLE_CARRIER : ROLE_MEMBER; /* nobody is more than the other */
        member->last_heard_ms = 0;
    }
    evaluate_clocks(roster);
    bool changed = before != roster->count || (before && memcmp(old, roster->members, before * sizeof *old) != 0);
    free(old);
    return changed;
}

const struct member *roster_find(const struct roster *roster, const struct sign_public *device)
{
    for (size_t i = 0; i < roster->count; i++)
        if (same_key(&roster->members[i].device, device))
            return &roster->members[i];
    return NULL;
}

const struct member *roster_person(const struct roster *roster, const struct person_id *person)
{
    for (size_t i = 0; i < roster->count; i++)
        if (memcmp(&roster->members[i].person, person, sizeof *person) == 0)
            return &roster->members[i];
    return NULL;
}

bool roster_is_admin(const struct roster *roster, const struct sign_public *device)
{
    return roster->has_genesis && same_key(&roster->founder.device, device);
}
