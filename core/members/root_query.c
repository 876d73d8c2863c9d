/* SPDX-License-Identifier: MIT
 * Questions about the groups that the workspace's root may enter (node_query.h). */
#include "charters.h"
#include "core/base/text.h"
#include "core/base/words.h"
#include "core/node_query.h"
#include "groups.h"
#include "names.h"
#include "roster.h"

bool node_charter_at(const struct node *node, size_t index, struct node_charter *ret)
{
    const struct charter *charter = charters_at(node, index);
    if (!charter)
        return false;
    const struct group *group = groups_by_id(node, &charter->group);
    const struct member *by = roster_find(&node->workspace->roster, &charter->by);
    struct cut ignored;
    *ret = (struct node_charter){.group = charter->group,
                                 .name = buffer_bytes(&charter->name),
                                 .device = charter->by,
                                 .is_ruled = charter->is_ruled};
    if (by) {
        ret->person = by->person;
        ret->author = names_person(node, &by->person);
    }
    if (!group)
        return true;
    ret->is_ruled |= governance_superior(group->roster.governance, &ignored);
    ret->is_member = roster_find(&group->roster, &node->identity.device) != NULL;
    ret->is_entered = group->is_entered;
    ret->is_known = group->roster.count > 0;
    return true;
}

static bool is_meant(const struct hash *group, struct bytes text)
{
    struct buffer id = {0};
    base32_encode(hash_bytes(group), &id);
    bool same = bytes_equal(buffer_bytes(&id), text);
    buffer_done(&id);
    return same;
}

/* Why a group that this device is in has no charter. */
static enum error without_charter(const struct node *node, struct bytes name)
{
    for (size_t i = 0; i < node->group_count; i++) {
        const struct group *group = node->groups[i];
        if (text_same_name(buffer_bytes(&group->title), name) || is_meant(&group->id, name))
            return group->kind == GROUP_CHAT && group->is_private ? ERR_PRIVATE_GROUP : ERR_EXISTS;
    }
    return ERR_NOT_FOUND;
}

enum error node_find_charter(const struct node *node, struct bytes name, struct hash *ret)
{
    const struct charter *charter;
    size_t count = 0;
    for (size_t i = 0; (charter = charters_at(node, i)) != NULL; i++) {
        bool is_id = is_meant(&charter->group, name);
        if (!is_id && !text_same_name(buffer_bytes(&charter->name), name))
            continue;
        *ret = charter->group;
        if (is_id)
            return OK;
        count++;
    }
    if (count)
        return count == 1 ? OK : ERR_NAME_AMBIGUOUS;
    return without_charter(node, name);
}
