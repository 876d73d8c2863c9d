/* SPDX-License-Identifier: MIT */
#include "insider.h"

#include "core/base/hlc.h"
#include "core/members/groups.h"
#include "core/members/roster.h"
#include "gathering.h"

static const uint8_t no_nonce[SEALED_NONCE_SIZE];

const struct member *insider_colleague(const struct insider *insider, const char *name)
{
    const struct node *alice = world_host(&insider->world, "alice")->node;
    return roster_find(&alice->workspace->roster, &world_host(&insider->world, name)->node->identity.device);
}

/* ---------------------------------------------------------------- the beginning */

static void steal_chat(struct world *world, const char *name, struct chat *ret)
{
    struct host *host = world_host(world, "mallory");
    uint32_t number = 0;
    CHECK_OK(node_find_group(host->node, BYTES_TEXT(name), &number));
    const struct group *group = groups_by_number(host->node, number);
    assert_true(group->key_count > 0);
    ret->id = group->id;
    ret->root = group->root;
    ret->key = group->keys[0].key;
    ret->epoch = group->keys[0].id;
    CHECK_OK(gathering_genesis(host, group, &ret->genesis));
}

static void take_over(struct insider *insider)
{
    const struct identity *identity = &world_host(&insider->world, "mallory")->node->identity;
    struct stranger *mallory = &insider->mallory;
    stranger_init(mallory, &insider->world, "insider");
    mallory->device = identity->device;
    mallory->secret = identity->secret;
    insider->person = insider_colleague(insider, "mallory")->person;
    insider->workspace_key = stranger_steal_key(world_host(&insider->world, "mallory"));
    world_stop(&insider->world, "mallory");
    forge_log(mallory, &insider->office.id, KIND_CONTENT, &insider->logs[0]);
    forge_log(mallory, &insider->board.id, KIND_CONTENT, &insider->logs[1]);
    forge_log(mallory, &insider->den.id, KIND_CONTENT, &insider->logs[2]);
    for (uint32_t i = 0; i < 3; i++)
        insider->logs[i].number = 1 + i;
}

static void begin(struct insider *insider, uint64_t seed, const char *founder, const char *other)
{
    struct world *world = &insider->world;
    *insider = (struct insider){.office = {.genesis = {0}}};
    begin_story(world, seed, founder, GUESTS("bob", other));
    CHECK_OK(gathering_found(world, "alice", "Board", GUESTS("mallory")));
    CHECK_OK(gathering_accept(world, "mallory"));
    CHECK_OK(gathering_found(world, "mallory", "Den", GUESTS("bob")));
    CHECK_OK(gathering_accept(world, "bob"));
    world_settle(world);
    CHECK_HOLDS(world);
    steal_chat(world, "Office", &insider->office);
    steal_chat(world, "Board", &insider->board);
    steal_chat(world, "Den", &insider->den);
    take_over(insider);
}

void insider_begin(struct insider *insider, uint64_t seed)
{
    begin(insider, seed, "alice", "mallory");
}

void insider_begin_as_admin(struct insider *insider, uint64_t seed)
{
    begin(insider, seed, "mallory", "alice");
}

void insider_end(struct insider *insider)
{
    CHECK_OK(world_say(&insider->world, "alice", "we go on"));
    CHECK_OK(world_say(&insider->world, "bob", "yes"));
    world_settle(&insider->world);
    CHECK_HOLDS(&insider->world);
    assert_int_equal(world_text_count(&insider->world, "bob", "we go on"), 1);
    assert_int_equal(world_text_count(&insider->world, "alice", "yes"), 1);
    buffer_done(&insider->office.genesis);
    buffer_done(&insider->board.genesis);
    buffer_done(&insider->den.genesis);
    stranger_done(&insider->mallory);
    end_story(&insider->world);
}

void insider_meet(struct insider *insider, const char *whom)
{
    CHECK_OK(stranger_greet(&insider->mallory, whom, &insider->workspace_key));
    stranger_hello(&insider->mallory);
}

/* ---------------------------------------------------------------- what she writes */

static struct forged_log *log_in(struct insider *insider, const struct chat *chat)
{
    bool is_office = same_hash(&chat->id, &insider->office.id), is_board = same_hash(&chat->id, &insider->board.id);
    return &insider->logs[is_office ? 0 : is_board ? 1 : 2];
}

void insider_write(struct insider *insider, const struct chat *chat, enum entry_type type, struct bytes plain,
                   struct buffer *items)
{
    struct forgery forgery = {.type = type, .payload = plain, .key = &chat->key, .epoch = chat->epoch};
    struct buffer wire = {0};
    forgery.hlc = hlc_make(host_now_ms(world_host(&insider->world, "alice")), 0);
    forge_entry(&insider->mallory, log_in(insider, chat), &forgery, &wire);
    check_written(insider->mallory.host, &insider->mallory.device, buffer_bytes(&wire));
    forge_item(buffer_bytes(&wire), items);
    buffer_done(&wire);
}

void insider_send(struct insider *insider, const struct chat *chat, struct bytes items, uint64_t flags)
{
    forge_send(&insider->mallory, log_in(insider, chat), items, flags);
}

void insider_say(struct insider *insider, const struct chat *chat, enum entry_type type, struct bytes plain)
{
    struct buffer items = {0};
    insider_write(insider, chat, type, plain, &items);
    insider_send(insider, chat, buffer_bytes(&items), ENTRIES_FLAG_LAST | ENTRIES_FLAG_LIVE);
    world_run(&insider->world, 500);
    buffer_done(&items);
}

void insider_decree(struct insider *insider, struct forged_log *log, enum entry_type type, struct bytes payload)
{
    struct forgery forgery = {.type = type, .payload = payload};
    struct buffer wire = {0}, items = {0};
    forge_entry(&insider->mallory, log, &forgery, &wire);
    check_written(insider->mallory.host, &insider->mallory.device, buffer_bytes(&wire));
    forge_item(buffer_bytes(&wire), &items);
    forge_send(&insider->mallory, log, buffer_bytes(&items), ENTRIES_FLAG_LAST | ENTRIES_FLAG_LIVE);
    world_run(&insider->world, 500);
    buffer_done(&wire);
    buffer_done(&items);
}

void insider_seal_note(struct insider *insider, const char *whom, const struct note *note, struct buffer *out)
{
    const struct bytes parts[] = {BYTES_TEXT("zuruf-note-v1"), BYTES_OF(insider->office.id.bytes)};
    struct sealed_note sealed;
    struct dh_secret secret;
    struct secret_key key;
    uint8_t seed[32];
    struct hash ad;
    struct buffer plain = {0}, inner = {0};
    random_bytes(&insider->world.random, seed, sizeof seed);
    random_bytes(&insider->world.random, key.bytes, sizeof key.bytes);
    crypto_dh_keypair_from(seed, &sealed.ephemeral, &secret);
    CHECK_OK(crypto_box_key(&secret, &sealed.ephemeral, &insider_colleague(insider, whom)->box, &key, sealed.box));
    note_encode(note, &plain);
    crypto_hash_parts(parts, 2, &ad);
    crypto_seal(&key, no_nonce, BYTES_OF(ad.bytes), buffer_bytes(&plain), &inner);
    sealed.sealed = buffer_bytes(&inner);
    sealed_note_encode(&sealed, out);
    buffer_done(&plain);
    buffer_done(&inner);
}

void insider_note(struct insider *insider, const char *whom, const struct note *note)
{
    struct buffer content = {0};
    insider_seal_note(insider, whom, note, &content);
    insider_say(insider, &insider->office, ENTRY_NOTE, buffer_bytes(&content));
    buffer_done(&content);
}

struct note insider_invitation(const struct insider *insider, const struct chat *chat, const char *name)
{
    return (struct note){.kind = NOTE_INVITATION,
                         .group = chat->id,
                         .root = chat->root,
                         .genesis = buffer_bytes(&chat->genesis),
                         .instance = 1,
                         .admins = BYTES_OF(insider->mallory.device.bytes),
                         .name = BYTES_TEXT(name)};
}

/* ---------------------------------------------------------------- what the others have */

struct node *insider_node(const struct insider *insider, const char *name)
{
    return world_host(&insider->world, name)->node;
}

uint32_t insider_number(const struct insider *insider, const char *name, const char *group)
{
    uint32_t number = 0;
    return node_find_group(insider_node(insider, name), BYTES_TEXT(group), &number) == OK ? number : 0;
}

struct node_group insider_group(const struct insider *insider, const char *name, const char *called)
{
    struct node_group group;
    uint32_t number = insider_number(insider, name, called);
    for (size_t i = 0; node_group_at(insider_node(insider, name), i, &group); i++)
        if (group.number == number)
            return group;
    fail_msg("%s has no group %s", name, called);
    return group;
}
