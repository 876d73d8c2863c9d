/* SPDX-License-Identifier: MIT */
#include "identity.h"

#include "core/keys/vault.h"

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
