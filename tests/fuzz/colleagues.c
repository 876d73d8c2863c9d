/* SPDX-License-Identifier: MIT */
#include "colleagues.h"

/* To Mallory, to the other one, to oneself. */
static void say_in_private(struct session *session, const char *name, uint8_t choice)
{
    const struct mallory *mallory = scene_mallory();
    const struct person_id people[] = {mallory->person, mallory->alice, mallory->bob};
    struct command command = {.type = COMMAND_SEND, .send = {.text = BYTES_TEXT("between us")}};
    command.send.person = people[choice % 3];
    world_ask(&session->scene.world, name, &command);
}

void colleagues_talk(struct session *session)
{
    static const char *const client_ids[] = {NULL, "one", "two"};
    struct world *world = &session->scene.world;
    struct script *script = &session->script;
    const char *name = script_byte(script) & 1 ? "alice" : "bob";
    struct saying saying = {.text = "meanwhile", .topic = "Lunch", .urgent = script_rarely(script)};
    struct command command = {.address_count = 1, .role = ROLE_MEMBER, .name = BYTES_TEXT("again")};
    struct dep place = forge_place(&session->forge, script);
    static const enum command_type types[] = {COMMAND_CLOCK_DISTRUST, COMMAND_PEER_ADD, COMMAND_PEER_REMOVE,
                                              COMMAND_INVITE_CREATE,  COMMAND_JOIN,     COMMAND_WORKSPACE_CREATE};
    uint8_t choice = script_byte(script);
    if (choice >= 240) {
        say_in_private(session, name, choice);
        return;
    }
    if (choice < 160) {
        saying.client_id = client_ids[choice % 3];
        if (choice & 4)
            saying.reply_to = (struct message_ref){place.log, place.seq};
        world_post_more(world, name, &saying);
        return;
    }
    command.type = types[choice % (sizeof types / sizeof *types)];
    command.distrust.from = (struct message_ref){place.log, script_number(script, 1)};
    command.distrust.to = (struct message_ref){place.log, place.seq};
    command.addresses[0] = (struct address){.ip = {[15] = script_byte(script)}, .port = 4000};
    world_ask(world, name, &command);
}

void colleagues_gather(struct session *session)
{
    static const enum command_type types[] = {COMMAND_GROUP_ACCEPT, COMMAND_GROUP_DECLINE, COMMAND_GROUP_CREATE,
                                              COMMAND_GROUP_ADD,    COMMAND_GROUP_RENAME,  COMMAND_SEND,
                                              COMMAND_GROUP_REMOVE};
    const struct mallory *mallory = scene_mallory();
    struct script *script = &session->script;
    const char *name = script_byte(script) & 1 ? "bob" : "alice";
    struct command command = {.type = types[script_below(script, sizeof types / sizeof *types)]};
    struct node_invitation invitation;
    if (node_invitation_at(world_host(&session->scene.world, name)->node, script_below(script, 4), &invitation))
        command.group.id = invitation.group;
    command.name = script_byte(script) & 1 ? BYTES_TEXT("Plans") : BYTES_TEXT("Board");
    command.group.number = command.send.group = 1 + (uint32_t)script_below(script, 6);
    command.send.text = BYTES_TEXT("among us");
    command.group.persons[0] = mallory->person;
    command.group.persons[1] = mallory->bob;
    command.group.person_count = script_below(script, 3);
    command.group.device = mallory->device;
    world_ask(&session->scene.world, name, &command);
}

/* ---------------------------------------------------------------- the office */

/* Its own, or another one. */
static void fill_root(struct session *session, const char *name, struct command *command)
{
    struct host *host = world_host(&session->scene.world, name);
    struct script *script = &session->script;
    struct sign_public root;
    struct node_charter charter;
    command->root.of = 3;
    command->root.need = 2;
    command->root.anyway = script_byte(script) & 1;
    if (node_root_export(host->node, (struct bytes){0}, &root, command->root.seed) != OK || script_rarely(script))
        command->root.seed[0] ^= 1;
    host_end_read(host);
    if (node_charter_at(host->node, script_below(script, 4), &charter))
        command->group.id = charter.group;
}

void colleagues_keep_house(struct session *session)
{
    static const enum command_type types[] = {
        COMMAND_ROOT_GROUPS,  COMMAND_ROOT_ENTER,  COMMAND_ROOT_TAKE_OVER, COMMAND_ROOT_HAND_OVER,
        COMMAND_ROOT_RECOVER, COMMAND_ROOT_SHARED, COMMAND_ROOT_SEEN,      COMMAND_CARRIER_QUOTA,
        COMMAND_DEVICE_NAME,  COMMAND_GROUP_ROLE,  COMMAND_DEVICE_REVOKE,  COMMAND_GROUP_LEAVE,
        COMMAND_VERIFY,
    };
    const struct mallory *mallory = scene_mallory();
    struct script *script = &session->script;
    const char *name = script_byte(script) & 1 ? "bob" : "alice";
    struct command command = {.type = types[script_below(script, sizeof types / sizeof *types)]};
    command.name = script_byte(script) & 1 ? BYTES_TEXT("Laptop") : BYTES_TEXT("Desk");
    command.role = (enum role)(1 + script_below(script, ROLE_CARRIER));
    command.quota = (uint64_t)script_byte(script) << 12;
    command.group.number = 1 + (uint32_t)script_below(script, 6);
    command.group.persons[0] = script_byte(script) & 1 ? mallory->alice : mallory->person;
    command.group.person_count = 1;
    command.device = command.verify.device = forge_device(&session->forge, script);
    command.verify.undo = script_byte(script) & 1;
    fill_root(session, name, &command);
    world_ask(&session->scene.world, name, &command);
}
