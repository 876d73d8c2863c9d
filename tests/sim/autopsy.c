/* SPDX-License-Identifier: MIT */
#include "autopsy.h"

#include "autopsy_rules.h"
#include "core/log/logs.h"
#include "core/state.h"
#include <inttypes.h>
#include <stdio.h>

static const char *const roles[] = {"-", "admin", "member", "reader", "carrier", "archive"};
static const char *const kinds[] = {"workspace", "group", "direct"};

/* The first computer with that key: clones have it too. */
static const char *called(const void *arg, const struct sign_public *device)
{
    const struct world *world = arg;
    for (size_t i = 0; i < world->host_count; i++)
        if (world->hosts[i]->node && same_key(&world->hosts[i]->node->identity.device, device))
            return world->hosts[i]->name;
    return "root";
}

static unsigned start_of(const struct hash *id)
{
    return get_u32(id->bytes);
}

static void tell_members(const struct world *world, const struct group *group)
{
    size_t count;
    const struct governance_member *members = governance_members(group->roster.governance, &count);
    for (size_t i = 0; i < count; i++)
        fprintf(stderr, "    %s %" PRIu64 " is %s, added by %s\n", called(world, &members[i].device),
                members[i].instance, roles[members[i].role], called(world, &members[i].added_by));
    for (size_t i = 0; i < group->roster.parting_count; i++)
        fprintf(stderr, "    was told of REMOVE %08x of instance %" PRIu64 "\n",
                start_of(&group->roster.partings[i].removal), group->roster.partings[i].instance);
}

static void tell_log(const struct world *world, const struct log *log)
{
    fprintf(stderr, "    log %08x of kind %d by %s %" PRIu64 ": %" PRIu64 " to %" PRIu64, start_of(&log->id), log->kind,
            called(world, log_author(log)), log->row.name.instance, log->row.base_seq, log->row.head_seq);
    if (log->cut_seq != NEVER)
        fprintf(stderr, ", cut %" PRIu64, log->cut_seq);
    if (log->known_seq > log->row.head_seq)
        fprintf(stderr, ", of %" PRIu64, log->known_seq);
    fprintf(stderr, "%s%s%s%s%s\n", log->named ? "" : ", unnamed", log->forked ? ", forked" : "",
            log->hidden ? ", hidden" : "", log->closed ? ", closed" : "", log->own ? ", own" : "");
}

static void tell_group(const struct world *world, const struct group *group)
{
    struct governance_epoch epoch = {0};
    bool has_epoch = governance_epoch(group->roster.governance, 0, &epoch);
    fprintf(stderr, "  %s %u %08x \"%.*s\": %zu keys, ", kinds[group->kind], group->number, start_of(&group->id),
            (int)group->title.size, (const char *)group->title.data, group->key_count);
    if (has_epoch)
        fprintf(stderr, "epoch %08x of height %" PRIu64 "\n", get_u32(epoch.id.bytes), epoch.height);
    else
        fprintf(stderr, "no epoch\n");
    tell_members(world, group);
    fprintf(stderr, "    %zu names and titles unread, title of %" PRIu64 "\n", group->unread_count, group->title_hlc);
    for (size_t i = 0; i < group->teller_count; i++)
        fprintf(stderr, "    log %08x tells of %zu, its author was%s admin\n", start_of(&group->tellers[i].log->id),
                group->tellers[i].count, group->tellers[i].was_admin ? "" : " no");
    for (size_t i = 0; i < group->log_count; i++)
        tell_log(world, group->sorted[i]);
    autopsy_rules(group->roster.governance, called, world);
}

void autopsy(const struct world *world)
{
    for (size_t i = 0; i < world->host_count; i++) {
        const struct node *node = world->hosts[i]->node;
        fprintf(stderr, "%s%s%s\n", world->hosts[i]->name, node ? "" : " does not run",
                world->hosts[i]->rolled_back ? ", rolled back" : "");
        for (size_t g = 0; node && g < node->group_count; g++)
            tell_group(world, node->groups[g]);
        for (size_t g = 0; node && g < node->invitation_count; g++)
            fprintf(stderr, "  invited into %08x \"%.*s\" by %s, state %d\n", start_of(&node->invitations[g].group),
                    (int)node->invitations[g].name.size, (const char *)node->invitations[g].name.data,
                    called(world, &node->invitations[g].inviter), node->invitations[g].state);
    }
}
