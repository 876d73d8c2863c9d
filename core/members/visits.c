/* SPDX-License-Identifier: MIT */
#include "visits.h"

#include "charters.h"
#include "core/base/alloc.h"
#include "core/keys/sealing.h"
#include "core/keys/vault.h"
#include "groups.h"
#include "names.h"
#include "roster.h"
#include "visit_notes.h"

#define VISITORS_MAX 64u

/* ---------------------------------------------------------------- asking */

static enum error ask(struct node *node, const struct hash *id, const struct root_voice *root)
{
    struct note note = {.kind = NOTE_VISIT, .group = *id, .root = root->key};
    visit_sign(&node->workspace->id, id, &node->identity.device, &root->secret, &note.word);
    return visit_notes_send(node, id, &note);
}

/* Row: "entered/" ‖ group's number. */
static void note_entered(struct node *node, struct group *group)
{
    struct vault_key key = groups_row_key("entered/", group->number);
    group->is_entered = true;
    vault_put(node, &key, (struct bytes){0});
}

static enum error begin(struct node *node, const struct hash *id, struct group **ret)
{
    const struct charter *charter = charters_find(node, id);
    if (!charter)
        return ERR_NOT_FOUND;
    *ret = groups_create_chat(node, id, &charter->root, false);
    if (!*ret)
        return ERR_LIMIT;
    names_set_title(node, *ret, 0, buffer_bytes(&charter->name), (struct bytes){0});
    return OK;
}

enum error visits_enter(struct node *node, const struct hash *id, const struct root_voice *root, struct group **ret)
{
    struct group *group = groups_by_id(node, id);
    if (group && group->is_private)
        return ERR_PRIVATE_GROUP;
    if (group && (group->kind != GROUP_CHAT || roster_find(&group->roster, &node->identity.device)))
        return ERR_EXISTS;
    if (!sealing_is_possible(node, node->workspace))
        return ERR_NO_KEY;
    enum error err = group ? OK : begin(node, id, &group);
    if (!err)
        err = ask(node, id, root);
    if (!err) {
        note_entered(node, group);
        *ret = group;
    }
    return err;
}

/* ---------------------------------------------------------------- being asked */

static struct visitor *get_visitor(struct group *group, const struct sign_public *device)
{
    for (size_t i = 0; i < group->visitor_count; i++)
        if (same_key(&group->visitors[i].device, device))
            return &group->visitors[i];
    if (group->visitor_count >= VISITORS_MAX)
        return NULL;
    ARRAY_ROOM(group->visitors, group->visitor_count, group->visitor_capacity);
    struct visitor *visitor = &group->visitors[group->visitor_count++];
    *visitor = (struct visitor){.device = *device};
    return visitor;
}

/* Row: "visitor/" ‖ group's number ‖ device: the root key whose word it is. */
static struct vault_key visitor_row(const struct group *group, const struct sign_public *device)
{
    uint8_t which[4 + sizeof device->bytes];
    put_u32(which, group->number);
    memcpy(which + 4, device->bytes, sizeof device->bytes);
    return vault_key("visitor/", BYTES_OF(which));
}

/* Whether that key is the root's is asked when it matters: it may become known later, or be handed over. */
void visits_told(struct node *node, struct group *group, const struct sign_public *author, const struct note *note)
{
    if (group->kind != GROUP_CHAT || group->is_private || !same_hash(&note->group, &group->id) ||
        node_is_me(node, author) || visit_verify(&node->workspace->id, note, author) != OK)
        return;
    struct visitor *visitor = get_visitor(group, author);
    if (!visitor)
        return;
    struct vault_key key = visitor_row(group, author);
    visitor->root = note->root;
    vault_put(node, &key, BYTES_OF(note->root.bytes));
    group->introduce_after = node_after(node);
}

bool visits_allow(const struct node *node, const struct group *group, const struct sign_public *device)
{
    struct governance_root root;
    for (size_t i = 0; i < group->visitor_count; i++)
        if (same_key(&group->visitors[i].device, device))
            return roster_find(&node->workspace->roster, device) &&
                   governance_root(node->workspace->roster.governance, &root) &&
                   same_key(&root.key, &group->visitors[i].root);
    return false;
}

/* ---------------------------------------------------------------- loading */

static void load_entered(struct node *node, struct bytes which, struct bytes plain)
{
    struct group *group = which.size == 4 ? groups_by_number(node, get_u32(which.data)) : NULL;
    (void)plain;
    if (group)
        group->is_entered = true;
}

static void load_visitor(struct node *node, struct bytes which, struct bytes plain)
{
    struct sign_public device;
    struct group *group = which.size == 4 + sizeof device.bytes && plain.size == sizeof(struct sign_public)
                              ? groups_by_number(node, get_u32(which.data))
                              : NULL;
    if (!group)
        return;
    memcpy(device.bytes, which.data + 4, sizeof device.bytes);
    struct visitor *visitor = get_visitor(group, &device);
    if (visitor)
        memcpy(visitor->root.bytes, plain.data, sizeof visitor->root.bytes);
}

enum error visits_load(struct node *node)
{
    enum error err = vault_each(node, "entered/", load_entered);
    return err ? err : vault_each(node, "visitor/", load_visitor);
}
