/* SPDX-License-Identifier: MIT
 * Questions about who is invited (node_query.h). */
#include "core/entry/payload_note.h"
#include "core/members/groups.h"
#include "core/members/names.h"
#include "core/members/roster.h"
#include "core/node_query.h"
#include "core/state.h"

/* It was in and was removed since: that invitation is used up. */
static bool was_in(const struct group *group, const struct invitee *invitee)
{
    struct governance_removal removal;
    return governance_removal_of(group->roster.governance, &invitee->device, &removal) &&
           removal.instance >= invitee->instance;
}

bool node_invitee_at(const struct node *node, uint32_t number, size_t index, struct node_invitee *ret)
{
    const struct group *group = groups_by_number(node, number);
    for (size_t i = 0; group && i < group->invitee_count; i++) {
        const struct invitee *invitee = &group->invitees[i];
        if (was_in(group, invitee) || roster_find(&group->roster, &invitee->device) || index-- > 0)
            continue;
        *ret = (struct node_invitee){.person = invitee->person,
                                     .name = names_person(node, &invitee->person),
                                     .device = invitee->device,
                                     .carries = invitee->state == INVITEE_CARRIER,
                                     .declined = invitee->state == INVITEE_DECLINED};
        return true;
    }
    return false;
}

static bool is_someone_there(const struct node *node, const struct buffer *devices)
{
    bool found = false;
    struct sign_public device;
    for (size_t at = 0; node->workspace && !found && at < devices->size; at += sizeof device) {
        memcpy(device.bytes, devices->data + at, sizeof device.bytes);
        found = roster_find(&node->workspace->roster, &device);
    }
    return found;
}

/* Accepted ones are groups by now, also where nobody has let this device in yet. */
static bool is_to_be_answered(const struct node *node, const struct invitation *invitation)
{
    if (!is_someone_there(node, &invitation->admins) && !is_someone_there(node, &invitation->others))
        return false;
    const struct group *group = groups_by_id(node, &invitation->group);
    bool is_in = group && roster_find(&group->roster, &node->identity.device);
    return invitation->state != INVITATION_ACCEPTED && !invitation->wanted && !is_in;
}

bool node_invitation_at(const struct node *node, size_t index, struct node_invitation *ret)
{
    for (size_t i = 0; i < node->invitation_count; i++) {
        const struct invitation *invitation = &node->invitations[i];
        if (!is_to_be_answered(node, invitation) || index-- > 0)
            continue;
        const struct member *inviter =
            node->workspace ? roster_find(&node->workspace->roster, &invitation->inviter) : NULL;
        *ret = (struct node_invitation){.group = invitation->group,
                                        .name = buffer_bytes(&invitation->name),
                                        .device = invitation->inviter,
                                        .is_private = invitation->is_private,
                                        .carries = !invitation->name.size,
                                        .declined = invitation->state == INVITATION_DECLINED};
        if (inviter) {
            ret->person = inviter->person;
            ret->inviter = names_person(node, &inviter->person);
        }
        return true;
    }
    return false;
}
