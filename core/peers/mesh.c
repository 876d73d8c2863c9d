/* SPDX-License-Identifier: MIT */
#include "mesh.h"

#include <string.h>

bool mesh_is_sparse(bool was_sparse, size_t others)
{
    return was_sparse ? others > MESH_FULL_AGAIN : others > MESH_FULL_MAX;
}

int mesh_compare(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct sign_public));
}

/* The same from both ends, and different for each pair: everybody's short ways go elsewhere. */
static uint64_t pair_hash(const struct sign_public *a, const struct sign_public *b)
{
    bool in_order = mesh_compare(a, b) < 0;
    const struct bytes parts[] = {BYTES_TEXT("zuruf-mesh-v1"), BYTES_OF(in_order ? a->bytes : b->bytes),
                                  BYTES_OF(in_order ? b->bytes : a->bytes)};
    struct hash hash;
    crypto_hash_parts(parts, 3, &hash);
    return get_u64(hash.bytes);
}

/* Where `me` stands in the ring: the index of the first device that is not smaller. */
static size_t place_of(const struct sign_public *devices, size_t count, const struct sign_public *me)
{
    size_t from = 0, to = count;
    while (from < to) {
        size_t middle = (from + to) / 2;
        if (mesh_compare(&devices[middle], me) < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

/* The index of the neighbour so many steps down or up the ring from `place`, where `me` stands or would stand. */
static size_t before(size_t count, size_t place, size_t step)
{
    return (place + count - step) % count;
}

static size_t behind(size_t count, size_t place, bool is_member, size_t step)
{
    return (place + step - (is_member ? 0 : 1)) % count;
}

struct short_way {
    size_t index;
    uint64_t hash;
};

/* Keeps the smallest, in ascending order. */
static size_t insert(struct short_way *ways, size_t count, struct short_way way)
{
    size_t at = count < MESH_SHORT_WAYS ? count : MESH_SHORT_WAYS - 1;
    if (count == MESH_SHORT_WAYS && way.hash >= ways[at].hash)
        return count;
    for (; at > 0 && ways[at - 1].hash > way.hash; at--)
        ways[at] = ways[at - 1];
    ways[at] = way;
    return count < MESH_SHORT_WAYS ? count + 1 : count;
}

void mesh_choose(const struct sign_public *devices, size_t count, const struct sign_public *me, bool *ret_chosen)
{
    size_t place = place_of(devices, count, me), ways_count = 0;
    bool is_member = place < count && mesh_compare(&devices[place], me) == 0;
    size_t others = count - is_member;
    struct short_way ways[MESH_SHORT_WAYS];

    for (size_t i = 0; i < count; i++)
        ret_chosen[i] = others <= MESH_CHOSEN_MAX;
    if (others > MESH_CHOSEN_MAX) {
        for (size_t step = 1; step <= MESH_SIDE; step++)
            ret_chosen[before(count, place, step)] = ret_chosen[behind(count, place, is_member, step)] = true;
        for (size_t i = 0; i < count; i++)
            if (i != place || !is_member)
                ways_count = insert(ways, ways_count, (struct short_way){i, pair_hash(me, &devices[i])});
        for (size_t i = 0; i < ways_count; i++)
            ret_chosen[ways[i].index] = true;
    }
    if (is_member)
        ret_chosen[place] = false;
}

void mesh_ring(const struct sign_public *devices, size_t count, const struct sign_public *me, size_t ret[2])
{
    size_t place = place_of(devices, count, me);
    bool is_member = place < count && mesh_compare(&devices[place], me) == 0;
    ret[0] = before(count, place, 1);
    ret[1] = behind(count, place, is_member, 1);
}

bool mesh_chooses(const struct sign_public *devices, size_t count, const struct sign_public *who,
                  const struct sign_public *whom)
{
    size_t index = place_of(devices, count, whom), place = place_of(devices, count, who), nearer = 0;
    bool is_member = place < count && mesh_compare(&devices[place], who) == 0;
    if (index == count || mesh_compare(&devices[index], whom) != 0 || mesh_compare(who, whom) == 0)
        return false;
    if (count - is_member <= MESH_CHOSEN_MAX)
        return true;
    for (size_t step = 1; step <= MESH_SIDE; step++)
        if (before(count, place, step) == index || behind(count, place, is_member, step) == index)
            return true;
    uint64_t hash = pair_hash(who, whom);
    for (size_t i = 0; i < count && nearer < MESH_SHORT_WAYS; i++)
        nearer += i != index && (i != place || !is_member) && pair_hash(who, &devices[i]) < hash;
    return nearer < MESH_SHORT_WAYS;
}
