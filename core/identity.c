/* SPDX-License-Identifier: MIT */
#include "identity.h"

#include "compose.h"
#include "groups.h"
#include "keys.h"
#include "root.h"
#include "vault.h"

#define SEED_SIZE 32

static const struct vault_key identity_key = {"identity", 8};

static void take_seeds(struct identity *identity, const uint8_t device_seed[SEED_SIZE],
                       const uint8_t box_seed[SEED_SIZE])
{
    crypto_sign_keypair_from(device_seed, &identity->device, &identity->secret);
    crypto_dh_keypair_from(box_seed, &identity->box, &identity->box_secret);
    identity->exists = true;
}

enum error identity_load(struct node *node)
{
    struct buffer plain = {0};
    enum error err = vault_get(node, &identity_key, &plain);
    if (!err && plain.size <= 2 * SEED_SIZE)
        err = ERR_CORRUPT;
    if (!err) {
        take_seeds(&node->identity, plain.data, plain.data + SEED_SIZE);
        buffer_append(&node->identity.name, (struct bytes){plain.data + 2 * SEED_SIZE, plain.size - 2 * SEED_SIZE});
    }
    buffer_wipe(&plain);
    return err == ERR_NOT_FOUND ? OK : err;
}

void identity_done(struct node *node)
{
    buffer_done(&node->identity.name);
    crypto_wipe(&node->identity, sizeof node->identity);
}

static void draw_keys(struct node *node, uint8_t seeds[2 * SEED_SIZE])
{
    random_bytes(&node->random, seeds, 2 * SEED_SIZE);
    take_seeds(&node->identity, seeds, seeds + SEED_SIZE);
}

/* Row: device seed ‖ box seed ‖ name.  The seeds are the first halves of the secrets. */
static void store_identity(struct node *node)
{
    struct identity *identity = &node->identity;
    struct buffer plain = {0};
    buffer_append(&plain, (struct bytes){identity->secret.bytes, SEED_SIZE});
    buffer_append(&plain, BYTES_OF(identity->box_secret.bytes));
    buffer_append(&plain, buffer_bytes(&identity->name));
    vault_put(node, &identity_key, buffer_bytes(&plain));
    buffer_wipe(&plain);
}

enum error identity_create(struct node *node, struct bytes name)
{
    struct buffer clean = {0};
    enum error err = node->workspace ? ERR_EXISTS : text_clean_name(name, &clean);
    if (!err) {
        uint8_t seeds[2 * SEED_SIZE];
        if (!node->identity.exists)
            draw_keys(node, seeds);
        node->identity.name.size = 0;
        buffer_append(&node->identity.name, buffer_bytes(&clean));
        store_identity(node);
        crypto_wipe(seeds, sizeof seeds);
    }
    buffer_done(&clean);
    return err;
}

/* ---------------------------------------------------------------- a new workspace */

static void make_genesis(struct node *node, struct buffer *out)
{
    static const struct hash no_group;
    struct genesis genesis = {.policy = {.share_history = true}};
    genesis.founder.device = node->identity.device;
    genesis.founder.instance = 1;
    genesis.founder.role = ROLE_ADMIN;
    genesis.founder.box = node->identity.box;
    random_bytes(&node->random, genesis.nonce, sizeof genesis.nonce);
    random_bytes(&node->random, genesis.founder.person.bytes, sizeof genesis.founder.person.bytes);
    membership_sign(&no_group, &genesis.founder, &node->identity.secret);
    genesis_encode(&genesis, out);
}

static enum error write_names(struct node *node, struct group *group, struct bytes name)
{
    struct title title = {.name = name};
    struct profile profile = {group->roster.founder.person, buffer_bytes(&node->identity.name)};
    struct buffer plain = {0};
    struct message_ref ignored;
    title_encode(&title, &plain);
    enum error err = compose_content(node, group, ENTRY_TITLE, buffer_bytes(&plain), NULL, 0, &ignored);
    plain.size = 0;
    profile_encode(&profile, &plain);
    if (!err)
        err = compose_content(node, group, ENTRY_PROFILE, buffer_bytes(&plain), NULL, 0, &ignored);
    buffer_done(&plain);
    return err;
}

/* `root_row`: what root_seal() made of `seed`. */
static enum error write_workspace(struct node *node, const uint8_t seed[SEED_SIZE], struct bytes root_row,
                                  struct bytes name)
{
    struct buffer payload = {0};
    struct sign_public root;
    struct sign_secret root_secret;
    struct secret_key workspace_key;
    struct hash id;
    random_bytes(&node->random, workspace_key.bytes, sizeof workspace_key.bytes);
    crypto_sign_keypair_from(seed, &root, &root_secret);
    make_genesis(node, &payload);
    genesis_group_id(&root, buffer_bytes(&payload), &id);

    struct group *group = groups_create_workspace(node, &id, &root, &workspace_key);
    compose_root(node, group, &root_secret, ENTRY_GENESIS, buffer_bytes(&payload));
    groups_settle(node);
    root_keep(node, group, root_row);
    keys_write_epoch(node, group, 1);
    crypto_wipe(&root_secret, sizeof root_secret);
    crypto_wipe(&workspace_key, sizeof workspace_key);
    buffer_done(&payload);
    return write_names(node, group, name);
}

enum error identity_found_workspace(struct node *node, struct bytes name, struct bytes root_passphrase)
{
    struct buffer clean = {0}, root_row = {0};
    uint8_t seed[SEED_SIZE];
    enum error err = !node->identity.exists ? ERR_NO_IDENTITY : node->workspace ? ERR_EXISTS : OK;
    if (!err)
        err = text_clean_name(name, &clean);
    if (!err) {
        random_bytes(&node->random, seed, sizeof seed);
        err = root_seal(node, seed, root_passphrase, &root_row);
    }
    if (!err)
        err = write_workspace(node, seed, buffer_bytes(&root_row), buffer_bytes(&clean));
    crypto_wipe(seed, sizeof seed);
    buffer_wipe(&root_row);
    buffer_done(&clean);
    return err;
}
