/* SPDX-License-Identifier: MIT */
#include "agree.h"

static struct host *host_of(const struct world *world, const struct sign_public *device)
{
    for (size_t i = 0; i < world->host_count; i++) {
        struct node_info info;
        if (!agree_takes_part(world->hosts[i]))
            continue;
        node_info(world->hosts[i]->node, &info);
        if (memcmp(&info.device, device, sizeof *device) == 0)
            return world->hosts[i];
    }
    return NULL;
}

/* 0: it does not know of it. */
static uint32_t number_of(const struct host *host, const struct hash *id)
{
    struct node_group group;
    for (size_t i = 0; node_group_at(host->node, i, &group); i++)
        if (memcmp(&group.id, id, sizeof *id) == 0)
            return group.number;
    return 0;
}

/* Somebody wrote there, and it is durable here. */
static bool is_begun(struct host *host, uint32_t group)
{
    struct buffer clock = {0};
    agree_describe(host, group, MATTER_CLOCK, &clock);
    bool begun = clock.size > 0;
    buffer_done(&clock);
    return begun;
}

static bool differ_about(struct host *a, uint32_t in_a, struct host *b, uint32_t in_b, enum matter matter)
{
    struct buffer one = {0}, other = {0};
    agree_describe(a, in_a, matter, &one);
    agree_describe(b, in_b, matter, &other);
    bool same = bytes_equal(buffer_bytes(&one), buffer_bytes(&other));
    buffer_done(&one);
    buffer_done(&other);
    return !same;
}

/* It keeps and passes on what it cannot read. */
static bool carries(const struct host *host, uint32_t number)
{
    struct node_group group;
    for (size_t i = 0; node_group_at(host->node, i, &group); i++)
        if (group.number == number)
            return group.role == ROLE_CARRIER;
    return false;
}

static bool differ_in(struct host *a, const struct node_group *group, struct host *b, enum matter *ret)
{
    uint32_t in_b = number_of(b, &group->id);
    bool unread = carries(a, group->number) || carries(b, in_b);
    *ret = MATTER_CLOCK;
    if (!in_b)
        return is_begun(a, group->number);
    for (enum matter matter = MATTER_CLOCK; matter <= MATTER_TITLE; matter++) {
        *ret = matter;
        if (unread && matter != MATTER_CLOCK)
            continue;
        if (differ_about(a, group->number, b, in_b, matter))
            return true;
    }
    return false;
}

/* He was removed, and with the admin's rolled back disk went the only entry that says so. */
static bool was_told_to_go(const struct host *host, const struct node_group *group)
{
    struct node_group held;
    bool rolled_back = false;
    for (size_t i = 0; i < host->world->host_count; i++)
        rolled_back |= host->world->hosts[i]->rolled_back;
    for (size_t i = 0; rolled_back && node_group_at(host->node, i, &held); i++)
        if (memcmp(&held.id, &group->id, sizeof held.id) == 0)
            return held.has_left;
    return false;
}

static bool differs_with_members(struct host *host, const struct node_group *group, struct host **ret_other,
                                 enum matter *ret)
{
    struct node_person person;
    for (size_t i = 0; node_person_at(host->node, group->number, i, &person); i++) {
        struct host *other = host_of(host->world, &person.device);
        if (!other || other == host || was_told_to_go(other, group) || !differ_in(host, group, other, ret))
            continue;
        *ret_other = other;
        return true;
    }
    return false;
}

/* Who was let in may have been forgotten, with an older copy of the only disk that knew. */
bool agree_differs_in_groups(struct world *world, struct host **ret_a, struct host **ret_b, enum matter *ret)
{
    struct node_group group;
    for (size_t i = 0; i < world->host_count; i++) {
        *ret_a = world->hosts[i];
        if (!agree_takes_part(*ret_a))
            continue;
        for (size_t g = 0; node_group_at((*ret_a)->node, g, &group); g++)
            if (group.kind != GROUP_WORKSPACE && group.is_member && differs_with_members(*ret_a, &group, ret_b, ret))
                return true;
    }
    return false;
}
