/* SPDX-License-Identifier: MIT */
#include "root.h"

#include "core/base/passphrase.h"
#include "core/keys/vault.h"
#include "core/node_query.h"
#include "groups.h"
#include "root_log.h"

#define SHARES_ROW_SIZE 10 /* of(1) ‖ need(1) ‖ u64 wall clock ms */

enum error root_seal(struct node *node, const uint8_t seed[ROOT_SEED_SIZE], struct bytes passphrase,
                     struct buffer *ret_row)
{
    uint8_t random[PASSPHRASE_SALT_SIZE + SEALED_NONCE_SIZE];
    struct bytes plain = {seed, ROOT_SEED_SIZE};
    if (!passphrase.size) {
        buffer_append(ret_row, plain);
        return OK;
    }
    random_bytes(&node->random, random, sizeof random);
    return passphrase_seal(passphrase, plain, random, ret_row);
}

static struct vault_key row_key(const struct group *group)
{
    return groups_row_key("root/", group->number);
}

void root_keep(struct node *node, struct group *group, struct bytes row)
{
    struct vault_key key = row_key(group);
    group->has_root = true;
    vault_put(node, &key, row);
}

static void load(struct node *node, struct bytes which, struct bytes plain)
{
    struct group *group = which.size == 4 ? groups_by_number(node, get_u32(which.data)) : NULL;
    (void)plain;
    if (group)
        group->has_root = true;
}

enum error root_load(struct node *node)
{
    return vault_each(node, "root/", load);
}

static enum error read_row(struct node *node, const struct group *group, struct buffer *ret)
{
    struct vault_key key = row_key(group);
    enum error err = vault_get(node, &key, ret);
    return err == ERR_NOT_FOUND ? ERR_NO_ROOT : err;
}

static enum error open_sealed(struct bytes sealed, struct bytes passphrase, uint8_t ret[ROOT_SEED_SIZE])
{
    struct buffer seed = {0};
    enum error err = passphrase.size ? passphrase_open(passphrase, sealed, &seed) : ERR_NO_PASSPHRASE;
    if (!err && seed.size != ROOT_SEED_SIZE)
        err = ERR_CORRUPT;
    if (!err)
        memcpy(ret, seed.data, ROOT_SEED_SIZE);
    buffer_wipe(&seed);
    return err;
}

enum error root_open(struct node *node, const struct group *group, struct bytes passphrase, uint8_t ret[ROOT_SEED_SIZE])
{
    struct buffer row = {0};
    enum error err = read_row(node, group, &row);
    if (!err && row.size != ROOT_SEED_SIZE)
        err = open_sealed(buffer_bytes(&row), passphrase, ret);
    else if (!err)
        memcpy(ret, row.data, ROOT_SEED_SIZE);
    buffer_wipe(&row);
    return err;
}

static struct vault_key shares_key(const struct group *group)
{
    return groups_row_key("root-shares/", group->number);
}

static void put_shares(struct node *node, const struct group *group, uint8_t of, uint8_t need)
{
    struct vault_key key = shares_key(group);
    uint8_t row[SHARES_ROW_SIZE] = {of, need};
    put_u64(row + 2, node->now_ms);
    vault_put(node, &key, BYTES_OF(row));
}

/* ---------------------------------------------------------------- recovering, and shares */

enum error root_recover(struct node *node, const struct command *command)
{
    if (!node->workspace)
        return ERR_NO_WORKSPACE;
    struct root_voice voice;
    struct buffer row = {0};
    enum error err = root_voice_of(node->workspace, command->root.seed, &voice);
    if (err)
        return err;
    err = root_seal(node, command->root.seed, command->root.passphrase, &row);
    if (!err)
        err = root_log_begin(node, &voice);
    if (!err) {
        root_keep(node, node->workspace, buffer_bytes(&row));
        put_shares(node, node->workspace, command->root.of, command->root.need);
    }
    root_voice_done(&voice);
    buffer_wipe(&row);
    return err;
}

enum error root_note_shares(struct node *node, const struct command *command)
{
    struct buffer row = {0};
    enum error err = node->workspace ? read_row(node, node->workspace, &row) : ERR_NO_WORKSPACE;
    buffer_wipe(&row);
    if (!err)
        put_shares(node, node->workspace, command->root.of, command->root.need);
    return err;
}

static struct vault_key seen_key(const struct group *group)
{
    return groups_row_key("root-seen/", group->number);
}

enum error root_note_seen(struct node *node)
{
    const struct group *group = node->workspace;
    if (!group || !group->has_root)
        return group ? ERR_NO_ROOT : ERR_NO_WORKSPACE;
    struct vault_key key = seen_key(group);
    uint8_t row[8];
    groups_settle(node);
    put_u64(row, governance_root_void(group->roster.governance));
    vault_put(node, &key, BYTES_OF(row));
    return OK;
}

void root_forget_shares(struct node *node)
{
    struct vault_key key = shares_key(node->workspace);
    vault_delete(node, &key);
}

/* ---------------------------------------------------------------- questions */

static void tell_log(struct node *node, const struct group *group, struct node_root *ret)
{
    struct governance_root root;
    struct buffer seen = {0};
    struct vault_key key = seen_key(group);
    if (!governance_root(group->roster.governance, &root))
        return;
    ret->generation = root.generation;
    ret->is_forked = root.forked;
    ret->void_count = ret->void_new = governance_root_void(group->roster.governance);
    if (vault_get(node, &key, &seen) == OK && seen.size == 8)
        ret->void_new -= get_u64(seen.data) < ret->void_count ? (size_t)get_u64(seen.data) : ret->void_count;
    buffer_done(&seen);
}

bool node_root(struct node *node, struct node_root *ret)
{
    struct buffer row = {0}, shares = {0};
    const struct group *group = node->workspace;
    enum error err = group ? read_row(node, group, &row) : ERR_NO_WORKSPACE;
    *ret = (struct node_root){.has_passphrase = row.size != ROOT_SEED_SIZE};
    buffer_wipe(&row);
    if (err)
        return false;
    tell_log(node, group, ret);
    struct vault_key key = shares_key(group);
    if (vault_get(node, &key, &shares) == OK && shares.size == SHARES_ROW_SIZE) {
        ret->shares = shares.data[0];
        ret->shares_needed = shares.data[1];
        ret->shares_ms = get_u64(shares.data + 2);
    }
    buffer_done(&shares);
    return true;
}

enum error node_root_export(struct node *node, struct bytes passphrase, struct sign_public *ret_root,
                            uint8_t ret_seed[32])
{
    if (!node->workspace)
        return ERR_NO_WORKSPACE;
    struct root_voice voice;
    enum error err = root_voice_open(node, node->workspace, passphrase, &voice);
    if (err)
        return err;
    *ret_root = voice.key;
    memcpy(ret_seed, voice.secret.bytes, ROOT_SEED_SIZE);
    root_voice_done(&voice);
    return OK;
}
