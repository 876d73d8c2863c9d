/* SPDX-License-Identifier: MIT */
#include "receipts.h"

#include "core/base/alloc.h"
#include "core/keys/vault.h"
#include "core/link/link.h"
#include "core/log/branches.h"
#include "core/log/logs.h"
#include "core/log/lookup.h"
#include "core/members/roster.h"
#include "core/node_query.h"

#define STORE_MS 1000

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
    if (!node->receipts_ms)
        node->receipts_ms = node->mono_ms + STORE_MS;
    node_wake_at(node, node->receipts_ms);
    node_notify(node, NOTICE_ACKNOWLEDGED, log, seq, &evidence->device, 0);
}

void receipts_note(struct node *node, struct link *link, struct log *log, uint64_t seq)
{
    if (log->forked && seq > log->row.head_seq)
        seq = log->row.head_seq; /* which branch it has beyond is told by the branch's own row */
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

/* ---------------------------------------------------------------- rows: "receipt/" ‖ u32 log number ‖ device → seq */

static void store(struct node *node, const struct log *log, struct evidence *evidence)
{
    uint8_t which[4 + sizeof evidence->device.bytes], plain[8];
    put_u32(which, log->row.number);
    memcpy(which + 4, evidence->device.bytes, sizeof evidence->device.bytes);
    put_u64(plain, evidence->seq);
    struct vault_key key = vault_key("receipt/", BYTES_OF(which));
    vault_put(node, &key, BYTES_OF(plain));
    evidence->stored_seq = evidence->seq;
}

void receipts_store(struct node *node, bool now)
{
    if (!node->receipts_ms || (!now && node->mono_ms < node->receipts_ms) || node->disk_state == ERR_DISK_FULL)
        return;
    node->receipts_ms = 0;
    for (size_t i = 0; i < node->log_count; i++) {
        const struct log *log = node->logs[i];
        for (size_t e = 0; e < log->evidence_count; e++)
            if (log->row.number && log->evidence[e].seq > log->evidence[e].stored_seq)
                store(node, log, &log->evidence[e]);
    }
}

void receipts_time(struct node *node)
{
    if (node->receipts_ms)
        node_wake_at(node, node->receipts_ms > node->mono_ms ? node->receipts_ms : node->mono_ms + STORE_MS);
}

static void load(struct node *node, struct bytes which, struct bytes plain)
{
    struct sign_public device;
    struct log *log = which.size == 4 + sizeof device.bytes ? lookup_log(node, get_u32(which.data)) : NULL;
    if (!log || !log->own || plain.size != 8)
        return;
    memcpy(device.bytes, which.data + 4, sizeof device.bytes);
    struct evidence *evidence = evidence_of(log, &device);
    evidence->seq = evidence->stored_seq = get_u64(plain.data);
}

enum error receipts_load(struct node *node)
{
    return vault_each(node, "receipt/", load);
}

/* ---------------------------------------------------------------- asked */

static bool has(const struct log *log, uint64_t seq, const struct sign_public *device)
{
    for (size_t i = 0; i < log->evidence_count; i++)
        if (same_key(&log->evidence[i].device, device))
            return log->evidence[i].seq >= seq;
    return false;
}

static bool is_reader_of(const struct member *member, const struct person_id *person)
{
    return member->role != ROLE_CARRIER && memcmp(&member->person, person, sizeof *person) == 0;
}

/* Behind another device of one already counted. */
static bool is_further(const struct roster *roster, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (is_reader_of(&roster->members[i], &roster->members[index].person))
            return true;
    return false;
}

static bool person_has(const struct group *group, const struct log *log, uint64_t seq, const struct person_id *person)
{
    for (size_t i = 0; i < log->evidence_count; i++) {
        const struct member *member = roster_find(&group->roster, &log->evidence[i].device);
        if (member && log->evidence[i].seq >= seq && is_reader_of(member, person))
            return true;
    }
    return false;
}

enum error node_receipt(const struct node *node, const struct message_ref *message, struct receipt *ret)
{
    struct log *named = logs_find(node, &message->log);
    const struct log *log = named ? branches_now(node, named, message->seq) : NULL;
    if (!log || !log->own || !message->seq || message->seq > log->row.head_seq)
        return ERR_NOT_FOUND;
    const struct roster *roster = &log->group->roster;
    const struct member *me = roster_find(roster, &node->identity.device);
    *ret = (struct receipt){0};
    for (size_t i = 0; i < roster->count; i++) {
        const struct member *member = &roster->members[i];
        if (member->role == ROLE_CARRIER) {
            ret->carriers++;
            ret->with_carriers += has(log, message->seq, &member->device);
        } else if (!(me && is_reader_of(member, &me->person)) && !is_further(roster, i)) {
            ret->persons++;
            ret->with += person_has(log->group, log, message->seq, &member->person);
        }
    }
    return OK;
}
