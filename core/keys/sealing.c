/* SPDX-License-Identifier: MIT */
#include "sealing.h"

#include "core/base/alloc.h"
#include "core/members/groups.h"
#include "core/members/roster.h"
#include "core/writing/compose.h"
#include "keys.h"
#include <stdlib.h>

#define AWAITED_MS 30000 /* a key that others have is waited for so long, before one is made that all have */
#define RIVALS_MAX 4     /* keys beside the one to seal with that are looked after, the newest */
#define MISSED_MAX 256   /* are looked at until one is found who can be given the key */

/* ---------------------------------------------------------------- the key */

static bool holds_key(const void *arg, const struct epoch_id *epoch)
{
    return keys_find(arg, epoch) != NULL;
}

/* With a box key of low order nobody can be given anything; whoever has one asked for that. */
static bool can_receive(const struct dh_public *box)
{
    static const uint8_t seed[32] = {1};
    static const struct secret_key key;
    struct dh_public mine;
    struct dh_secret secret;
    uint8_t sealed[BOX_KEY_SIZE];
    crypto_dh_keypair_from(seed, &mine, &secret);
    return crypto_box_key(&secret, &mine, box, &key, sealed) == OK;
}

static size_t missed(const struct group *group, const struct epoch_id *epoch, struct dh_public *ret, size_t most)
{
    size_t left = 0;
    size_t count = governance_missed(group->roster.governance, epoch, ret, most);
    for (size_t i = 0; i < count; i++)
        if (can_receive(&ret[i]))
            ret[left++] = ret[i];
    return left;
}

static bool reaches_all(const struct group *group, const struct epoch_id *epoch)
{
    struct dh_public left_out[MISSED_MAX];
    size_t count = governance_missed(group->roster.governance, epoch, left_out, MISSED_MAX);
    for (size_t i = 0; i < count; i++) /* nearly always the first one says it */
        if (can_receive(&left_out[i]))
            return false;
    return true;
}

/* What was sealed in another part of the network with a key of its own: the next EPOCH will carry that, too, but may be
 * a week away. */
static void look_for_rival(struct group *group)
{
    const struct epoch_key *tips[RIVALS_MAX + 1];
    group->rival_misses = false;
    if (group->key_tips < (group->has_sealing ? 2 : 1) || !sealing_shares_history(group))
        return;
    size_t count = keys_tips(group, tips, RIVALS_MAX + 1);
    for (size_t i = 0; i < count && !group->rival_misses; i++) {
        group->rival = tips[i]->id;
        bool is_sealing = group->has_sealing && memcmp(&group->rival, &group->sealing.id, sizeof group->rival) == 0;
        group->rival_misses = !is_sealing && governance_has_epoch(group->roster.governance, &group->rival) &&
                              !reaches_all(group, &group->rival);
    }
}

static void look_up(struct group *group)
{
    const struct epoch_id before = group->sealing.id;
    group->has_sealing = governance_epoch_held(group->roster.governance, holds_key, group, &group->sealing);
    group->sealing_known = true;
    group->key_reaches_all = group->has_sealing && reaches_all(group, &group->sealing.id);
    look_for_rival(group);
    if (memcmp(&before, &group->sealing.id, sizeof before) != 0)
        group->sealing_since_ms = 0;
}

size_t sealing_missed(struct group *group, const struct epoch_key **ret_key, struct dh_public *ret, size_t most)
{
    *ret_key = sealing_key(group);
    if ((!*ret_key || group->key_reaches_all) && group->rival_misses)
        *ret_key = keys_find(group, &group->rival);
    return *ret_key ? missed(group, &(*ret_key)->id, ret, most) : 0;
}

const struct epoch_key *sealing_key(struct group *group)
{
    if (!group->sealing_known)
        look_up(group);
    return group->has_sealing ? keys_find(group, &group->sealing.id) : NULL;
}

/* ---------------------------------------------------------------- a new one */

bool sealing_may_write(const struct node *node, const struct group *group)
{
    const struct member *me = roster_find(&group->roster, &node->identity.device);
    return me && !group->gives_in_vain &&
           governance_may_write(group->roster.governance, &me->device, me->instance, ENTRY_EPOCH);
}

void sealing_note_given(struct node *node, struct group *group, const struct hash *entry)
{
    enum governance_rule rule;
    groups_settle(node);
    group->gives_in_vain = governance_verdict(group->roster.governance, entry, &rule) == OK && rule != RULE_COUNTS;
}

bool sealing_is_first(struct group *group)
{
    struct governance_epoch first;
    return sealing_key(group) && governance_epoch(group->roster.governance, 0, &first) &&
           memcmp(&first.id, &group->sealing.id, sizeof first.id) == 0;
}

/* What the EPOCH before told may be repeated only where nobody has gone who knows it; the first tells what was drawn.
 */
static bool keeps_workspace_key(struct group *group)
{
    return governance_next_height(group->roster.governance) == 1 || sealing_is_first(group);
}

void sealing_renew(struct node *node, struct group *group)
{
    struct secret_key key, workspace_key;
    struct buffer payload = {0};
    random_bytes(&node->random, key.bytes, sizeof key.bytes);
    random_bytes(&node->random, workspace_key.bytes, sizeof workspace_key.bytes);
    groups_settle(node);
    if (keeps_workspace_key(group))
        workspace_key = group->workspace_key;
    keys_make_epoch(node, group, governance_next_height(group->roster.governance), &key, &workspace_key, &payload);
    const struct hash entry = compose_governance(node, group, ENTRY_EPOCH, buffer_bytes(&payload));
    sealing_note_given(node, group, &entry);
    buffer_done(&payload);
    crypto_wipe(&key, sizeof key);
    crypto_wipe(&workspace_key, sizeof workspace_key);
}

/* ---------------------------------------------------------------- for what is to be written */

bool sealing_shares_history(const struct group *group)
{
    return group->kind != GROUP_DIRECT && governance_policy(group->roster.governance).share_history;
}

/* Others have a key that can be used, or what tells of keys has not come yet. */
static bool is_on_its_way(struct node *node, struct group *group)
{
    const struct governance *governance = group->roster.governance;
    struct governance_epoch other;
    if (group->kind == GROUP_DIRECT ||
        (governance_next_height(governance) > 1 && !governance_epoch(governance, 0, &other)))
        return false;
    if (!group->key_awaited_ms)
        group->key_awaited_ms = node->mono_ms + 1; /* not 0 */
    if (node_waited_ms(node, group->key_awaited_ms - 1) >= AWAITED_MS)
        return false;
    node_wake_at(node, group->key_awaited_ms + AWAITED_MS);
    return true;
}

enum error sealing_provide(struct node *node, struct group *group, const struct epoch_key **ret)
{
    groups_settle(node);
    const struct epoch_key *key = sealing_key(group);
    if (!key || (!group->key_reaches_all && !sealing_shares_history(group))) {
        if (!sealing_may_write(node, group) || (!key && is_on_its_way(node, group)))
            return ERR_NO_KEY;
        sealing_renew(node, group);
        key = sealing_key(group);
    }
    if (!key)
        return ERR_NO_KEY;
    group->key_awaited_ms = 0;
    *ret = key;
    return OK;
}

bool sealing_is_possible(struct node *node, struct group *group)
{
    const struct epoch_key *ignored;
    return sealing_provide(node, group, &ignored) == OK;
}

void sealing_admit(struct node *node, struct group *group, const struct dh_public *box)
{
    groups_settle(node);
    const struct epoch_key *key = sealing_key(group);
    struct buffer payload = {0};
    if (!key || !sealing_shares_history(group)) {
        sealing_renew(node, group);
        return;
    }
    keys_make_share(node, key, box, 1, &payload);
    const struct hash entry = compose_governance(node, group, ENTRY_KEYSHARE, buffer_bytes(&payload));
    sealing_note_given(node, group, &entry);
    buffer_done(&payload);
}
