/* SPDX-License-Identifier: MIT */
#include "charters.h"

#include "core/base/alloc.h"
#include "core/base/cbor.h"
#include "core/base/text.h"
#include "core/keys/keys.h"
#include "core/keys/sealing.h"
#include "core/keys/vault.h"
#include "core/log/lookup.h"
#include "founding.h"
#include "groups.h"
#include "notes.h"
#include "roster.h"
#include "sealed_notes.h"
#include "visit_notes.h"
#include <stdlib.h>

#define CHARTERS_MAX 4096u

/* A group of which this device says that there is one. */
struct duty {
    struct group *group;
    struct sign_public told; /* to which root key; zeros: it is to be said */
};
struct charters {
    struct duty *duties;
    size_t duty_count, duty_capacity;
    struct charter *open;
    size_t open_count, open_capacity;
    struct sign_public root; /* as it was when the duties were done last */
    bool due, groups_came;
};

static struct charters *get(struct node *node)
{
    if (!node->charters)
        node->charters = alloc_zero(1, sizeof *node->charters);
    return node->charters;
}

/* ---------------------------------------------------------------- saying that there is a group */

static enum error write_to(struct node *node, const struct sign_public *root, const struct note *note)
{
    struct dh_public box;
    enum error err = crypto_dh_public_of(root, &box);
    return err ? err : notes_send_to_box(node, &box, note);
}

static bool is_ruled(const struct group *group)
{
    struct cut ignored;
    return group && governance_superior(group->roster.governance, &ignored);
}

static enum error write(struct node *node, struct group *group, const struct sign_public *root)
{
    struct buffer genesis = {0};
    enum error err = founding_genesis(node, group, &genesis);
    const struct note note = {.kind = NOTE_CHARTER,
                              .group = group->id,
                              .root = group->root,
                              .genesis = buffer_bytes(&genesis),
                              .is_ruled = is_ruled(group),
                              .name = buffer_bytes(&group->title)};
    if (!err)
        err = write_to(node, root, &note);
    buffer_done(&genesis);
    return err;
}

static struct duty *find_duty(struct charters *charters, const struct group *group)
{
    for (size_t i = 0; i < charters->duty_count; i++)
        if (charters->duties[i].group == group)
            return &charters->duties[i];
    return NULL;
}

static struct duty *get_duty(struct charters *charters, struct group *group)
{
    struct duty *duty = find_duty(charters, group);
    if (duty)
        return duty;
    ARRAY_ROOM(charters->duties, charters->duty_count, charters->duty_capacity);
    duty = &charters->duties[charters->duty_count++];
    *duty = (struct duty){.group = group};
    return duty;
}

/* Row: "charter-for/" ‖ group's number: the root key that was told; zeros: none yet. */
static void store_duty(struct node *node, const struct duty *duty)
{
    struct vault_key key = groups_row_key("charter-for/", duty->group->number);
    vault_put(node, &key, BYTES_OF(duty->told.bytes));
}

void charters_begin(struct node *node, struct group *group)
{
    if (group->kind != GROUP_CHAT || group->is_private)
        return;
    struct duty *duty = get_duty(get(node), group);
    memset(&duty->told, 0, sizeof duty->told);
    store_duty(node, duty);
    node->charters->due = true;
}

/* False: some are left for later. */
static bool fulfil(struct node *node, const struct sign_public *root)
{
    struct charters *charters = node->charters;
    bool done = true;
    for (size_t i = 0; i < charters->duty_count; i++) {
        struct duty *duty = &charters->duties[i];
        if (same_key(&duty->told, root))
            continue;
        if (!duty->group->title.size || write(node, duty->group, root) != OK) {
            done = false; /* its name, or a key, may still come */
            continue;
        }
        duty->told = *root;
        store_duty(node, duty);
    }
    return done;
}

static void try_for_groups(struct node *node);

void charters_settle(struct node *node)
{
    struct charters *charters = node->charters;
    struct governance_root root;
    if (!charters || !node->workspace || node->workspace->gated || node->disk_state == ERR_DISK_FULL)
        return;
    if (charters->groups_came)
        try_for_groups(node);
    if (!charters->duty_count || !governance_root(node->workspace->roster.governance, &root) ||
        (!charters->due && same_key(&charters->root, &root.key)) ||
        !roster_find(&node->workspace->roster, &node->identity.device) || !sealing_is_possible(node, node->workspace))
        return;
    charters->root = root.key;
    charters->due = !fulfil(node, &root.key);
}

/* ---------------------------------------------------------------- what was for groups that came later */

void charters_try_again(struct node *node)
{
    get(node)->groups_came = true;
}

static void read_visit(struct node *node, const struct sign_public *author, uint64_t hlc,
                       const struct sealed_note *note, const void *arg)
{
    (void)hlc, (void)arg;
    visit_notes_read(node, author, note);
}

static void try_for_groups(struct node *node)
{
    node->charters->groups_came = false;
    sealed_notes_each(node, NULL, read_visit, NULL);
}

/* ---------------------------------------------------------------- opening them as the root */

const struct charter *charters_at(const struct node *node, size_t index)
{
    return node->charters && index < node->charters->open_count ? &node->charters->open[index] : NULL;
}

const struct charter *charters_find(const struct node *node, const struct hash *group)
{
    const struct charter *charter;
    for (size_t i = 0; (charter = charters_at(node, i)) != NULL; i++)
        if (same_hash(&charter->group, group))
            return charter;
    return NULL;
}

static struct charter *append(struct charters *charters, const struct hash *group)
{
    for (size_t i = 0; i < charters->open_count; i++)
        if (same_hash(&charters->open[i].group, group))
            return &charters->open[i];
    ARRAY_ROOM(charters->open, charters->open_count, charters->open_capacity);
    charters->open[charters->open_count] = (struct charter){.group = *group};
    return &charters->open[charters->open_count++];
}

/* Row: "charter/" ‖ group. */
static void store(struct node *node, const struct charter *charter)
{
    struct buffer plain = {0};
    struct vault_key key = vault_key("charter/", hash_bytes(&charter->group));
    write_array(&plain, 6);
    write_bytes(&plain, BYTES_OF(charter->root.bytes));
    write_bytes(&plain, buffer_bytes(&charter->genesis));
    write_bool(&plain, charter->is_ruled);
    write_bytes(&plain, BYTES_OF(charter->by.bytes));
    write_uint(&plain, charter->hlc);
    write_text(&plain, buffer_bytes(&charter->name));
    vault_put(node, &key, buffer_bytes(&plain));
    buffer_done(&plain);
}

static void fill(struct charter *charter, struct bytes genesis, struct bytes name)
{
    charter->genesis.size = charter->name.size = 0;
    buffer_append(&charter->genesis, genesis);
    buffer_append(&charter->name, name);
}

/* The last in order holds; that the root has written there is not taken back. */
static void take(struct node *node, const struct note *note, const struct sign_public *by, uint64_t hlc)
{
    struct charters *charters = node->charters;
    struct genesis genesis;
    struct buffer name = {0};
    struct hash id;
    genesis_group_id(&note->root, note->genesis, &id);
    if (same_hash(&id, &note->group) && genesis_decode(note->genesis, &genesis) == OK &&
        text_clean_name(note->name, &name) == OK && (charters_find(node, &id) || charters->open_count < CHARTERS_MAX)) {
        struct charter *charter = append(charters, &id);
        charter->root = note->root;
        charter->is_ruled |= note->is_ruled;
        if (!charter->name.size || hlc >= charter->hlc) {
            fill(charter, note->genesis, buffer_bytes(&name));
            charter->by = *by;
            charter->hlc = hlc;
        }
        store(node, charter);
    }
    buffer_done(&name);
}

struct opening {
    struct dh_public box;
    struct dh_secret secret;
};

static void open_one(struct node *node, const struct sign_public *author, uint64_t hlc,
                     const struct sealed_note *sealed, const void *arg)
{
    const struct opening *opening = arg;
    struct buffer inner = {0};
    struct note note;
    if (notes_unseal(node, &opening->box, &opening->secret, sealed, &inner, &note) == OK && note.kind == NOTE_CHARTER)
        take(node, &note, author, hlc);
    buffer_wipe(&inner);
}

void charters_open(struct node *node, const struct root_voice *root)
{
    struct opening opening;
    get(node);
    if (crypto_dh_public_of(&root->key, &opening.box) != OK)
        return;
    crypto_dh_secret_of(&root->secret, &opening.secret);
    sealed_notes_each(node, &root->key, open_one, &opening);
    sealed_notes_tried(node, &root->key);
    crypto_wipe(&opening, sizeof opening);
}

enum error charters_pass_on(struct node *node, const struct sign_public *heir)
{
    const struct charter *charter;
    enum error err = OK;
    for (size_t i = 0; !err && (charter = charters_at(node, i)) != NULL; i++) {
        const struct note note = {.kind = NOTE_CHARTER,
                                  .group = charter->group,
                                  .root = charter->root,
                                  .genesis = buffer_bytes(&charter->genesis),
                                  .is_ruled = charter->is_ruled || is_ruled(groups_by_id(node, &charter->group)),
                                  .name = buffer_bytes(&charter->name)};
        err = write_to(node, heir, &note);
    }
    return err;
}

/* ---------------------------------------------------------------- loading */

static void load_charter(struct node *node, struct bytes which, struct bytes plain)
{
    struct reader in = {.left = plain};
    struct charter read = {.is_ruled = false};
    read_array_of(&in, 6);
    read_fixed(&in, read.root.bytes, sizeof read.root.bytes);
    struct bytes genesis = read_bytes(&in, NOTE_GENESIS_MAX);
    read.is_ruled = read_bool(&in);
    read_fixed(&in, read.by.bytes, sizeof read.by.bytes);
    read.hlc = read_uint(&in);
    struct bytes name = read_text(&in, NAME_MAX_SIZE);
    read_end(&in);
    if (in.failed || which.size != sizeof read.group.bytes)
        return;
    memcpy(read.group.bytes, which.data, sizeof read.group.bytes);
    fill(&read, genesis, name);
    *append(get(node), &read.group) = read;
}

static void load_duty(struct node *node, struct bytes which, struct bytes plain)
{
    struct group *group = which.size == 4 ? groups_by_number(node, get_u32(which.data)) : NULL;
    if (!group || plain.size != sizeof(struct sign_public))
        return;
    memcpy(get_duty(get(node), group)->told.bytes, plain.data, plain.size);
}

/* Whoever holds a group's root key has made it, maybe before there were charters. */
static void take_on_old_groups(struct node *node)
{
    for (size_t i = 0; i < node->group_count; i++) {
        struct group *group = node->groups[i];
        if (group->kind == GROUP_CHAT && group->has_root && !group->is_private)
            get_duty(get(node), group);
    }
}

enum error charters_load(struct node *node)
{
    enum error err = sealed_notes_load(node);
    if (!err)
        err = vault_each(node, "charter/", load_charter);
    if (!err)
        err = vault_each(node, "charter-for/", load_duty);
    if (!err)
        take_on_old_groups(node);
    if (node->charters)
        node->charters->due = true;
    return err;
}

void charters_done(struct node *node)
{
    struct charters *charters = node->charters;
    sealed_notes_done(node);
    if (!charters)
        return;
    for (size_t i = 0; i < charters->open_count; i++) {
        buffer_done(&charters->open[i].genesis);
        buffer_done(&charters->open[i].name);
    }
    free(charters->duties);
    free(charters->open);
    free(charters);
    node->charters = NULL;
}
