/* SPDX-License-Identifier: MIT
 * Writes the protocol's test vectors to standard output:
 *
 *     make_vectors                  protocol.json: fixed seeds, so always the same
 *     make_vectors --conversation   a conversation of two nodes, as this version holds it */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"

static const struct {
    const char *key;
    json_t *(*make)(const struct cast *cast);
} parts[] = {
    {"keys", part_keys},
    {"words", part_words},
    {"logs", part_logs},
    {"consents", part_consents},
    {"genesis", part_genesis},
    {"entries", part_entries},
    {"sealed", part_sealed},
    {"epoch", part_epoch},
    {"keyshare", part_keyshare},
    {"letter", part_letter},
    {"root", part_root},
    {"clock", part_clock},
    {"governance", part_governance},
    {"tag", part_tag},
    {"digest", part_digest},
    {"handshake", part_handshake},
    {"messages", part_messages},
    {"bad", part_bad},
};

/* ---------------------------------------------------------------- JSON */

json_t *hex(struct bytes bytes)
{
    static const char digits[] = "0123456789abcdef";
    struct buffer out = {0};
    for (size_t i = 0; i < bytes.size; i++) {
        buffer_append_byte(&out, (uint8_t)digits[bytes.data[i] >> 4]);
        buffer_append_byte(&out, (uint8_t)digits[bytes.data[i] & 15]);
    }
    json_t *value = text(buffer_bytes(&out));
    buffer_done(&out);
    return value;
}

json_t *text(struct bytes bytes)
{
    return bytes.size ? json_stringn((const char *)bytes.data, bytes.size) : json_string("");
}

void add(json_t *object, const char *key, json_t *value)
{
    int result = json_object_set_new(object, key, value);
    assert(result == 0);
    (void)result;
}

/* ---------------------------------------------------------------- who plays */

void seed_of(const char *label, uint8_t ret[32])
{
    const struct bytes pieces[] = {BYTES_TEXT("zuruf test vectors: "), BYTES_TEXT(label)};
    struct hash hash;
    crypto_hash_parts(pieces, 2, &hash);
    memcpy(ret, hash.bytes, sizeof hash.bytes);
}

static void actor_init(struct actor *actor, const char *name, const char *device, const char *box, const char *person)
{
    uint8_t seed[32];
    actor->name = name;
    seed_of(device, actor->device_seed);
    seed_of(box, actor->box_seed);
    seed_of(person, seed);
    memcpy(actor->person.bytes, seed, sizeof actor->person.bytes);
    crypto_sign_keypair_from(actor->device_seed, &actor->device, &actor->secret);
    crypto_dh_keypair_from(actor->box_seed, &actor->box, &actor->box_secret);
}

void cast_init(struct cast *cast)
{
    static const struct hash no_group;
    uint8_t nonce[32];
    *cast = (struct cast){0};
    actor_init(&cast->anna, "Anna", "Anna's device", "Anna's box key", "Anna");
    actor_init(&cast->bora, "Bora", "Bora's device", "Bora's box key", "Bora");
    seed_of("carrier's box key", nonce);
    crypto_dh_keypair_from(nonce, &cast->carrier_box, &cast->carrier_box_secret);
    seed_of("root", cast->root_seed);
    crypto_sign_keypair_from(cast->root_seed, &cast->root, &cast->root_secret);
    seed_of("workspace key", cast->workspace_key.bytes);
    seed_of("epoch key", cast->epoch_key.bytes);
    seed_of("older epoch key", cast->older_epoch_key.bytes);

    seed_of("genesis", nonce);
    memcpy(cast->genesis.nonce, nonce, sizeof cast->genesis.nonce);
    cast->genesis.policy = (struct policy){.share_history = true, .keep_days = 3650};
    cast->genesis.founder = (struct membership){
        .device = cast->anna.device, .person = cast->anna.person, .instance = 1, .role = 1, .box = cast->anna.box};
    membership_sign(&no_group, &cast->genesis.founder, &cast->anna.secret);
    genesis_encode(&cast->genesis, &cast->genesis_payload);
    genesis_group_id(&cast->root, buffer_bytes(&cast->genesis_payload), &cast->group);
}

void cast_done(struct cast *cast)
{
    buffer_done(&cast->genesis_payload);
}

/* ---------------------------------------------------------------- the program */

static json_t *protocol(void)
{
    struct cast cast;
    json_t *root = json_object();
    cast_init(&cast);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        add(root, parts[i].key, parts[i].make(&cast));
    cast_done(&cast);
    return root;
}

int main(int argc, char **argv)
{
    bool talk = argc == 2 && strcmp(argv[1], "--conversation") == 0;
    if ((argc > 1 && !talk) || crypto_init())
        return EXIT_FAILURE;
    json_t *root = talk ? conversation() : protocol();
    int result = json_dumpf(root, stdout, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
    putchar('\n');
    json_decref(root);
    return result || fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}
