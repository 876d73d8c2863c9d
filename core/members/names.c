/* SPDX-License-Identifier: MIT */
#include "names.h"

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/keys/vault.h"
#include "core/log/logs.h"
#include "groups.h"
#include "roster.h"
#include <stdlib.h>

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

static bool is_id(struct bytes text, const struct person_id *person)
{
    struct buffer id = {0};
    base32_encode(BYTES_OF(person->bytes), &id);
    bool same = bytes_equal(buffer_bytes(&id), text);
    buffer_done(&id);
    return same;
}

enum error names_find(const struct node *node, struct bytes name, struct person_id *ret)
{
    size_t count = 0;
    for (size_t i = 0; i < node->name_count; i++) {
        const struct person_name *known = &node->names[i];
        if (!is_id(name, &known->person) && !text_same_name(buffer_bytes(&known->name), name))
            continue;
        *ret = known->person;
        if (is_id(name, ret))
            return OK;
        count++;
    }
    if (count > 1)
        return ERR_NAME_AMBIGUOUS;
    return count ? OK : ERR_NOT_FOUND;
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

void names_read_profile(struct node *node, const struct log *log, const struct entry *entry, struct bytes plain)
{
    struct profile profile;
    struct buffer name = {0};
    struct member author;
    if (log->group != node->workspace || profile_decode(plain, &profile) != OK ||
        !roster_author(&log->group->roster, &log->row.name, &author) ||
        (!author.was_admin && memcmp(&author.person, &profile.person, sizeof profile.person) != 0) ||
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

void names_set_title(struct node *node, struct group *group, uint64_t hlc, struct bytes name, struct bytes folder)
{
    struct vault_key title_row = groups_row_key("title/", group->number);
    struct vault_key folder_row = groups_row_key("folder/", group->number);
    group->title_hlc = hlc;
    group->title.size = group->folder.size = 0;
    buffer_append(&group->title, name);
    buffer_append(&group->folder, folder);
    put_name_row(node, &title_row, hlc, name);
    vault_put(node, &folder_row, folder);
}

void names_read_title(struct node *node, const struct log *log, const struct entry *entry, struct bytes plain)
{
    struct group *group = log->group;
    struct title title;
    struct member author;
    struct buffer name = {0}, folder = {0};
    if (roster_author(&group->roster, &log->row.name, &author) && author.was_admin &&
        title_decode(plain, &title) == OK && text_clean_name(title.name, &name) == OK &&
        text_clean_path(title.folder, &folder) == OK &&
        is_later(entry->hlc, buffer_bytes(&name), group->title_hlc, &group->title)) {
        names_set_title(node, group, entry->hlc, buffer_bytes(&name), buffer_bytes(&folder));
        node_notify(node, group == node->workspace ? NOTICE_WORKSPACE : NOTICE_GROUP, NULL, 0, NULL, 0);
    }
    buffer_done(&name);
    buffer_done(&folder);
}

/* ---------------------------------------------------------------- taking back */

void names_forget_profile(struct node *node, struct bytes plain)
{
    struct profile profile;
    if (profile_decode(plain, &profile) != OK)
        return;
    struct person_name *held = name_of(node, &profile.person);
    struct vault_key row = vault_key("name/", FIXED(profile.person));
    if (!held)
        return;
    held->hlc = 0;
    held->name.size = 0;
    vault_delete(node, &row);
}

void names_forget_title(struct node *node, struct group *group)
{
    struct vault_key title_row = groups_row_key("title/", group->number);
    struct vault_key folder_row = groups_row_key("folder/", group->number);
    if (!group->title_hlc)
        return;
    group->title_hlc = 0;
    group->title.size = group->folder.size = 0;
    vault_delete(node, &title_row);
    vault_delete(node, &folder_row);
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

static void load_folder(struct node *node, struct bytes which, struct bytes plain)
{
    struct group *group = which.size == 4 ? groups_by_number(node, get_u32(which.data)) : NULL;
    if (group)
        buffer_append(&group->folder, plain);
}

enum error names_load(struct node *node)
{
    enum error err = vault_each(node, "name/", load_name);
    if (!err)
        err = vault_each(node, "title/", load_title);
    return err ? err : vault_each(node, "folder/", load_folder);
}

void names_forget(struct node *node)
{
    for (size_t i = 0; i < node->name_count; i++)
        buffer_done(&node->names[i].name);
    free(node->names);
    node->names = NULL;
    node->name_count = node->name_capacity = 0;
}
