/* SPDX-License-Identifier: MIT
 * Memberships, entries, payloads: what is signed and sealed. */
#include <assert.h>

#include "parts.h"

#define NOW_MS 1790000000000u

/* ---------------------------------------------------------------- memberships and GENESIS */

static struct membership membership_of(const struct cast *cast, const struct actor *actor, uint64_t role)
{
    struct membership member = {
        .device = actor->device, .person = actor->person, .instance = 1, .role = role, .box = actor->box};
    membership_sign(&cast->group, &member, &actor->secret);
    return member;
}

static json_t *consent_parts(const struct hash *group, const struct membership *member)
{
    return json_pack("{s:o, s:o, s:o, s:I, s:o, s:o}", "group", HEX_OF(group->bytes), "device",
                     HEX_OF(member->device.bytes), "person", HEX_OF(member->person.bytes), "instance",
                     (json_int_t)member->instance, "box", HEX_OF(member->box.bytes), "consent",
                     HEX_OF(member->consent.bytes));
}

json_t *part_consents(const struct cast *cast)
{
    static const struct hash no_group;
    struct membership bora = membership_of(cast, &cast->bora, 2);
    return json_pack("[o,o]", consent_parts(&no_group, &cast->genesis.founder), consent_parts(&cast->group, &bora));
}

json_t *part_genesis(const struct cast *cast)
{
    return json_pack("{s:o, s:o, s:b, s:I, s:o, s:o}", "root", HEX_OF(cast->root.bytes), "nonce",
                     HEX_OF(cast->genesis.nonce), "share_history", (int)cast->genesis.policy.share_history, "keep_days",
                     (json_int_t)cast->genesis.policy.keep_days, "payload", hex(buffer_bytes(&cast->genesis_payload)),
                     "group", HEX_OF(cast->group.bytes));
}

/* ---------------------------------------------------------------- entries */

static json_t *dep_list(const struct entry *entry)
{
    json_t *list = json_array();
    for (size_t i = 0; i < entry_dep_count(entry); i++) {
        struct dep dep = entry_dep(entry, i);
        json_array_append_new(list, json_pack("{s:o, s:I, s:o}", "log", HEX_OF(dep.log.bytes), "seq",
                                              (json_int_t)dep.seq, "id", HEX_OF(dep.id)));
    }
    return list;
}

json_t *entry_parts(const struct entry *fields, const struct log_name *name, const struct sign_secret *secret,
                    struct hash *ret_id, struct buffer *ret_wire)
{
    struct buffer wire = {0}, ad = {0};
    struct entry entry;
    bool made = entry_encode(fields, secret, &wire, ret_id) == OK && entry_decode(buffer_bytes(&wire), &entry) == OK &&
                entry_check_payload(&entry) == OK && entry_verify(&entry, &name->device) == OK;
    assert(made);
    (void)made;
    entry_associated_data(&entry, &ad);
    json_t *value =
        json_pack("{s:o, s:I, s:I, s:o, s:I, s:o, s:o, s:o, s:o}", "author", HEX_OF(name->device.bytes), "type",
                  (json_int_t)entry.type, "seq", (json_int_t)entry.seq, "previous", HEX_OF(entry.previous.bytes), "hlc",
                  (json_int_t)entry.hlc, "deps", dep_list(&entry), "epoch", HEX_OF(entry.epoch.bytes), "payload",
                  hex(entry.payload), "header", hex(entry.header));
    add(value, "associated_data", hex(buffer_bytes(&ad)));
    add(value, "signature", HEX_OF(entry.signature.bytes));
    add(value, "log", HEX_OF(entry.log.bytes));
    add(value, "id", HEX_OF(ret_id->bytes));
    add(value, "wire", hex(buffer_bytes(&wire)));
    if (ret_wire)
        buffer_append(ret_wire, buffer_bytes(&wire));
    buffer_done(&wire);
    buffer_done(&ad);
    return value;
}

/* A chain that grows. */
struct chain {
    struct log_name name;
    struct hash log, head;
    uint64_t seq;
};

static struct chain chain_of(struct log_name name)
{
    struct chain chain = {.name = name};
    log_name_id(&name, &chain.log);
    return chain;
}

static struct dep head_of(const struct chain *chain)
{
    struct dep dep = {.log = chain->log, .seq = chain->seq};
    memcpy(dep.id, chain->head.bytes, sizeof dep.id);
    return dep;
}

static json_t *grow(struct chain *chain, const struct sign_secret *secret, struct entry entry, uint64_t hlc)
{
    entry.log = chain->log;
    entry.seq = ++chain->seq;
    entry.previous = chain->head;
    entry.hlc = hlc;
    return entry_parts(&entry, &chain->name, secret, &chain->head, NULL);
}

/* The plaintext sealed for an entry whose other fields are those of `chain` grown by one. */
static void seal_for(const struct cast *cast, const struct chain *chain, struct entry *entry, uint64_t hlc,
                     struct bytes plain, struct buffer *sealed)
{
    struct buffer ad = {0};
    struct entry header = *entry;
    uint8_t nonce[32];
    epoch_key_id(&cast->group, &cast->epoch_key, &entry->epoch);
    header.epoch = entry->epoch;
    header.log = chain->log;
    header.seq = chain->seq + 1;
    header.previous = chain->head;
    header.hlc = hlc;
    entry_associated_data(&header, &ad);
    seed_of("content nonce", nonce);
    crypto_seal(&cast->epoch_key, nonce, buffer_bytes(&ad), plain, sealed);
    entry->payload = buffer_bytes(sealed);
    buffer_done(&ad);
}

static void add_payload(const struct cast *cast, struct buffer *out)
{
    struct add add = {.member = membership_of(cast, &cast->bora, 2)};
    add_encode(&add, out);
}

/* EPOCH, ADD with a dep, and a second content log that follows the first and answers a message in it. */
static void governance(const struct cast *cast, struct chain *own, const struct chain *root, json_t *list)
{
    struct buffer payload = {0}, deps = {0};
    struct dep cause = head_of(root);
    struct dh_secret ephemeral;
    make_epoch(cast, 2, &payload, &ephemeral);
    dep_append(&cause, &deps);
    struct entry epoch = {.type = ENTRY_EPOCH, .deps = buffer_bytes(&deps), .payload = buffer_bytes(&payload)};
    json_array_append_new(list, grow(own, &cast->anna.secret, epoch, (uint64_t)NOW_MS << 16));
    payload.size = 0;
    add_payload(cast, &payload);
    struct entry admit = {.type = ENTRY_ADD, .payload = buffer_bytes(&payload)};
    json_array_append_new(list, grow(own, &cast->anna.secret, admit, ((uint64_t)NOW_MS << 16) + 1));
    buffer_done(&payload);
    buffer_done(&deps);
}

static void say(const struct cast *cast, struct chain *chain, const struct message_content *content, struct bytes deps,
                uint64_t hlc, json_t *list)
{
    struct buffer plain = {0}, sealed = {0};
    struct entry entry = {.type = ENTRY_MESSAGE, .deps = deps};
    message_content_encode(content, &plain);
    seal_for(cast, chain, &entry, hlc, buffer_bytes(&plain), &sealed);
    json_array_append_new(list, grow(chain, &cast->anna.secret, entry, hlc));
    buffer_done(&plain);
    buffer_done(&sealed);
}

json_t *part_entries(const struct cast *cast)
{
    const struct log_name root_name = {.group = cast->group, .device = cast->root, .kind = KIND_GOVERNANCE};
    struct chain root = chain_of(root_name), own = chain_of(log_of(cast, &cast->anna, KIND_GOVERNANCE));
    struct chain first = chain_of(log_of(cast, &cast->anna, KIND_CONTENT)), second = first;
    struct buffer deps = {0};
    json_t *list = json_array();
    struct entry genesis = {.type = ENTRY_GENESIS, .payload = buffer_bytes(&cast->genesis_payload)};
    json_array_append_new(list, grow(&root, &cast->root_secret, genesis, (uint64_t)(NOW_MS - 5) << 16));
    governance(cast, &own, &root, list);

    struct dep cause = head_of(&own);
    dep_append(&cause, &deps);
    struct message_content hello = {
        .flags = MESSAGE_FLAG_URGENT, .topic = BYTES_TEXT("Lieferung"), .text = BYTES_TEXT("Grüße aus der Werkstatt")};
    say(cast, &first, &hello, buffer_bytes(&deps), (uint64_t)(NOW_MS + 1) << 16 | 0xffff, list);

    second.name.sub.bytes[0] ^= 0xff;
    log_name_id(&second.name, &second.log);
    second.head = first.head; /* what a later sub follows: previous, and the first dep */
    cause = head_of(&first);
    deps.size = 0;
    dep_append(&cause, &deps);
    dep_append(&cause, &deps); /* it answers the same entry, too */
    struct message_content answer = {
        .flags = MESSAGE_FLAG_REPLY, .topic = BYTES_TEXT("Lieferung"), .text = BYTES_TEXT("Sie ist da.")};
    say(cast, &second, &answer, buffer_bytes(&deps), (uint64_t)(NOW_MS + 2) << 16, list);
    buffer_done(&deps);
    return list;
}

json_t *part_sealed(const struct cast *cast)
{
    struct chain chain = chain_of(log_of(cast, &cast->anna, KIND_CONTENT));
    struct buffer plain = {0}, sealed = {0}, ad = {0};
    struct entry entry = {.type = ENTRY_MESSAGE};
    struct message_content content = {.text = BYTES_TEXT("Moin")};
    message_content_encode(&content, &plain);
    seal_for(cast, &chain, &entry, 1, buffer_bytes(&plain), &sealed);
    struct entry header = {.type = ENTRY_MESSAGE, .log = chain.log, .seq = 1, .hlc = 1, .epoch = entry.epoch};
    entry_associated_data(&header, &ad);
    json_t *value =
        json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "group", HEX_OF(cast->group.bytes), "key",
                  HEX_OF(cast->epoch_key.bytes), "epoch", HEX_OF(entry.epoch.bytes), "associated_data",
                  hex(buffer_bytes(&ad)), "plain", hex(buffer_bytes(&plain)), "payload", hex(buffer_bytes(&sealed)));
    buffer_done(&plain);
    buffer_done(&sealed);
    buffer_done(&ad);
    return value;
}
