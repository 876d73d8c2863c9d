/* SPDX-License-Identifier: MIT */
#include "roster.h"

#include "alloc.h"
#include <stdlib.h>

void roster_done(struct roster *roster)
{
    free(roster->facts);
    free(roster->members);
    *roster = (struct roster){0};
}

static bool consents(const struct hash *group, const struct membership *member, uint32_t *flags)
{
    if (!(*flags & ENTRY_FLAG_CONSENT) && membership_verify(group, member) == OK)
        *flags |= ENTRY_FLAG_CONSENT;
    return (*flags & ENTRY_FLAG_CONSENT) != 0;
}

static void note_genesis(struct roster *roster, const struct entry *entry, uint32_t *flags)
{
    static const struct hash no_group;
    struct genesis genesis;
    if (roster->has_genesis || genesis_decode(entry->payload, &genesis) != OK ||
        !consents(&no_group, &genesis.founder, flags))
        return;
    roster->has_genesis = true;
    roster->founder = genesis.founder;
    roster->founder.role = ROLE_ADMIN;
    roster->policy = genesis.policy;
    roster->dirty = true;
}

static void note_add(struct roster *roster, const struct hash *group, const struct sign_public *author,
                     const struct entry *entry, uint32_t *flags)
{
    struct add add;
    if (add_decode(entry->payload, &add) != OK)
        return;
    ARRAY_ROOM(roster->facts, roster->fact_count, roster->fact_capacity);
    roster->facts[roster->fact_count++] =
        (struct add_fact){.author = *author, .member = add.member, .consented = consents(group, &add.member, flags)};
    roster->dirty = true;
}

void roster_note(struct roster *roster, const struct hash *group, const struct sign_public *author, bool is_root,
                 const struct entry *entry, uint32_t *flags)
{
    if (entry->type == ENTRY_GENESIS && is_root)
        note_genesis(roster, entry, flags);
    else if (entry->type == ENTRY_ADD)
        note_add(roster, group, author, entry, flags);
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

/* Of several ADDs of one instance the lowest role holds (the largest number, but for ARCHIVE, which is no role of an
 * ADD here): same entries, same state. */
static bool holds(const struct roster *roster, const struct add_fact *fact)
{
    for (size_t i = 0; i < roster->fact_count; i++) {
        const struct add_fact *other = &roster->facts[i];
        if (other == fact || !other->consented || !same_key(&other->member.device, &fact->member.device) ||
            other->member.instance != fact->member.instance || !roster_is_admin(roster, &other->author))
            continue;
        int person = memcmp(&other->member, &fact->member, sizeof fact->member);
        if (other->member.role > fact->member.role || (other->member.role == fact->member.role && person < 0))
            return false;
    }
    return true;
}

bool roster_evaluate(struct roster *roster)
{
    size_t before = roster->count;
    if (!roster->dirty)
        return false;
    roster->dirty = false;
    struct member *old = roster->members;
    roster->members = NULL;
    roster->count = roster->capacity = 0;
    if (roster->has_genesis)
        count_member(roster, &roster->founder, NULL);
    for (size_t i = 0; i < roster->fact_count; i++) {
        const struct add_fact *fact = &roster->facts[i];
        if (fact->consented && roster_is_admin(roster, &fact->author) && !roster_find(roster, &fact->member.device) &&
            holds(roster, fact))
            count_member(roster, &fact->member, &fact->author);
    }
    for (size_t i = 0; i < roster->count && i < before; i++)
        roster->members[i].last_heard_ms =
            same_key(&old[i].device, &roster->members[i].device) ? old[i].last_heard_ms : 0;
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
