/* SPDX-License-Identifier: MIT
 * The keys that are held, of keys.h. */
#include "core/base/alloc.h"
#include "core/members/groups.h"
#include "keys.h"
#include "vault.h"
#include <stdlib.h>

#define KEYS_MAX 16384 /* of a group; beyond, the lowest gives way to a newer one */
#define LOOSE_MAX 1024 /* of them, whose EPOCH nobody has seen */
#define LOCKED_MAX 16384

static struct vault_key row_key(const struct group *group, const struct epoch_id *id)
{
    uint8_t which[4 + sizeof id->bytes];
    put_u32(which, group->number);
    memcpy(which + 4, id->bytes, sizeof id->bytes);
    return vault_key("epoch/", BYTES_OF(which));
}

/* As the tables want it. */
static struct hash name_of(const struct epoch_id *id)
{
    struct hash name = {{0}};
    memcpy(name.bytes, id->bytes, sizeof id->bytes);
    return name;
}

static size_t index_of(const struct group *group, const struct epoch_id *id)
{
    struct hash name = name_of(id);
    return (size_t)(uintptr_t)table_get(&group->keys_by_id, name.bytes);
}

static void set_index(struct group *group, size_t index)
{
    struct hash name = name_of(&group->keys[index].id);
    table_put(&group->keys_by_id, name.bytes, (void *)(uintptr_t)(index + 1));
}

const struct epoch_key *keys_find(const struct group *group, const struct epoch_id *id)
{
    size_t index = index_of(group, id);
    return index ? &group->keys[index - 1] : NULL;
}

const struct epoch_key *keys_newest(const struct group *group)
{
    return group->newest_key ? &group->keys[group->newest_key - 1] : NULL;
}

static bool is_newer(const struct epoch_key *key, const struct epoch_key *than)
{
    return !than || key->height > than->height ||
           (key->height == than->height && memcmp(&key->id, &than->id, sizeof key->id) > 0);
}

size_t keys_tips(const struct group *group, const struct epoch_key **ret, size_t most)
{
    size_t count = 0;
    for (size_t i = 0; i < group->key_count && group->key_tips; i++) {
        const struct epoch_key *key = &group->keys[i];
        if (key->superseded || (count == most && !is_newer(key, ret[count - 1])))
            continue;
        size_t at = count < most ? count++ : most - 1;
        for (; at > 0 && is_newer(key, ret[at - 1]); at--)
            ret[at] = ret[at - 1];
        ret[at] = key;
    }
    return count;
}

static void note_height(struct group *group, size_t index)
{
    if (is_newer(&group->keys[index], keys_newest(group)))
        group->newest_key = index + 1;
}

void keys_done(struct group *group)
{
    for (size_t i = 0; i < group->locked_epochs.capacity; i++)
        free(group->locked_epochs.slots[i].value);
    table_done(&group->locked_epochs);
    table_done(&group->keys_by_id);
    free(group->ready);
    alloc_secret_free(group->keys);
}

/* ---------------------------------------------------------------- taking one in */

void keys_restore(struct group *group, const struct secret_key *key, uint64_t height, bool superseded)
{
    if (group->key_count == group->key_capacity) {
        size_t before = group->key_capacity * sizeof *group->keys;
        group->key_capacity = group->key_capacity ? 2 * group->key_capacity : 8;
        group->keys = alloc_secret_grow(group->keys, before, group->key_capacity * sizeof *group->keys);
    }
    struct epoch_key *held = &group->keys[group->key_count++];
    held->key = *key;
    held->height = height;
    held->superseded = superseded;
    epoch_key_id(&group->id, key, &held->id);
    group->loose_keys += height == 0;
    group->key_tips += !superseded;
    set_index(group, group->key_count - 1);
    note_height(group, group->key_count - 1);
}

static void load(struct node *node, struct bytes which, struct bytes plain)
{
    struct group *group = which.size == 20 ? groups_by_number(node, get_u32(which.data)) : NULL;
    struct secret_key key;
    size_t size = 8 + sizeof key.bytes;
    if (!group || plain.size < size || plain.size > size + 1)
        return;
    memcpy(key.bytes, plain.data + 8, sizeof key.bytes);
    keys_restore(group, &key, get_u64(plain.data), plain.size == size || plain.data[size]);
    crypto_wipe(&key, sizeof key);
}

enum error keys_load(struct node *node)
{
    return vault_each(node, "epoch/", load);
}

static void drop_lowest(struct node *node, struct group *group)
{
    size_t lowest = 0, last = group->key_count - 1;
    for (size_t i = 1; i < group->key_count; i++)
        if (is_newer(&group->keys[lowest], &group->keys[i]))
            lowest = i;
    struct hash name = name_of(&group->keys[lowest].id);
    struct vault_key row = row_key(group, &group->keys[lowest].id);
    vault_delete(node, &row);
    table_remove(&group->keys_by_id, name.bytes);
    group->loose_keys -= group->keys[lowest].height == 0;
    group->key_tips -= !group->keys[lowest].superseded;
    if (lowest != last) {
        group->keys[lowest] = group->keys[last];
        set_index(group, lowest);
        if (group->newest_key == last + 1)
            group->newest_key = lowest + 1;
    }
    crypto_wipe(&group->keys[last], sizeof group->keys[last]);
    group->key_count--;
}

/* Bounded, whatever others write: what is said to be a key and nobody has used costs them next to nothing. */
static bool make_room(struct node *node, struct group *group, const struct epoch_id *id, uint64_t height)
{
    struct hash name = name_of(id);
    const struct epoch_key *newest = keys_newest(group);
    if (!height && group->loose_keys >= LOOSE_MAX && !table_get(&group->locked_epochs, name.bytes))
        return false;
    if (group->key_count < KEYS_MAX)
        return true;
    if (height <= newest->height)
        return false;
    drop_lowest(node, group);
    return true;
}

static void store(struct node *node, const struct group *group, const struct epoch_key *key)
{
    uint8_t plain[8 + sizeof key->key.bytes + 1];
    put_u64(plain, key->height);
    memcpy(plain + 8, key->key.bytes, sizeof key->key.bytes);
    plain[sizeof plain - 1] = key->superseded;
    struct vault_key row = row_key(group, &key->id);
    vault_put(node, &row, BYTES_OF(plain));
    crypto_wipe(plain, sizeof plain);
}

/* The EPOCH of a key that has come can be opened. */
static void unlock(struct group *group, const struct epoch_id *id)
{
    struct hash name = name_of(id);
    struct locked_epoch *locked = table_get(&group->locked_epochs, name.bytes);
    if (!locked)
        return;
    ARRAY_ROOM(group->ready, group->ready_count, group->ready_capacity);
    group->ready[group->ready_count++] = *locked;
    table_remove(&group->locked_epochs, name.bytes);
    free(locked);
}

void keys_learn(struct node *node, struct group *group, const struct secret_key *key, uint64_t height)
{
    struct epoch_id id;
    epoch_key_id(&group->id, key, &id);
    size_t index = index_of(group, &id);
    if (index ? height <= group->keys[index - 1].height : !make_room(node, group, &id, height))
        return;
    if (index) {
        group->loose_keys -= group->keys[index - 1].height == 0;
        group->keys[index - 1].height = height;
        note_height(group, index - 1);
    } else {
        keys_restore(group, key, height, false);
        index = group->key_count;
        unlock(group, &id);
    }
    group->keys_changed = true;
    store(node, group, &group->keys[index - 1]);
}

void keys_learn_superseded(struct node *node, struct group *group, const struct secret_key *key)
{
    struct epoch_id id;
    epoch_key_id(&group->id, key, &id);
    keys_learn(node, group, key, 0);
    size_t index = index_of(group, &id);
    if (!index || group->keys[index - 1].superseded)
        return;
    group->keys[index - 1].superseded = true;
    group->key_tips--;
    group->keys_changed = true;
    store(node, group, &group->keys[index - 1]);
}

void keys_lock(struct log *log, uint64_t seq, const struct epoch_id *id)
{
    struct group *group = log->group;
    struct hash name = name_of(id);
    if (group->locked_epochs.count >= LOCKED_MAX || table_get(&group->locked_epochs, name.bytes))
        return;
    struct locked_epoch *locked = alloc_zero(1, sizeof *locked);
    *locked = (struct locked_epoch){log, seq};
    table_put(&group->locked_epochs, name.bytes, locked);
}
