/* SPDX-License-Identifier: MIT */
#include "groups.h"

#include "alloc.h"
#include "branches.h"
#include "cbor.h"
#include "early.h"
#include "keys.h"
#include "logs.h"
#include "lookup.h"
#include "presence.h"
#include "roster.h"
#include "vault.h"
#include <stdlib.h>

#define UNREAD_MAX 4096
#define FIXED(field) ((struct bytes){(field).bytes, sizeof(field).bytes})

static struct vault_key number_key(const char *kind, uint32_t number)
{
    uint8_t which[4];
    put_u32(which, number);
    return vault_key(kind, BYTES_OF(which));
}

static struct group *group_new(uint32_t number, const struct hash *id, const struct sign_public *root,
                               const struct secret_key *workspace_key)
{
    struct group *group = alloc_zero(1, sizeof *group);
    group->number = number;
    group->id = *id;
    group->root = *root;
    group->workspace_key = *workspace_key;
    return group;
}

struct group *groups_create(struct node *node, const struct hash *id, const struct sign_public *root,
                            const struct secret_key *workspace_key)
{
    struct group *group = group_new(1, id, root, workspace_key);
    struct buffer plain = {0};
    write_array(&plain, 3);
    write_bytes(&plain, FIXED(*id));
    write_bytes(&plain, FIXED(*root));
    write_bytes(&plain, FIXED(*workspace_key));
    struct vault_key row = number_key("group/", group->number);
    vault_put(node, &row, buffer_bytes(&plain));
    buffer_wipe(&plain);
    node->workspace = group;
    return group;
}

void groups_free(struct group *group)
{
    if (!group)
        return;
    roster_done(&group->roster);
    crypto_wipe(group->keys, group->key_count * sizeof *group->keys);
    free(group->keys);
    free(group->logs);
    free(group->unread);
    buffer_done(&group->title);
    early_done(&group->early);
    crypto_wipe(&group->workspace_key, sizeof group->workspace_key);
    free(group);
}

struct group *groups_by_id(const struct node *node, const struct hash *id)
{
    return node->workspace && same_hash(&node->workspace->id, id) ? node->workspace : NULL;
}

struct group *groups_by_number(const struct node *node, uint32_t number)
{
    return node->workspace && node->workspace->number == number ? node->workspace : NULL;
}

bool groups_justify(const struct group *group, const struct log_name *name)
{
    if (!same_hash(&name->group, &group->id))
        return false;
    if (same_key(&name->device, &group->root))
        return name->kind == KIND_GOVERNANCE && name->instance == 0 &&
               crypto_is_zero(name->sub.bytes, sizeof name->sub.bytes);
    const struct member *member = roster_find(&group->roster, &name->device);
    return member && member->instance == name->instance;
}

/* ---------------------------------------------------------------- names */

static struct person_name *name_of(const struct node *node, const struct person_id *person)
{
    for (size_t i = 0; i < node->name_count; i++)
        if (memcmp(&node->names[i].person, person, sizeof *person) == 0)
            return &node->names[i];
    return NULL;
}

struct bytes groups_person_name(const struct node *node, const struct person_id *person)
{
    const struct person_name *found = name_of(node, person);
    return found ? buffer_bytes(&found->name) : (struct bytes){0};
}

static void set_name(struct node *node, const struct person_id *person, uint64_t hlc, struct bytes name)
{
    struct person_name *held = name_of(node, person);
    if (!held) {
        ARRAY_ROOM(node->names, node->name_count, node->name_capacity);
        held = &node->names[node->name_count++];
        *held = (struct person_name){.person = *person};
    }
    held->hlc = hlc;
    held->name.size = 0;
    buffer_append(&held->name, name);
}

/* Row values: u64 hlc ‖ name. */
static void put_name_row(struct node *node, const struct vault_key *row, uint64_t hlc, struct bytes name)
{
    struct buffer plain = {0};
    buffer_append_u64(&plain, hlc);
    buffer_append(&plain, name);
    vault_put(node, row, buffer_bytes(&plain));
    buffer_done(&plain);
}

/* Last in order wins; of two at the same time the greater name, so that all agree. */
static bool is_later(uint64_t hlc, struct bytes name, uint64_t held_hlc, const struct buffer *held)
{
    return hlc > held_hlc || (hlc == held_hlc && bytes_compare(name, buffer_bytes(held)) > 0);
}

static void note_profile(struct node *node, const struct log *log, const struct entry *entry, struct bytes plain)
{
    struct profile profile;
    struct buffer name = {0};
    const struct member *author = roster_find(&log->group->roster, log_author(log));
    if (profile_decode(plain, &profile) != OK || !author ||
        (author->role != ROLE_ADMIN && memcmp(&author->person, &profile.person, sizeof profile.person) != 0) ||
        text_clean_name(profile.name, &name) != OK) {
        buffer_done(&name);
        return;
    }
    const struct person_name *held = name_of(node, &profile.person);
    if (!held || is_later(entry->hlc, buffer_bytes(&name), held->hlc, &held->name)) {
        struct vault_key row = vault_key("name/", FIXED(profile.person));
        set_name(node, &profile.person, entry->hlc, buffer_bytes(&name));
        put_name_row(node, &row, entry->hlc, buffer_bytes(&name));
        node_notify(node, NOTICE_ROSTER, NULL, 0, NULL, 0);
    }
    buffer_done(&name);
}

static void note_title(struct node *node, const struct log *log, const struct entry *entry, struct bytes plain)
{
    struct group *group = log->group;
    struct title title;
    struct buffer name = {0};
    if (roster_is_admin(&group->roster, log_author(log)) && title_decode(plain, &title) == OK &&
        text_clean_name(title.name, &name) == OK &&
        is_later(entry->hlc, buffer_bytes(&name), group->title_hlc, &group->title)) {
        struct vault_key row = number_key("title/", group->number);
        group->title_hlc = entry->hlc;
        group->title.size = 0;
        buffer_append(&group->title, buffer_bytes(&name));
        put_name_row(node, &row, entry->hlc, buffer_bytes(&name));
        node_notify(node, NOTICE_WORKSPACE, NULL, 0, NULL, 0);
    }
    buffer_done(&name);
}

/* ---------------------------------------------------------------- accepted entries */

static void note_in_roster(struct log *log, const struct entry *entry, uint32_t *flags)
{
    struct group *group = log->group;
    bool is_root = same_key(log_author(log), &group->root);
    /* A root log that was written twice ends below the fork; but GENESIS is the one that the group's id names. */
    if (!is_root || !log->row.is_branch || entry->type == ENTRY_GENESIS)
        roster_note(&group->roster, &group->id, log_author(log), is_root, entry, flags);
}

void groups_note_governance(struct node *node, struct log *log, const struct entry *entry, uint32_t *flags)
{
    note_in_roster(log, entry, flags);
    const struct member *author = roster_find(&log->group->roster, log_author(log));
    if (author && (author->role == ROLE_ADMIN || author->role == ROLE_MEMBER))
        keys_note(node, log->group, entry);
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
    struct vault_key row = number_key("doubts/", group->number);
    struct hash mark;
    if (!roster->doubts_changed)
        return;
    roster->doubts_changed = false;
    batch_set_doubts(node_batch(node), group->number, roster->doubts, roster->doubt_count);
    doubts_mark(roster, &mark);
    vault_put(node, &row, hash_bytes(&mark));
    node_notify(node, NOTICE_WORKSPACE, NULL, 0, NULL, node_after(node));
}

void groups_roster_again(struct node *node, struct group *group)
{
    roster_done(&group->roster);
    for (size_t i = 0; i < group->log_count; i++) {
        struct log *log = group->logs[i];
        for (uint64_t seq = log->row.base_seq + 1; log->kind == KIND_GOVERNANCE && seq <= log->row.head_seq; seq++) {
            struct stored_entry stored;
            struct entry entry;
            if (lookup_entry(node, log, seq, &stored) != OK || entry_decode(stored.wire, &entry) != OK)
                continue;
            uint32_t flags = stored.flags;
            note_in_roster(log, &entry, &flags);
        }
    }
    roster_evaluate(&group->roster);
    group->roster.doubts_changed = true; /* what there was is forgotten */
    group->wants_dirty = true;
    node_notify(node, NOTICE_ROSTER, NULL, 0, NULL, node_after(node));
}

/* Row: "unread/" ‖ u32 log number ‖ u64 seq. */
static struct vault_key unread_key(const struct log *log, uint64_t seq)
{
    uint8_t which[12];
    put_u32(which, log->row.number);
    put_u64(which + 4, seq);
    return vault_key("unread/", BYTES_OF(which));
}

void groups_move_unread(struct node *node, struct unread *unread, struct log *to)
{
    struct vault_key key = unread_key(unread->log, unread->seq);
    vault_delete(node, &key);
    unread->log = to;
    key = unread_key(to, unread->seq);
    vault_put(node, &key, (struct bytes){0});
}

static void keep_unread(struct group *group, struct log *log, uint64_t seq)
{
    ARRAY_ROOM(group->unread, group->unread_count, group->unread_capacity);
    group->unread[group->unread_count++] = (struct unread){log, seq};
}

/* ERR_NO_KEY: try again when a key has come. */
static enum error read_name(struct node *node, struct log *log, const struct entry *entry)
{
    struct buffer plain = {0};
    enum error err = keys_open(log->group, entry, &plain);
    if (!err && entry->type == ENTRY_PROFILE)
        note_profile(node, log, entry, buffer_bytes(&plain));
    else if (!err)
        note_title(node, log, entry, buffer_bytes(&plain));
    buffer_done(&plain);
    return err;
}

void groups_note_content(struct node *node, struct log *log, const struct entry *entry)
{
    if ((entry->type != ENTRY_PROFILE && entry->type != ENTRY_TITLE) || entry->payload_missing ||
        read_name(node, log, entry) != ERR_NO_KEY || log->group->unread_count >= UNREAD_MAX)
        return;
    struct vault_key key = unread_key(log, entry->seq);
    keep_unread(log->group, log, entry->seq);
    vault_put(node, &key, (struct bytes){0});
}

static void read_unread(struct node *node, struct group *group)
{
    size_t left = 0;
    for (size_t i = 0; i < group->unread_count; i++) {
        struct unread unread = group->unread[i];
        struct stored_entry stored;
        struct entry entry;
        bool found =
            lookup_entry(node, unread.log, unread.seq, &stored) == OK && entry_decode(stored.wire, &entry) == OK;
        if (found && read_name(node, unread.log, &entry) == ERR_NO_KEY) {
            group->unread[left++] = unread;
            continue;
        }
        struct vault_key key = unread_key(unread.log, unread.seq);
        vault_delete(node, &key);
    }
    group->unread_count = left;
}

void groups_settle(struct node *node)
{
    struct group *group = node->workspace;
    if (!group)
        return;
    if (roster_evaluate(&group->roster)) {
        group->wants_dirty = true;
        for (size_t i = 0; i < group->log_count; i++)
            group->logs[i]->unjustified = false; /* its writer may be a member now */
        presence_roster_changed(node);
        node_notify(node, NOTICE_ROSTER, NULL, 0, NULL, node_after(node));
    }
    tell_doubts(node, group);
    if (group->keys_changed)
        read_unread(node, group);
    group->keys_changed = false;
}

static void load_unread(struct node *node, struct bytes which, struct bytes plain)
{
    struct log *log = which.size == 12 ? lookup_log(node, get_u32(which.data)) : NULL;
    (void)plain;
    if (log)
        keep_unread(log->group, log, get_u64(which.data + 4));
}

/* ---------------------------------------------------------------- loading */

static void load_group(struct node *node, struct bytes which, struct bytes plain)
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
    if (!in.failed && which.size == 4 && !node->workspace)
        node->workspace = group_new(get_u32(which.data), &id, &root, &key);
}

static void load_epoch_key(struct node *node, struct bytes which, struct bytes plain)
{
    struct group *group = which.size == 20 ? groups_by_number(node, get_u32(which.data)) : NULL;
    struct secret_key key;
    if (!group || plain.size != 8 + sizeof key.bytes)
        return;
    memcpy(key.bytes, plain.data + 8, sizeof key.bytes);
    keys_restore(group, &key, get_u64(plain.data));
    crypto_wipe(&key, sizeof key);
}

static void load_name(struct node *node, struct bytes which, struct bytes plain)
{
    struct person_id person;
    if (which.size != sizeof person.bytes || plain.size < 8)
        return;
    memcpy(person.bytes, which.data, sizeof person.bytes);
    set_name(node, &person, get_u64(plain.data), (struct bytes){plain.data + 8, plain.size - 8});
}

static void load_title(struct node *node, struct bytes which, struct bytes plain)
{
    struct group *group = which.size == 4 ? groups_by_number(node, get_u32(which.data)) : NULL;
    if (!group || plain.size < 8)
        return;
    group->title_hlc = get_u64(plain.data);
    group->title.size = 0;
    buffer_append(&group->title, (struct bytes){plain.data + 8, plain.size - 8});
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

/* Storage was told already, unless another version judged otherwise. */
static enum error load_roster(struct node *node, struct group *group)
{
    roster_evaluate(&group->roster);
    enum error err = vault_each(node, "doubts/", load_doubts_mark);
    if (node->event->type != EVENT_START)
        group->roster.doubts_changed = false; /* a commit has failed: this is not the moment for another */
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

static bool load_governance(void *arg, const struct stored_entry *stored)
{
    struct log *log = arg;
    struct entry entry;
    uint32_t flags = stored->flags;
    if (entry_decode(stored->wire, &entry) == OK)
        note_in_roster(log, &entry, &flags);
    return true;
}

enum error groups_load(struct node *node)
{
    const struct storage *storage = node->storage;
    enum error err = vault_each(node, "group/", load_group);
    if (!err)
        err = vault_each(node, "epoch/", load_epoch_key);
    if (!err)
        err = vault_each(node, "name/", load_name);
    if (!err)
        err = vault_each(node, "title/", load_title);
    if (!err)
        err = storage->each_log(storage->ctx, load_log, node);
    if (!err)
        err = vault_each(node, "unread/", load_unread);
    if (!err)
        branches_restore(node);
    for (size_t i = 0; !err && i < node->log_count; i++) {
        struct log *log = node->logs[i];
        if (log->kind == KIND_GOVERNANCE && log->row.number)
            err = storage->each_entry(storage->ctx, log->row.number, log->row.base_seq + 1, load_governance, log);
    }
    return !err && node->workspace ? load_roster(node, node->workspace) : err;
}
