/* SPDX-License-Identifier: MIT */
#include "verify.h"

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/keys/vault.h"
#include "names.h"
#include "roster.h"
#include <stdlib.h>

#define LINK_DEPTH 2                                /* at most so many LINKs below an ADD count */
#define ROW_SIZE_MIN (sizeof(struct person_id) + 8) /* person ‖ u64 wall clock ms ‖ name */

static struct vault_key row_key(const struct sign_public *device)
{
    return vault_key("verified/", BYTES_OF(device->bytes));
}

static struct verified *find(const struct node *node, const struct sign_public *device)
{
    for (size_t i = 0; i < node->verified_count; i++)
        if (same_key(&node->verified[i].device, device))
            return &node->verified[i];
    return NULL;
}

static void set(struct node *node, const struct sign_public *device, const struct person_id *person, struct bytes name)
{
    struct verified *verified = find(node, device);
    if (!verified) {
        ARRAY_ROOM(node->verified, node->verified_count, node->verified_capacity);
        verified = &node->verified[node->verified_count++];
        *verified = (struct verified){.device = *device};
    }
    verified->person = *person;
    verified->name.size = 0;
    buffer_append(&verified->name, name);
}

/* ---------------------------------------------------------------- from disk */

static void load(struct node *node, struct bytes which, struct bytes plain)
{
    struct sign_public device;
    struct person_id person;
    if (which.size != sizeof device.bytes || plain.size < ROW_SIZE_MIN)
        return;
    memcpy(device.bytes, which.data, sizeof device.bytes);
    memcpy(person.bytes, plain.data, sizeof person.bytes);
    set(node, &device, &person, (struct bytes){plain.data + ROW_SIZE_MIN, plain.size - ROW_SIZE_MIN});
}

enum error verify_load(struct node *node)
{
    return vault_each(node, "verified/", load);
}

void verify_forget(struct node *node)
{
    for (size_t i = 0; i < node->verified_count; i++)
        buffer_wipe(&node->verified[i].name);
    free(node->verified);
    node->verified = NULL;
    node->verified_count = node->verified_capacity = 0;
}

/* ---------------------------------------------------------------- the command */

static enum error verify(struct node *node, const struct sign_public *device)
{
    const struct member *member = roster_find(&node->workspace->roster, device);
    struct bytes name = member ? names_person(node, &member->person) : (struct bytes){0};
    if (!member)
        return ERR_NOT_FOUND;
    if (node_is_me(node, device))
        return ERR_USAGE;
    if (!name.size)
        return ERR_NO_KEY;
    struct vault_key key = row_key(device);
    struct buffer plain = {0};
    set(node, device, &member->person, name);
    buffer_append(&plain, BYTES_OF(member->person.bytes));
    buffer_append_u64(&plain, node->now_ms);
    buffer_append(&plain, name);
    vault_put(node, &key, buffer_bytes(&plain));
    buffer_wipe(&plain);
    return OK;
}

static enum error undo(struct node *node, const struct sign_public *device)
{
    struct verified *verified = find(node, device);
    if (!verified)
        return ERR_NOT_FOUND;
    struct vault_key key = row_key(device);
    vault_delete(node, &key);
    buffer_wipe(&verified->name);
    *verified = node->verified[--node->verified_count];
    return OK;
}

enum error verify_command(struct node *node, const struct command *command)
{
    if (!node->workspace)
        return ERR_NO_WORKSPACE;
    enum error err = command->verify.undo ? undo(node, &command->verify.device) : verify(node, &command->verify.device);
    if (!err)
        node_notify(node, NOTICE_ROSTER, NULL, 0, NULL, node_after(node));
    return err;
}

/* ---------------------------------------------------------------- what holds */

/* The device at the top of the LINKs of one person's devices; each of them and the one that brought it in have signed
 * that they are the same person's. */
static struct sign_public first_of(const struct node *node, const struct sign_public *device)
{
    const struct governance *governance = node->workspace ? node->workspace->roster.governance : NULL;
    struct sign_public first = *device;
    for (int steps = 0; governance && steps < LINK_DEPTH; steps++) {
        const struct governance_member *member = governance_member(governance, &first);
        if (!member || !member->linked)
            break;
        first = member->added_by;
    }
    return first;
}

static bool same_tree(const struct node *node, const struct sign_public *a, const struct sign_public *b)
{
    struct sign_public first = first_of(node, a), other = first_of(node, b);
    return same_key(&first, &other);
}

static const struct verified *voucher_for(const struct node *node, const struct sign_public *device)
{
    const struct verified *voucher = find(node, device);
    for (size_t i = 0; !voucher && i < node->verified_count; i++)
        if (same_tree(node, device, &node->verified[i].device))
            voucher = &node->verified[i];
    return voucher;
}

static bool is_called(const struct verified *verified, struct bytes name)
{
    return name.size && text_same_name(buffer_bytes(&verified->name), name);
}

enum verification verify_state(const struct node *node, const struct sign_public *device,
                               const struct person_id *person, struct bytes name)
{
    const struct verified *voucher = voucher_for(node, device);
    bool is_known = false; /* with another key */
    if (node_is_me(node, device))
        return VERIFICATION_SELF;
    if (voucher)
        return is_called(voucher, name) || !name.size ? VERIFICATION_VERIFIED : VERIFICATION_CHANGED;
    if (same_tree(node, device, &node->identity.device))
        return VERIFICATION_VERIFIED;
    for (size_t i = 0; i < node->verified_count; i++) {
        const struct verified *verified = &node->verified[i];
        is_known |= is_called(verified, name) || memcmp(&verified->person, person, sizeof *person) == 0;
    }
    return is_known ? VERIFICATION_CHANGED : VERIFICATION_NONE;
}
