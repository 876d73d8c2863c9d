/* SPDX-License-Identifier: MIT */
#include "carried.h"

#include "core/keys/vault.h"
#include "core/log/lookup.h"
#include "core/members/groups.h"
#include "core/members/roster.h"

static const char row_kind[] = "carried/";

/* ---------------------------------------------------------------- counting */

void carried_note(struct group *group, size_t size)
{
    if (!group->carries)
        return;
    group->carried += size;
    group->carried_dirty = true;
}

struct counting {
    uint64_t to, bytes;
};

static bool count_entry(void *arg, const struct stored_entry *stored)
{
    struct counting *counting = arg;
    if (stored->seq > counting->to)
        return false;
    counting->bytes += stored->wire.size;
    return true;
}

/* What is durable in one go, the little that is not one by one. */
static uint64_t count_log(const struct node *node, const struct log *log)
{
    const struct storage *storage = node->storage;
    struct counting counting = {.to = log->durable_seq};
    if (storage->begin(storage->ctx) != OK ||
        storage->each_entry(storage->ctx, log->row.number, log->row.base_seq + 1, count_entry, &counting) != OK)
        return 0; /* a disk that cannot be read is told of elsewhere */
    for (uint64_t seq = log->durable_seq + 1; seq <= log->row.head_seq; seq++) {
        struct stored_entry stored;
        if (lookup_entry(node, log, seq, &stored) == OK)
            counting.bytes += stored.wire.size;
    }
    return counting.bytes;
}

static void count_anew(const struct node *node, struct group *group)
{
    group->carried = 0;
    for (size_t i = 0; i < group->log_count; i++)
        if (group->logs[i]->kind == KIND_CONTENT && group->logs[i]->row.number)
            group->carried += count_log(node, group->logs[i]);
    group->carried_dirty = true;
}

static bool is_carried(const struct node *node, const struct group *group)
{
    const struct member *me = roster_find(&group->roster, &node->identity.device);
    return me && me->role == ROLE_CARRIER;
}

void carried_judge(struct node *node, struct group *group)
{
    bool carries = is_carried(node, group);
    if (carries == group->carries)
        return;
    group->carries = carries;
    if (carries)
        count_anew(node, group);
    group->carried_dirty = true;
}

/* ---------------------------------------------------------------- asked */

uint64_t carried_total(const struct node *node)
{
    uint64_t total = 0;
    for (size_t i = 0; i < node->group_count; i++)
        total += node->groups[i]->carries ? node->groups[i]->carried : 0;
    return total;
}

size_t carried_groups(const struct node *node)
{
    size_t count = 0;
    for (size_t i = 0; i < node->group_count; i++)
        count += node->groups[i]->carries;
    return count;
}

/* With less room than the largest entry needs it is full, so that it does not depend on which one comes. */
static bool has_room(const struct node *node, size_t at_hand)
{
    return node->quota == QUOTA_NONE || carried_total(node) + at_hand + ENTRY_SIZE_MAX <= node->quota;
}

bool carried_takes(const struct node *node, const struct group *group, size_t at_hand)
{
    return !group->carries || has_room(node, at_hand);
}

bool carried_is_full(const struct node *node)
{
    return carried_groups(node) && !has_room(node, 0);
}

/* ---------------------------------------------------------------- rows */

static void put_number(struct node *node, const struct vault_key *key, uint64_t number)
{
    uint8_t plain[8];
    put_u64(plain, number);
    vault_put(node, key, BYTES_OF(plain));
}

void carried_set_quota(struct node *node, uint64_t bytes)
{
    struct vault_key key = vault_key("quota", (struct bytes){0});
    node->quota = bytes;
    put_number(node, &key, bytes);
}

void carried_flush(struct node *node)
{
    for (size_t i = 0; node->disk_state != ERR_DISK_FULL && i < node->group_count; i++) {
        struct group *group = node->groups[i];
        if (!group->carried_dirty)
            continue;
        struct vault_key key = groups_row_key(row_kind, group->number);
        group->carried_dirty = false;
        if (group->carries)
            put_number(node, &key, group->carried);
        else
            vault_delete(node, &key);
    }
}

static void load_row(struct node *node, struct bytes which, struct bytes plain)
{
    struct group *group = which.size == 4 ? groups_by_number(node, get_u32(which.data)) : NULL;
    if (!group || plain.size != 8 || !is_carried(node, group))
        return;
    group->carries = true;
    group->carried = get_u64(plain.data);
}

enum error carried_load(struct node *node)
{
    struct vault_key key = vault_key("quota", (struct bytes){0});
    struct buffer quota = {0};
    enum error err = vault_get(node, &key, &quota);
    if (!err && quota.size == 8)
        node->quota = get_u64(quota.data);
    buffer_done(&quota);
    if (!err || err == ERR_NOT_FOUND)
        err = vault_each(node, row_kind, load_row);
    for (size_t i = 0; !err && i < node->group_count; i++)
        carried_judge(node, node->groups[i]); /* of a version that did not count */
    return err;
}

void carried_forget(struct node *node)
{
    node->quota = QUOTA_NONE;
}
