/* SPDX-License-Identifier: MIT */
#include "scene.h"

#include "core/link.h"
#include "core/logs.h"
#include <sanitizer/allocator_interface.h>
#include <stdio.h>
#include <stdlib.h>

#define LINK_FIRST (UINT64_C(1) << 40) /* beyond the names that the world gives its cables */
#define REACHES_MS 15000

static struct {
    bool stands;
    struct medium *alice, *bob;
    struct secret_key alice_key, bob_key;
    struct mallory mallory;
    uint64_t last_link;
} afternoon;

static void require(const struct world *world, bool holds, const char *what)
{
    if (holds && !world->failure[0])
        return;
    fprintf(stderr, "what must hold does not: %s; %s\n", what, world->failure);
    abort();
}

/* ---------------------------------------------------------------- the afternoon */

static const struct log *log_of(const struct group *group, const struct sign_public *device, enum log_kind kind)
{
    for (size_t i = 0; i < group->log_count; i++)
        if (group->logs[i]->named && group->logs[i]->kind == kind && same_key(log_author(group->logs[i]), device))
            return group->logs[i];
    return NULL;
}

static void learn_mallory(const struct node *node, struct mallory *ret)
{
    const struct group *group = node->workspace;
    ret->device = node->identity.device;
    ret->secret = node->identity.secret;
    ret->box = node->identity.box;
    ret->group = group->id;
    ret->root = group->root;
    ret->workspace_key = group->workspace_key;
    ret->epoch = group->keys[0];
    for (size_t i = 0; i < group->roster.count; i++)
        if (same_key(&group->roster.members[i].device, &ret->device)) {
            ret->person = group->roster.members[i].person;
            ret->instance = group->roster.members[i].instance;
        }
    const struct log *log = log_of(group, &ret->device, KIND_CONTENT);
    ret->own = (struct written_log){log->row.name, log->id, log->row.head_id, log->row.head_seq};
}

static void live_through_it(void)
{
    struct world world;
    struct code code;
    world_init(&world, 1);
    struct host *alice = world_add(&world, "alice");
    require(&world, world_found(&world, "alice", "Office") == OK, "a workspace");
    struct host *bob = world_add(&world, "bob"), *mallory = world_add(&world, "mallory");
    require(&world, world_meet(&world, "alice", "bob") == OK, "bob joins");
    require(&world, world_meet(&world, "alice", "mallory") == OK, "mallory joins");
    for (int i = 0; i < 4; i++) {
        const char *const names[] = {"alice", "bob", "mallory"};
        for (int k = 0; k < 3; k++)
            require(&world, world_say(&world, names[k], "good afternoon") == OK, "a greeting");
    }
    require(&world, world_settle(&world), "agreement");
    require(&world, world_invite(&world, "alice", &code) == OK, "an invitation");
    afternoon.alice = medium_copy(alice->disk);
    afternoon.bob = medium_copy(bob->disk);
    afternoon.alice_key = alice->store_key;
    afternoon.bob_key = bob->store_key;
    learn_mallory(mallory->node, &afternoon.mallory);
    for (size_t i = 0; i < alice->node->invite_count; i++)
        if (!alice->node->invites[i].used)
            afternoon.mallory.invite_psk = alice->node->invites[i].psk;
    world_done(&world);
    afternoon.stands = true;
}

const struct mallory *scene_mallory(void)
{
    if (!afternoon.stands)
        live_through_it();
    return &afternoon.mallory;
}

/* ---------------------------------------------------------------- the office */

static struct host *come_back(struct world *world, const char *name, const struct medium *disk,
                              const struct secret_key *store_key)
{
    struct host *host = host_new(world, name);
    medium_free(host->disk);
    host->disk = medium_copy(disk);
    host->store_key = *store_key;
    world->hosts[world->host_count++] = host;
    host_start(host);
    return host;
}

static bool are_linked(struct world *world)
{
    const struct host *alice = world_host(world, "alice"), *bob = world_host(world, "bob");
    return link_to(alice->node, &bob->node->identity.device) && link_to(bob->node, &alice->node->identity.device);
}

void scene_open(struct scene *scene, bool with_bob)
{
    struct world *world = &scene->world;
    scene_mallory();
    world_init(world, 2);
    world->forks_allowed = true; /* Mallory may write twice under one number */
    world->strangers = 16;
    scene->alice = come_back(world, "alice", afternoon.alice, &afternoon.alice_key);
    scene->bob = with_bob ? come_back(world, "bob", afternoon.bob, &afternoon.bob_key) : NULL;
    if (with_bob)
        require(world, world_until(world, are_linked, REACHES_MS), "alice and bob are connected");
    scene->allocated = __sanitizer_get_current_allocated_bytes();
}

void scene_close(struct scene *scene)
{
    require(&scene->world, true, "the world");
    world_done(&scene->world);
}

struct wanted {
    const struct message_ref *message;
    bool is_there;
};

static void look(void *arg, const struct hash *log, uint64_t seq)
{
    struct wanted *wanted = arg;
    if (same_hash(log, &wanted->message->log) && seq >= wanted->message->seq)
        wanted->is_there = true;
}

static bool reaches(struct world *world, const struct host *host, const struct message_ref *message)
{
    struct wanted wanted = {.message = message};
    for (int i = 0; i < REACHES_MS / 20 && !wanted.is_there && !world->failure[0]; i++) {
        node_clock(host->node, 1, look, &wanted);
        if (!wanted.is_there)
            world_run(world, 20);
    }
    return wanted.is_there;
}

void scene_must_work(struct scene *scene)
{
    struct world *world = &scene->world;
    struct saying saying = {.text = "are you still there?"};
    struct message_ref message;
    require(world, world_say_more(world, "bob", &saying, &message) == OK, "bob can write");
    require(world, reaches(world, scene->alice, &message), "what bob writes reaches alice");
    require(world, world_say_more(world, "alice", &saying, &message) == OK, "alice can write");
    require(world, reaches(world, scene->bob, &message), "what alice writes reaches bob");
}

void scene_must_be_small(const struct scene *scene, size_t most)
{
    size_t now = __sanitizer_get_current_allocated_bytes();
    if (now > scene->allocated + most)
        fprintf(stderr, "%zu bytes more than before\n", now - scene->allocated);
    require(&scene->world, now <= scene->allocated + most, "memory stays bounded");
}

void scene_knows(struct scene *scene, struct bytes wire)
{
    struct entry entry;
    struct hash name;
    uint8_t seq[8];
    if (entry_decode(wire, &entry) != OK)
        return;
    put_u64(seq, entry.seq);
    const struct bytes parts[] = {BYTES_OF(entry.log.bytes), BYTES_OF(seq)};
    crypto_hash_parts(parts, 2, &name);
    if (table_get(&scene->world.durable, name.bytes))
        return;
    struct hash *id = calloc(1, sizeof *id); /* owned by the world */
    entry_id(&entry, id);
    table_put(&scene->world.durable, name.bytes, id);
}

/* ---------------------------------------------------------------- a connection */

static void hear(struct caller *caller)
{
    const struct effects *effects = &caller->to->effects;
    for (size_t i = 0; i < effects->count; i++)
        if (effects->items[i].type == EFFECT_SEND && effects->items[i].link == caller->link)
            buffer_append(&caller->heard,
                          (struct bytes){effects->arena.data + effects->items[i].at, effects->items[i].size});
}

void caller_dial(struct caller *caller, struct host *to)
{
    struct event event = {.type = EVENT_LINK_UP, .address = {.ip = {[15] = 9}, .port = 999}};
    *caller = (struct caller){.to = to, .link = LINK_FIRST + ++afternoon.last_link};
    event.link = caller->link;
    host_step(to, &event);
}

void caller_done(struct caller *caller)
{
    struct event event = {.type = EVENT_LINK_DOWN, .link = caller->link, .reason = ERR_CLOSED};
    if (caller_stands(caller))
        host_step(caller->to, &event);
    noise_done(&caller->noise);
    buffer_done(&caller->heard);
}

bool caller_stands(const struct caller *caller)
{
    return link_find(caller->to->node, caller->link) != NULL;
}

void caller_send(struct caller *caller, struct bytes bytes)
{
    struct event event = {.type = EVENT_BYTES, .link = caller->link, .bytes = bytes};
    caller->heard.size = 0;
    if (!caller_stands(caller) || !bytes.size)
        return;
    host_step(caller->to, &event);
    hear(caller);
}

void caller_send_framed(struct caller *caller, struct bytes message)
{
    struct buffer frame = {0};
    buffer_append_u16(&frame, (uint16_t)message.size);
    buffer_append(&frame, message);
    caller_send(caller, buffer_bytes(&frame));
    buffer_done(&frame);
}

void caller_send_sealed(struct caller *caller, struct bytes plain)
{
    struct buffer sealed = {0};
    noise_encrypt(&caller->send, plain, &sealed);
    caller_send_framed(caller, buffer_bytes(&sealed));
    buffer_done(&sealed);
}

static bool read_answer(struct caller *caller)
{
    struct buffer payload = {0};
    struct bytes heard = buffer_bytes(&caller->heard);
    enum error err = ERR_CLOSED;
    if (heard.size > 2 && heard.size - 2 == get_u16(heard.data))
        err = noise_read(&caller->noise, (struct bytes){heard.data + 2, heard.size - 2}, &payload);
    buffer_done(&payload);
    return err == OK;
}

bool caller_begin(struct caller *caller, enum caller_key key)
{
    const struct mallory *mallory = scene_mallory();
    const uint8_t seed[32] = {1}, ephemeral[32] = {2};
    struct dh_public link_key;
    struct dh_secret link_secret;
    struct buffer message = {0};
    crypto_dh_keypair_from(seed, &link_key, &link_secret);
    noise_init(&caller->noise, NOISE_INITIATOR, NOISE_XXPSK0, BYTES_TEXT("ZURUF1"), &link_key, &link_secret, ephemeral,
               key == CALLER_INVITE ? &mallory->invite_psk : &mallory->workspace_key);
    enum error err = noise_write(&caller->noise, (struct bytes){0}, &message);
    if (!err)
        caller_send_framed(caller, buffer_bytes(&message));
    buffer_done(&message);
    return !err && read_answer(caller);
}

/* [lowest version, highest version, features, device, signature]: PROTOCOL.md, "Links". */
void caller_proof(const struct caller *caller, struct buffer *out)
{
    static const char context[] = "zuruf-link-v1";
    const struct mallory *mallory = scene_mallory();
    struct noise_handshake ahead = caller->noise;
    struct buffer tokens = {0}, text = {0};
    struct signature signature;
    enum error err = noise_write_tokens(&ahead, &tokens);
    buffer_append_byte(&text, NOISE_INITIATOR);
    buffer_append(&text, BYTES_OF(ahead.s.bytes));
    buffer_append(&text, BYTES_OF(ahead.h));
    crypto_sign(&mallory->secret, BYTES_OF(context), buffer_bytes(&text), &signature);
    write_array(out, 5);
    write_uint(out, 1);
    write_uint(out, err ? 2 : 1);
    write_uint(out, 0);
    write_bytes(out, BYTES_OF(mallory->device.bytes));
    write_bytes(out, BYTES_OF(signature.bytes));
    buffer_done(&tokens);
    buffer_done(&text);
}

void caller_finish(struct caller *caller, struct bytes payload)
{
    struct buffer message = {0};
    if (noise_write(&caller->noise, payload, &message) == OK) {
        noise_split(&caller->noise, &caller->send, &caller->receive);
        caller_send_framed(caller, buffer_bytes(&message));
    }
    buffer_done(&message);
}
