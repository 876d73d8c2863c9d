/* SPDX-License-Identifier: MIT */
#include "group_command.h"

#include "charters.h"
#include "core/base/text.h"
#include "core/joining/invitations.h"
#include "core/joining/invitees.h"
#include "core/keys/sealing.h"
#include "core/writing/compose.h"
#include "founding.h"
#include "groups.h"
#include "leaving.h"
#include "removal.h"
#include "roles.h"
#include "roster.h"

/* ---------------------------------------------------------------- names */

static bool is_used(const struct node *node, struct bytes name, const struct group *but)
{
    for (size_t i = 0; i < node->group_count; i++)
        if (node->groups[i] != but && text_same_name(buffer_bytes(&node->groups[i]->title), name))
            return true;
    return false;
}

/* A name by which `group` (NULL: a new one) can be meant. */
static enum error clean_name(const struct node *node, struct bytes raw, const struct group *group, struct buffer *ret)
{
    enum error err = text_clean_name(raw, ret);
    if (err)
        return err;
    bool means_else = ret->data[0] == '@' || bytes_equal(buffer_bytes(ret), text_bytes("."));
    return means_else ? ERR_NAME_BAD : is_used(node, buffer_bytes(ret), group) ? ERR_NAME_USED : OK;
}

/* ---------------------------------------------------------------- who may */

static enum error may_begin(struct node *node)
{
    if (!node->identity.exists)
        return ERR_NO_IDENTITY;
    if (!node->workspace)
        return ERR_NO_WORKSPACE;
    const struct member *me = roster_find(&node->workspace->roster, &node->identity.device);
    if (!me)
        return ERR_NO_KEY;
    if (node->workspace->roster.needs_newer)
        return ERR_NEEDS_NEWER;
    if (me->role != ROLE_ADMIN && me->role != ROLE_MEMBER)
        return ERR_NOT_PERMITTED;
    return sealing_is_possible(node, node->workspace) ? OK : ERR_NO_KEY;
}

static enum error may_administer(const struct node *node, const struct group *group)
{
    if (!group)
        return node->workspace ? ERR_NOT_FOUND : ERR_NO_WORKSPACE;
    if (group->kind == GROUP_DIRECT)
        return ERR_USAGE;
    if (group->roster.needs_newer)
        return ERR_NEEDS_NEWER;
    return roster_is_admin(&group->roster, &node->identity.device) ? OK : ERR_NOT_PERMITTED;
}

static bool only_carries(const struct roster *office, const struct person_id *person)
{
    for (size_t i = 0; i < office->count; i++)
        if (memcmp(&office->members[i].person, person, sizeof *person) == 0 && office->members[i].role != ROLE_CARRIER)
            return false;
    return true;
}

/* Before anything is written. */
static enum error check_persons(const struct node *node, const struct command *command)
{
    const struct roster *office = &node->workspace->roster;
    for (size_t i = 0; i < command->group.person_count; i++) {
        if (!roster_person(office, &command->group.persons[i]))
            return ERR_NOT_FOUND;
        if (command->role != ROLE_CARRIER && only_carries(office, &command->group.persons[i]))
            return ERR_CARRIER;
    }
    return OK;
}

/* ---------------------------------------------------------------- the commands */

static enum error invite_all(struct node *node, struct group *group, const struct command *command)
{
    enum error err = OK;
    for (size_t i = 0; !err && i < command->group.person_count; i++)
        err = invitees_invite(node, group, &command->group.persons[i], command->role);
    return err;
}

/* Whoever founds a group is in it, with all his devices. */
static enum error invite_first(struct node *node, struct group *group, const struct command *command)
{
    const struct member *me = roster_find(&node->workspace->roster, &node->identity.device);
    enum error err = me ? invitees_invite(node, group, &me->person, ROLE_MEMBER) : ERR_NO_KEY;
    if (err == ERR_EXISTS)
        err = OK;
    for (size_t i = 0; !err && i < command->group.person_count; i++) {
        const struct person_id *person = &command->group.persons[i];
        if (memcmp(person, &me->person, sizeof *person) != 0)
            err = invitees_invite(node, group, person, ROLE_MEMBER);
    }
    return err;
}

static enum error create(struct node *node, const struct command *command, struct group **ret)
{
    struct buffer name = {0}, folder = {0};
    enum error err = may_begin(node);
    if (!err)
        err = clean_name(node, command->name, NULL, &name);
    if (!err)
        err = text_clean_path(command->group.folder, &folder);
    if (!err)
        err = check_persons(node, command);
    if (!err)
        err = founding_chat(node, buffer_bytes(&name), buffer_bytes(&folder), command->group.is_private, ret);
    if (!err)
        err = invitees_remember(node, *ret);
    if (!err)
        charters_begin(node, *ret);
    if (!err)
        err = invite_first(node, *ret, command);
    buffer_done(&name);
    buffer_done(&folder);
    return err;
}

static enum error add(struct node *node, struct group *group, const struct command *command)
{
    enum error err = may_administer(node, group);
    if (!err && group->kind != GROUP_CHAT)
        err = ERR_USAGE; /* into the workspace by a code */
    if (!err)
        err = check_persons(node, command);
    return err ? err : invite_all(node, group, command);
}

static enum error rename_group(struct node *node, struct group *group, const struct command *command)
{
    struct buffer name = {0}, plain = {0};
    struct message_ref ignored;
    enum error err = may_administer(node, group);
    if (!err)
        err = clean_name(node, command->name, group, &name);
    if (!err) {
        struct title title = {buffer_bytes(&name), buffer_bytes(&group->folder)};
        title_encode(&title, &plain);
        err = compose_content(node, group, ENTRY_TITLE, buffer_bytes(&plain), NULL, 0, &ignored);
    }
    if (!err)
        charters_begin(node, group);
    buffer_done(&name);
    buffer_done(&plain);
    return err;
}

/* ---------------------------------------------------------------- who goes, and who may do what */

static const struct person_id *own_person(const struct node *node, const struct group *group)
{
    const struct member *me = roster_find(&group->roster, &node->identity.device);
    return me ? &me->person : NULL;
}

static enum error find_group(const struct node *node, const struct group *group)
{
    if (!group)
        return node->workspace ? ERR_NOT_FOUND : ERR_NO_WORKSPACE;
    return group->kind == GROUP_DIRECT ? ERR_USAGE : OK;
}

/* An admin only after the root has taken that back, in the same batch. */
static enum error remove_person(struct node *node, struct group *group, const struct command *command)
{
    const struct person_id *person = &command->group.persons[0];
    enum error err = find_group(node, group);
    if (!err)
        err = may_administer(node, group);
    if (err)
        return err;
    if (!command->group.person_count)
        return removal_device(node, group, &command->group.device);
    const struct person_id *me = own_person(node, group);
    if (me && memcmp(me, person, sizeof *me) == 0)
        return ERR_USAGE;
    enum error withdrawn = group->kind == GROUP_CHAT ? invitees_withdraw(node, group, person) : ERR_NOT_FOUND;
    if (!roster_person(&group->roster, person))
        return withdrawn;
    err = roles_revoke(node, group, person, command->root.passphrase);
    return err ? err : removal_person(node, group, person);
}

static enum error set_role(struct node *node, struct group *group, const struct command *command)
{
    enum error err = find_group(node, group);
    return err ? err : roles_set(node, group, &command->group.persons[0], command->role, command->root.passphrase);
}

static enum error leave(struct node *node, struct group *group, size_t *ret_remaining)
{
    enum error err = find_group(node, group);
    return err ? err : leaving_group(node, group, ret_remaining);
}

void group_command(struct node *node, const struct command *command)
{
    struct group *group = groups_by_number(node, command->group.number);
    size_t remaining = 0;
    enum error err = ERR_USAGE;
    if (command->type == COMMAND_GROUP_CREATE)
        err = create(node, command, &group);
    else if (command->type == COMMAND_GROUP_ADD)
        err = add(node, group, command);
    else if (command->type == COMMAND_GROUP_RENAME)
        err = rename_group(node, group, command);
    else if (command->type == COMMAND_GROUP_REMOVE)
        err = remove_person(node, group, command);
    else if (command->type == COMMAND_GROUP_ROLE)
        err = set_role(node, group, command);
    else if (command->type == COMMAND_GROUP_LEAVE)
        err = leave(node, group, &remaining);
    else if (command->type == COMMAND_GROUP_ACCEPT)
        err = invitations_accept(node, &command->group.id);
    else if (command->type == COMMAND_GROUP_DECLINE)
        err = invitations_decline(node, &command->group.id);
    if (!err)
        node_notify(node, NOTICE_GROUP, NULL, 0, NULL, node_after(node));
    node_reply(node, command->id, err, err ? 0 : node_after(node));
    struct effect *reply = &node->effects->items[node->effects->count - 1];
    reply->group = group ? group->number : 0;
    reply->remaining = remaining;
}
