/* SPDX-License-Identifier: MIT
 * What has a name: keys, words, logs, tags, digests. */
#include "parts.h"

#include "core/base/words.h"

static json_t *actor_keys(const struct actor *actor)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o}", "device_seed", HEX_OF(actor->device_seed), "device",
                     HEX_OF(actor->device.bytes), "box_secret", HEX_OF(actor->box_secret.bytes), "box",
                     HEX_OF(actor->box.bytes), "person", HEX_OF(actor->person.bytes));
}

json_t *part_keys(const struct cast *cast)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "anna", actor_keys(&cast->anna), "bora",
                     actor_keys(&cast->bora), "root_seed", HEX_OF(cast->root_seed), "root", HEX_OF(cast->root.bytes),
                     "workspace_key", HEX_OF(cast->workspace_key.bytes), "epoch_key", HEX_OF(cast->epoch_key.bytes),
                     "older_epoch_key", HEX_OF(cast->older_epoch_key.bytes));
}

/* ---------------------------------------------------------------- words */

static json_t *code(void)
{
    const struct code words = {{0, 2047, 1024, 1, 1337, 42}};
    struct buffer full = {0};
    struct secret_key psk;
    words_code_text(&words, &full);
    enum error err = crypto_password_key(buffer_bytes(&full), BYTES_TEXT("zuruf-invite-v1"), &psk);
    json_t *value = json_pack("{s:[i,i,i,i,i,i], s:o, s:o}", "numbers", 0, 2047, 1024, 1, 1337, 42, "text",
                              text(buffer_bytes(&full)), "psk", err ? json_null() : HEX_OF(psk.bytes));
    buffer_done(&full);
    return value;
}

static json_t *words_of(const struct sign_public *key)
{
    struct buffer words = {0}, base32 = {0};
    words_fingerprint(key, &words);
    base32_encode(BYTES_OF(key->bytes), &base32);
    json_t *value = json_pack("{s:o, s:o, s:o}", "device", HEX_OF(key->bytes), "words", text(buffer_bytes(&words)),
                              "base32", text(buffer_bytes(&base32)));
    buffer_done(&words);
    buffer_done(&base32);
    return value;
}

json_t *part_words(const struct cast *cast)
{
    return json_pack("{s:[o,o], s:o}", "fingerprints", words_of(&cast->anna.device), words_of(&cast->bora.device),
                     "code", code());
}

/* ---------------------------------------------------------------- logs */

struct log_name log_of(const struct cast *cast, const struct actor *actor, enum log_kind kind)
{
    struct log_name name = {.group = cast->group, .device = actor->device, .instance = 1, .kind = kind};
    uint8_t seed[32];
    seed_of(kind == KIND_CONTENT ? "content sub" : "governance sub", seed);
    memcpy(name.sub.bytes, seed, sizeof name.sub.bytes);
    return name;
}

static json_t *log_parts(const struct log_name *name)
{
    struct hash id;
    log_name_id(name, &id);
    return json_pack("{s:o, s:o, s:I, s:o, s:i, s:o}", "group", HEX_OF(name->group.bytes), "device",
                     HEX_OF(name->device.bytes), "instance", (json_int_t)name->instance, "sub", HEX_OF(name->sub.bytes),
                     "kind", (int)name->kind, "id", HEX_OF(id.bytes));
}

json_t *part_logs(const struct cast *cast)
{
    const struct log_name names[] = {
        {.group = cast->group, .device = cast->root, .kind = KIND_GOVERNANCE},
        log_of(cast, &cast->anna, KIND_GOVERNANCE),
        log_of(cast, &cast->anna, KIND_CONTENT),
        {.group = cast->group, .device = cast->bora.device, .instance = 0x0102030405060708, .kind = KIND_CONTENT}};
    json_t *value = json_array();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        json_array_append_new(value, log_parts(&names[i]));
    return value;
}
