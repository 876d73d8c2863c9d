/* SPDX-License-Identifier: MIT
 * What each method of the local API asks of the node and says about it, through its socket. */
#include "rpc_world.h"

static void assert_members(json_t *object, const char *names)
{
    char copy[512], *rest = copy;
    size_t count = 0;

    snprintf(copy, sizeof copy, "%s", names);
    for (char *name; (name = strsep(&rest, " ")) != NULL; count++)
        if (!json_object_get(object, name))
            fail_msg("%s is missing", name);
    assert_int_equal(json_object_size(object), count);
}

static json_t *result(struct client *client, const char *method, const char *params)
{
    json_t *answer = client_call(client, method, params);
    json_t *value = json_incref(json_object_get(answer, "result"));

    if (!value)
        fail_msg("%s: %s", method, text_at(answer, "error.message"));
    json_decref(answer);
    return value;
}

static void node_info_tells_who_and_where_it_is(void **state)
{
    struct world *world = *state;
    struct client client = client_of(world);

    json_t *info = result(&client, "node.info", "{}");
    assert_members(info, "version protocol pid home locked passphrase has_identity has_workspace device fingerprint "
                         "person name workspace "
                         "listen");
    assert_string_equal(text_at(info, "home"), world->home);
    assert_string_equal(text_at(info, "workspace"), "B\xC3\xBCro");
    assert_int_equal(json_integer_value(at(info, "pid")), getpid());
    assert_int_equal(strlen(text_at(info, "device")), 52);
    json_decref(info);

    world->node.has_workspace = false;
    info = result(&client, "node.info", "{}");
    assert_true(json_is_null(at(info, "workspace")));
    json_decref(info);
    assert_error(client_call(&client, "person.list", "{}"), -32000, "no_workspace");
    client_done(&client);
}

static void a_locked_node_serves_only_what_needs_no_key(void **state)
{
    static const char *const refused[] = {"person.list", "group.list",     "message.list", "message.send",
                                          "sync.status", "peer.list",      "clock.get",    "invite.create",
                                          "message.get", "event.subscribe"};
    struct world *world = *state;
    struct client client = client_of(world);

    world->node.locked = true;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        assert_error(client_call(&client, refused[i], "{}"), -32000, "locked");
    json_t *info = result(&client, "node.info", "{}");
    assert_true(json_is_true(at(info, "locked")));
    assert_true(json_is_true(at(info, "passphrase")));
    json_decref(info);
    assert_int_equal(world->commands, 0);

    assert_error(client_call(&client, "node.unlock", "{\"passphrase\":\"open\"}"), -32000, "bad_passphrase");
    assert_error(client_call(&client, "node.unlock", "{}"), -32602, "usage");
    assert_int_equal(world->commands, 0);
    json_decref(result(&client, "node.unlock", "{\"passphrase\":\"open sesame\"}"));
    assert_int_equal(world->last.type, COMMAND_UNLOCK);
    assert_int_equal(world->last.store_key->bytes[0], 7);
    json_decref(result(&client, "node.lock", "{}"));
    assert_int_equal(world->last.type, COMMAND_LOCK);
    assert_int_equal(world->locks, 1);
    client_done(&client);
}

static void a_new_passphrase_has_eight_bytes_and_an_old_one_any(void **state)
{
    struct world *world = *state;
    struct client client = client_of(world);

    assert_error(client_call(&client, "passphrase.set", "{\"passphrase\":\"seven..\"}"), -32602, "usage");
    json_decref(result(&client, "passphrase.set", "{\"passphrase\":\"eight...\"}"));
    assert_string_equal(world->last_text, ">eight...");
    json_decref(result(&client, "passphrase.set", "{\"passphrase\":\"eight...\",\"old\":\"x\"}"));
    assert_string_equal(world->last_text, "x>eight...");
    json_decref(result(&client, "passphrase.remove", "{\"old\":\"x\"}"));
    assert_string_equal(world->last_text, "x>");
    client_done(&client);
}

static void the_root_key_is_told_to_who_has_its_passphrase(void **state)
{
    struct client client = client_of(*state);

    assert_error(client_call(&client, "root.export", "{}"), -32000, "no_passphrase");
    assert_error(client_call(&client, "root.export", "{\"passphrase\":\"no\"}"), -32000, "bad_passphrase");
    json_t *exported = result(&client, "root.export", "{\"passphrase\":\"root and branch\"}");
    assert_members(exported, "root secret");
    assert_int_equal(strlen(text_at(exported, "root")), 52);
    assert_memory_equal(text_at(exported, "secret"), "baeaqcai", 8); /* eights */
    json_decref(exported);
    client_done(&client);
}

static void a_verified_device_reaches_the_node(void **state)
{
    struct world *world = *state;
    struct client client = client_of(world);

    assert_error(client_call(&client, "person.verify", "{\"device\":\"abc\"}"), -32602, "usage");
    assert_error(client_call(&client, "person.verify", "{}"), -32602, "usage");
    json_decref(
        result(&client, "person.verify", "{\"device\":\"baeaqcaibaeaqcaibaeaqcaibaeaqcaibaeaqcaibaeaqcaibaea\"}"));
    assert_int_equal(world->last.type, COMMAND_VERIFY);
    assert_int_equal(world->last.verify.device.bytes[31], 8);
    assert_false(world->last.verify.undo);
    json_decref(result(&client, "person.verify",
                       "{\"device\":\"baeaqcaibaeaqcaibaeaqcaibaeaqcaibaeaqcaibaeaqcaibaea\",\"undo\":true}"));
    assert_true(world->last.verify.undo);
    client_done(&client);
}

static void a_root_key_from_shares_reaches_the_node(void **state)
{
    static const char *const wrong[] = {
        "{\"secret\":\"baeaqcai\",\"of\":5,\"need\":3}",
        "{\"of\":5,\"need\":3}",
        "{\"secret\":\"baeaqcaibaeaqcaibaeaqcaibaeaqcaibaeaqcaibaeaqcaibaea\",\"of\":5,\"need\":6}",
        "{\"secret\":\"baeaqcaibaeaqcaibaeaqcaibaeaqcaibaeaqcaibaeaqcaibaea\",\"of\":5}",
        ("{\"secret\":\"baeaqcaibaeaqcaibaeaqcaibaeaqcaibaeaqcaibaeaqcaibaea\",\"of\":5,\"need\":3,"
         "\"passphrase\":\"short\"}"),
    };
    struct world *world = *state;
    struct client client = client_of(world);

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_error(client_call(&client, "root.recover", wrong[i]), -32602, "usage");
    assert_int_equal(world->commands, 0);
    json_decref(result(&client, "root.recover",
                       "{\"secret\":\"baeaqcaibaeaqcaibaeaqcaibaeaqcaibaeaqcaibaeaqcaibaea\",\"of\":5,\"need\":3}"));
    assert_int_equal(world->last.type, COMMAND_ROOT_RECOVER);
    assert_int_equal(world->last.root.seed[0], 8);
    assert_int_equal(world->last.root.seed[31], 8);
    assert_int_equal(world->last.root.of, 5);
    json_t *groups = result(&client, "root.groups", "{\"passphrase\":\"root and branch\"}");
    assert_int_equal(world->last.type, COMMAND_ROOT_GROUPS);
    assert_members(at(groups, "groups.0"), "group name by person device ruled member entered known");
    json_decref(groups);
    json_decref(result(&client, "root.enter", "{\"group\":\"Sales\"}"));
    assert_int_equal(world->last.type, COMMAND_ROOT_ENTER);
    assert_int_equal(world->last.group.id.bytes[0], 5);
    assert_error(client_call(&client, "root.enter", "{\"group\":\"Nowhere\"}"), -32000, "not_found");
    json_decref(result(&client, "root.shared", "{\"of\":4,\"need\":2}"));
    assert_int_equal(world->last.type, COMMAND_ROOT_SHARED);
    assert_int_equal(world->last.root.need, 2);
    json_decref(
        result(&client, "root.hand_over", "{\"passphrase\":\"root and branch\",\"new_passphrase\":\"stem and leaf\"}"));
    assert_int_equal(world->last.type, COMMAND_ROOT_HAND_OVER);
    assert_int_equal(world->last.root.passphrase.size, 15);
    assert_int_equal(world->last.root.new_passphrase.size, 13);
    json_decref(result(&client, "workspace.create", "{\"name\":\"Office\",\"root_passphrase\":\"root and branch\"}"));
    assert_int_equal(world->last.root.passphrase.size, 15);
    client_done(&client);
}

static void lists_have_the_rows_of_the_node(void **state)
{
    struct client client = client_of(*state);

    json_t *persons = result(&client, "person.list", "{}");
    assert_int_equal(json_array_size(at(persons, "persons")), 3);
    assert_members(at(persons, "persons.2"),
                   "person name label device fingerprint verification instance role self online linked last_heard full "
                   "added_by complete_to missing");
    assert_string_equal(text_at(persons, "persons.2.name"), "Bob");
    assert_string_equal(text_at(persons, "persons.2.role"), "reader");
    assert_string_equal(text_at(persons, "persons.2.last_heard"), "2026-11-24T08:15:30.123Z");
    assert_true(json_is_null(at(persons, "persons.0.last_heard")));
    assert_string_equal(text_at(persons, "persons.2.full"), "quota");
    assert_true(json_is_null(at(persons, "persons.0.full")));

    json_t *groups = result(&client, "group.list", "{}");
    assert_members(at(groups, "groups.0"), "group name kind person folder private admitted left entered by_workspace "
                                           "role members logs missing payloads_missing received "
                                           "carried has_key waiting_for_key needs_instance needs_newer");
    assert_int_equal(json_integer_value(at(groups, "groups.0.waiting_for_key")), 2);
    assert_true(json_is_true(at(groups, "groups.0.needs_newer")));
    assert_string_equal(text_at(groups, "groups.0.kind"), "workspace");
    assert_int_equal(json_integer_value(at(groups, "groups.0.members")), 2); /* persons, of three devices */
    assert_string_equal(text_at(groups, "groups.0.missing"), "3");

    json_t *peers = result(&client, "peer.list", "{}");
    assert_members(at(peers, "peers.0"), "address by_hand connected device name next_dial_in_ms");
    assert_string_equal(text_at(peers, "peers.0.address"), "127.0.0.1:4000");
    assert_string_equal(text_at(peers, "peers.0.name"), "Bob");

    json_t *sync = result(&client, "sync.status", "{}");
    assert_members(sync,
                   "groups forked_logs runs_twice removed root carrier links entries free_disk disk_state discovery "
                   "pinned");
    assert_true(json_is_true(at(sync, "runs_twice")));
    assert_members(at(sync, "removed"), "by device person name time");
    assert_string_equal(text_at(sync, "removed.by"), "admin");
    assert_string_equal(text_at(sync, "removed.name"), "Bob");
    assert_members(at(sync, "forked_logs.0"), "group log device person author");
    assert_string_equal(text_at(sync, "forked_logs.0.author"), "Bob");
    assert_string_equal(text_at(sync, "forked_logs.0.group"), text_at(groups, "groups.0.group"));
    assert_string_equal(text_at(sync, "disk_state"), "ok");
    assert_string_equal(text_at(sync, "discovery"), "off");

    json_decref(persons);
    json_decref(groups);
    json_decref(peers);
    json_decref(sync);
    client_done(&client);
}

static void a_group_is_named_by_name_or_by_id(void **state)
{
    struct world *world = *state;
    struct client client = client_of(world);
    char params[128];

    world->node.clocks = 2;
    json_t *groups = result(&client, "group.list", "{}");
    snprintf(params, sizeof params, "{\"group\":\"%s\"}", text_at(groups, "groups.0.group"));
    json_t *by_id = result(&client, "clock.get", params);
    json_t *by_name = result(&client, "clock.get", "{\"group\":\"B\xC3\xBCro\"}");
    assert_true(json_equal(by_id, by_name));
    assert_int_equal(json_array_size(at(by_id, "clock")), 2);
    assert_members(at(by_id, "clock.1"), "log seq");
    assert_string_equal(text_at(by_id, "clock.1.seq"), "2");
    assert_error(client_call(&client, "clock.get", "{\"group\":\"elsewhere\"}"), -32000, "not_found");
    json_decref(groups);
    json_decref(by_id);
    json_decref(by_name);
    client_done(&client);
}

static void an_at_sign_means_the_chat_with_a_person(void **state)
{
    struct world *world = *state;
    struct client client = client_of(world);

    json_t *office = result(&client, "group.find", "{\"target\":\"B\xC3\xBCro\"}");
    assert_members(office, "group name kind person");
    assert_string_equal(text_at(office, "kind"), "workspace");
    json_t *bob = result(&client, "group.find", "{\"target\":\"@Bob\"}");
    assert_string_equal(text_at(bob, "kind"), "direct");
    assert_string_equal(text_at(bob, "name"), "@Bob");
    json_t *clock = result(&client, "clock.get", "{\"group\":\"@bob\"}");
    assert_int_equal(json_array_size(at(clock, "clock")), 0);
    json_decref(client_call(&client, "message.send", "{\"target\":\"@Bob\",\"text\":\"psst\"}"));
    assert_int_equal(world->last.send.group, 0);
    assert_int_equal(world->last.send.person.bytes[0], 2);
    assert_error(client_call(&client, "group.find", "{\"target\":\"@Zoe\"}"), -32000, "not_found");
    assert_error(client_call(&client, "group.find", "{\"target\":\"@Alice\"}"), -32000, "usage");
    world->node.has_workspace = false;
    assert_error(client_call(&client, "group.find", "{\"target\":\"@Bob\"}"), -32000, "no_workspace");
    json_decref(office);
    json_decref(bob);
    json_decref(clock);
    client_done(&client);
}

static void a_group_tells_who_is_in_it_and_who_is_invited(void **state)
{
    struct client client = client_of(*state);

    json_t *group = result(&client, "group.show", "{\"group\":\"B\xC3\xBCro\"}");
    assert_string_equal(text_at(group, "kind"), "workspace");
    assert_int_equal(json_array_size(at(group, "persons")), 3);
    assert_members(at(group, "invited.0"), "person name device role declined");
    assert_string_equal(text_at(group, "invited.0.name"), "Bob");
    json_t *list = result(&client, "group.list", "{}");
    assert_members(at(list, "invitations.0"), "group name inviter person device fingerprint private role declined");
    assert_string_equal(text_at(list, "invitations.0.inviter"), "Bob");
    assert_error(client_call(&client, "group.show", "{\"group\":\"elsewhere\"}"), -32000, "not_found");
    json_decref(group);
    json_decref(list);
    client_done(&client);
}

static void assert_commands(struct client *client, struct world *world, const char *method, const char *params,
                            enum command_type type)
{
    json_decref(client_call(client, method, params));
    assert_int_equal(world->last.type, type);
}

static void groups_are_made_and_changed_by_names(void **state)
{
    struct world *world = *state;
    struct client client = client_of(world);
    char params[100];

    assert_commands(&client, world, "group.create",
                    "{\"name\":\"Board\",\"folder\":\"A/B\",\"members\":[\"Bob\",\"@Alice\"],\"private\":true}",
                    COMMAND_GROUP_CREATE);
    assert_int_equal(world->last.group.person_count, 2);
    assert_int_equal(world->last.group.persons[0].bytes[0], 2);
    assert_int_equal(world->last.group.persons[1].bytes[0], 1);
    assert_true(world->last.group.is_private);
    assert_commands(&client, world, "group.add", "{\"group\":\"B\xC3\xBCro\",\"person\":\"bob\"}", COMMAND_GROUP_ADD);
    assert_int_equal(world->last.group.number, OFFICE);
    assert_int_equal(world->last.role, ROLE_MEMBER);
    assert_commands(&client, world, "group.add", "{\"group\":\"B\xC3\xBCro\",\"person\":\"bob\",\"role\":\"carrier\"}",
                    COMMAND_GROUP_ADD);
    assert_int_equal(world->last.role, ROLE_CARRIER);
    assert_commands(&client, world, "carrier.quota", "{\"bytes\":\"5000000000\"}", COMMAND_CARRIER_QUOTA);
    assert_true(world->last.quota == 5000000000);
    assert_commands(&client, world, "carrier.quota", "{\"bytes\":\"none\"}", COMMAND_CARRIER_QUOTA);
    assert_true(world->last.quota == UINT64_MAX);
    assert_error(client_call(&client, "carrier.quota", "{\"bytes\":\"5 GB\"}"), -32602, "usage");
    assert_error(client_call(&client, "carrier.quota", "{\"bytes\":\"9999999999999999999\"}"), -32602, "usage");
    assert_commands(&client, world, "group.rename", "{\"group\":\"B\xC3\xBCro\",\"name\":\"Head Office\"}",
                    COMMAND_GROUP_RENAME);
    assert_commands(&client, world, "group.role", "{\"group\":\"B\xC3\xBCro\",\"person\":\"bob\",\"role\":\"carrier\"}",
                    COMMAND_GROUP_ROLE);
    assert_int_equal(world->last.role, ROLE_CARRIER);
    assert_int_equal(world->last.group.persons[0].bytes[0], 2);
    assert_error(client_call(&client, "group.role", "{\"group\":\"B\xC3\xBCro\",\"person\":\"bob\"}"), -32602, "usage");
    assert_commands(&client, world, "group.remove", "{\"group\":\"B\xC3\xBCro\",\"person\":\"@Bob\"}",
                    COMMAND_GROUP_REMOVE);
    assert_int_equal(world->last.group.person_count, 1);
    assert_commands(&client, world, "group.leave", "{\"group\":\"B\xC3\xBCro\"}", COMMAND_GROUP_LEAVE);
    assert_commands(&client, world, "group.accept", "{\"group\":\"lunch\"}", COMMAND_GROUP_ACCEPT);
    assert_int_equal(world->last.group.id.bytes[0], 5);
    assert_commands(&client, world, "group.decline", "{\"group\":\"Lunch\"}", COMMAND_GROUP_DECLINE);
    assert_error(client_call(&client, "group.accept", "{\"group\":\"Dinner\"}"), -32000, "not_found");
    assert_error(client_call(&client, "group.accept", "{\"group\":\"party\"}"), -32000, "name_ambiguous");
    json_t *list = result(&client, "group.list", "{}");
    snprintf(params, sizeof params, "{\"group\":\"%s\"}", text_at(list, "invitations.2.group"));
    assert_commands(&client, world, "group.accept", params, COMMAND_GROUP_ACCEPT);
    assert_int_equal(world->last.group.id.bytes[0], 7);
    json_decref(list);
    assert_error(client_call(&client, "group.create", "{\"name\":\"X\",\"members\":[\"Zoe\"]}"), -32000, "not_found");
    client_done(&client);
}

/* ---------------------------------------------------------------- commands */

static void an_invite_is_told_as_code_and_link(void **state)
{
    struct world *world = *state;
    struct client client = client_of(world);

    json_t *invite = result(&client, "invite.create", "{\"role\":\"reader\",\"expires_in_ms\":60000}");
    assert_members(invite, "code link expires role");
    assert_int_equal(world->last.role, ROLE_READER);
    assert_string_equal(text_at(invite, "role"), "reader");
    assert_string_equal(text_at(invite, "code"), "abandon-abandon-abandon-abandon-abandon-abandon");
    assert_string_equal(text_at(invite, "link"), "zuruf:join/abandon-abandon-abandon-abandon-abandon-abandon");
    json_decref(invite);

    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    uint64_t soon = (uint64_t)now.tv_sec * 1000 + 60000;
    assert_in_range(world->last.expires_ms, soon - 20000, soon + 20000);
    assert_error(client_call(&client, "invite.create", "{\"role\":\"admin\"}"), -32602, "usage");
    json_decref(result(&client, "invite.create", "{\"person\":\"Bob\"}"));
    assert_int_equal(world->last.invite, INVITE_AGAIN);
    client_done(&client);
}

static void joining_takes_a_code_or_its_link_and_addresses(void **state)
{
    struct world *world = *state;
    struct client client = client_of(world);
    uint64_t before = moment_mono_ms();

    json_decref(result(&client, "workspace.join",
                       "{\"code\":\"zuruf:join/abandon-ability-able-about-above-absent\",\"timeout_ms\":500000,"
                       "\"peers\":[\"127.0.0.1:4000\",\"[::1]:4001\"]}"));
    assert_int_equal(world->last.type, COMMAND_JOIN);
    assert_int_equal(world->last.code.words[5], 5);
    assert_int_equal(world->last.address_count, 2);
    assert_int_equal(world->last.addresses[1].port, 4001);
    assert_in_range(world->last.deadline_ms, before + 500000, before + 500000 + DEADLINE_MS);

    json_t *joined = result(&client, "workspace.join", "{\"code\":\"Abandon ability able about above absent\"}");
    assert_string_equal(text_at(joined, "workspace"), "B\xC3\xBCro");
    json_decref(joined);
    assert_error(client_call(&client, "workspace.join",
                             "{\"code\":\"abandon ability able about above absent\",\"peers\":[\"x\"]}"),
                 -32602, "usage");
    client_done(&client);
}

static void a_further_computer_is_brought_in_by_a_code_of_its_own(void **state)
{
    struct world *world = *state;
    struct client client = client_of(world);

    json_t *code = result(&client, "device.link", "{\"expires_in_ms\":60000}");
    assert_members(code, "code link expires");
    assert_int_equal(world->last.invite, INVITE_DEVICE);
    assert_string_equal(text_at(code, "link"), "zuruf:link/abandon-abandon-abandon-abandon-abandon-abandon");
    json_decref(code);
    json_decref(result(&client, "device.join", "{\"code\":\"zuruf:link/abandon-ability-able-about-above-absent\"}"));
    assert_int_equal(world->last.type, COMMAND_JOIN);
    assert_true(world->last.links);
    json_decref(
        result(&client, "device.revoke", "{\"device\":\"baeaqcaibaeaqcaibaeaqcaibaeaqcaibaeaqcaibaeaqcaibaea\"}"));
    assert_int_equal(world->last.type, COMMAND_DEVICE_REVOKE);
    assert_int_equal(world->last.device.bytes[31], 8);
    json_t *list = result(&client, "device.list", "{}");
    assert_members(at(list, "devices.0"), "name label device fingerprint self online since last_seen linked added_by");
    assert_true(json_is_true(at(list, "devices.0.self")));
    assert_string_equal(text_at(list, "devices.1.since"), "1970-01-01T00:00:01.000Z");
    json_decref(list);
    client_done(&client);
}

static void names_and_addresses_reach_the_node(void **state)
{
    struct world *world = *state;
    struct client client = client_of(world);

    json_t *identity = result(&client, "identity.create", "{\"name\":\"Alice\"}");
    assert_members(identity, "device fingerprint");
    assert_int_equal(world->last.type, COMMAND_IDENTITY_CREATE);
    assert_int_equal(world->last.name.size, 5);
    json_decref(identity);
    json_decref(result(&client, "peer.add", "{\"address\":\"10.0.0.1:4000\"}"));
    assert_int_equal(world->last.type, COMMAND_PEER_ADD);
    assert_int_equal(world->last.addresses[0].ip[12], 10);
    json_decref(result(&client, "peer.remove", "{\"address\":\"10.0.0.1:4000\"}"));
    assert_int_equal(world->last.type, COMMAND_PEER_REMOVE);
    client_done(&client);
}

static void a_range_whose_times_are_doubted_reaches_the_node(void **state)
{
    struct world *world = *state;
    struct client client = client_of(world);

    for (int i = 0; i < 3; i++)
        node_add(&world->node, "in the year 2099")->time_doubtful = i > 0;
    json_decref(result(&client, "clock.distrust", "{\"from\":\"aaaaaaaaaaaaaaaa-2\",\"to\":\"aaaaaaaaaaaaaaaa-3\"}"));
    assert_int_equal(world->last.type, COMMAND_CLOCK_DISTRUST);
    assert_int_equal(world->last.distrust.from.seq, 2);
    assert_int_equal(world->last.distrust.to.seq, 3);
    json_decref(result(&client, "clock.distrust", "{\"from\":\"aaaaaaaaaaaaaaaa-2\"}"));
    assert_int_equal(world->last.distrust.to.seq, 2);
    assert_error(client_call(&client, "clock.distrust", "{\"from\":\"aaaaaaaaaaaaaaaa-9\"}"), -32000, "not_found");
    assert_error(client_call(&client, "clock.distrust", "{}"), -32602, "usage");

    json_t *first = result(&client, "message.get", "{\"id\":\"aaaaaaaaaaaaaaaa-1\"}");
    json_t *second = result(&client, "message.get", "{\"id\":\"aaaaaaaaaaaaaaaa-2\"}");
    assert_null(json_object_get(first, "time_doubtful"));
    assert_true(json_is_true(json_object_get(second, "time_doubtful")));
    json_decref(first);
    json_decref(second);
    client_done(&client);
}

static void a_text_over_the_limit_is_refused_before_the_node(void **state)
{
    struct world *world = *state;
    struct client client = client_of(world);
    struct buffer line = {0};

    buffer_append(&line, BYTES_TEXT("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"message.send\",\"params\":{\"target\":"
                                    "\"B\xC3\xBCro\",\"text\":\""));
    memset(buffer_extend(&line, TEXT_MAX_SIZE + 1), 'x', TEXT_MAX_SIZE + 1);
    buffer_append(&line, BYTES_TEXT("\"}}\n"));
    client_try_write(&client, buffer_bytes(&line));
    assert_error(client_line(&client), -32000, "too_big");
    assert_int_equal(world->commands, 0);
    buffer_done(&line);
    client_done(&client);
}

/* ---------------------------------------------------------------- messages */

static void a_message_has_all_its_members(void **state)
{
    struct world *world = *state;
    struct client client = client_of(world);

    node_add(&world->node, "first");
    struct message *message = node_add(&world->node, "\x1B[31m\n\"\xC3\xBC\"");
    message->topic = BYTES_TEXT("Angebot");
    message->reply_to = world->node.messages[0].ref;
    message->incomplete = true;
    node_make_durable(&world->node);
    world->node.clocks = 1;

    json_t *got = result(&client, "message.get", "{\"id\":\"ceirceirceirceir-2\",\"clock\":true}");
    assert_members(
        got, "id group topic author person device verification seq time seen_at text reply_to edited urgent late state "
             "type clock incomplete");
    assert_string_equal(text_at(got, "id"), "ceirceirceirceir-2");
    assert_string_equal(text_at(got, "text"), "\x1B[31m\n\"\xC3\xBC\"");
    assert_string_equal(text_at(got, "reply_to"), "ceirceirceirceir-1");
    assert_string_equal(text_at(got, "topic"), "Angebot");
    assert_string_equal(text_at(got, "type"), "message");
    assert_string_equal(text_at(got, "state"), "readable");
    assert_string_equal(text_at(got, "seq"), "2");
    assert_string_equal(text_at(got, "clock.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), "1");
    json_decref(got);
    assert_error(client_call(&client, "message.get", "{\"id\":\"ceirceirceirceir-3\"}"), -32000, "not_found");
    client_done(&client);
}

static void what_cannot_be_read_shows_no_text(void **state)
{
    struct world *world = *state;
    struct client client = client_of(world);

    node_add(&world->node, "secret")->state = MESSAGE_PAYLOAD_MISSING;
    node_add(&world->node, "new kind")->state = MESSAGE_NEEDS_NEWER;
    world->node.messages[1].type = UINT64_MAX;
    node_add(&world->node, "a title")->state = MESSAGE_NOT_TEXT;
    node_make_durable(&world->node);
    json_t *stripped = result(&client, "message.get", "{\"id\":\"1\"}");
    assert_string_equal(text_at(stripped, "text"), "");
    assert_string_equal(text_at(stripped, "state"), "payload_missing");
    json_t *newer = result(&client, "message.get", "{\"id\":\"2\"}");
    assert_string_equal(text_at(newer, "type"), "18446744073709551615");
    assert_error(client_call(&client, "message.get", "{\"id\":\"3\"}"), -32000, "not_found");
    json_decref(stripped);
    json_decref(newer);
    client_done(&client);
}

static void a_receipt_says_in_a_word_who_has_it(void **state)
{
    static const char *const words[] = {"queued", "with", "all"};
    struct world *world = *state;
    struct client client = client_of(world);

    node_add(&world->node, "x");
    for (world->node.with = 0; world->node.with <= 2; world->node.with++) {
        json_t *receipt = result(&client, "message.receipt", "{\"id\":\"1\"}");
        assert_members(receipt, "persons with carriers with_carriers state");
        assert_string_equal(text_at(receipt, "state"), words[world->node.with]);
        json_decref(receipt);
    }
    client_done(&client);
}

/* Reads page after page; returns how many pages; texts must be their numbers from `first` on, by `step`. */
static size_t read_pages(struct client *client, const char *more, long first, long step, size_t expected)
{
    char params[512], cursor[128] = "";
    size_t pages = 0, seen = 0;

    do {
        snprintf(params, sizeof params, "{\"target\":\"B\xC3\xBCro\"%s%s%s%s}", more, *cursor ? ",\"cursor\":\"" : "",
                 cursor, *cursor ? "\"" : "");
        json_t *page = result(client, "message.list", params);
        for (size_t i = 0; i < json_array_size(at(page, "messages")); i++, seen++, first += step)
            assert_int_equal(strtol(text_at(json_array_get(at(page, "messages"), i), "text"), NULL, 10), first);
        assert_true(json_is_true(at(page, "current")));
        snprintf(cursor, sizeof cursor, "%s", at(page, "cursor") ? text_at(page, "cursor") : "");
        json_decref(page);
        pages++;
    } while (*cursor);
    assert_int_equal(seen, expected);
    return pages;
}

static void add_numbered(struct world *world, size_t count)
{
    char text[32];

    for (size_t i = 0; i < count; i++) {
        snprintf(text, sizeof text, "%zu", world->node.count);
        node_add(&world->node, text);
    }
    node_make_durable(&world->node);
}

static void what_comes_before_its_history_is_listed_apart(void **state)
{
    struct world *world = *state;
    struct client client = client_of(world);

    add_numbered(world, 3);
    node_add(&world->node, "now");
    node_add(&world->node, "a name")->state = MESSAGE_NOT_TEXT;
    assert_int_equal(read_pages(&client, "", 0, 1, 3), 1);
    json_t *page = result(&client, "message.list", "{\"target\":\"B\xC3\xBCro\",\"early\":true}");
    assert_members(page, "messages current");
    assert_int_equal(json_array_size(at(page, "messages")), 1);
    json_t *message = json_array_get(at(page, "messages"), 0);
    assert_string_equal(text_at(message, "text"), "now");
    assert_true(json_is_true(at(message, "early")));
    assert_true(json_is_null(at(message, "seen_at")));
    json_decref(page);
    client_done(&client);
}

static void pages_follow_each_other_to_the_end_in_both_directions(void **state)
{
    struct world *world = *state;
    struct client client = client_of(world);

    assert_int_equal(read_pages(&client, "", 0, 1, 0), 1);
    add_numbered(world, 350);
    assert_int_equal(read_pages(&client, "", 0, 1, 350), 4);
    assert_int_equal(read_pages(&client, ",\"limit\":50", 0, 1, 350), 7); /* no empty page at the end */
    assert_int_equal(read_pages(&client, ",\"limit\":1000", 0, 1, 350), 1);
    assert_int_equal(read_pages(&client, ",\"limit\":7,\"direction\":\"backward\"", 349, -1, 350), 50);
    assert_int_equal(read_pages(&client, ",\"limit\":7,\"clock\":true", 0, 1, 350), 50);
    client_done(&client);
}

static void a_page_may_be_limited_by_time(void **state)
{
    struct world *world = *state;
    struct client client = client_of(world);

    add_numbered(world, 100);
    read_pages(&client, ",\"since\":\"2026-11-24T08:15:30.011Z\",\"until\":\"2026-11-24T09:15:30.021+01:00\"", 10, 1,
               10);
    client_done(&client);
}

static void a_long_stretch_without_messages_is_read_in_bounded_pages(void **state)
{
    struct world *world = *state;
    struct client client = client_of(world);

    add_numbered(world, 5000);
    for (size_t i = 0; i < 4999; i++)
        world->node.messages[i].state = MESSAGE_NOT_TEXT;
    assert_int_equal(read_pages(&client, "", 4999, 1, 1), 3);
    client_done(&client);
}

static void a_page_never_exceeds_a_line(void **state)
{
    static uint8_t worst[TEXT_MAX_SIZE]; /* each byte becomes six */
    struct world *world = *state;
    struct client client = client_of(world);

    add_numbered(world, 40);
    memset(worst, 1, sizeof worst);
    memcpy(worst, "7", 1);
    char *kept[40];
    for (size_t i = 0; i < 40; i++) {
        kept[i] = (char *)(uintptr_t)world->node.messages[i].text.data;
        world->node.messages[i].text = BYTES_OF(worst);
    }
    world->node.clocks = 4096;
    assert_true(read_pages(&client, ",\"clock\":true", 7, 0, 40) > 10); /* each line's length is asserted there */
    assert_true(read_pages(&client, "", 7, 0, 40) > 5);
    for (size_t i = 0; i < 40; i++)
        world->node.messages[i].text.data = (uint8_t *)kept[i];
    client_done(&client);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(node_info_tells_who_and_where_it_is),
        TEST(a_locked_node_serves_only_what_needs_no_key),
        TEST(a_new_passphrase_has_eight_bytes_and_an_old_one_any),
        TEST(the_root_key_is_told_to_who_has_its_passphrase),
        TEST(a_root_key_from_shares_reaches_the_node),
        TEST(a_verified_device_reaches_the_node),
        TEST(lists_have_the_rows_of_the_node),
        TEST(a_group_is_named_by_name_or_by_id),
        TEST(an_at_sign_means_the_chat_with_a_person),
        TEST(a_group_tells_who_is_in_it_and_who_is_invited),
        TEST(groups_are_made_and_changed_by_names),
        TEST(an_invite_is_told_as_code_and_link),
        TEST(joining_takes_a_code_or_its_link_and_addresses),
        TEST(a_further_computer_is_brought_in_by_a_code_of_its_own),
        TEST(names_and_addresses_reach_the_node),
        TEST(a_range_whose_times_are_doubted_reaches_the_node),
        TEST(a_text_over_the_limit_is_refused_before_the_node),
        TEST(a_message_has_all_its_members),
        TEST(what_cannot_be_read_shows_no_text),
        TEST(a_receipt_says_in_a_word_who_has_it),
        TEST(what_comes_before_its_history_is_listed_apart),
        TEST(pages_follow_each_other_to_the_end_in_both_directions),
        TEST(a_page_may_be_limited_by_time),
        TEST(a_long_stretch_without_messages_is_read_in_bounded_pages),
        TEST(a_page_never_exceeds_a_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
