/* SPDX-License-Identifier: MIT */
#include "groups.h"

#include "charters.h"
#include "content.h"
#include "core/base/alloc.h"
#include "core/base/cbor.h"
#include "core/joining/invitations.h"
#include "core/keys/keys.h"
#include "core/keys/vault.h"
#include "core/keys/workspace_keys.h"
#include "core/log/branches.h"
#include "core/log/cuts.h"
#include "core/log/early.h"
#include "core/log/logs.h"
#include "core/log/lookup.h"
#include "core/peers/presence.h"
#include "core/replication/carried.h"
#include "core/replication/payloads.h"
#include "direct.h"
#include "letters.h"
#include "names.h"
#include "parting.h"
#include "roster.h"
#include "told.h"
#include <stdlib.h>

#define FIXED(field) ((struct bytes){(field).bytes, sizeof(field).bytes})

struct vault_key groups_row_key(const char *kind, uint32_t number)
{
    uint8_t which[4];
    put_u32(which, number);
    return vault_key(kind, BYTES_OF(which));
}

static struct group *group_new(struct node *node, enum group_kind kind, uint32_t number, const struct hash *id)
{
    struct group *group = alloc_secret(sizeof *group);
    group->kind = kind;
    group->number = number;
    group->id = *id;
    group->keys_by_id.salt = group->locked_epochs.salt = node->groups_by_id.salt;
    ARRAY_ROOM(node->groups, node->group_count, node->group_capacity);
    node->groups[node->group_count++] = group;
    table_put(&node->groups_by_id, id->bytes, group);
    return group;
}

static void begin_roster(struct node *node, struct group *group)
{
    static const enum governance_kind kinds[] = {
        [GROUP_WORKSPACE] = GOVERN_WORKSPACE, [GROUP_CHAT] = GOVERN_GROUP, [GROUP_DIRECT] = GOVERN_DIRECT};
    const struct governance_scope scope = {
        .kind = kinds[group->kind],
        .id = group->id,
        .root = group->root,
        .people = {group->people[0], group->people[1]},
        .salt = node->groups_by_id.salt,
    };
    bool is_workspace = group->kind == GROUP_WORKSPACE;
    roster_init(&group->roster, &scope, is_workspace ? NULL : node->workspace->roster.governance);
}

static struct group *new_direct(struct node *node, uint32_t number, const struct person_id people[2])
{
    struct hash id;
    direct_id(&node->workspace->id, people, &id);
    struct group *group = group_new(node, GROUP_DIRECT, number, &id);
    group->people[0] = people[0];
    group->people[1] = people[1];
    begin_roster(node, group);
    return group;
}

static uint32_t next_number(const struct node *node)
{
    return node->group_count ? node->groups[node->group_count - 1]->number + 1 : 1;
}

void groups_store_workspace(struct node *node)
{
    const struct group *group = node->workspace;
    struct buffer plain = {0};
    write_array(&plain, 3);
    write_bytes(&plain, FIXED(group->id));
    write_bytes(&plain, FIXED(group->root));
    write_bytes(&plain, FIXED(group->workspace_key));
    struct vault_key row = groups_row_key("group/", group->number);
    vault_put(node, &row, buffer_bytes(&plain));
    buffer_wipe(&plain);
}

struct group *groups_create_workspace(struct node *node, const struct hash *id, const struct sign_public *root,
                                      const struct secret_key *workspace_key)
{
    struct group *group = group_new(node, GROUP_WORKSPACE, next_number(node), id);
    group->root = *root;
    group->workspace_key = *workspace_key;
    begin_roster(node, group);
    node->workspace = group;
    groups_store_workspace(node);
    return group;
}

struct group *groups_create_direct(struct node *node, const struct person_id people[2])
{
    struct buffer plain = {0};
    if (node->group_count >= GROUPS_MAX)
        return NULL;
    struct group *group = new_direct(node, next_number(node), people);
    buffer_append(&plain, BYTES_OF(people[0].bytes));
    buffer_append(&plain, BYTES_OF(people[1].bytes));
    struct vault_key row = groups_row_key("direct/", group->number);
    vault_put(node, &row, buffer_bytes(&plain));
    buffer_done(&plain);
    return group;
}

struct group *groups_create_chat(struct node *node, const struct hash *id, const struct sign_public *root,
                                 bool is_private)
{
    struct buffer plain = {0};
    if (node->group_count >= GROUPS_MAX)
        return NULL;
    struct group *group = group_new(node, GROUP_CHAT, next_number(node), id);
    group->root = *root;
    group->is_private = is_private;
    begin_roster(node, group);
    write_array(&plain, 3);
    write_bytes(&plain, FIXED(*id));
    write_bytes(&plain, FIXED(*root));
    write_bool(&plain, is_private);
    struct vault_key row = groups_row_key("chat/", group->number);
    vault_put(node, &row, buffer_bytes(&plain));
    buffer_done(&plain);
    charters_try_again(node);
    return group;
}

static void group_free(struct group *group)
{
    roster_done(&group->roster);
    keys_done(group);
    free(group->logs);
    free(group->sorted);
    free(group->unread);
    told_forget(group);
    buffer_done(&group->title);
    buffer_done(&group->folder);
    free(group->invitees);
    free(group->visitors);
    early_done(&group->early);
    alloc_secret_free(group);
}

void groups_forget(struct node *node)
{
    for (size_t i = 0; i < node->group_count; i++)
        group_free(node->groups[i]);
    free(node->groups);
    table_done(&node->groups_by_id);
    workspace_keys_forget(node);
    node->groups = NULL;
    node->workspace = NULL;
    node->group_count = node->group_capacity = 0;
}

struct group *groups_by_id(const struct node *node, const struct hash *id)
{
    return table_get(&node->groups_by_id, id->bytes);
}

/* They stand by number. */
struct group *groups_by_number(const struct node *node, uint32_t number)
{
    size_t low = 0, high = node->group_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (node->groups[middle]->number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low < node->group_count && node->groups[low]->number == number ? node->groups[low] : NULL;
}

struct group *groups_told(struct node *node, const struct link *link, const struct hash *id)
{
    struct group *group = groups_by_id(node, id);
    if (!group)
        group = direct_expect(node, link, id);
    return group ? group : invitations_expect(node, link, id);
}

bool groups_justify(const struct group *group, const struct log_name *name)
{
    return governance_justifies(group->roster.governance, name);
}

/* ---------------------------------------------------------------- accepted entries */

static void note_in_roster(struct node *node, struct log *log, const struct entry *entry, uint32_t *flags)
{
    enum error err = roster_note(&log->group->roster, &log->row.name, entry, flags);
    if (err)
        node_log(node, err, "an entry of the governance could not be taken into account");
}

static bool holds_keys(const struct log *log)
{
    struct member author;
    return roster_author(&log->group->roster, &log->row.name, &author) &&
           (author.role == ROLE_ADMIN || author.role == ROLE_MEMBER);
}

void groups_note_governance(struct node *node, struct log *log, const struct entry *entry, uint32_t *flags)
{
    note_in_roster(node, log, entry, flags);
    if (log->group == node->workspace)
        letters_note(node, &log->row.name, entry);
    if (entry->type != ENTRY_EPOCH && entry->type != ENTRY_KEYSHARE)
        return;
    if (!holds_keys(log))
        groups_settle(node); /* what says that it does may have come just before, in this step */
    if (holds_keys(log))
        keys_note(node, log, entry);
}

/* Whose time is not believed, as storage was told last: so that it is told again only when that has changed. */
static void doubts_mark(const struct roster *roster, struct hash *ret)
{
    struct buffer text = {0};
    for (size_t i = 0; i < roster->doubt_count; i++)
        clock_encode(&roster->doubts[i], &text);
    crypto_hash(buffer_bytes(&text), ret);
    buffer_done(&text);
}

static void tell_doubts(struct node *node, struct group *group)
{
    struct roster *roster = &group->roster;
    struct hash mark;
    if (!roster->doubts_changed)
        return;
    struct vault_key row = groups_row_key("doubts/", group->number);
    roster->doubts_changed = false;
    batch_set_doubts(node_batch(node), group->number, roster->doubts, roster->doubt_count);
    doubts_mark(roster, &mark);
    vault_put(node, &row, hash_bytes(&mark));
    node_notify(node, NOTICE_WORKSPACE, NULL, 0, NULL, node_after(node));
}

/* Logs that waited for somebody to say that their writers belong here. */
static void retry_unjustified(struct group *group)
{
    group->roster.justifies_more = false;
    group->wants_dirty = true;
    for (size_t i = 0; i < group->log_count; i++)
        group->logs[i]->unjustified = false;
}

static void members_changed(struct node *node, struct group *group)
{
    retry_unjustified(group);
    if (group != node->workspace)
        group->introduce_after = node_after(node);
    carried_judge(node, group);
    parting_settle(node, group);
    node->consents_due = node->consent_count > 0;
    if (group == node->workspace)
        invitations_judge(node);
    presence_roster_changed(node);
    payloads_readers_changed(node);
    node_notify(node, NOTICE_ROSTER, NULL, 0, NULL, node_after(node));
}

static void settle_keys(struct node *node, struct group *group)
{
    if (!group->roster.epochs_changed && !group->keys_changed)
        return;
    group->roster.epochs_changed = false;
    group->sealing_known = false;
    group->custody_due = true;
    if (group == node->workspace)
        workspace_keys_settle(node);
}

static void settle(struct node *node, struct group *group)
{
    if (roster_evaluate(&group->roster))
        members_changed(node, group);
    else if (group->roster.justifies_more)
        retry_unjustified(group);
    bool is_judged_anew = group->roster.cuts_changed;
    cuts_settle(node, group);
    if (is_judged_anew) {
        told_settle(node, group);
        node->letters_due = node->letter_count > 0;
    }
    tell_doubts(node, group);
    settle_keys(node, group);
    bool notes_wait = group == node->workspace && node->notes_wait && node->note_tries;
    if (group->keys_changed) /* an answer may wait for a key */
        node->invitations_due = node->consents_due = true;
    if (group->keys_changed || notes_wait)
        content_read_unread(node, group);
    group->keys_changed = false;
}

void groups_settle(struct node *node)
{
    if (node->workspace)
        settle(node, node->workspace); /* the others hang on it */
    for (size_t i = 0; i < node->group_count; i++)
        if (node->groups[i] != node->workspace)
            settle(node, node->groups[i]);
}

/* ---------------------------------------------------------------- loading */

static void load_workspace(struct node *node, struct bytes which, struct bytes plain)
{
    struct reader in = {.left = plain};
    struct hash id;
    struct sign_public root;
    struct secret_key key;
    read_array_of(&in, 3);
    read_fixed(&in, id.bytes, sizeof id.bytes);
    read_fixed(&in, root.bytes, sizeof root.bytes);
    read_fixed(&in, key.bytes, sizeof key.bytes);
    read_end(&in);
    if (in.failed || which.size != 4 || node->workspace)
        return;
    node->workspace = group_new(node, GROUP_WORKSPACE, get_u32(which.data), &id);
    node->workspace->root = root;
    node->workspace->workspace_key = key;
    begin_roster(node, node->workspace);
    crypto_wipe(&key, sizeof key);
}

static void load_chat(struct node *node, struct bytes which, struct bytes plain)
{
    struct reader in = {.left = plain};
    struct hash id;
    struct sign_public root;
    read_array_of(&in, 3);
    read_fixed(&in, id.bytes, sizeof id.bytes);
    read_fixed(&in, root.bytes, sizeof root.bytes);
    bool is_private = read_bool(&in);
    read_end(&in);
    if (in.failed || which.size != 4 || !node->workspace)
        return;
    struct group *group = group_new(node, GROUP_CHAT, get_u32(which.data), &id);
    group->root = root;
    group->is_private = is_private;
    begin_roster(node, group);
}

static void load_direct(struct node *node, struct bytes which, struct bytes plain)
{
    struct person_id people[2];
    if (which.size != 4 || plain.size != sizeof people || !node->workspace)
        return;
    memcpy(people[0].bytes, plain.data, sizeof people[0].bytes);
    memcpy(people[1].bytes, plain.data + sizeof people[0].bytes, sizeof people[1].bytes);
    new_direct(node, get_u32(which.data), people);
}

static int by_number(const void *a, const void *b)
{
    const struct group *const *x = a, *const *y = b;
    return ((*x)->number > (*y)->number) - ((*x)->number < (*y)->number);
}

static enum error load_groups(struct node *node)
{
    enum error err = vault_each(node, "group/", load_workspace);
    if (!err)
        err = vault_each(node, "direct/", load_direct);
    if (!err)
        err = vault_each(node, "chat/", load_chat);
    if (node->group_count > 1)
        qsort(node->groups, node->group_count, sizeof(struct group *), by_number);
    return err;
}

static void load_doubts_mark(struct node *node, struct bytes which, struct bytes plain)
{
    struct group *group = which.size == 4 ? groups_by_number(node, get_u32(which.data)) : NULL;
    struct hash mark;
    if (!group)
        return;
    doubts_mark(&group->roster, &mark);
    group->roster.doubts_changed = !bytes_equal(plain, hash_bytes(&mark));
}

/* Storage was told of doubts already, unless another version judged otherwise. */
static enum error load_rosters(struct node *node)
{
    if (node->workspace)
        roster_evaluate(&node->workspace->roster); /* the others hang on it */
    for (size_t i = 0; i < node->group_count; i++)
        roster_evaluate(&node->groups[i]->roster);
    for (size_t i = 0; i < node->group_count; i++)
        told_begin(node->groups[i]);
    enum error err = vault_each(node, "doubts/", load_doubts_mark);
    if (node->event->type != EVENT_START) /* a commit has failed: this is not the moment for another */
        for (size_t i = 0; i < node->group_count; i++)
            node->groups[i]->roster.doubts_changed = false;
    return err;
}

static bool load_log(void *arg, const struct log_row *row)
{
    struct node *node = arg;
    struct group *group = groups_by_number(node, row->group);
    if (group)
        logs_restore(node, group, row);
    return true;
}

struct governance_load {
    struct node *node;
    struct log *log;
};

static bool load_entry(void *arg, const struct stored_entry *stored)
{
    const struct governance_load *load = arg;
    struct entry entry;
    uint32_t flags = stored->flags;
    if (entry_decode(stored->wire, &entry) != OK)
        return true;
    note_in_roster(load->node, load->log, &entry, &flags);
    keys_note_stored(load->log, &entry);
    if (load->log->group == load->node->workspace)
        letters_note_stored(load->node, &load->log->row.name, &entry);
    return true;
}

static int by_base(const void *a, const void *b)
{
    const struct log *const *x = a, *const *y = b;
    return ((*x)->row.base_seq > (*y)->row.base_seq) - ((*x)->row.base_seq < (*y)->row.base_seq);
}

/* A branch after what it follows. */
static enum error load_governance(struct node *node)
{
    const struct storage *storage = node->storage;
    struct log **logs = alloc_zero(node->log_count + 1, sizeof(struct log *));
    size_t count = 0;
    enum error err = OK;
    for (size_t i = 0; i < node->log_count; i++)
        if (node->logs[i]->kind == KIND_GOVERNANCE && node->logs[i]->row.number)
            logs[count++] = node->logs[i];
    qsort(logs, count, sizeof(struct log *), by_base);
    for (size_t i = 0; !err && i < count; i++) {
        struct governance_load load = {node, logs[i]};
        err = storage->each_entry(storage->ctx, logs[i]->row.number, logs[i]->row.base_seq + 1, load_entry, &load);
    }
    free(logs);
    return err;
}

enum error groups_load(struct node *node)
{
    const struct storage *storage = node->storage;
    enum error err = load_groups(node);
    if (!err)
        err = keys_load(node);
    if (!err)
        err = names_load(node);
    if (!err)
        err = storage->each_log(storage->ctx, load_log, node);
    if (!err)
        err = content_load(node);
    if (!err)
        err = told_load(node);
    if (!err)
        branches_restore(node);
    if (!err)
        err = load_governance(node);
    if (!err)
        err = load_rosters(node);
    return err ? err : workspace_keys_load(node);
}
