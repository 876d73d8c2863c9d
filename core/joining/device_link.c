/* SPDX-License-Identifier: MIT */
#include "device_link.h"

#include "core/keys/keys.h"
#include "core/keys/sealing.h"
#include "core/link/link.h"
#include "core/members/groups.h"
#include "core/members/roster.h"
#include "core/writing/compose.h"

#define SHARES_MAX 4096u /* KEYSHAREs for one new device */

static uint64_t next_number(const struct node *node, const struct group *group)
{
    const struct member *me = roster_find(&group->roster, &node->identity.device);
    return me ? governance_link_number(group->roster.governance, &me->device, me->instance) : 0;
}

enum error device_link_check(const struct node *node)
{
    const struct group *workspace = node->workspace;
    const struct member *me = workspace ? roster_find(&workspace->roster, &node->identity.device) : NULL;
    if (!workspace)
        return ERR_NO_WORKSPACE;
    if (me && !governance_may_write(workspace->roster.governance, &me->device, me->instance, ENTRY_LINK))
        return ERR_NOT_PERMITTED;
    if (!me || !keys_newest(workspace))
        return ERR_NO_KEY;
    return next_number(node, workspace) ? OK : ERR_LIMIT;
}

/* ---------------------------------------------------------------- the linking device */

static bool is_in(const struct group *group, const struct sign_public *device)
{
    return roster_find(&group->roster, device) != NULL;
}

static bool takes_along(const struct node *node, const struct group *group, const struct sign_public *device)
{
    return group->kind == GROUP_CHAT && keys_newest(group) && (is_in(group, device) || next_number(node, group));
}

enum error device_link_offer(struct node *node, struct link *link)
{
    const struct group *workspace = node->workspace;
    const struct member *me = roster_find(&workspace->roster, &node->identity.device);
    if (!me || (!is_in(workspace, &link->device) && device_link_check(node) != OK))
        return ERR_MAY_NOT_ADMIT;
    struct buffer *chats = &link->offered;
    chats->size = 0;
    for (size_t i = 0; i < node->group_count && chats->size < CHAT_ROWS_MAX * CHAT_ROW_SIZE; i++) {
        const struct group *group = node->groups[i];
        if (!takes_along(node, group, &link->device))
            continue;
        buffer_append(chats, hash_bytes(&group->id));
        buffer_append(chats, BYTES_OF(group->root.bytes));
        buffer_append_byte(chats, group->is_private);
    }
    struct wire_message message = {.type = WIRE_OFFER, .offer = {workspace->id, me->person, buffer_bytes(chats)}};
    link_send(node, link, &message, 0);
    return OK;
}

/* Of those that were offered, the workspace before them all. */
static struct group *offered_at(const struct node *node, const struct link *link, size_t index)
{
    struct hash id;
    if (index == 0)
        return node->workspace;
    memcpy(id.bytes, link->offered.data + (index - 1) * CHAT_ROW_SIZE, sizeof id.bytes);
    return groups_by_id(node, &id);
}

static size_t offered_count(const struct link *link)
{
    return 1 + link->offered.size / CHAT_ROW_SIZE;
}

static enum error check_signatures(const struct node *node, const struct link *link, const struct linkage *linkage,
                                   struct bytes signatures)
{
    enum error err = signatures.size == offered_count(link) * sizeof(struct signature) ? OK : ERR_MALFORMED;
    for (size_t i = 0; !err && i < offered_count(link); i++) {
        struct linkage signed_one = *linkage;
        memcpy(signed_one.consent.bytes, signatures.data + i * sizeof(struct signature), sizeof(struct signature));
        err = linkage_verify(&offered_at(node, link, i)->id, &node->identity.device, &signed_one);
    }
    return err;
}

static void write_link(struct node *node, struct group *group, struct linkage *linkage)
{
    struct buffer payload = {0};
    linkage->number = next_number(node, group);
    if (!linkage->number || is_in(group, &linkage->device))
        return;
    linkage_encode(linkage, &payload);
    compose_governance(node, group, ENTRY_LINK, buffer_bytes(&payload));
    buffer_done(&payload);
}

static void share(struct node *node, struct group *group, const struct epoch_key *key, const struct dh_public *box)
{
    struct epoch_key shared = *key; /* the list may move */
    struct buffer payload = {0};
    keys_make_share(node, &shared, box, 1, &payload);
    compose_governance(node, group, ENTRY_KEYSHARE, buffer_bytes(&payload));
    buffer_done(&payload);
    crypto_wipe(&shared, sizeof shared);
}

/* The key to seal with; where the EPOCHs do not bring those before it, these too, the newest of them first. */
static void share_keys(struct node *node, struct group *group, const struct dh_public *box, size_t *left)
{
    const struct epoch_key *newest = sealing_key(group) ? sealing_key(group) : keys_newest(group);
    const struct epoch_id id = newest ? newest->id : (struct epoch_id){{0}};
    if (!newest)
        return;
    share(node, group, newest, box);
    if (governance_policy(group->roster.governance).share_history)
        return;
    for (size_t i = group->key_count; *left && i-- > 0;) {
        if (memcmp(&group->keys[i].id, &id, sizeof id) == 0)
            continue;
        share(node, group, &group->keys[i], box);
        --*left;
    }
}

static void write_all(struct node *node, const struct link *link, struct linkage *linkage, struct bytes signatures)
{
    size_t left = SHARES_MAX;
    for (size_t i = 0; i < offered_count(link); i++) {
        memcpy(linkage->consent.bytes, signatures.data + i * sizeof(struct signature), sizeof(struct signature));
        write_link(node, offered_at(node, link, i), linkage);
    }
    groups_settle(node); /* now it is in, also in the chats with one other person */
    for (size_t i = 0; i < node->group_count; i++)
        if (is_in(node->groups[i], &linkage->device))
            share_keys(node, node->groups[i], &linkage->box, &left);
}

enum error device_link_bring_in(struct node *node, struct link *link, const struct wire_message *consent)
{
    const struct roster *roster = &node->workspace->roster;
    const struct member *me = roster_find(roster, &node->identity.device);
    const struct member *there = roster_find(roster, &link->device);
    if (!me || (there && memcmp(&there->person, &me->person, sizeof me->person) != 0))
        return ERR_MAY_NOT_ADMIT;
    if (there)
        return OK; /* its WELCOME was lost */
    struct governance_standing before;
    bool was_there = governance_standing(roster->governance, &link->device, 1, &before); /* a LINK is for new ones */
    if (was_there || device_link_check(node) != OK)
        return ERR_MAY_NOT_ADMIT;
    struct linkage linkage = {.device = link->device, .person = me->person, .box = consent->consent.box};
    enum error err = check_signatures(node, link, &linkage, consent->consent.signatures);
    if (!err)
        write_all(node, link, &linkage, consent->consent.signatures);
    return err;
}

/* ---------------------------------------------------------------- the new device */

static void sign_for(const struct node *node, const struct link *link, const struct hash *group,
                     struct linkage *linkage, struct buffer *out)
{
    linkage_sign(group, &link->device, linkage, &node->identity.secret);
    buffer_append(out, BYTES_OF(linkage->consent.bytes));
}

void device_link_answer(struct node *node, struct link *link, const struct wire_message *offer)
{
    struct linkage linkage = {
        .device = node->identity.device, .person = offer->offer.person, .box = node->identity.box};
    struct bytes chats = offer->offer.chats;
    struct buffer signatures = {0};
    node->join.chats.size = 0;
    buffer_append(&node->join.chats, chats);
    sign_for(node, link, &offer->offer.group, &linkage, &signatures);
    for (size_t at = 0; at < chats.size; at += CHAT_ROW_SIZE) {
        struct hash group;
        memcpy(group.bytes, chats.data + at, sizeof group.bytes);
        sign_for(node, link, &group, &linkage, &signatures);
    }
    struct wire_message answer = {.type = WIRE_CONSENT, .consent = {linkage.box, buffer_bytes(&signatures)}};
    link_send(node, link, &answer, 0);
    buffer_done(&signatures);
}

void device_link_begin_chats(struct node *node)
{
    const struct buffer *chats = &node->join.chats;
    for (size_t at = 0; at < chats->size; at += CHAT_ROW_SIZE) {
        struct hash id;
        struct sign_public root;
        memcpy(id.bytes, chats->data + at, sizeof id.bytes);
        memcpy(root.bytes, chats->data + at + sizeof id.bytes, sizeof root.bytes);
        bool is_private = chats->data[at + CHAT_ROW_SIZE - 1] != 0;
        if (!groups_by_id(node, &id) && !groups_create_chat(node, &id, &root, is_private))
            return; /* as many as there may be */
    }
}
