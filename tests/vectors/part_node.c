/* SPDX-License-Identifier: MIT
 * What only a node says: its tags, its digest, its handshake.  Two nodes get fixed keys put into their memory. */
#include <assert.h>
#include <stdlib.h>

#include "pair.h"
#include "parts.h"

#include "core/base/alloc.h"
#include "core/log/logs.h"
#include "core/members/groups.h"
#include "core/peers/peers.h"
#include "core/replication/compare.h"
#include "core/state.h"

static void become(struct pair *pair, struct side *side, const struct cast *cast, const struct actor *actor,
                   const char *link_key)
{
    uint8_t seed[32];
    struct effects effects = {0};
    struct node *node = side->node;
    pair_start(pair, side);
    node->identity.exists = true;
    node->identity.device = actor->device;
    node->identity.secret = actor->secret;
    node->identity.box = actor->box;
    node->identity.box_secret = actor->box_secret;
    seed_of(link_key, seed);
    crypto_dh_keypair_from(seed, &node->link_key, &node->link_secret);
    seed_of("salt", seed);
    memcpy(node->beacon_salt, seed, sizeof node->beacon_salt);
    node->effects = &effects;
    groups_create_workspace(node, &cast->group, &cast->root, &cast->workspace_key);
    batch_free(node->batch); /* nothing of this goes to a disk */
    node->batch = NULL;
    node->digest_ms = NEVER;
    effects_done(&effects);
}

static void begin(struct pair *pair, const struct cast *cast)
{
    pair_init(pair, "Anna", "Bora");
    become(pair, &pair->one, cast, &cast->anna, "Anna's link key");
    become(pair, &pair->two, cast, &cast->bora, "Bora's link key");
}

json_t *part_tag(const struct cast *cast)
{
    struct pair pair;
    struct beacon beacon;
    struct secret_key psk;
    begin(&pair, cast);
    seed_of("psk", psk.bytes);
    pair.one.node->invites[0].psk = psk;
    pair.one.node->invite_count = 1;
    peers_beacon(pair.one.node, &beacon);
    json_t *value =
        json_pack("{s:o, s:o, s:o, s:o, s:o}", "workspace_key", HEX_OF(cast->workspace_key.bytes), "psk",
                  HEX_OF(psk.bytes), "s", HEX_OF(beacon.salt), "t", HEX_OF(beacon.tag), "j", HEX_OF(beacon.invites[0]));
    pair_done(&pair);
    return value;
}

/* ---------------------------------------------------------------- digest */

static void put_log(struct node *node, const struct log_name *name, uint64_t seq, json_t *list)
{
    struct hash id;
    uint8_t head[32];
    log_name_id(name, &id);
    struct log *log = logs_get(node, node->workspace, &id, name->kind);
    logs_name(node, log, name);
    seed_of("head", head);
    log->durable_seq = seq;
    memcpy(log->durable_id.bytes, head, sizeof head);
    log->durable_id.bytes[0] = (uint8_t)seq;
    json_array_append_new(list, json_pack("{s:o, s:i, s:I, s:o}", "log", HEX_OF(id.bytes), "kind", (int)name->kind,
                                          "seq", (json_int_t)seq, "head", HEX_OF(log->durable_id.bytes)));
}

json_t *part_digest(const struct cast *cast)
{
    struct pair pair;
    struct link link = {0};
    struct hash all, none;
    json_t *logs = json_array();
    begin(&pair, cast);
    struct node *node = pair.one.node;
    for (uint64_t instance = 1; instance <= 5; instance++) {
        struct log_name name = log_of(cast, &cast->bora, instance % 2 ? KIND_CONTENT : KIND_GOVERNANCE);
        name.instance = instance;
        put_log(node, &name, instance == 3 ? 0 : 100 * instance, logs);
    }
    compare_digest_all(node, &link, &all);
    crypto_hash((struct bytes){0}, &none);
    json_t *value = json_pack("{s:o, s:o, s:o, s:o, s:o}", "group", HEX_OF(cast->group.bytes), "logs", logs, "digest",
                              HEX_OF(logs_digest(node->workspace)->bytes), "over_all", HEX_OF(all.bytes), "over_none",
                              HEX_OF(none.bytes));
    pair_done(&pair);
    return value;
}

/* ---------------------------------------------------------------- handshake */

static json_t *secrets_of(const struct side *side)
{
    const struct node *node = side->node;
    return json_pack("{s:o, s:o, s:o, s:o, s:o}", "device", HEX_OF(node->identity.device.bytes), "link_secret",
                     HEX_OF(node->link_secret.bytes), "link_key", HEX_OF(node->link_key.bytes), "ephemeral_secret",
                     HEX_OF(side->ephemeral.bytes), "home", HEX_OF(node->home));
}

static json_t *key_of(const struct noise_cipher *cipher)
{
    return HEX_OF(cipher->key.bytes);
}

/* The first bytes that each side sent behind the handshake: one frame, HELLO. */
static json_t *first_frames(const struct pair *pair)
{
    json_t *frames = json_array();
    for (size_t i = 0; i < 5; i++)
        json_array_append(frames, json_array_get(pair->frames, i));
    return frames;
}

/* What the initiator would send next: a frame that ends with REKEY, and one under the key after it. */
static json_t *rekeyed(struct noise_cipher cipher)
{
    const struct wire_message ping = {.type = WIRE_PING}, rekey = {.type = WIRE_REKEY};
    struct buffer plain = {0}, last = {0}, next = {0};
    uint64_t counter = cipher.counter;
    wire_encode(&ping, &plain);
    wire_encode(&rekey, &plain);
    noise_encrypt(&cipher, buffer_bytes(&plain), &last);
    noise_rekey(&cipher);
    plain.size = 0;
    wire_encode(&ping, &plain);
    noise_encrypt(&cipher, buffer_bytes(&plain), &next);
    json_t *value = json_pack("{s:I, s:o, s:o, s:o}", "counter", (json_int_t)counter, "last", hex(buffer_bytes(&last)),
                              "key", HEX_OF(cipher.key.bytes), "next", hex(buffer_bytes(&next)));
    buffer_done(&plain);
    buffer_done(&last);
    buffer_done(&next);
    return value;
}

/* The first two signs of life of the initiator. */
static json_t *signs_of_life(const struct noise_cipher *cipher)
{
    struct noise_cipher life;
    json_t *frames = json_array();
    noise_life(cipher, &life);
    for (int i = 0; i < 2; i++) {
        struct buffer frame = {0};
        noise_encrypt(&life, (struct bytes){0}, &frame);
        json_array_append_new(frames, hex(buffer_bytes(&frame)));
        buffer_done(&frame);
    }
    return json_pack("{s:o, s:o}", "key", key_of(&life), "frames", frames);
}

json_t *part_handshake(const struct cast *cast)
{
    struct pair pair;
    begin(&pair, cast);
    struct peer *peer = alloc_zero(1, sizeof *peer);
    struct node *one = pair.one.node;
    peer->address.port = 4711;
    peer->dial = 1;
    ARRAY_ROOM(one->peers, one->peer_count, one->peer_capacity);
    one->peers[one->peer_count++] = peer;
    pair_connect(&pair, &pair.one, 1);
    pair_carry(&pair);
    assert(one->link_count == 1 && one->links[0]->state == LINK_OPEN);

    json_t *value = json_pack("{s:o, s:s, s:o, s:o}", "psk", HEX_OF(cast->workspace_key.bytes), "prologue", "ZURUF1",
                              "initiator", secrets_of(&pair.one), "responder", secrets_of(&pair.two));
    add(value, "initiator_sends_with", key_of(&one->links[0]->send));
    add(value, "responder_sends_with", key_of(&one->links[0]->receive));
    add(value, "frames", first_frames(&pair));
    add(value, "life", signs_of_life(&one->links[0]->send));
    add(value, "rekey", rekeyed(one->links[0]->send));
    pair_done(&pair);
    return value;
}
