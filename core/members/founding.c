/* SPDX-License-Identifier: MIT */
#include "founding.h"

#include "core/base/text.h"
#include "core/keys/sealing.h"
#include "core/log/logs.h"
#include "core/log/lookup.h"
#include "core/writing/compose.h"
#include "groups.h"
#include "root.h"
#include "root_log.h"
#include "roster.h"

/* What a group begins with. */
struct beginning {
    struct sign_public root;
    struct sign_secret root_secret;
    struct buffer root_row; /* what root_seal() made of the seed */
    struct buffer genesis;
    struct hash id;
};

static enum error draw_root(struct node *node, struct bytes passphrase, struct beginning *ret)
{
    uint8_t seed[ROOT_SEED_SIZE];
    random_bytes(&node->random, seed, sizeof seed);
    crypto_sign_keypair_from(seed, &ret->root, &ret->root_secret);
    enum error err = root_seal(node, seed, passphrase, &ret->root_row);
    crypto_wipe(seed, sizeof seed);
    return err;
}

static void draw_genesis(struct node *node, const struct person_id *founder, struct beginning *ret)
{
    static const struct hash no_group;
    struct genesis genesis = {.policy = {.share_history = true}};
    genesis.founder.device = node->identity.device;
    genesis.founder.person = *founder;
    genesis.founder.instance = 1;
    genesis.founder.role = ROLE_ADMIN;
    genesis.founder.box = node->identity.box;
    random_bytes(&node->random, genesis.nonce, sizeof genesis.nonce);
    membership_sign(&no_group, &genesis.founder, &node->identity.secret);
    genesis_encode(&genesis, &ret->genesis);
    genesis_group_id(&ret->root, buffer_bytes(&ret->genesis), &ret->id);
}

static void beginning_done(struct beginning *beginning)
{
    buffer_done(&beginning->genesis);
    buffer_wipe(&beginning->root_row);
    crypto_wipe(beginning, sizeof *beginning);
}

static enum error write_title(struct node *node, struct group *group, struct bytes name, struct bytes folder)
{
    struct title title = {name, folder};
    struct buffer plain = {0};
    struct message_ref ignored;
    title_encode(&title, &plain);
    enum error err = compose_content(node, group, ENTRY_TITLE, buffer_bytes(&plain), NULL, 0, &ignored);
    buffer_done(&plain);
    return err;
}

static enum error write_beginning(struct node *node, struct group *group, const struct beginning *beginning,
                                  struct bytes name, struct bytes folder)
{
    root_log_found(node, group, &beginning->root_secret, buffer_bytes(&beginning->genesis));
    groups_settle(node);
    root_keep(node, group, buffer_bytes(&beginning->root_row));
    sealing_renew(node, group);
    return write_title(node, group, name, folder);
}

static enum error write_own_name(struct node *node, struct group *group, const struct person_id *me)
{
    struct profile profile = {*me, buffer_bytes(&node->identity.name)};
    struct buffer plain = {0};
    struct message_ref ignored;
    profile_encode(&profile, &plain);
    enum error err = compose_content(node, group, ENTRY_PROFILE, buffer_bytes(&plain), NULL, 0, &ignored);
    buffer_done(&plain);
    return err;
}

static enum error write_workspace(struct node *node, struct beginning *beginning, struct bytes name)
{
    struct secret_key workspace_key;
    struct person_id person;
    random_bytes(&node->random, workspace_key.bytes, sizeof workspace_key.bytes);
    random_bytes(&node->random, person.bytes, sizeof person.bytes);
    draw_genesis(node, &person, beginning);
    struct group *group = groups_create_workspace(node, &beginning->id, &beginning->root, &workspace_key);
    crypto_wipe(&workspace_key, sizeof workspace_key);
    enum error err = write_beginning(node, group, beginning, name, (struct bytes){0});
    return err ? err : write_own_name(node, group, &person);
}

enum error founding_workspace(struct node *node, struct bytes name, struct bytes root_passphrase)
{
    struct buffer clean = {0};
    struct beginning beginning = {0};
    enum error err = !node->identity.exists ? ERR_NO_IDENTITY : node->workspace ? ERR_EXISTS : OK;
    if (!err)
        err = text_clean_name(name, &clean);
    if (!err)
        err = draw_root(node, root_passphrase, &beginning);
    if (!err)
        err = write_workspace(node, &beginning, buffer_bytes(&clean));
    beginning_done(&beginning);
    buffer_done(&clean);
    return err;
}

enum error founding_chat(struct node *node, struct bytes name, struct bytes folder, bool is_private, struct group **ret)
{
    const struct member *me = roster_find(&node->workspace->roster, &node->identity.device);
    struct beginning beginning = {0};
    if (!me)
        return ERR_NO_KEY;
    if (node->group_count >= GROUPS_MAX)
        return ERR_LIMIT;
    enum error err = draw_root(node, (struct bytes){0}, &beginning);
    if (!err) {
        draw_genesis(node, &me->person, &beginning);
        *ret = groups_create_chat(node, &beginning.id, &beginning.root, is_private);
        err = write_beginning(node, *ret, &beginning, name, folder);
    }
    beginning_done(&beginning);
    return err;
}

static bool is_genesis(const struct group *group, struct bytes payload)
{
    struct hash id;
    genesis_group_id(&group->root, payload, &id);
    return same_hash(&id, &group->id);
}

/* Where the root log was written twice, it may lie in a branch. */
enum error founding_genesis(const struct node *node, const struct group *group, struct buffer *out)
{
    for (size_t i = 0; i < group->log_count; i++) {
        const struct log *log = group->logs[i];
        struct stored_entry stored;
        struct entry entry;
        if (!log->named || !same_key(log_author(log), &group->root) || lookup_entry(node, log, 1, &stored) != OK ||
            entry_decode(stored.wire, &entry) != OK || !is_genesis(group, entry.payload))
            continue;
        buffer_append(out, entry.payload);
        return OK;
    }
    return ERR_NOT_FOUND;
}
