/* SPDX-License-Identifier: MIT
 * What must be refused: each derived from something good by one fault. */
#include <assert.h>

#include "parts.h"

#include "core/link/wire.h"

/* ---------------------------------------------------------------- entries */

/* The header's items written by hand, so that one of them can be wrong. */
struct header {
    size_t items;
    uint64_t version, type, seq, payload_size;
    size_t deps;
};

static void write_entry(const struct cast *cast, const struct header *header, struct bytes payload, struct buffer *out)
{
    static const uint8_t zeros[65 * DEP_SIZE];
    struct hash payload_hash;
    struct signature signature;
    crypto_hash(payload, &payload_hash);
    write_array(out, header->items);
    write_uint(out, header->version);
    write_uint(out, header->type);
    write_bytes(out, BYTES_OF(cast->group.bytes));
    write_uint(out, header->seq);
    write_bytes(out, (struct bytes){zeros, 32});
    write_uint(out, 7);
    write_bytes(out, (struct bytes){zeros, header->deps});
    write_bytes(out, (struct bytes){zeros, 16});
    write_uint(out, header->payload_size);
    write_bytes(out, BYTES_OF(payload_hash.bytes));
    for (size_t i = 10; i < header->items; i++)
        write_uint(out, 0);
    crypto_sign(&cast->anna.secret, (struct bytes){(const uint8_t *)"zuruf-entry-v1", 15}, buffer_bytes(out),
                &signature);
    buffer_append(out, BYTES_OF(signature.bytes));
    buffer_append(out, payload);
}

static void bad_entry(json_t *list, const char *why, struct bytes wire)
{
    struct entry entry;
    bool refused = entry_decode(wire, &entry) != OK || entry_check_payload(&entry) != OK;
    assert(refused);
    (void)refused;
    json_array_append_new(list, json_pack("{s:s, s:s, s:o}", "what", "entry", "why", why, "bytes", hex(wire)));
}

static void bad_header(const struct cast *cast, json_t *list, const char *why, struct header header,
                       struct bytes payload)
{
    struct buffer wire = {0};
    write_entry(cast, &header, payload, &wire);
    bad_entry(list, why, buffer_bytes(&wire));
    buffer_done(&wire);
}

static void entries_by_header(const struct cast *cast, json_t *list)
{
    const struct bytes payload = BYTES_TEXT("payload");
    const struct header good = {10, 1, 64, 1, 7, 48};
    struct header header = good;
    header.version = 2;
    bad_header(cast, list, "a later version", header, payload);
    header = good;
    header.items = 11;
    bad_header(cast, list, "eleven items", header, payload);
    header = good;
    header.seq = 0;
    bad_header(cast, list, "seq 0", header, payload);
    header = good;
    header.deps = 47;
    bad_header(cast, list, "half a dep", header, payload);
    header = good;
    header.deps = 65 * 48;
    bad_header(cast, list, "65 deps", header, payload);
    header = good;
    header.payload_size = 8;
    bad_header(cast, list, "a payload shorter than told", header, payload);
    header = good;
    header.payload_size = 61440;
    bad_header(cast, list, "a missing payload that would be too large", header, (struct bytes){0});
    header = good;
    header.type = 5;
    bad_header(cast, list, "a missing payload in kind 0", header, (struct bytes){0});
}

static void entries_by_bytes(const struct cast *cast, json_t *list)
{
    const struct header good = {10, 1, 64, 1, 7, 48};
    struct buffer wire = {0}, longer = {0};
    struct entry entry;
    write_entry(cast, &good, BYTES_TEXT("payload"), &wire);
    bool fine = entry_decode(buffer_bytes(&wire), &entry) == OK && entry_verify(&entry, &cast->anna.device) == OK;
    assert(fine);
    (void)fine;
    bad_entry(list, "cut off in the header", (struct bytes){wire.data, 60});
    bad_entry(list, "cut off in the signature", (struct bytes){wire.data, entry.header.size + 63});

    buffer_append_byte(&longer, wire.data[0]); /* version 1 as 18 01 */
    buffer_append_byte(&longer, 0x18);
    buffer_append(&longer, (struct bytes){wire.data + 1, wire.size - 1});
    bad_entry(list, "a number that is not in its shortest form", buffer_bytes(&longer));

    wire.data[wire.size - 1] ^= 1;
    bad_entry(list, "another payload", buffer_bytes(&wire));
    wire.data[wire.size - 1] ^= 1;
    buffer_append_byte(&wire, 0);
    bad_entry(list, "a byte left over", buffer_bytes(&wire));
    buffer_done(&wire);
    buffer_done(&longer);
}

/* ---------------------------------------------------------------- payloads and messages */

static bool payload_is_refused(uint64_t type, struct bytes payload)
{
    union {
        struct genesis genesis;
        struct add add;
        struct grant grant;
        struct revocation revocation;
        struct removal removal;
        struct linkage linkage;
        struct epoch epoch;
        struct keyshare share;
        struct doubt doubt;
        struct message_content content;
        struct profile profile;
        struct title title;
    } any;
    switch (type) {
    case ENTRY_GENESIS:
        return genesis_decode(payload, &any.genesis) != OK;
    case ENTRY_ADD:
        return add_decode(payload, &any.add) != OK;
    case ENTRY_GRANT:
        return grant_decode(payload, &any.grant) != OK;
    case ENTRY_REVOKE:
        return revocation_decode(payload, &any.revocation) != OK;
    case ENTRY_REMOVE:
        return removal_decode(payload, &any.removal) != OK;
    case ENTRY_LINK:
        return linkage_decode(payload, &any.linkage) != OK;
    case ENTRY_EPOCH:
        return epoch_decode(payload, &any.epoch) != OK;
    case ENTRY_KEYSHARE:
        return keyshare_decode(payload, &any.share) != OK;
    case ENTRY_CLOCK:
        return clock_decode(payload, &any.doubt) != OK;
    case ENTRY_MESSAGE:
        return message_content_decode(payload, &any.content) != OK;
    case ENTRY_PROFILE:
        return profile_decode(payload, &any.profile) != OK;
    default:
        return title_decode(payload, &any.title) != OK;
    }
}

static void bad_payload(json_t *list, uint64_t type, const char *why, struct buffer *payload)
{
    bool refused = payload_is_refused(type, buffer_bytes(payload));
    assert(refused);
    (void)refused;
    json_array_append_new(list, json_pack("{s:s, s:I, s:s, s:o}", "what", "payload", "type", (json_int_t)type, "why",
                                          why, "bytes", hex(buffer_bytes(payload))));
    payload->size = 0;
}

static void payloads(const struct cast *cast, json_t *list)
{
    static const uint8_t many[513] = {'x'};
    struct buffer out = {0};
    struct message_content content = {.topic = {many, 65}, .text = BYTES_TEXT("x")};
    message_content_encode(&content, &out);
    bad_payload(list, ENTRY_MESSAGE, "a topic of 65 bytes", &out);
    content = (struct message_content){.text = BYTES_TEXT("\xc0\xaf")};
    message_content_encode(&content, &out);
    bad_payload(list, ENTRY_MESSAGE, "an overlong form of UTF-8", &out);
    content = (struct message_content){.text = BYTES_TEXT("\xed\xa0\x80")};
    message_content_encode(&content, &out);
    bad_payload(list, ENTRY_MESSAGE, "a surrogate in UTF-8", &out);
    struct profile profile = {cast->bora.person, BYTES_TEXT("Bora")};
    profile_encode(&profile, &out);
    buffer_append_byte(&out, 0);
    bad_payload(list, ENTRY_PROFILE, "a byte left over", &out);
    struct title title = {BYTES_TEXT("x"), {many, 513}};
    title_encode(&title, &out);
    bad_payload(list, ENTRY_TITLE, "a folder of 513 bytes", &out);
    struct add add = {.member = cast->genesis.founder, .cites = {many, 31}};
    add_encode(&add, &out);
    bad_payload(list, ENTRY_ADD, "half a cite", &out);
    struct epoch epoch = {.height = 1, .records = {many, 55}};
    epoch_encode(&epoch, &out);
    bad_payload(list, ENTRY_EPOCH, "half a record", &out);
    struct doubt doubt = {.from = 2, .to = 1};
    clock_encode(&doubt, &out);
    bad_payload(list, ENTRY_CLOCK, "a range that ends before it begins", &out);
    doubt = (struct doubt){.from = 0, .to = 1};
    clock_encode(&doubt, &out);
    bad_payload(list, ENTRY_CLOCK, "a range from 0", &out);
    buffer_append(&out, buffer_bytes(&cast->genesis_payload));
    out.data[18] = 0xf6; /* null where share history stands */
    bad_payload(list, ENTRY_GENESIS, "null for a boolean", &out);
    buffer_done(&out);
}

static void governance_payloads(const struct cast *cast, json_t *list)
{
    static const uint8_t zeros[CUT_SIZE + 1];
    struct buffer out = {0};
    struct grant grant = {.device = cast->anna.device};
    grant_encode(&grant, &out);
    bad_payload(list, ENTRY_GRANT, "instance 0", &out);
    struct revocation revocation = {.cut = {zeros, CUT_SIZE + 1}};
    revocation_encode(&revocation, &out);
    bad_payload(list, ENTRY_REVOKE, "a byte behind a cut", &out);
    struct removal removal = {.instance = 1, .cut = {zeros, CUT_SIZE}};
    removal_encode(&removal, &out);
    bad_payload(list, ENTRY_REMOVE, "a cut at seq 0", &out);
    struct linkage linkage = {.number = 9};
    linkage_encode(&linkage, &out);
    bad_payload(list, ENTRY_LINK, "a ninth device", &out);
    buffer_done(&out);
}

static void bad_message(json_t *list, const char *why, struct buffer *bytes)
{
    struct reader in = {.left = buffer_bytes(bytes)};
    struct wire_message message;
    bool refused = wire_decode(&in, &message) != OK;
    assert(refused);
    (void)refused;
    json_array_append_new(
        list, json_pack("{s:s, s:s, s:o}", "what", "message", "why", why, "bytes", hex(buffer_bytes(bytes))));
    bytes->size = 0;
}

static void messages(const struct cast *cast, json_t *list)
{
    static const struct {
        const char *why;
        uint8_t bytes[3];
        size_t size;
    } tiny[] = {
        {"an unknown type", {0x81, 0x10}, 2},
        {"type 0", {0x81, 0x00}, 2},
        {"one item too many", {0x82, 0x0a, 0x00}, 3},
        {"one item too few", {0x81, 0x0b}, 2},
        {"an indefinite array", {0x9f, 0x0a, 0xff}, 3},
        {"a negative number", {0x82, 0x0b, 0x20}, 3},
        {"a tag", {0xc0, 0x81, 0x0a}, 3},
        {"a float for a number", {0x82, 0x0b, 0xf9}, 3},
    };
    static const uint8_t zeros[48];
    struct buffer out = {0};
    for (size_t i = 0; i < sizeof tiny / sizeof *tiny; i++) {
        buffer_append(&out, (struct bytes){tiny[i].bytes, tiny[i].size});
        bad_message(list, tiny[i].why, &out);
    }
    struct wire_message have = {.type = WIRE_HAVE, .have = {cast->group, KIND_CONTENT, 0, {zeros, 47}}};
    wire_encode(&have, &out);
    bad_message(list, "half a row", &out);
    have.have.rows.size = 48;
    wire_encode(&have, &out);
    out.data[36] = 2;
    bad_message(list, "kind 2", &out);
    struct wire_message ack = {.type = WIRE_ACK, .ack = {1, {zeros, 7}}};
    wire_encode(&ack, &out);
    bad_message(list, "half a number", &out);
    struct wire_message join = {.type = WIRE_JOIN, .join = {.name = BYTES_TEXT("\xff")}};
    wire_encode(&join, &out);
    bad_message(list, "a name that is not UTF-8", &out);
    buffer_done(&out);
}

json_t *part_bad(const struct cast *cast)
{
    json_t *list = json_array();
    entries_by_header(cast, list);
    entries_by_bytes(cast, list);
    payloads(cast, list);
    governance_payloads(cast, list);
    messages(cast, list);
    return list;
}
