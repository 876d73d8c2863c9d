/* SPDX-License-Identifier: MIT */
#include "agree.h"

#include <stdio.h>

#define SETTLE_MS 60000

static const char *const matter_words[MATTER_COUNT] = {"which entries there are",
                                                       "what governs a group that one looks into",
                                                       "memberships, cuts and epochs",
                                                       "the group's name",
                                                       "who is who",
                                                       "what an export holds, and its order"};

struct difference {
    const struct host *a, *b;
    enum matter matter;
};

/* NULL: it does not know of it. */
static struct view_group *same_group(const struct view *view, const struct view_group *group)
{
    for (size_t i = 0; i < view->group_count; i++)
        if (memcmp(&view->groups[i].id, &group->id, sizeof group->id) == 0)
            return &view->groups[i];
    return NULL;
}

/* It had other homes, or a younger disk, and what invited it lies beyond the cut of who did: so it is told nothing. */
static bool may_not_know(const struct views *views, const struct view *view, const struct hash *group)
{
    bool is_other = view->host->rolled_back;
    for (size_t i = 0; i < views->count; i++)
        is_other |=
            &views->items[i] != view && memcmp(&views->items[i].device, &view->device, sizeof view->device) == 0;
    return is_other && !view_is_invited(view->host, group);
}

static bool differ_about(const struct views *views, const struct view *a, struct view_group *in_a, const struct view *b,
                         struct view_group *in_b, enum matter matter)
{
    if (matter > MATTER_STANDING && (in_a->carries || (in_b && in_b->carries)))
        return false;
    const struct hash *one = view_digest(a, in_a, matter);
    if (!in_b)
        return matter == MATTER_CLOCK && in_a->is_begun && (in_a->is_direct || !may_not_know(views, b, &in_a->id));
    return memcmp(one, view_digest(b, in_b, matter), sizeof *one) != 0;
}

static bool differs_in_workspace(struct views *views, enum matter matter, struct difference *ret)
{
    struct view *first = NULL;
    for (size_t i = 0; i < views->count; i++) {
        struct view *other = &views->items[i];
        if (matter == MATTER_VISIT || (matter > MATTER_STANDING && other->workspace.carries))
            continue;
        first = first ? first : other;
        if (first == other || !differ_about(views, first, &first->workspace, other, &other->workspace, matter))
            continue;
        *ret = (struct difference){first->host, other->host, matter};
        return true;
    }
    return false;
}

/* He was removed, and with the admin's rolled back disk went the only entry that says so. */
static bool was_told_to_go(const struct views *views, const struct view_group *its)
{
    return views->rolled_back && its && its->has_left;
}

/* Whoever looks into it may have lost the group with his disk. */
static bool is_visited(const struct view *view, const struct view_group *group, const struct view *other,
                       const struct view_group *its)
{
    return its && !its->is_chat && view_lets_in(view, group, &other->device);
}

/* With those whom the host takes for members, or for visitors, on each computer that has one's key. */
static bool differs_in_group(const struct views *views, const struct view *view, struct view_group *group,
                             enum matter matter, struct difference *ret)
{
    for (size_t i = 0; i < views->count; i++) {
        const struct view *other = &views->items[i];
        struct view_group *its = other == view ? NULL : same_group(other, group);
        bool compares = matter == MATTER_VISIT ? is_visited(view, group, other, its)
                                               : view_names(view, group, &other->device) && !was_told_to_go(views, its);
        if (other == view || !compares || !differ_about(views, view, group, other, its, matter))
            continue;
        *ret = (struct difference){view->host, other->host, matter};
        return true;
    }
    return false;
}

static bool differs_in_groups(struct views *views, enum matter matter, struct difference *ret)
{
    views_see_groups(views);
    for (size_t i = 0; i < views->count; i++)
        for (size_t g = 0; g < views->items[i].group_count; g++)
            if (views->items[i].groups[g].is_chat &&
                differs_in_group(views, &views->items[i], &views->items[i].groups[g], matter, ret))
                return true;
    return false;
}

/* Matter by matter: most who differ do so in their clocks, and to list all messages costs most. */
static bool find_difference(struct views *views, struct difference *ret)
{
    for (enum matter matter = MATTER_CLOCK; matter < MATTER_COUNT; matter++)
        if (differs_in_workspace(views, matter, ret) || differs_in_groups(views, matter, ret))
            return true;
    return false;
}

static void note_group(struct world *world, const struct view *view, struct view_group *group)
{
    for (enum matter matter = MATTER_CLOCK; matter < MATTER_COUNT; matter++)
        world_mix(world, BYTES_OF(view_digest(view, group, matter)->bytes));
}

static void note_agreement(struct world *world, struct views *views)
{
    for (size_t i = 0; i < views->count; i++) {
        struct view *view = &views->items[i];
        note_group(world, view, &view->workspace);
        for (size_t g = 0; g < view->group_count; g++)
            if (view->groups[g].is_chat)
                note_group(world, view, &view->groups[g]);
    }
}

static bool is_busy(const struct world *world)
{
    for (size_t i = 0; i < world->host_count; i++)
        if (world->hosts[i]->queue_count || world->hosts[i]->result_count)
            return true;
    return false;
}

static bool agrees(struct world *world, bool note)
{
    struct difference difference;
    struct views views;
    if (is_busy(world))
        return false;
    views_init(&views, world);
    bool found = find_difference(&views, &difference);
    if (!found && note)
        note_agreement(world, &views);
    views_done(&views);
    return !found;
}

bool world_agrees(struct world *world)
{
    return agrees(world, false);
}

static void tell_difference(struct world *world)
{
    struct difference difference;
    struct views views;
    views_init(&views, world);
    if (find_difference(&views, &difference))
        world_fail(world, "after 60 s %s (%zu entries) and %s (%zu) do not agree about %s", difference.a->name,
                   medium_entry_count(difference.a->disk), difference.b->name, medium_entry_count(difference.b->disk),
                   matter_words[difference.matter]);
    else
        world_fail(world, "somebody's disk is still busy after 60 s");
    views_done(&views);
}

bool world_settle(struct world *world)
{
    uint64_t until_us = world->now_us + SETTLE_MS * 1000;
    while (!world->failure[0] && world->now_us < until_us) {
        if (agrees(world, true))
            return true;
        world_run(world, 100);
        if (world->meanwhile)
            world->meanwhile(world);
    }
    tell_difference(world);
    return false;
}
