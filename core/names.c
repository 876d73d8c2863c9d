/* SPDX-License-Identifier: MIT */
#include "names.h"

#include "alloc.h"
#include "groups.h"
#include "keys.h"
#include "logs.h"
#include "lookup.h"
#include "roster.h"
#include "vault.h"
#include <stdlib.h>

#define UNREAD_MAX 4096
#define FIXED(field) ((struct bytes){(field).bytes, sizeof(field).bytes})

/* ---------------------------------------------------------------- people and titles */

static struct person_name *name_of(const struct node *node, const struct person_id *person)
{
    for (size_t i = 0; i < node->name_count; i++)
        if (memcmp(&node->names[i].person, person, sizeof *person) == 0)
            return &node->names[i];
    return NULL;
}

struct bytes names_person(const struct node *node, const struct person_id *person)
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
    if (log->group != node->workspace || profile_decode(plain, &profile) != OK || !author ||
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
        struct vault_key row = groups_row_key("title/", group->number);
        group->title_hlc = entry->hlc;
        group->title.size = 0;
        buffer_append(&group->title, buffer_bytes(&name));
        put_name_row(node, &row, entry->hlc, buffer_bytes(&name));
        node_notify(node, NOTICE_WORKSPACE, NULL, 0, NULL, 0);
    }
    buffer_done(&name);
}

/* ---------------------------------------------------------------- entries whose key is not here */

/* Row: "unread/" ‖ u32 log number ‖ u64 seq. */
static struct vault_key unread_key(const struct log *log, uint64_t seq)
{
    uint8_t which[12];
    put_u32(which, log->row.number);
    put_u64(which + 4, seq);
    return vault_key("unread/", BYTES_OF(which));
}

void names_move_unread(struct node *node, struct unread *unread, struct log *to)
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

void names_note(struct node *node, struct log *log, const struct entry *entry)
{
    if ((entry->type != ENTRY_PROFILE && entry->type != ENTRY_TITLE) || entry->payload_missing ||
        read_name(node, log, entry) != ERR_NO_KEY || log->group->unread_count >= UNREAD_MAX)
        return;
    struct vault_key key = unread_key(log, entry->seq);
    keep_unread(log->group, log, entry->seq);
    vault_put(node, &key, (struct bytes){0});
}

void names_read_unread(struct node *node, struct group *group)
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

/* ---------------------------------------------------------------- loading */

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

static void load_unread(struct node *node, struct bytes which, struct bytes plain)
{
    struct log *log = which.size == 12 ? lookup_log(node, get_u32(which.data)) : NULL;
    (void)plain;
    if (log)
        keep_unread(log->group, log, get_u64(which.data + 4));
}

enum error names_load(struct node *node)
{
    enum error err = vault_each(node, "name/", load_name);
    return err ? err : vault_each(node, "title/", load_title);
}

enum error names_load_unread(struct node *node)
{
    return vault_each(node, "unread/", load_unread);
}

void names_forget(struct node *node)
{
    for (size_t i = 0; i < node->name_count; i++)
        buffer_done(&node->names[i].name);
    free(node->names);
    node->names = NULL;
    node->name_count = node->name_capacity = 0;
}
