/* SPDX-License-Identifier: MIT */
#include "root_command.h"

#include "charters.h"
#include "core/keys/sealing.h"
#include "groups.h"
#include "root.h"
#include "root_log.h"
#include "visits.h"

/* ---------------------------------------------------------------- another key */

/* Where the old key has spoken in groups, which goes on counting. */
static void list_words(const struct node *node, struct buffer *out)
{
    struct cut said;
    for (size_t i = 0; i < node->group_count && out->size < CUTS_MAX * CUT_SIZE; i++)
        if (node->groups[i]->kind == GROUP_CHAT && governance_superior(node->groups[i]->roster.governance, &said))
            cut_append(&said, out);
}

static bool has_spoken_elsewhere(const struct node *node)
{
    const struct charter *charter;
    struct cut ignored;
    for (size_t i = 0; (charter = charters_at(node, i)) != NULL; i++) {
        const struct group *group = groups_by_id(node, &charter->group);
        if (charter->is_ruled && (!group || !governance_superior(group->roster.governance, &ignored)))
            return true;
    }
    return false;
}

static enum error write_handover(struct node *node, const struct root_voice *old, const struct sign_public *heir)
{
    struct buffer words = {0}, payload = {0};
    struct handover handover = {.key = *heir};
    list_words(node, &words);
    handover.cut = buffer_bytes(&words);
    handover_encode(&handover, &payload);
    enum error err = root_log_write(node, node->workspace, old, ENTRY_HANDOVER, buffer_bytes(&payload));
    buffer_done(&words);
    buffer_done(&payload);
    return err;
}

static enum error hand_over_to(struct node *node, const struct root_voice *old, const uint8_t seed[ROOT_SEED_SIZE],
                               struct bytes row)
{
    struct root_voice new = {.of = node->workspace};
    crypto_sign_keypair_from(seed, &new.key, &new.secret);
    enum error err = charters_pass_on(node, &new.key);
    if (!err)
        err = write_handover(node, old, &new.key);
    if (!err)
        err = root_log_begin(node, &new);
    if (!err) {
        root_keep(node, node->workspace, row);
        root_forget_shares(node);
    }
    root_voice_done(&new);
    return err;
}

static enum error hand_over(struct node *node, const struct root_voice *old, const struct command *command)
{
    uint8_t seed[ROOT_SEED_SIZE];
    struct buffer row = {0};
    charters_open(node, old);
    if (!command->root.anyway && has_spoken_elsewhere(node))
        return ERR_ROOT_UNENTERED;
    if (!sealing_is_possible(node, node->workspace))
        return ERR_NO_KEY;
    random_bytes(&node->random, seed, sizeof seed);
    enum error err = root_seal(node, seed, command->root.new_passphrase, &row);
    if (!err)
        err = hand_over_to(node, old, seed, buffer_bytes(&row));
    crypto_wipe(seed, sizeof seed);
    buffer_wipe(&row);
    return err;
}

/* ---------------------------------------------------------------- groups */

static enum error enter(struct node *node, const struct root_voice *root, const struct command *command,
                        struct group **ret)
{
    charters_open(node, root);
    return visits_enter(node, &command->group.id, root, ret);
}

static enum error write_closing(struct node *node, struct group *group, const struct root_voice *root,
                                const struct sign_public *heir)
{
    struct governance_root own;
    struct buffer payload = {0};
    if (!governance_root(group->roster.governance, &own))
        return ERR_NO_KEY;
    const struct handover handover = {.key = *heir, .head = own.head};
    handover_encode(&handover, &payload);
    enum error err = root_log_write(node, group, root, ENTRY_HANDOVER, buffer_bytes(&payload));
    buffer_done(&payload);
    return err;
}

static enum error take_over(struct node *node, struct group *group, const struct root_voice *root)
{
    struct root_voice own = {.of = group};
    uint8_t seed[ROOT_SEED_SIZE];
    if (!group || group->kind != GROUP_CHAT)
        return group ? ERR_USAGE : ERR_NOT_FOUND;
    if (group->is_private)
        return ERR_PRIVATE_GROUP;
    random_bytes(&node->random, seed, sizeof seed);
    crypto_sign_keypair_from(seed, &own.key, &own.secret);
    enum error err = write_closing(node, group, root, &own.key);
    if (!err)
        err = root_log_begin(node, &own);
    if (!err)
        root_keep(node, group, BYTES_OF(seed));
    crypto_wipe(seed, sizeof seed);
    root_voice_done(&own);
    return err;
}

/* ---------------------------------------------------------------- all of them */

static enum error carry_out(struct node *node, const struct command *command, struct group **ret)
{
    struct root_voice root;
    if (command->type == COMMAND_ROOT_RECOVER)
        return root_recover(node, command);
    enum error err =
        node->workspace ? root_voice_open(node, node->workspace, command->root.passphrase, &root) : ERR_NO_WORKSPACE;
    if (err)
        return err;
    if (command->type == COMMAND_ROOT_HAND_OVER)
        err = hand_over(node, &root, command);
    else if (command->type == COMMAND_ROOT_ENTER)
        err = enter(node, &root, command, ret);
    else if (command->type == COMMAND_ROOT_TAKE_OVER)
        err = take_over(node, groups_by_number(node, command->group.number), &root);
    else
        charters_open(node, &root);
    root_voice_done(&root);
    return err;
}

void root_command(struct node *node, const struct command *command)
{
    struct group *group = NULL;
    enum error err = carry_out(node, command, &group);
    if (!err)
        node_notify(node, group ? NOTICE_GROUP : NOTICE_WORKSPACE, NULL, 0, NULL, node_after(node));
    node_reply(node, command->id, err, err ? 0 : node_after(node));
    if (group)
        node->effects->items[node->effects->count - 1].group = group->number;
}
