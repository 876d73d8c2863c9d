/* SPDX-License-Identifier: MIT */
#include "parting.h"

#include "core/base/alloc.h"
#include "core/keys/vault.h"
#include "groups.h"
#include "notes.h"
#include "roster.h"
#include <stdlib.h>

#define EARLY_MAX 1024u
#define PER_AUTHOR_MAX 64u
#define EARLY_SIZE (sizeof(struct sign_public) + 8)
#define PARTED_SIZE (8 + sizeof(struct sign_public))

static const char row_kind[] = "parted/", early_kind[] = "parting/";

void parting_tell(struct node *node, const struct group *group, const struct sign_public *device, uint64_t instance,
                  const struct hash *removal)
{
    const struct note note = {.kind = NOTE_PARTING, .group = group->id, .instance = instance, .removal = *removal};
    const struct member *colleague = roster_find(&node->workspace->roster, device);
    enum error err = colleague ? notes_send(node, colleague, &note) : OK; /* else the workspace has said more */
    if (err)
        node_log(node, err, "a removed computer could not be told");
}

/* Row: "parted/" ‖ u32 group number ‖ REMOVE → u64 instance ‖ its author. */
static struct vault_key row_key(const struct group *group, const struct hash *removal)
{
    uint8_t which[4 + sizeof removal->bytes];
    put_u32(which, group->number);
    memcpy(which + 4, removal->bytes, sizeof removal->bytes);
    return vault_key(row_kind, BYTES_OF(which));
}

/* ---------------------------------------------------------------- being told */

static bool is_or_was_admin(const void *author, const struct governance_member *member)
{
    return member->granted && same_key(&member->device, author);
}

/* Also by one who was removed or unmade since: what he said before holds. */
static bool is_by_admin(const struct group *group, const struct sign_public *author)
{
    struct governance_member ignored;
    return group->kind == GROUP_CHAT && governance_seek(group->roster.governance, is_or_was_admin, author, &ignored);
}

static void part(struct node *node, struct group *group, const struct parting *parting)
{
    struct vault_key key = row_key(group, &parting->removal);
    uint8_t plain[PARTED_SIZE];
    if (!roster_part(&group->roster, &node->identity.device, parting))
        return;
    put_u64(plain, parting->instance);
    memcpy(plain + 8, parting->by.bytes, sizeof parting->by.bytes);
    vault_put(node, &key, BYTES_OF(plain));
    node_notify(node, NOTICE_GROUP, NULL, 0, NULL, node_after(node));
}

/* Row: "parting/" ‖ group ‖ REMOVE → author ‖ u64 instance. */
static struct vault_key early_row(const struct early_parting *early)
{
    uint8_t which[sizeof early->group + sizeof early->parting.removal];
    memcpy(which, early->group.bytes, sizeof early->group);
    memcpy(which + sizeof early->group, early->parting.removal.bytes, sizeof early->parting.removal);
    return vault_key(early_kind, BYTES_OF(which));
}

static bool has_room(const struct node *node, const struct early_parting *early)
{
    size_t by_author = 0;
    for (size_t i = 0; i < node->parting_count; i++) {
        const struct early_parting *held = &node->partings[i];
        by_author += same_key(&held->parting.by, &early->parting.by);
        if (same_hash(&held->group, &early->group) && same_hash(&held->parting.removal, &early->parting.removal))
            return false;
    }
    return node->parting_count < EARLY_MAX && by_author < PER_AUTHOR_MAX;
}

static void append(struct node *node, const struct early_parting *early)
{
    ARRAY_ROOM(node->partings, node->parting_count, node->parting_capacity);
    node->partings[node->parting_count++] = *early;
}

/* The note may be here before what makes its author an admin. */
static void keep(struct node *node, const struct early_parting *early)
{
    struct vault_key key = early_row(early);
    uint8_t plain[EARLY_SIZE];
    if (!has_room(node, early))
        return;
    append(node, early);
    memcpy(plain, early->parting.by.bytes, sizeof early->parting.by);
    put_u64(plain + sizeof early->parting.by, early->parting.instance);
    vault_put(node, &key, BYTES_OF(plain));
}

void parting_told(struct node *node, const struct sign_public *author, const struct note *note)
{
    const struct early_parting early = {note->group,
                                        {.by = *author, .instance = note->instance, .removal = note->removal}};
    struct group *group = groups_by_id(node, &note->group);
    if (group && is_by_admin(group, author))
        part(node, group, &early.parting);
    else
        keep(node, &early);
}

void parting_settle(struct node *node, struct group *group)
{
    size_t left = 0;
    for (size_t i = 0; i < node->parting_count; i++) {
        const struct early_parting early = node->partings[i];
        if (!same_hash(&early.group, &group->id) || !is_by_admin(group, &early.parting.by)) {
            node->partings[left++] = early;
            continue;
        }
        struct vault_key key = early_row(&early);
        vault_delete(node, &key);
        part(node, group, &early.parting);
    }
    node->parting_count = left;
}

/* ---------------------------------------------------------------- loading */

static void load(struct node *node, struct bytes which, struct bytes plain)
{
    struct parting parting = {.instance = 0};
    if (which.size != 4 + sizeof parting.removal.bytes || plain.size != PARTED_SIZE)
        return;
    struct group *group = groups_by_number(node, get_u32(which.data));
    parting.instance = get_u64(plain.data);
    memcpy(parting.by.bytes, plain.data + 8, sizeof parting.by.bytes);
    memcpy(parting.removal.bytes, which.data + 4, sizeof parting.removal.bytes);
    if (group)
        (void)roster_part(&group->roster, &node->identity.device, &parting);
}

static void load_early(struct node *node, struct bytes which, struct bytes plain)
{
    struct early_parting early;
    if (which.size != sizeof early.group + sizeof early.parting.removal || plain.size != EARLY_SIZE)
        return;
    memcpy(early.group.bytes, which.data, sizeof early.group);
    memcpy(early.parting.removal.bytes, which.data + sizeof early.group, sizeof early.parting.removal);
    memcpy(early.parting.by.bytes, plain.data, sizeof early.parting.by);
    early.parting.instance = get_u64(plain.data + sizeof early.parting.by);
    append(node, &early);
}

enum error parting_load(struct node *node)
{
    enum error err = vault_each(node, row_kind, load);
    return err ? err : vault_each(node, early_kind, load_early);
}

void parting_forget(struct node *node)
{
    free(node->partings);
    node->partings = NULL;
    node->parting_count = node->parting_capacity = 0;
}
