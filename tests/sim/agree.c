/* SPDX-License-Identifier: MIT
 * What nodes with the same entries must agree about, and in which of it two differ. */
#include "agree.h"

#include "core/state.h"
#include <stdio.h>

#define SETTLE_MS 60000

static const char *const matter_words[] = {"which entries there are", "what an export holds, and its order",
                                           "who is who", "the group's name"};

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

static void describe_people(const struct node *node, uint32_t group, struct buffer *out)
{
    struct node_person person;
    for (size_t i = 0; node_person_at(node, group, i, &person); i++) {
        buffer_append(out, BYTES_OF(person.device.bytes));
        buffer_append(out, BYTES_OF(person.person.bytes));
        buffer_append(out, person.name);
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

void agree_describe(struct host *host, uint32_t group, enum matter matter, struct buffer *out)
{
    struct message_query query = {.group = group};
    enum error err = OK;
    switch (matter) {
    case MATTER_CLOCK:
        node_clock(host->node, group, describe_log, out);
        break;
    case MATTER_MESSAGES:
        err = node_messages(host->node, &query, describe_row, out);
        break;
    case MATTER_PEOPLE:
        describe_people(host->node, group, out);
        break;
    case MATTER_TITLE:
        describe_title(host->node, group, out);
        break;
    }
    if (err)
        world_fail(host->world, "%s cannot list its messages: %s", host->name, error_code(err));
}

static bool is_member(const struct host *host)
{
    struct node_person person;
    for (size_t i = 0; node_person_at(host->node, 1, i, &person); i++)
        if (person.self)
            return true;
    return false;
}

/* It was let in, and with the inviter's rolled back disk went the only entry that says so. */
static bool was_forgotten(const struct host *host)
{
    const struct world *world = host->world;
    bool rolled_back = false;
    for (size_t i = 0; i < world->host_count; i++)
        rolled_back |= world->hosts[i]->rolled_back;
    return rolled_back && !is_member(host);
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

bool agree_takes_part(const struct host *host)
{
    struct node_info info = {0};
    if (host->node)
        node_info(host->node, &info);
    return info.has_workspace && !was_forgotten(host) && !was_removed(host);
}

static struct host *next_part(struct world *world, size_t *at)
{
    while (*at < world->host_count) {
        struct host *host = world->hosts[(*at)++];
        if (agree_takes_part(host))
            return host;
    }
    return NULL;
}

void world_note_state(struct world *world)
{
    struct buffer shown = {0};
    struct host *host;
    size_t at = 0;
    while ((host = next_part(world, &at)) != NULL)
        for (enum matter matter = MATTER_CLOCK; matter <= MATTER_TITLE; matter++)
            agree_describe(host, 1, matter, &shown);
    world_mix(world, buffer_bytes(&shown));
    buffer_done(&shown);
}

/* It keeps and passes on what it cannot read: it has all entries, and that is all that can be compared. */
static bool carries(const struct host *host)
{
    struct node_group group;
    return node_group_at(host->node, 0, &group) && group.kind == GROUP_WORKSPACE && group.role == ROLE_CARRIER;
}

static struct host *next_reader(struct world *world, size_t *at, enum matter matter)
{
    struct host *host;
    do
        host = next_part(world, at);
    while (host && matter != MATTER_CLOCK && carries(host));
    return host;
}

/* Names the first two that differ about a matter.  What the first host has is described once. */
static bool differs(struct world *world, enum matter matter, struct host **ret_a, struct host **ret_b)
{
    struct buffer first = {0}, other = {0};
    size_t at = 0;
    bool found = false;
    *ret_a = next_reader(world, &at, matter);
    if (*ret_a)
        agree_describe(*ret_a, 1, matter, &first);
    while (!found && (*ret_b = next_reader(world, &at, matter)) != NULL) {
        other.size = 0;
        agree_describe(*ret_b, 1, matter, &other);
        found = !bytes_equal(buffer_bytes(&first), buffer_bytes(&other));
    }
    buffer_done(&first);
    buffer_done(&other);
    return found;
}

/* The cheap matters of all before the dear one: most who differ do so in their clocks. */
static bool find_difference(struct world *world, struct host **ret_a, struct host **ret_b, enum matter *ret)
{
    static const enum matter order[] = {MATTER_CLOCK, MATTER_TITLE, MATTER_PEOPLE, MATTER_MESSAGES};
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        *ret = order[i];
        if (differs(world, order[i], ret_a, ret_b))
            return true;
    }
    return agree_differs_in_groups(world, ret_a, ret_b, ret);
}

bool world_agrees(struct world *world)
{
    struct host *a, *b;
    enum matter matter;
    for (size_t i = 0; i < world->host_count; i++)
        if (world->hosts[i]->queue_count || world->hosts[i]->result_count)
            return false;
    return !find_difference(world, &a, &b, &matter);
}

bool world_settle(struct world *world)
{
    struct host *a, *b;
    enum matter matter;
    uint64_t until_us = world->now_us + SETTLE_MS * 1000;
    while (!world->failure[0] && world->now_us < until_us) {
        if (world_agrees(world))
            return true;
        world_run(world, 100);
        if (world->meanwhile)
            world->meanwhile(world);
    }
    if (find_difference(world, &a, &b, &matter))
        world_fail(world, "after 60 s %s (%zu entries) and %s (%zu) do not agree about %s", a->name,
                   medium_entry_count(a->disk), b->name, medium_entry_count(b->disk), matter_words[matter]);
    else if (!world->failure[0])
        world_fail(world, "somebody's disk is still busy after 60 s");
    return false;
}
