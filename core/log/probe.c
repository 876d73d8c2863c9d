/* SPDX-License-Identifier: MIT */
#include "probe.h"

#include "branches.h"
#include "core/base/alloc.h"
#include "core/link/link.h"
#include "core/replication/compare.h"
#include "core/replication/receipts.h"
#include "logs.h"
#include "lookup.h"
#include <stdlib.h>

#define OWING_MS 3000
#define DETOURS_MAX 8192u /* per link, as many as logs */

/* ---------------------------------------------------------------- detours */

struct detour *probe_find(const struct link *link, const struct log *log)
{
    for (size_t i = 0; i < link->detour_count; i++)
        if (link->detours[i].log == log)
            return &link->detours[i];
    return NULL;
}

/* NULL: nothing was told, or it is not needed. */
static const struct told_base *find_base(const struct link *link, const struct log *log)
{
    for (size_t i = 0; i < link->told_base_count; i++)
        if (link->told_bases[i].log == log)
            return &link->told_bases[i];
    return NULL;
}

static bool is_here(const struct log *log)
{
    return !log->row.is_branch || log->row.number;
}

static uint64_t base_of(const struct link *link, const struct log *log)
{
    const struct told_base *told = is_here(log) ? NULL : find_base(link, log);
    return told ? told->base : log->row.base_seq;
}

void probe_told_base(struct link *link, const struct log *log, uint64_t base)
{
    if (is_here(log) || find_base(link, log))
        return;
    ARRAY_ROOM(link->told_bases, link->told_base_count, link->told_base_capacity);
    link->told_bases[link->told_base_count++] = (struct told_base){log, base};
}

static void begin_search(const struct link *link, struct detour *detour)
{
    detour->state = DETOUR_WAITING;
    detour->common = base_of(link, detour->log);
    detour->differs = detour->told;
    detour->family_changes = detour->log->root->family_changes;
}

void probe_note(struct node *node, struct link *link, struct log *log, uint64_t seq, const uint8_t id[8])
{
    struct detour *detour = probe_find(link, log);
    if (seq <= base_of(link, log) || (!detour && link->detour_count >= DETOURS_MAX))
        return;
    if (detour && detour->told >= seq && (detour->told > seq || memcmp(detour->told_id, id, 8) == 0))
        return;
    if (!detour) {
        ARRAY_ROOM(link->detours, link->detour_count, link->detour_capacity);
        detour = &link->detours[link->detour_count++];
        *detour = (struct detour){.log = log};
    }
    detour->told = seq;
    memcpy(detour->told_id, id, sizeof detour->told_id);
    if (detour->state != DETOUR_PROBING && detour->state != DETOUR_FETCHING)
        begin_search(link, detour);
    if (log->own)
        logs_doubt(node, log);
    log->group->wants_dirty = true;
}

static void end_fetch(struct link *link, struct detour *detour)
{
    link->wants--;
    detour->log->group->fetching[detour->log->kind]--;
    detour->log->group->wants_dirty = true;
}

static void remove_detour(struct link *link, struct detour *detour)
{
    if (detour->state == DETOUR_FETCHING)
        end_fetch(link, detour);
    *detour = link->detours[--link->detour_count];
}

void probe_forget(struct link *link, const struct log *log)
{
    struct detour *detour = probe_find(link, log);
    if (detour)
        remove_detour(link, detour);
}

void probe_link_gone(struct link *link)
{
    while (link->detour_count)
        remove_detour(link, &link->detours[0]);
    free(link->detours);
    free(link->told_bases);
    link->detours = NULL;
    link->told_bases = NULL;
    link->detour_capacity = link->told_base_count = link->told_base_capacity = 0;
}

/* ---------------------------------------------------------------- finding the last common entry */

static void append_seq(struct buffer *seqs, uint64_t seq)
{
    if (!seqs->size || get_u64(seqs->data + seqs->size - 8) != seq)
        buffer_append_u64(seqs, seq);
}

/* Numbers between the last common entry and the first that differs, evenly. */
static void ask_ids(struct node *node, struct link *link, struct detour *detour)
{
    struct buffer seqs = {0};
    uint64_t between = detour->differs - detour->common - 1;
    uint64_t count = between < PROBE_MAX ? between : PROBE_MAX;
    for (uint64_t i = 1; i <= count; i++) {
        uint64_t step = between / count * i + between % count * i / count;
        append_seq(&seqs, detour->common + step);
    }
    struct wire_message message = {.type = WIRE_PROBE, .probe = {detour->log->id, buffer_bytes(&seqs)}};
    link_send(node, link, &message, 0);
    buffer_done(&seqs);
    detour->state = DETOUR_PROBING;
    detour->asked_ms = node->mono_ms;
    node_wake_at(node, node->mono_ms + OWING_MS);
}

enum error probe_asked(struct node *node, struct link *link, const struct wire_message *message)
{
    struct buffer rows = {0};
    const struct log *log = logs_find(node, &message->probe.log);
    bool allowed = log && log->named && compare_may_have(node, log, link);
    for (size_t at = 0; allowed && at < message->probe.seqs.size; at += 8) {
        struct hash id;
        uint64_t seq = get_u64(message->probe.seqs.data + at);
        if (seq > logs_told_seq(log) || lookup_id(node, log, seq, &id) != OK)
            continue;
        buffer_append_u64(&rows, seq);
        buffer_append(&rows, hash_bytes(&id));
    }
    struct wire_message answer = {.type = WIRE_IDS, .ids = {message->probe.log, buffer_bytes(&rows)}};
    link_send(node, link, &answer, 0);
    buffer_done(&rows);
    return OK;
}

enum error probe_ids(struct node *node, struct link *link, const struct wire_message *message)
{
    const struct log *log = logs_find(node, &message->ids.log);
    struct detour *detour = log ? probe_find(link, log) : NULL;
    if (!detour || detour->state != DETOUR_PROBING)
        return OK;
    uint64_t before = detour->differs - detour->common;
    for (size_t at = 0; at < message->ids.rows.size; at += ID_ROW_SIZE) {
        const uint8_t *row = message->ids.rows.data + at;
        uint64_t seq = get_u64(row);
        if (seq <= detour->common || seq >= detour->differs)
            continue;
        if (branches_holder(node, log, seq, row + 8, 32))
            detour->common = seq;
        else
            detour->differs = seq;
    }
    /* Who answers nothing has less by now than it told: it tells again. */
    detour->state = detour->differs - detour->common < before ? DETOUR_WAITING : DETOUR_ENDED;
    log->group->wants_dirty = true;
    return OK;
}

/* ---------------------------------------------------------------- fetching what comes behind */

/* Whether another peer is asked for the same, or is to be asked first. */
static bool is_others_turn(const struct node *node, const struct detour *mine)
{
    for (size_t i = 0; i < node->link_count; i++)
        for (size_t d = 0; d < node->links[i]->detour_count; d++) {
            const struct detour *detour = &node->links[i]->detours[d];
            bool ready = detour->state == DETOUR_WAITING && detour->differs == detour->common + 1;
            if (detour->log->root == mine->log->root &&
                (detour->state == DETOUR_FETCHING || (ready && detour->left_ms < mine->left_ms)))
                return true;
        }
    return false;
}

/* A branch whose history before it is still coming has to wait. */
static bool has_parent(const struct detour *detour)
{
    bool has = detour->common == 0;
    for (const struct log *at = detour->log->root; at && !has; at = at->next_branch)
        has = at->row.number && detour->common <= at->row.head_seq;
    return has;
}

static void fetch(struct node *node, struct link *link, struct detour *detour)
{
    struct buffer row = {0};
    buffer_append(&row, hash_bytes(&detour->log->id));
    buffer_append_u64(&row, detour->common + 1);
    buffer_append_u64(&row, detour->told);
    struct wire_message message = {.type = WIRE_WANT};
    message.want.group = detour->log->group->id;
    message.want.rows = buffer_bytes(&row);
    link_send(node, link, &message, 0);
    buffer_done(&row);
    detour->state = DETOUR_FETCHING;
    detour->asked_to = detour->told;
    link->wants++;
    link->progress_ms = node->mono_ms;
    detour->log->group->fetching[detour->log->kind]++;
}

/* True: it led to nothing that we lack. */
static bool is_settled(struct node *node, struct link *link, const struct detour *detour)
{
    struct log *holder = branches_holder(node, detour->log, detour->told, detour->told_id, sizeof detour->told_id);
    if (holder)
        receipts_note(node, link, holder, detour->told);
    return holder != NULL;
}

static void go_on(struct node *node, struct link *link, struct detour *detour)
{
    if (detour->state == DETOUR_PROBING || detour->state == DETOUR_FETCHING)
        return;
    if (detour->family_changes != detour->log->root->family_changes)
        begin_search(link, detour);
    if (detour->state == DETOUR_ENDED || !has_parent(detour))
        return;
    if (detour->differs > detour->common + 1)
        ask_ids(node, link, detour);
    else if (!is_others_turn(node, detour))
        fetch(node, link, detour);
}

void probe_schedule(struct node *node, struct group *group, enum log_kind kind)
{
    for (size_t i = 0; i < node->link_count; i++) {
        struct link *link = node->links[i];
        for (size_t d = link->detour_count; link->state == LINK_OPEN && d-- > 0;) {
            struct detour *detour = &link->detours[d];
            if (detour->log->group != group || detour->log->kind != kind)
                continue;
            if (detour->state != DETOUR_FETCHING && is_settled(node, link, detour))
                remove_detour(link, detour);
            else
                go_on(node, link, detour);
        }
    }
}

/* Where anything has come, those that led nowhere may lead on. */
static void note_growth(struct log *root)
{
    uint64_t size = 0;
    for (const struct log *at = root; at; at = at->next_branch)
        size += at->row.head_seq;
    root->family_changes += size != root->family_size;
    root->family_size = size;
}

void probe_end(struct link *link, struct log *log)
{
    struct detour *detour = probe_find(link, log);
    note_growth(log->root);
    if (!detour || detour->state != DETOUR_FETCHING)
        return;
    end_fetch(link, detour);
    begin_search(link, detour);
    if (detour->told == detour->asked_to)
        detour->state = DETOUR_ENDED; /* settled, unless it did not bring what it told */
}

void probe_leave(struct node *node, struct link *link)
{
    for (size_t i = 0; i < link->detour_count; i++) {
        struct detour *detour = &link->detours[i];
        if (detour->state != DETOUR_FETCHING)
            continue;
        struct wire_message message = {.type = WIRE_STOP, .stop = {detour->log->id}};
        link_send(node, link, &message, 0);
        end_fetch(link, detour);
        begin_search(link, detour);
        detour->left_ms = node->mono_ms;
    }
}

/* ---------------------------------------------------------------- time */

void probe_time(struct node *node)
{
    for (size_t i = 0; i < node->link_count; i++)
        for (size_t d = 0; d < node->links[i]->detour_count; d++) {
            struct detour *detour = &node->links[i]->detours[d];
            if (detour->state != DETOUR_PROBING)
                continue;
            if (node_waited_ms(node, detour->asked_ms) >= OWING_MS) {
                begin_search(node->links[i], detour);
                detour->log->group->wants_dirty = true;
            } else
                node_wake_at(node, node->mono_ms + OWING_MS - node_waited_ms(node, detour->asked_ms));
        }
}
