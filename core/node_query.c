/* SPDX-License-Identifier: MIT */
#include "node_query.h"

#include "core/link/link.h"
#include "core/log/branches.h"
#include "core/log/cuts.h"
#include "core/log/logs.h"
#include "core/members/direct.h"
#include "core/members/groups.h"
#include "core/members/labels.h"
#include "core/members/names.h"
#include "core/members/roster.h"
#include "core/members/verify.h"
#include "core/peers/presence.h"
#include "core/replication/carried.h"
#include "core/writing/held.h"
#include "state.h"

/* What the disk did counts more than what its figures say. */
static enum error disk_state(const struct node *node)
{
    if (node->unreadable && !node->locked)
        return node->unreadable;
    return node->write_failed == ERR_DISK_FULL ? ERR_DISK_FULL : node->disk_state;
}

bool node_is_locked(const struct node *node)
{
    return node->locked;
}

void node_info(const struct node *node, struct node_info *ret)
{
    const struct group *group = node->workspace;
    *ret = (struct node_info){.has_identity = node->identity.exists,
                              .has_workspace = group != NULL,
                              .runs_twice = presence_has_twin(node),
                              .device = node->identity.device,
                              .name = buffer_bytes(&node->identity.name),
                              .free_disk = node->free_disk,
                              .disk_state = disk_state(node),
                              .room = node->room,
                              .carried_groups = carried_groups(node),
                              .carried = carried_total(node),
                              .quota = node->quota,
                              .entries = node->entry_count};
    for (size_t i = 0; i < node->link_count; i++)
        ret->links += node->links[i]->state == LINK_OPEN;
    if (node->storage->begin(node->storage->ctx) == OK)
        ret->last_arrival = node->storage->last_arrival(node->storage->ctx);
    if (!group)
        return;
    const struct member *me = roster_find(&group->roster, &node->identity.device);
    ret->workspace = group->number;
    ret->workspace_name = buffer_bytes(&group->title);
    if (!me)
        return;
    struct bytes name = names_person(node, &me->person);
    ret->person = me->person;
    if (name.size)
        ret->name = name;
}

/* ---------------------------------------------------------------- groups */

static uint64_t missing_in(const struct log *log)
{
    bool is_known = !log->forked && (!log->row.is_branch || log->row.number);
    return is_known && logs_wanted_seq(log) > log->row.head_seq ? logs_wanted_seq(log) - log->row.head_seq : 0;
}

static uint64_t own_subs(const struct node *node, const struct group *group, const struct member *me)
{
    struct log_name name = {.device = node->identity.device, .instance = me ? me->instance : 1};
    size_t most = logs_count_subs(group, &name);
    name.kind = KIND_CONTENT;
    size_t content = logs_count_subs(group, &name);
    return most > content ? most : content;
}

/* What is missing is there, with somebody who has it in a later version only. */
static bool waits_for_newer(const struct node *node, const struct log *log)
{
    bool is_too_new = false;
    for (size_t i = 0; i < node->link_count; i++)
        is_too_new |= link_is_too_new(node->links[i], log);
    return is_too_new && !log->source && missing_in(log);
}

bool node_group_at(const struct node *node, size_t index, struct node_group *ret)
{
    if (index >= node->group_count)
        return false;
    const struct group *group = node->groups[index];
    const struct member *me = roster_find(&group->roster, &node->identity.device);
    *ret = (struct node_group){.number = group->number,
                               .kind = group->kind,
                               .id = group->id,
                               .name = buffer_bytes(&group->title),
                               .folder = buffer_bytes(&group->folder),
                               .is_private = group->is_private,
                               .is_member = me != NULL,
                               .is_entered = group->is_entered,
                               .by_workspace = group->kind == GROUP_CHAT && !group->has_root && !group->is_private,
                               .has_left = roster_has_left(&group->roster, &node->identity.device),
                               .role = me ? (enum role)me->role : ROLE_READER,
                               .received = group->received,
                               .carried = group->carries ? group->carried : 0,
                               .has_key = group->key_count > 0,
                               .held = held_count(node, group),
                               .logs = group->log_count};
    for (size_t i = 0; i < group->log_count; i++)
        ret->missing += missing_in(group->logs[i]);
    ret->needs_newer = group->roster.needs_newer;
    for (size_t i = 0; i < group->log_count; i++)
        ret->needs_newer |= waits_for_newer(node, group->logs[i]);
    for (size_t i = 0; i < group->log_count; i++)
        ret->payloads_missing += group->logs[i]->payloads_missing;
    ret->subs = own_subs(node, group, me);
    if (group->kind == GROUP_DIRECT) {
        ret->partner = *direct_partner(node, group);
        ret->name = names_person(node, &ret->partner);
    }
    return true;
}

static bool is_base32(struct bytes text, struct bytes bytes)
{
    struct buffer written = {0};
    base32_encode(bytes, &written);
    bool same = bytes_equal(buffer_bytes(&written), text);
    buffer_done(&written);
    return same;
}

static bool is_called(const struct group *group, struct bytes name)
{
    return group->title.size && text_same_name(buffer_bytes(&group->title), name);
}

static const struct group *group_of_id(const struct node *node, struct bytes text)
{
    for (size_t i = 0; i < node->group_count; i++)
        if (is_base32(text, hash_bytes(&node->groups[i]->id)))
            return node->groups[i];
    return NULL;
}

/* Of those in which this device is a member, or of the others. */
static enum error find_called(const struct node *node, struct bytes name, bool is_member, const struct group **ret)
{
    const struct group *found = NULL;
    for (size_t i = 0; i < node->group_count; i++) {
        const struct group *group = node->groups[i];
        bool is_in = roster_find(&group->roster, &node->identity.device) != NULL;
        if (is_in != is_member || !is_called(group, name))
            continue;
        if (found)
            return ERR_NAME_AMBIGUOUS;
        found = group;
    }
    *ret = found;
    return found ? OK : ERR_NOT_FOUND;
}

enum error node_find_group(const struct node *node, struct bytes name, uint32_t *ret)
{
    const struct group *workspace = node->workspace, *group = group_of_id(node, name);
    if (workspace && (bytes_equal(name, text_bytes(".")) || (!group && is_called(workspace, name))))
        group = workspace;
    enum error err = group ? OK : find_called(node, name, true, &group);
    if (err == ERR_NOT_FOUND)
        err = find_called(node, name, false, &group);
    if (!err)
        *ret = group->number;
    return err;
}

static struct node_direct describe_direct(const struct node *node, const struct person_id *me,
                                          const struct person_id *person)
{
    struct node_direct direct = {.person = *person, .name = names_person(node, person)};
    const struct person_id people[2] = {*me, *person};
    direct_id(&node->workspace->id, people, &direct.id);
    const struct group *group = groups_by_id(node, &direct.id);
    direct.group = group ? group->number : 0;
    return direct;
}

/* A name that two people have means neither: else who takes a colleague's name would get what is meant for him. */
static enum error find_person(const struct roster *roster, const struct node *node, struct bytes name,
                              struct person_id *ret)
{
    const struct person_id *found = NULL;
    for (size_t i = 0; i < roster->count; i++) {
        const struct person_id *person = &roster->members[i].person;
        if (!text_same_name(names_person(node, person), name))
            continue;
        if (found && memcmp(found, person, sizeof *found) != 0)
            return ERR_NAME_AMBIGUOUS;
        found = person;
    }
    if (!found)
        return ERR_NOT_FOUND;
    *ret = *found;
    return OK;
}

/* By his id, or by the chat's. */
static bool find_direct_by_id(const struct roster *roster, const struct node *node, const struct person_id *me,
                              struct bytes id, struct node_direct *ret)
{
    for (size_t i = 0; i < roster->count; i++) {
        *ret = describe_direct(node, me, &roster->members[i].person);
        if (is_base32(id, BYTES_OF(ret->person.bytes)) || is_base32(id, BYTES_OF(ret->id.bytes)))
            return true;
    }
    return false;
}

enum error node_find_direct(const struct node *node, struct bytes name, struct node_direct *ret)
{
    const struct roster *roster = node->workspace ? &node->workspace->roster : NULL;
    const struct member *me = roster ? roster_find(roster, &node->identity.device) : NULL;
    struct node_direct direct;
    struct person_id person;
    if (!me)
        return ERR_NOT_FOUND;
    if (!find_direct_by_id(roster, node, &me->person, name, &direct)) {
        enum error err = find_person(roster, node, name, &person);
        if (err)
            return err;
        direct = describe_direct(node, &me->person, &person);
    }
    *ret = direct;
    return memcmp(&direct.person, &me->person, sizeof direct.person) == 0 ? ERR_USAGE : OK;
}

/* ---------------------------------------------------------------- people */

static void describe_progress(const struct group *group, const struct member *member, struct node_person *ret)
{
    uint64_t gap_ms = 0;
    for (size_t i = 0; i < group->log_count; i++) {
        const struct log *log = group->logs[i];
        if (!log->named || !same_key(log_author(log), &member->device))
            continue;
        uint64_t head_ms = hlc_ms(cuts_cover(log, log->row.head_seq) ? log->row.head_hlc : log->cut_hlc);
        if (missing_in(log) && (!ret->missing || head_ms < gap_ms))
            gap_ms = head_ms;
        ret->missing += missing_in(log);
        if (head_ms > ret->complete_to_ms)
            ret->complete_to_ms = head_ms;
    }
    if (ret->missing && gap_ms < ret->complete_to_ms)
        ret->complete_to_ms = gap_ms; /* another log of this device may be further */
}

/* Links are the workspace's. */
static void describe_link(const struct node *node, struct node_person *ret)
{
    const struct member *member = node->workspace ? roster_find(&node->workspace->roster, &ret->device) : NULL;
    const struct presence *presence = presence_find(node, &ret->device);
    ret->last_heard_ms = member ? member->last_heard_ms : 0;
    ret->room = ret->self ? node->room : member ? member->room : ROOM_FREE;
    ret->linked = presence && presence->links;
    ret->online = ret->self || (presence && presence_is_online(presence));
}

bool node_person_at(const struct node *node, uint32_t number, size_t index, struct node_person *ret)
{
    const struct group *group = groups_by_number(node, number);
    if (!group || index >= group->roster.count)
        return false;
    const struct member *member = &group->roster.members[index];
    *ret = (struct node_person){.person = member->person,
                                .name = names_person(node, &member->person),
                                .device = member->device,
                                .label = labels_of(node, &member->device),
                                .instance = member->instance,
                                .role = (enum role)member->role,
                                .self = node_is_me(node, &member->device),
                                .added_by = member->added_by};
    describe_link(node, ret);
    ret->verification = verify_state(node, &member->device, &member->person, ret->name);
    describe_progress(group, member, ret);
    return true;
}

enum verification node_verification(const struct node *node, const struct sign_public *device)
{
    const struct member *member = node->workspace ? roster_find(&node->workspace->roster, device) : NULL;
    return member ? verify_state(node, device, &member->person, names_person(node, &member->person))
                  : VERIFICATION_NONE;
}

static uint64_t hidden_in(const struct log *log)
{
    uint64_t from = log->cut_seq > log->row.base_seq ? log->cut_seq : log->row.base_seq;
    return log->kind == KIND_CONTENT && log->row.head_seq > from ? log->row.head_seq - from : 0;
}

bool node_hidden_at(const struct node *node, uint32_t number, size_t index, struct node_hidden *ret)
{
    const struct group *group = groups_by_number(node, number);
    if (!group || !roster_is_admin(&group->roster, &node->identity.device))
        return false;
    for (size_t i = 0; i < group->log_count; i++) {
        const struct log *log = group->logs[i];
        uint64_t count = hidden_in(log);
        struct member author;
        if (!count || index-- > 0)
            continue;
        *ret = (struct node_hidden){
            .log = log->id, .device = *log_author(log), .from = log->row.head_seq - count + 1, .count = count};
        if (roster_author(&group->roster, &log->row.name, &author)) {
            ret->person = author.person;
            ret->name = names_person(node, &author.person);
        }
        return true;
    }
    return false;
}

/* Of all groups, group by group. */
static const struct log *find_forked_log(const struct node *node, size_t index)
{
    for (size_t i = 0; i < node->group_count; i++)
        for (size_t at = 0; at < node->groups[i]->log_count; at++) {
            const struct log *log = node->groups[i]->logs[at];
            if (branches_has_any(log) && index-- == 0)
                return log;
        }
    return NULL;
}

bool node_forked_log_at(const struct node *node, size_t index, struct node_forked_log *ret)
{
    const struct log *log = find_forked_log(node, index);
    if (!log)
        return false;
    const struct group *group = log->group;
    struct member author;
    *ret = (struct node_forked_log){.group = group->number, .log = log->id, .device = *log_author(log)};
    if (roster_author(&group->roster, &log->row.name, &author)) {
        ret->person = author.person;
        ret->author = names_person(node, &author.person);
    }
    return true;
}

bool node_peer_at(const struct node *node, size_t index, struct node_peer *ret)
{
    if (index >= node->peer_count)
        return false;
    const struct peer *peer = node->peers[index];
    bool linked = peer->link || (peer->has_device && link_to(node, &peer->device));
    *ret = (struct node_peer){
        .address = peer->address, .by_hand = peer->by_hand, .connected = linked, .device = peer->device};
    if (!linked && !peer->dial && peer->next_ms > node->mono_ms)
        ret->next_dial_in_ms = peer->next_ms - node->mono_ms;
    return true;
}

/* ---------------------------------------------------------------- clocks */

void node_clock(const struct node *node, uint32_t number, clock_visitor visit, void *arg)
{
    const struct group *group = groups_by_number(node, number);
    struct buffer rows = {0};
    if (!group)
        return;
    for (enum log_kind kind = KIND_GOVERNANCE; kind <= KIND_CONTENT; kind++) {
        rows.size = 0;
        logs_rows(group, kind, NULL, NULL, &rows);
        for (size_t at = 0; at < rows.size; at += DEP_SIZE) {
            struct hash log;
            memcpy(log.bytes, rows.data + at, sizeof log.bytes);
            visit(arg, &log, get_u64(rows.data + at + sizeof log.bytes));
        }
    }
    buffer_done(&rows);
}
