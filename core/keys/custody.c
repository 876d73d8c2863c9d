/* SPDX-License-Identifier: MIT */
#include "custody.h"

#include "core/log/branches.h"
#include "core/log/logs.h"
#include "core/log/lookup.h"
#include "core/members/groups.h"
#include "core/members/removal.h"
#include "core/members/roster.h"
#include "core/peers/presence.h"
#include "core/writing/compose.h"
#include "keys.h"
#include "sealing.h"
#include "vault.h"

#define AGE_MAX_MS (7ull * 24 * 3600 * 1000)
#define SETTLED_MS (10ull * 60 * 1000) /* a key is left in peace for so long, whatever the clock says */
#define LOOK_MS (10ull * 60 * 1000)
#define FIRST_MS 2000
#define OTHERS_MS 30000
#define OTHERS_RENEW_MS (15ull * 60 * 1000) /* more than LOOK_MS: the first one may notice last */
#define SHARE_MAX 256                       /* members who are given the key by one KEYSHARE */
#define STORE_EVERY 4096                    /* entries counted */

enum duty { DUTY_NONE, DUTY_REMOVE, DUTY_SHARE, DUTY_RENEW };

/* ---------------------------------------------------------------- how much a key was used */

/* Row: epoch id ‖ u64 count. */
static void store_count(struct node *node, const struct group *group)
{
    uint8_t plain[sizeof group->counted_epoch.bytes + 8];
    memcpy(plain, group->counted_epoch.bytes, sizeof group->counted_epoch.bytes);
    put_u64(plain + sizeof group->counted_epoch.bytes, group->counted);
    struct vault_key row = groups_row_key("sealed/", group->number);
    vault_put(node, &row, BYTES_OF(plain));
}

void custody_count(struct node *node, struct group *group, const struct entry *entry)
{
    if (!group->has_sealing || memcmp(&entry->epoch, &group->sealing.id, sizeof entry->epoch) != 0)
        return;
    if (memcmp(&group->counted_epoch, &entry->epoch, sizeof entry->epoch) != 0)
        group->counted = 0;
    group->counted_epoch = entry->epoch;
    if (++group->counted % STORE_EVERY == 0)
        store_count(node, group);
    if (group->counted == CUSTODY_ENTRIES_MAX)
        group->custody_due = true;
}

static void load_count(struct node *node, struct bytes which, struct bytes plain)
{
    struct group *group = which.size == 4 ? groups_by_number(node, get_u32(which.data)) : NULL;
    if (!group || plain.size != sizeof group->counted_epoch.bytes + 8)
        return;
    memcpy(group->counted_epoch.bytes, plain.data, sizeof group->counted_epoch.bytes);
    group->counted = get_u64(plain.data + sizeof group->counted_epoch.bytes);
}

enum error custody_load(struct node *node)
{
    for (size_t i = 0; i < node->group_count; i++)
        node->groups[i]->custody_due = true;
    return vault_each(node, "sealed/", load_count);
}

/* By the clock of this computer alone, as it was when the EPOCH came here and as it is now: what others' clocks say
 * does not matter, and one that jumps makes one key too many. */
static uint64_t age_ms(const struct node *node, const struct group *group)
{
    struct stored_entry stored;
    struct log *named = logs_find(node, &group->sealing.log);
    const struct log *log = named ? branches_now(node, named, group->sealing.seq) : NULL;
    if (!log || lookup_entry(node, log, group->sealing.seq, &stored) != OK || !stored.seen_ms ||
        stored.seen_ms > node->now_ms)
        return 0;
    return node->now_ms - stored.seen_ms;
}

static bool is_worn(const struct node *node, const struct group *group)
{
    bool counted = memcmp(&group->counted_epoch, &group->sealing.id, sizeof group->sealing.id) == 0;
    if (!counted || !group->counted)
        return false;
    if (group->counted >= CUSTODY_ENTRIES_MAX)
        return true;
    return node->mono_ms - group->sealing_since_ms >= SETTLED_MS && age_ms(node, group) >= AGE_MAX_MS;
}

/* ---------------------------------------------------------------- what is to be done */

/* In a direct chat who writes sees to it. */
static enum duty duty_to_give(const struct group *group)
{
    bool misses = (group->has_sealing && !group->key_reaches_all) || group->rival_misses;
    if (!misses || group->kind == GROUP_DIRECT)
        return DUTY_NONE;
    return sealing_shares_history(group) ? DUTY_SHARE : DUTY_RENEW;
}

static enum duty find_duty(struct node *node, struct group *group)
{
    struct governance_member left;
    struct governance_epoch first;
    if (!sealing_may_write(node, group) || node->disk_state == ERR_DISK_FULL)
        return DUTY_NONE;
    if (governance_left_over(group->roster.governance, &left, 1))
        return DUTY_REMOVE;
    if (!sealing_key(group) && !governance_epoch(group->roster.governance, 0, &first))
        return duty_to_give(group); /* whoever writes next makes one; what was said before is read now */
    if (!sealing_is_first(group))
        return DUTY_NONE; /* others have a better one */
    if (!group->sealing_since_ms)
        group->sealing_since_ms = node->mono_ms + 1; /* not 0 */
    return is_worn(node, group) ? DUTY_RENEW : duty_to_give(group);
}

static bool is_there(const struct node *node, const struct sign_public *device)
{
    const struct presence *presence = presence_find(node, device);
    return presence && presence_is_online(presence);
}

static bool has_missed(const struct dh_public *missed, size_t count, const struct dh_public *box)
{
    for (size_t i = 0; i < count; i++)
        if (memcmp(&missed[i], box, sizeof *box) == 0)
            return true;
    return false;
}

/* Whether nobody who is there and could do it has a smaller device key. */
static bool is_first(const struct node *node, struct group *group)
{
    const struct epoch_key *key;
    struct dh_public missed[SHARE_MAX];
    size_t count = sealing_missed(group, &key, missed, SHARE_MAX);
    for (size_t i = 0; i < group->roster.count; i++) {
        const struct member *member = &group->roster.members[i];
        bool is_full = member->role == ROLE_ADMIN || member->role == ROLE_MEMBER;
        if (is_full && memcmp(&member->device, &node->identity.device, sizeof member->device) < 0 &&
            is_there(node, &member->device) && !has_missed(missed, count, &member->box))
            return false;
    }
    return true;
}

static void look(struct node *node, struct group *group)
{
    if (group->gated)
        return;
    group->custody_due = false;
    enum duty duty = find_duty(node, group);
    if (duty == DUTY_NONE)
        group->duty_ms = 0;
    if (duty == DUTY_NONE || group->duty_ms)
        return;
    uint64_t others = duty == DUTY_RENEW ? OTHERS_RENEW_MS : OTHERS_MS;
    uint64_t wait = is_first(node, group) ? FIRST_MS : others;
    group->duty_ms = node->mono_ms + wait + random_below(&node->random, wait);
    node_wake_at(node, group->duty_ms);
}

void custody_settle(struct node *node)
{
    for (size_t i = 0; i < node->group_count; i++)
        if (node->groups[i]->custody_due)
            look(node, node->groups[i]);
}

/* ---------------------------------------------------------------- doing it */

static void share(struct node *node, struct group *group)
{
    struct dh_public missed[SHARE_MAX];
    const struct epoch_key *key;
    struct buffer payload = {0};
    size_t count = sealing_missed(group, &key, missed, SHARE_MAX);
    keys_make_share(node, key, missed, count, &payload);
    const struct hash entry = compose_governance(node, group, ENTRY_KEYSHARE, buffer_bytes(&payload));
    sealing_note_given(node, group, &entry);
    buffer_done(&payload);
}

static void carry_out(struct node *node, struct group *group)
{
    group->duty_ms = 0;
    group->custody_due = true;
    switch (find_duty(node, group)) {
    case DUTY_NONE:
        break;
    case DUTY_REMOVE:
        removal_follow_workspace(node, group);
        break;
    case DUTY_SHARE:
        share(node, group);
        break;
    case DUTY_RENEW:
        sealing_renew(node, group);
        break;
    }
}

void custody_time(struct node *node)
{
    bool ages = node->mono_ms >= node->custody_ms;
    if (ages)
        node->custody_ms = node->mono_ms + LOOK_MS + random_below(&node->random, LOOK_MS / 4);
    for (size_t i = 0; i < node->group_count; i++) {
        struct group *group = node->groups[i];
        group->custody_due |= ages;
        if (group->duty_ms && node->mono_ms >= group->duty_ms)
            carry_out(node, group);
        if (group->duty_ms)
            node_wake_at(node, group->duty_ms);
    }
    if (node->group_count)
        node_wake_at(node, node->custody_ms);
}
