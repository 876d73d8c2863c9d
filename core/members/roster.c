/* SPDX-License-Identifier: MIT */
#include "roster.h"

#include "core/base/alloc.h"
#include <stdlib.h>

void roster_init(struct roster *roster, const struct governance_scope *scope, const struct governance *workspace)
{
    *roster = (struct roster){.governance = governance_new(scope, workspace)};
}

void roster_done(struct roster *roster)
{
    governance_free(roster->governance);
    free(roster->members);
    free(roster->clocks);
    free(roster->doubts);
    free(roster->partings);
    *roster = (struct roster){0};
}

/* ---------------------------------------------------------------- noting */

static void note_clock(struct roster *roster, const struct entry *entry, const struct hash *id)
{
    struct clock_fact fact = {.entry = *id};
    if (clock_decode(entry->payload, &fact.doubt) != OK)
        return;
    ARRAY_ROOM(roster->clocks, roster->clock_count, roster->clock_capacity);
    roster->clocks[roster->clock_count++] = fact;
    roster->clocks_dirty = true;
}

static bool speaks_of_authors(uint64_t type)
{
    return type == ENTRY_GENESIS || type == ENTRY_ADD || type == ENTRY_LINK || type == ENTRY_GRANT ||
           type == ENTRY_HANDOVER;
}

enum error roster_note(struct roster *roster, const struct log_name *author, const struct entry *entry, uint32_t *flags)
{
    struct hash id;
    entry_id(entry, &id);
    enum error err = governance_note(roster->governance, author, entry, &id, flags);
    if (!err && entry->type == ENTRY_CLOCK)
        note_clock(roster, entry, &id);
    roster->justifies_more |= !err && speaks_of_authors(entry->type);
    return err;
}

/* ---------------------------------------------------------------- evaluating */

static struct member member_of(const struct governance_member *listed)
{
    return (struct member){.device = listed->device,
                           .person = listed->person,
                           .instance = listed->instance,
                           .role = listed->role,
                           .was_admin = listed->granted,
                           .box = listed->box,
                           .added_by = listed->added_by};
}

/* That REMOVE ends the membership, and with it any later one that was begun without knowing of it. */
static bool has_parted(const struct roster *roster, const struct governance_member *listed)
{
    if (!roster->parting_count || !same_key(&listed->device, &roster->parted))
        return false;
    for (size_t i = 0; i < roster->parting_count; i++) {
        const struct parting *parting = &roster->partings[i];
        bool knew = listed->instance > parting->instance &&
                    governance_add_cites(roster->governance, &listed->device, listed->instance, &parting->removal);
        if (parting->holds && !knew)
            return true;
    }
    return false;
}

/* Of each device its newest membership. */
static void list(struct roster *roster, const struct governance_member *listed, size_t count, bool admins)
{
    for (size_t i = 0; i < count; i++)
        if ((i + 1 == count || !same_key(&listed[i].device, &listed[i + 1].device)) &&
            (listed[i].role == ROLE_ADMIN) == admins && !has_parted(roster, &listed[i]))
            roster->members[roster->count++] = member_of(&listed[i]);
}

static struct member *search(const struct roster *roster, size_t low, size_t high, const struct sign_public *device)
{
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = memcmp(&roster->members[middle].device, device, sizeof *device);
        if (!order)
            return &roster->members[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

const struct member *roster_find(const struct roster *roster, const struct sign_public *device)
{
    const struct member *admin = search(roster, 0, roster->admin_count, device);
    return admin ? admin : search(roster, roster->admin_count, roster->count, device);
}

static void list_members(struct roster *roster)
{
    const struct roster old = *roster;
    size_t count;
    const struct governance_member *listed = governance_members(roster->governance, &count);
    roster->members = alloc_zero(count + 1, sizeof *roster->members);
    roster->count = 0;
    list(roster, listed, count, true);
    roster->admin_count = roster->count;
    list(roster, listed, count, false);
    for (size_t i = 0; i < roster->count; i++) {
        const struct member *before = roster_find(&old, &roster->members[i].device);
        roster->members[i].last_heard_ms = before ? before->last_heard_ms : 0;
        roster->members[i].room = before ? before->room : ROOM_FREE;
    }
    free(old.members);
}

static void evaluate_clocks(struct roster *roster)
{
    struct doubt *doubts = alloc_zero(roster->clock_count + 1, sizeof *doubts);
    size_t count = 0;
    for (size_t i = 0; i < roster->clock_count; i++) {
        enum governance_rule rule;
        if (governance_verdict(roster->governance, &roster->clocks[i].entry, &rule) == OK && rule == RULE_COUNTS)
            doubts[count++] = roster->clocks[i].doubt;
    }
    count = doubts_join(doubts, count);
    roster->doubts_changed |= !doubts_equal(doubts, count, roster->doubts, roster->doubt_count);
    free(roster->doubts);
    roster->doubts = doubts;
    roster->doubt_count = count;
    roster->clocks_dirty = false;
}

static bool is_here(const struct roster *roster, const struct hash *entry)
{
    enum governance_rule ignored;
    return governance_verdict(roster->governance, entry, &ignored) == OK;
}

/* Who ended its author's membership had all that counts of his, and what is here of that came before. */
static bool may_come(const struct roster *roster, const struct parting *parting)
{
    return !governance_was_removed(roster->governance, &parting->by);
}

/* What has come speaks for itself. */
static unsigned judge_partings(struct roster *roster)
{
    size_t left = 0, before = roster->parting_count;
    bool changed = false;
    for (size_t i = 0; i < before; i++) {
        struct parting parting = roster->partings[i];
        if (is_here(roster, &parting.removal))
            continue;
        parting.holds = may_come(roster, &parting);
        changed |= parting.holds != roster->partings[i].holds;
        roster->partings[left++] = parting;
    }
    roster->parting_count = left;
    return changed || left < before ? GOVERNANCE_MEMBERS : 0;
}

bool roster_evaluate(struct roster *roster)
{
    unsigned changes = governance_settle(roster->governance);
    if (roster->clocks_dirty || changes & GOVERNANCE_VERDICTS)
        evaluate_clocks(roster);
    roster->needs_newer = governance_needs_newer(roster->governance);
    roster->cuts_changed |= changes & (GOVERNANCE_VERDICTS | GOVERNANCE_MEMBERS);
    roster->members_changed |= changes & GOVERNANCE_MEMBERS;
    roster->epochs_changed |= changes & (GOVERNANCE_EPOCHS | GOVERNANCE_MEMBERS | GOVERNANCE_POLICY);
    changes |= judge_partings(roster);
    if (changes & GOVERNANCE_MEMBERS)
        list_members(roster);
    return changes & GOVERNANCE_MEMBERS;
}

bool roster_part(struct roster *roster, const struct sign_public *device, const struct parting *parting)
{
    bool known = is_here(roster, &parting->removal) || roster->parting_count >= PARTINGS_MAX;
    for (size_t i = 0; i < roster->parting_count; i++)
        known |= same_hash(&roster->partings[i].removal, &parting->removal);
    if (known)
        return false;
    roster->parted = *device;
    ARRAY_ROOM(roster->partings, roster->parting_count, roster->parting_capacity);
    roster->partings[roster->parting_count] = *parting;
    roster->partings[roster->parting_count++].holds = may_come(roster, parting);
    list_members(roster);
    return true;
}

/* ---------------------------------------------------------------- asked */

const struct member *roster_person(const struct roster *roster, const struct person_id *person)
{
    for (size_t i = 0; i < roster->count; i++)
        if (memcmp(&roster->members[i].person, person, sizeof *person) == 0)
            return &roster->members[i];
    return NULL;
}

bool roster_has_left(const struct roster *roster, const struct sign_public *device)
{
    return !roster_find(roster, device) &&
           (roster->parting_count || governance_was_removed(roster->governance, device));
}

bool roster_is_admin(const struct roster *roster, const struct sign_public *device)
{
    return search(roster, 0, roster->admin_count, device) != NULL;
}

bool roster_author(const struct roster *roster, const struct log_name *log, struct member *ret)
{
    struct governance_member who;
    if (!governance_who(roster->governance, &log->device, log->instance, &who))
        return false;
    *ret = member_of(&who);
    return true;
}
