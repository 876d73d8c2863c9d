/* SPDX-License-Identifier: MIT */
#include "room.h"

#include "carried.h"
#include "compare.h"
#include "core/link/link.h"
#include "core/members/roster.h"
#include "fetch.h"

#define BETWEEN_MS 1000 /* a disk at its limit does not make the node tell it all the time */
#define AGAIN_MS 500    /* nor does somebody who says so make this one tell all it has all the time */

/* On the member's row, where it stays when the link has ended. */
static void note(struct node *node, const struct link *link, enum room room)
{
    struct roster *roster = node->workspace ? &node->workspace->roster : NULL;
    for (size_t i = 0; roster && i < roster->count; i++)
        if (same_key(&roster->members[i].device, &link->device))
            roster->members[i].room = room;
}

/* ---------------------------------------------------------------- telling */

static void tell(struct node *node, struct link *link)
{
    const struct wire_message message = {.type = WIRE_ROOM, .room = node->room};
    if (node->workspace && roster_find(&node->workspace->roster, &link->device))
        link_send(node, link, &message, 0);
}

/* Also that there is room: what was told on an earlier link is known at the other end.  Nothing is concluded from the
 * link alone, for the other end may close it as one too many without a word. */
void room_link_open(struct node *node, struct link *link)
{
    tell(node, link);
}

static enum room state_of(const struct node *node)
{
    return node->disk_state != OK ? ROOM_DISK : carried_is_full(node) ? ROOM_QUOTA : ROOM_FREE;
}

void room_settle(struct node *node)
{
    enum room state = state_of(node);
    if (state == node->room)
        return;
    if (node->room_ms && node->mono_ms - node->room_ms < BETWEEN_MS) {
        node_wake_at(node, node->room_ms + BETWEEN_MS);
        return;
    }
    node->room = state;
    node->room_ms = node->mono_ms + 1; /* not 0 */
    for (size_t i = 0; i < node->link_count; i++)
        if (node->links[i]->state == LINK_OPEN)
            tell(node, node->links[i]);
    for (size_t i = 0; i < node->group_count; i++) {
        struct group *group = node->groups[i];
        group->wants_dirty = group->wants_dirty || state == ROOM_FREE;
        if (!carried_takes(node, group, 0))
            fetch_stop_content(node, group);
    }
    node_notify(node, NOTICE_ROSTER, NULL, 0, NULL, node_after(node));
}

/* ---------------------------------------------------------------- being told */

/* What was not sent meanwhile is told of, so that it can be asked for. */
static void tell_all(struct node *node, struct link *link)
{
    link->room_ms = node->mono_ms;
    for (size_t i = 0; i < node->group_count; i++)
        compare_tell(node, link, node->groups[i], false);
}

void room_told(struct node *node, struct link *link, uint64_t state)
{
    enum room before = link->room;
    link->room = state < ROOM_DISK ? (enum room)state : ROOM_DISK;
    note(node, link, link->room);
    if (before == link->room)
        return;
    node_notify(node, NOTICE_ROSTER, NULL, 0, NULL, 0);
    if (link->room == ROOM_FREE && node->mono_ms - link->room_ms >= AGAIN_MS)
        tell_all(node, link); /* else the digests will show what differs */
}

bool room_is_there(const struct log *log, const struct link *link)
{
    if (log->kind == KIND_GOVERNANCE || link->room == ROOM_FREE)
        return true;
    const struct member *member = roster_find(&log->group->roster, &link->device);
    return link->room == ROOM_QUOTA && member && member->role != ROLE_CARRIER;
}
