/* SPDX-License-Identifier: MIT */
#include "agree.h"

#include "core/base/alloc.h"
#include "core/keys/workspace_keys.h"
#include "core/log/logs.h"
#include "core/members/groups.h"
#include "core/members/roster.h"
#include "core/members/visits.h"
#include "core/state.h"
#include <stdlib.h>

#define WORKSPACE 1 /* the number of the first group on a disk */

/* ---------------------------------------------------------------- all that is shown of a matter */

static void describe_log(void *arg, const struct hash *log, uint64_t seq)
{
    struct buffer *out = arg;
    buffer_append(out, BYTES_OF(log->bytes));
    buffer_append_u64(out, seq);
}

static void describe_ref(const struct message_ref *ref, struct buffer *out)
{
    buffer_append(out, BYTES_OF(ref->log.bytes));
    buffer_append_u64(out, ref->seq);
}

static void describe_text(struct bytes text, struct buffer *out)
{
    buffer_append_u32(out, (uint32_t)text.size);
    buffer_append(out, text);
}

/* All that an export tells of a message (export_jsonl_message()), and the signed original. */
static bool describe_row(void *arg, const struct message *message)
{
    struct buffer *out = arg;
    describe_ref(&message->ref, out);
    describe_ref(&message->reply_to, out);
    buffer_append(out, BYTES_OF(message->person.bytes));
    buffer_append(out, BYTES_OF(message->device.bytes));
    buffer_append_u64(out, message->time_ms);
    buffer_append_u64(out, message->type);
    describe_text(message->author, out);
    describe_text(message->topic, out);
    describe_text(message->state == MESSAGE_READABLE ? message->text : (struct bytes){0}, out);
    describe_text(message->wire, out);
    buffer_append_byte(out, (uint8_t)message->state);
    buffer_append_byte(out, message->urgent);
    buffer_append_byte(out, message->written_twice);
    buffer_append_byte(out, message->time_doubtful);
    buffer_append_byte(out, message->incomplete);
    return true;
}

static void describe_messages(const struct host *host, uint32_t group, struct buffer *out)
{
    struct message_query query = {.group = group};
    enum error err = node_messages(host->node, &query, describe_row, out);
    if (err)
        world_fail(host->world, "%s cannot list its messages: %s", host->name, error_code(err));
}

static void describe_people(const struct node *node, uint32_t group, struct buffer *out)
{
    struct node_person person;
    for (size_t i = 0; node_person_at(node, group, i, &person); i++) {
        buffer_append(out, BYTES_OF(person.device.bytes));
        buffer_append(out, BYTES_OF(person.person.bytes));
        buffer_append(out, person.name);
        describe_text(person.label, out);
        buffer_append_byte(out, (uint8_t)person.role);
    }
}

static void describe_title(const struct node *node, uint32_t number, struct buffer *out)
{
    struct node_group group;
    for (size_t i = 0; node_group_at(node, i, &group); i++)
        if (group.number == number && group.kind != GROUP_DIRECT) /* that is called after the other one */
            buffer_append(out, group.name);
}

static void describe_membership(const struct governance_member *member, struct buffer *out)
{
    buffer_append(out, BYTES_OF(member->device.bytes));
    buffer_append(out, BYTES_OF(member->person.bytes));
    buffer_append(out, BYTES_OF(member->added_by.bytes));
    buffer_append_u64(out, member->instance);
    buffer_append_byte(out, (uint8_t)member->role);
    buffer_append_byte(out, member->granted);
}

/* All that a visitor is told. */
static void describe_visit(const struct node *node, uint32_t number, struct buffer *out)
{
    struct hash digest;
    logs_governance_digest(groups_by_number(node, number), &digest);
    buffer_append(out, BYTES_OF(digest.bytes));
}

/* Who is in it as which instance, up to where logs count, and what is sealed with. */
static void describe_standing(const struct node *node, uint32_t number, struct buffer *out)
{
    const struct group *group = groups_by_number(node, number);
    struct governance_epoch epoch = {.height = 0};
    size_t count;
    const struct governance_member *members = governance_members(group->roster.governance, &count);
    for (size_t i = 0; i < count; i++)
        describe_membership(&members[i], out);
    for (size_t i = 0; i < group->log_count; i++)
        if (group->sorted[i]->kind == KIND_CONTENT && logs_told_seq(group->sorted[i]) > group->sorted[i]->row.base_seq)
            describe_log(out, &group->sorted[i]->id, group->sorted[i]->cut_seq);
    (void)governance_epoch(group->roster.governance, 0, &epoch);
    buffer_append_u64(out, epoch.height);
    buffer_append(out, BYTES_OF(epoch.id.bytes));
}

static void describe(const struct host *host, uint32_t group, enum matter matter, struct buffer *out)
{
    switch (matter) {
    case MATTER_CLOCK:
        node_clock(host->node, group, describe_log, out);
        return;
    case MATTER_VISIT:
        describe_visit(host->node, group, out);
        return;
    case MATTER_STANDING:
        describe_standing(host->node, group, out);
        return;
    case MATTER_TITLE:
        describe_title(host->node, group, out);
        return;
    case MATTER_PEOPLE:
        describe_people(host->node, group, out);
        return;
    case MATTER_MESSAGES:
        describe_messages(host, group, out);
        return;
    case MATTER_COUNT:
        return;
    }
}

const struct hash *view_digest(const struct view *view, struct view_group *group, enum matter matter)
{
    if (!group->described[matter]) {
        group->described[matter] = true;
        view->scratch->size = 0;
        describe(view->host, group->number, matter, view->scratch);
        group->is_begun |= matter == MATTER_CLOCK && view->scratch->size > 0;
        crypto_hash(buffer_bytes(view->scratch), &group->digests[matter]);
    }
    return &group->digests[matter];
}

bool view_names(const struct view *view, const struct view_group *group, const struct sign_public *device)
{
    const struct group *its = groups_by_number(view->host->node, group->number);
    return its && roster_find(&its->roster, device);
}

bool view_lets_in(const struct view *view, const struct view_group *group, const struct sign_public *device)
{
    const struct group *its = groups_by_number(view->host->node, group->number);
    return its && !roster_find(&its->roster, device) && visits_allow(view->host->node, its, device);
}

bool view_is_invited(const struct host *host, const struct hash *group)
{
    for (size_t i = 0; i < host->node->invitation_count; i++)
        if (same_hash(&host->node->invitations[i].group, group))
            return true;
    return false;
}

/* ---------------------------------------------------------------- whose views there are */

static bool is_member(const struct host *host)
{
    struct node_person person;
    for (size_t i = 0; node_person_at(host->node, WORKSPACE, i, &person); i++)
        if (person.self)
            return true;
    return false;
}

/* As somebody else has it.  He need not have been told: where the others have changed the workspace key since, and he
 * does not dial, nobody proves to him who they are. */
static bool was_removed(const struct host *host)
{
    const struct world *world = host->world;
    struct node_dismissal ignored;
    for (size_t i = 0; i < world->host_count; i++) {
        const struct node *node = world->hosts[i]->node;
        if (node && node->workspace &&
            governance_was_removed(node->workspace->roster.governance, &host->node->identity.device))
            return true;
    }
    return node_dismissal(host->node, &ignored);
}

static bool holds_workspace_key(const struct node *node, const struct secret_key *key)
{
    for (size_t i = 0; i < workspace_keys_count(node); i++)
        if (memcmp(workspace_keys_at(node, i), key, sizeof *key) == 0)
            return true;
    return false;
}

/* An admin's disk went back to before he let this one in, and before they met again he made a workspace key that this
 * one lacks.  Nobody links to a stranger: it has to be invited anew. */
static bool was_forgotten(const struct host *host)
{
    const struct world *world = host->world;
    struct governance_member ignored;
    for (size_t i = 0; i < world->host_count; i++) {
        const struct node *node = world->hosts[i]->node;
        if (!world->hosts[i]->rolled_back || !node || !node->workspace || !host->node->workspace)
            continue;
        const struct governance *governance = node->workspace->roster.governance;
        if (roster_is_admin(&node->workspace->roster, &node->identity.device) &&
            !governance_who(governance, &host->node->identity.device, 1, &ignored) &&
            !holds_workspace_key(host->node, workspace_keys_at(node, 0)))
            return true;
    }
    return false;
}

/* `rolled_back`: a disk was, and with it may have gone the only entry that says that this one was let in. */
static bool takes_part(const struct host *host, bool rolled_back, struct sign_public *ret_device)
{
    struct node_info info = {0};
    if (host->node)
        node_info(host->node, &info);
    *ret_device = info.device;
    return info.has_workspace && (!rolled_back || (is_member(host) && !was_forgotten(host))) && !was_removed(host);
}

bool agree_takes_part(const struct host *host)
{
    const struct world *world = host->world;
    struct sign_public ignored;
    bool rolled_back = false;
    for (size_t i = 0; i < world->host_count; i++)
        rolled_back |= world->hosts[i]->rolled_back;
    return takes_part(host, rolled_back, &ignored);
}

bool agree_gives(const struct host *host, const struct hash *log, const struct host *other)
{
    const struct log *held = host->node ? logs_find(host->node, log) : NULL;
    struct node_info info = {0};
    if (other->node)
        node_info(other->node, &info);
    return held && agree_takes_part(host) && roster_find(&held->group->roster, &info.device);
}

static bool carries_workspace(const struct host *host)
{
    struct node_group group;
    return node_group_at(host->node, 0, &group) && group.kind == GROUP_WORKSPACE && group.role == ROLE_CARRIER;
}

void views_init(struct views *views, struct world *world)
{
    *views = (struct views){.items = alloc_zero(world->host_count, sizeof *views->items)};
    for (size_t i = 0; i < world->host_count; i++)
        views->rolled_back |= world->hosts[i]->rolled_back;
    for (size_t i = 0; i < world->host_count; i++) {
        struct view view = {.host = world->hosts[i], .workspace = {.number = WORKSPACE}, .scratch = &views->scratch};
        if (!takes_part(view.host, views->rolled_back, &view.device))
            continue;
        view.workspace.carries = carries_workspace(view.host);
        views->items[views->count++] = view;
    }
}

void views_done(struct views *views)
{
    for (size_t i = 0; i < views->count; i++)
        free(views->items[i].groups);
    free(views->items);
    buffer_done(&views->scratch);
}

static void see_groups(struct view *view)
{
    struct node_group group;
    size_t count = 0;
    while (node_group_at(view->host->node, count, &group))
        count++;
    view->groups = alloc_zero(count, sizeof *view->groups);
    for (size_t i = 0; node_group_at(view->host->node, i, &group); i++)
        if (group.kind != GROUP_WORKSPACE)
            view->groups[view->group_count++] = (struct view_group){.number = group.number,
                                                                    .id = group.id,
                                                                    .is_chat = group.is_member,
                                                                    .is_direct = group.kind == GROUP_DIRECT,
                                                                    .carries = group.role == ROLE_CARRIER,
                                                                    .has_left = group.has_left};
}

void views_see_groups(struct views *views)
{
    for (size_t i = 0; i < views->count; i++)
        if (!views->items[i].groups)
            see_groups(&views->items[i]);
}
