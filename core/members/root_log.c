/* SPDX-License-Identifier: MIT */
#include "root_log.h"

#include "charters.h"
#include "core/log/logs.h"
#include "core/log/lookup.h"
#include "core/writing/compose.h"
#include "groups.h"
#include "root.h"

/* ---------------------------------------------------------------- whose word */

void root_voice_done(struct root_voice *voice)
{
    crypto_wipe(voice, sizeof *voice);
}

enum error root_voice_of(struct group *group, const uint8_t seed[32], struct root_voice *ret)
{
    struct root_voice voice = {.of = group};
    struct governance_root root;
    crypto_sign_keypair_from(seed, &voice.key, &voice.secret);
    enum error err = governance_root(group->roster.governance, &root) ? OK : ERR_NO_KEY;
    if (!err && !same_key(&voice.key, &root.key))
        err = governance_was_root(group->roster.governance, &voice.key) ? ERR_ROOT_HANDED_OVER : ERR_OTHER_ROOT;
    if (!err)
        *ret = voice;
    crypto_wipe(&voice, sizeof voice);
    return err;
}

static enum error open_of(struct node *node, struct group *group, struct bytes passphrase, struct root_voice *ret)
{
    uint8_t seed[ROOT_SEED_SIZE];
    enum error err = root_open(node, group, passphrase, seed);
    if (!err)
        err = root_voice_of(group, seed, ret);
    crypto_wipe(seed, sizeof seed);
    return err;
}

enum error root_voice_open_above(struct node *node, struct group *group, struct bytes passphrase,
                                 struct root_voice *ret)
{
    enum error err = open_of(node, node->workspace, passphrase, ret);
    if (!err && group->is_private) {
        root_voice_done(ret);
        return ERR_PRIVATE_GROUP;
    }
    return err;
}

enum error root_voice_open(struct node *node, struct group *group, struct bytes passphrase, struct root_voice *ret)
{
    bool is_workspace = group == node->workspace;
    enum error own = open_of(node, group, is_workspace ? passphrase : (struct bytes){0}, ret);
    if (!own || is_workspace || group->kind == GROUP_DIRECT)
        return own;
    enum error err = root_voice_open_above(node, group, passphrase, ret);
    return err == ERR_NO_ROOT ? own : err;
}

/* ---------------------------------------------------------------- one entry */

static struct log_name name_of(const struct group *group, const struct sign_public *key, uint64_t generation)
{
    return (struct log_name){.group = group->id, .device = *key, .instance = generation, .kind = KIND_GOVERNANCE};
}

static void append(struct node *node, struct group *group, const struct root_voice *voice, uint64_t generation,
                   enum entry_type type, struct bytes payload)
{
    struct log_name name = name_of(group, &voice->key, generation);
    compose_root(node, group, &name, &voice->secret, type, payload);
}

void root_log_found(struct node *node, struct group *group, const struct sign_secret *root, struct bytes genesis)
{
    struct log_name name = name_of(group, &group->root, 0);
    compose_root(node, group, &name, root, ENTRY_GENESIS, genesis);
}

static const struct log *find(const struct node *node, const struct group *group, const struct sign_public *key,
                              uint64_t generation)
{
    struct log_name name = name_of(group, key, generation);
    struct hash id;
    log_name_id(&name, &id);
    return logs_find(node, &id);
}

/* Its end was written here, and nobody tells of more. */
static bool may_append(const struct node *node, const struct log *log)
{
    struct stored_entry last;
    return !log->closed && !log->forked && log->known_seq <= log->row.head_seq &&
           lookup_entry(node, log, log->row.head_seq, &last) == OK && (last.flags & ENTRY_FLAG_OWN);
}

static void write_opening(struct node *node, struct group *group, const struct root_voice *voice, uint64_t number,
                          const struct hash *head)
{
    const struct generation generation = {*head};
    struct buffer payload = {0};
    generation_encode(&generation, &payload);
    append(node, group, voice, number, ENTRY_GENERATION, buffer_bytes(&payload));
    buffer_done(&payload);
    groups_settle(node);
}

/* ---------------------------------------------------------------- generations */

/* Begins a next one where this device cannot go on in the newest, or shall not; *ret: its number. */
static enum error ready(struct node *node, const struct root_voice *voice, bool begin_anyway, uint64_t *ret)
{
    struct governance_root root;
    groups_settle(node);
    if (!governance_root(voice->of->roster.governance, &root))
        return ERR_NO_KEY;
    if (!same_key(&root.key, &voice->key))
        return ERR_ROOT_HANDED_OVER;
    const struct log *log = find(node, voice->of, &root.writer, root.generation);
    *ret = root.generation;
    if (!begin_anyway && !root.is_over && log && same_hash(&log->row.head_id, &root.head) && may_append(node, log))
        return OK;
    write_opening(node, voice->of, voice, ++*ret, &root.named);
    return OK;
}

/* The workspace's root in a group: there it has a log for each of its generations. */
static enum error ready_in_group(struct node *node, struct group *group, const struct root_voice *voice, uint64_t *ret)
{
    struct cut said = {.seq = 0};
    enum error err = ready(node, voice, false, ret);
    const struct log *log = err ? NULL : find(node, group, &voice->key, *ret);
    if (log && log->row.head_seq && !may_append(node, log))
        err = ready(node, voice, true, ret); /* an older copy of this home wrote there */
    else if (log && log->row.head_seq)
        return OK;
    if (err)
        return err;
    governance_superior(group->roster.governance, &said);
    write_opening(node, group, voice, *ret, &said.id);
    charters_begin(node, group); /* which tells whoever will hold the root key that it has spoken here */
    return OK;
}

enum error root_log_begin(struct node *node, const struct root_voice *voice)
{
    uint64_t generation;
    return ready(node, voice, false, &generation);
}

enum error root_log_write(struct node *node, struct group *group, const struct root_voice *voice, enum entry_type type,
                          struct bytes payload)
{
    uint64_t generation;
    enum error err =
        voice->of == group ? ready(node, voice, false, &generation) : ready_in_group(node, group, voice, &generation);
    if (!err)
        append(node, group, voice, generation, type, payload);
    return err;
}

void root_log_close_all(struct node *node)
{
    for (size_t i = 0; i < node->log_count; i++) {
        const struct log_name *name = &node->logs[i]->row.name;
        if (node->logs[i]->named && node->logs[i]->kind == KIND_GOVERNANCE &&
            crypto_is_zero(name->sub.bytes, sizeof name->sub.bytes))
            logs_close(node, node->logs[i]);
    }
}
