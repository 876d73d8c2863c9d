/* SPDX-License-Identifier: MIT */
#include "receipts.h"

#include "alloc.h"
#include "link.h"
#include "logs.h"
#include "node_query.h"
#include "roster.h"

static struct evidence *evidence_of(struct log *log, const struct sign_public *device)
{
    for (size_t i = 0; i < log->evidence_count; i++)
        if (same_key(&log->evidence[i].device, device))
            return &log->evidence[i];
    ARRAY_ROOM(log->evidence, log->evidence_count, log->evidence_capacity);
    log->evidence[log->evidence_count] = (struct evidence){.device = *device};
    return &log->evidence[log->evidence_count++];
}

static void note(struct node *node, struct log *log, struct evidence *evidence, uint64_t seq)
{
    if (seq <= evidence->seq)
        return;
    evidence->seq = seq;
    node_notify(node, NOTICE_ACKNOWLEDGED, log, seq, &evidence->device, 0);
}

void receipts_note(struct node *node, struct link *link, struct log *log, uint64_t seq)
{
    if (seq <= link_peer_seq(link, log))
        return;
    link_set_peer_seq(link, log, seq);
    if (log->own && log->kind == KIND_CONTENT)
        note(node, log, evidence_of(log, &link->device), seq);
}

void receipts_cited(struct node *node, struct log *by, struct log *own, uint64_t seq)
{
    const struct sign_public *device = log_author(by);
    if (own->kind != KIND_CONTENT || !by->named || seq > own->row.head_seq)
        return;
    struct evidence *evidence = by->evidence_at < own->evidence_count ? &own->evidence[by->evidence_at] : NULL;
    if (!evidence || !same_key(&evidence->device, device)) {
        evidence = evidence_of(own, device);
        by->evidence_at = (size_t)(evidence - own->evidence);
    }
    note(node, own, evidence, seq);
}

static bool person_has(const struct group *group, const struct log *log, uint64_t seq, const struct member *person)
{
    for (size_t i = 0; i < log->evidence_count; i++) {
        const struct member *member = roster_find(&group->roster, &log->evidence[i].device);
        if (member && log->evidence[i].seq >= seq &&
            memcmp(&member->person, &person->person, sizeof person->person) == 0)
            return true;
    }
    return false;
}

enum error node_receipt(const struct node *node, const struct message_ref *message, struct receipt *ret)
{
    const struct log *log = logs_find(node, &message->log);
    if (!log || !log->own || !message->seq || message->seq > log->row.head_seq)
        return ERR_NOT_FOUND;
    const struct roster *roster = &log->group->roster;
    const struct member *me = roster_find(roster, &node->identity.device);
    *ret = (struct receipt){0};
    for (size_t i = 0; i < roster->count; i++) {
        const struct member *member = &roster->members[i];
        if ((me && memcmp(&member->person, &me->person, sizeof me->person) == 0) ||
            roster_person(roster, &member->person) != member)
            continue; /* myself, or another device of one already counted */
        ret->persons++;
        ret->with += person_has(log->group, log, message->seq, member);
    }
    return OK;
}
