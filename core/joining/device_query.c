/* SPDX-License-Identifier: MIT
 * The devices of this person. */
#include "core/base/hlc.h"
#include "core/log/logs.h"
#include "core/log/lookup.h"
#include "core/members/labels.h"
#include "core/members/roster.h"
#include "core/node_query.h"
#include "core/peers/presence.h"

/* Whether the entry brings in that device. */
static bool brings_in(const struct entry *entry, const struct sign_public *device)
{
    struct genesis genesis;
    struct linkage linkage;
    struct add add;
    if (entry->type == ENTRY_GENESIS)
        return genesis_decode(entry->payload, &genesis) == OK && same_key(&genesis.founder.device, device);
    if (entry->type == ENTRY_LINK)
        return linkage_decode(entry->payload, &linkage) == OK && same_key(&linkage.device, device);
    return entry->type == ENTRY_ADD && add_decode(entry->payload, &add) == OK && same_key(&add.member.device, device);
}

/* The founder has no other entry than GENESIS; of others the last one that speaks of them tells. */
static uint64_t since_ms(const struct node *node, const struct sign_public *device)
{
    uint64_t newest = 0;
    for (size_t i = 0; i < node->workspace->log_count; i++) {
        const struct log *log = node->workspace->logs[i];
        for (uint64_t seq = log->row.base_seq + 1; log->kind == KIND_GOVERNANCE && seq <= log->row.head_seq; seq++) {
            struct stored_entry stored;
            struct entry entry;
            if (lookup_entry(node, log, seq, &stored) == OK && entry_decode(stored.wire, &entry) == OK &&
                brings_in(&entry, device) && hlc_ms(entry.hlc) > newest)
                newest = hlc_ms(entry.hlc);
        }
    }
    return newest;
}

static uint64_t last_seen_ms(const struct node *node, const struct member *member)
{
    uint64_t newest = member->last_heard_ms;
    for (size_t i = 0; i < node->log_count; i++) {
        const struct log *log = node->logs[i];
        if (log->named && log->row.head_seq && same_key(log_author(log), &member->device) &&
            hlc_ms(log->row.head_hlc) > newest)
            newest = hlc_ms(log->row.head_hlc);
    }
    return newest;
}

static const struct member *own_at(const struct node *node, size_t index)
{
    const struct roster *roster = node->workspace ? &node->workspace->roster : NULL;
    const struct member *me = roster ? roster_find(roster, &node->identity.device) : NULL;
    for (size_t i = 0; me && i < roster->count; i++)
        if (memcmp(&roster->members[i].person, &me->person, sizeof me->person) == 0 && index-- == 0)
            return &roster->members[i];
    return NULL;
}

bool node_device_at(const struct node *node, size_t index, struct node_device *ret)
{
    const struct member *member = own_at(node, index);
    if (!member)
        return false;
    const struct governance_member *listed = governance_member(node->workspace->roster.governance, &member->device);
    const struct presence *presence = presence_find(node, &member->device);
    *ret = (struct node_device){.device = member->device,
                                .label = labels_of(node, &member->device),
                                .self = node_is_me(node, &member->device),
                                .added_by = member->added_by,
                                .linked = listed && listed->linked,
                                .since_ms = since_ms(node, &member->device),
                                .last_seen_ms = last_seen_ms(node, member)};
    ret->online = ret->self || (presence && presence_is_online(presence));
    return true;
}
