/* SPDX-License-Identifier: MIT
 * Every message in its encoding, and what must be refused. */
#include <assert.h>

#include "parts.h"

#include "core/link/wire.h"
#include "core/peers/presence.h"

/* ---------------------------------------------------------------- messages */

static json_t *message_parts(const char *name, const struct wire_message *message, json_t *items)
{
    struct buffer bytes = {0};
    wire_encode(message, &bytes);
    struct reader in = {.left = buffer_bytes(&bytes)};
    struct wire_message again;
    bool read = wire_decode(&in, &again) == OK && in.left.size == 0;
    assert(read);
    (void)read;
    json_t *value = json_pack("{s:s, s:o, s:o}", "name", name, "items", items, "bytes", hex(buffer_bytes(&bytes)));
    buffer_done(&bytes);
    return value;
}

/* A record of three parts: 32 bytes, and two numbers of 8 bytes. */
static void row(struct buffer *rows, const struct hash *name, uint64_t a, uint64_t b)
{
    buffer_append(rows, BYTES_OF(name->bytes));
    buffer_append_u64(rows, a);
    buffer_append_u64(rows, b);
}

static void comparing(const struct cast *cast, const struct hash *log, json_t *list)
{
    struct buffer rows = {0};
    struct wire_message hello = {.type = WIRE_HELLO, .hello = {.home = "homeone", .port = 65535, .digest = *log}};
    json_array_append_new(
        list,
        message_parts("HELLO", &hello, json_pack("[i,o,i,o]", 1, HEX_OF(hello.hello.home), 65535, HEX_OF(log->bytes))));
    row(&rows, &cast->group, 0x1111111111111111, 0x2222222222222222);
    row(&rows, log, 0, 0);
    rows.size = 64;
    struct wire_message digests = {.type = WIRE_DIGESTS, .digests = buffer_bytes(&rows)};
    json_array_append_new(list, message_parts("DIGESTS", &digests, json_pack("[i,o]", 2, hex(buffer_bytes(&rows)))));
    rows.size = 0;
    row(&rows, log, 300, 0x0102030405060708);
    struct wire_message have = {.type = WIRE_HAVE, .have = {cast->group, KIND_CONTENT, 3, buffer_bytes(&rows)}};
    json_array_append_new(
        list, message_parts("HAVE", &have,
                            json_pack("[i,o,i,i,o]", 3, HEX_OF(cast->group.bytes), 1, 3, hex(buffer_bytes(&rows)))));
    rows.size = 0;
    row(&rows, log, 1, 300);
    struct wire_message want = {.type = WIRE_WANT, .want = {cast->group, 0, buffer_bytes(&rows)}};
    json_array_append_new(
        list, message_parts("WANT", &want,
                            json_pack("[i,o,i,o]", 4, HEX_OF(cast->group.bytes), 0, hex(buffer_bytes(&rows)))));
    buffer_done(&rows);
}

static void fetching(const struct log_name *name, const struct hash *id, json_t *list)
{
    struct buffer items = {0};
    struct wire_message log = {.type = WIRE_LOG, .log = {.number = 4294967295, .name = *name}};
    json_array_append_new(
        list, message_parts("LOG", &log,
                            json_pack("[i,I,o,o,I,o,i,s]", 5, (json_int_t)4294967295, HEX_OF(name->group.bytes),
                                      HEX_OF(name->device.bytes), (json_int_t)name->instance, HEX_OF(name->sub.bytes),
                                      (int)name->kind, "")));
    buffer_append_u16(&items, 3);
    buffer_append(&items, BYTES_TEXT("one"));
    buffer_append_u16(&items, 3);
    buffer_append(&items, BYTES_TEXT("two"));
    struct wire_message entries = {.type = WIRE_ENTRIES, .entries = {24, 3, buffer_bytes(&items)}};
    json_array_append_new(
        list, message_parts("ENTRIES", &entries, json_pack("[i,i,i,o]", 6, 24, 3, hex(buffer_bytes(&items)))));
    struct wire_message end = {.type = WIRE_END, .end = {*id, 255, END_DONE}};
    json_array_append_new(list, message_parts("END", &end, json_pack("[i,o,i,i]", 7, HEX_OF(id->bytes), 255, 1)));
    struct wire_message stop = {.type = WIRE_STOP, .stop = {*id}};
    json_array_append_new(list, message_parts("STOP", &stop, json_pack("[i,o]", 16, HEX_OF(id->bytes))));
    items.size = 0;
    buffer_append_u64(&items, 256);
    buffer_append_u64(&items, 65536);
    struct wire_message ack = {.type = WIRE_ACK, .ack = {65536, buffer_bytes(&items)}};
    json_array_append_new(list, message_parts("ACK", &ack, json_pack("[i,i,o]", 8, 65536, hex(buffer_bytes(&items)))));
    buffer_done(&items);
}

static void forks(const struct log_name *name, const struct hash *id, const struct hash *first, json_t *list)
{
    struct buffer bytes = {0};
    struct wire_message log = {.type = WIRE_LOG,
                               .log = {.number = 7, .name = *name, .is_branch = true, .base = 255, .first = *first}};
    buffer_append_u64(&bytes, 255);
    buffer_append(&bytes, BYTES_OF(first->bytes));
    json_array_append_new(
        list, message_parts("LOG", &log,
                            json_pack("[i,i,o,o,I,o,i,o]", 5, 7, HEX_OF(name->group.bytes), HEX_OF(name->device.bytes),
                                      (json_int_t)name->instance, HEX_OF(name->sub.bytes), (int)name->kind,
                                      hex(buffer_bytes(&bytes)))));
    bytes.size = 0;
    buffer_append_u64(&bytes, 1);
    buffer_append_u64(&bytes, 256);
    struct wire_message probe = {.type = WIRE_PROBE, .probe = {*id, buffer_bytes(&bytes)}};
    json_array_append_new(
        list, message_parts("PROBE", &probe, json_pack("[i,o,o]", 17, HEX_OF(id->bytes), hex(buffer_bytes(&bytes)))));
    bytes.size = 0;
    buffer_append_u64(&bytes, 256);
    buffer_append(&bytes, BYTES_OF(first->bytes));
    struct wire_message ids = {.type = WIRE_IDS, .ids = {*id, buffer_bytes(&bytes)}};
    json_array_append_new(
        list, message_parts("IDS", &ids, json_pack("[i,o,o]", 18, HEX_OF(id->bytes), hex(buffer_bytes(&bytes)))));
    buffer_done(&bytes);
}

static void missing_payloads(const struct hash *id, json_t *list)
{
    struct buffer bytes = {0};
    buffer_append_u64(&bytes, 1);
    buffer_append_u64(&bytes, 65536);
    struct wire_message asks = {.type = WIRE_WANTP, .wantp = {*id, buffer_bytes(&bytes)}};
    json_array_append_new(
        list, message_parts("WANTP", &asks, json_pack("[i,o,o]", 20, HEX_OF(id->bytes), hex(buffer_bytes(&bytes)))));
    bytes.size = 0;
    buffer_append_u64(&bytes, 65536);
    buffer_append_u16(&bytes, 3);
    buffer_append(&bytes, BYTES_TEXT("one"));
    struct wire_message answers = {.type = WIRE_PAYLOADS, .payloads = {*id, 0, buffer_bytes(&bytes)}};
    json_array_append_new(list,
                          message_parts("PAYLOADS", &answers,
                                        json_pack("[i,o,i,o]", 21, HEX_OF(id->bytes), 0, hex(buffer_bytes(&bytes)))));
    buffer_done(&bytes);
    struct wire_message news = {.type = WIRE_PAYLOADS, .payloads = {.flags = PAYLOADS_FLAG_NEWS}};
    json_array_append_new(
        list, message_parts("PAYLOADS", &news, json_pack("[i,o,i,s]", 21, HEX_OF(news.payloads.log.bytes), 1, "")));
}

static const uint8_t mapped_address[16] = {[10] = 0xff, [11] = 0xff, [12] = 192, [13] = 0, [14] = 2, [15] = 7};

static void the_newest_first(const struct cast *cast, json_t *list)
{
    struct buffer items = {0};
    struct wire_message asks = {.type = WIRE_TAIL, .tail = {.group = cast->group}};
    json_array_append_new(list, message_parts("TAIL", &asks, json_pack("[i,o,s]", 19, HEX_OF(cast->group.bytes), "")));
    buffer_append_u32(&items, 4294967295);
    buffer_append_u16(&items, 3);
    buffer_append(&items, BYTES_TEXT("one"));
    struct wire_message answers = {.type = WIRE_TAIL, .tail = {cast->group, buffer_bytes(&items)}};
    json_array_append_new(
        list, message_parts("TAIL", &answers,
                            json_pack("[i,o,o]", 19, HEX_OF(cast->group.bytes), hex(buffer_bytes(&items)))));
    buffer_done(&items);
}

static void addresses(const struct cast *cast, struct buffer *rows)
{
    buffer_append(rows, BYTES_OF(cast->anna.device.bytes));
    buffer_append(rows, BYTES_OF(mapped_address));
    buffer_append_u16(rows, 4711);
}

static void being_there(const struct cast *cast, json_t *list)
{
    struct buffer rows = {0};
    struct wire_message told = {.type = WIRE_PRESENCE};
    struct wire_message news = {.type = WIRE_ANNOUNCE};
    uint8_t hash[] = {1, 2, 3, 4, 5, 6, 7, 8};
    struct signature proof;

    buffer_append(&rows, BYTES_OF(cast->anna.device.bytes));
    buffer_append_u64(&rows, 1800000000000);
    buffer_append_byte(&rows, 2);
    buffer_append(&rows, BYTES_OF(mapped_address));
    buffer_append_u16(&rows, 4711);
    presence_prove(&cast->anna.secret, &cast->group, 1800000000000, &proof);
    buffer_append(&rows, BYTES_OF(proof.bytes));
    told.presence.flags = PRESENCE_FLAG_ANSWER;
    memcpy(told.presence.hash, hash, sizeof hash);
    told.presence.rows = buffer_bytes(&rows);
    json_array_append_new(
        list,
        message_parts("PRESENCE", &told, json_pack("[i,i,o,o]", 9, 2, hex(BYTES_OF(hash)), hex(buffer_bytes(&rows)))));
    rows.size = 0;
    row(&rows, &cast->group, 300, 0x0102030405060708);
    news.announce.group = cast->group;
    news.announce.kind = KIND_CONTENT;
    news.announce.rows = buffer_bytes(&rows);
    json_array_append_new(
        list, message_parts("ANNOUNCE", &news,
                            json_pack("[i,o,i,o]", 22, HEX_OF(cast->group.bytes), 1, hex(buffer_bytes(&rows)))));
    buffer_done(&rows);
}

static void joining(const struct cast *cast, json_t *list)
{
    struct buffer rows = {0};
    addresses(cast, &rows);
    struct membership member = {.device = cast->bora.device, .person = cast->bora.person, .instance = 1};
    member.box = cast->bora.box;
    membership_sign(&cast->group, &member, &cast->bora.secret);

    struct wire_message bye = {.type = WIRE_BYE, .bye.code = BYE_CODE_USED};
    struct wire_message invited = {.type = WIRE_INVITED, .invited = {cast->group, cast->bora.person, 1}};
    struct wire_message join = {.type = WIRE_JOIN, .join = {BYTES_TEXT("Bora Ünal"), cast->bora.box, member.consent}};
    struct wire_message welcome = {.type = WIRE_WELCOME,
                                   .welcome = {cast->group, cast->root, cast->workspace_key, buffer_bytes(&rows)}};
    json_array_append_new(list, message_parts("BYE", &bye, json_pack("[i,i,s]", 11, 11, "")));
    json_array_append_new(
        list, message_parts("INVITED", &invited,
                            json_pack("[i,o,o,i]", 12, HEX_OF(cast->group.bytes), HEX_OF(cast->bora.person.bytes), 1)));
    json_array_append_new(list, message_parts("JOIN", &join,
                                              json_pack("[i,{s:s},o,o]", 13, "text", "Bora Ünal",
                                                        HEX_OF(cast->bora.box.bytes), HEX_OF(member.consent.bytes))));
    json_array_append_new(
        list, message_parts("WELCOME", &welcome,
                            json_pack("[i,o,o,o,o]", 14, HEX_OF(cast->group.bytes), HEX_OF(cast->root.bytes),
                                      HEX_OF(cast->workspace_key.bytes), hex(buffer_bytes(&rows)))));
    buffer_done(&rows);
}

/* Bora's computer becomes a further one of Anna's. */
static void linking(const struct cast *cast, json_t *list)
{
    struct buffer chats = {0};
    struct linkage linkage = {.device = cast->bora.device, .person = cast->anna.person, .box = cast->bora.box};
    linkage_sign(&cast->group, &cast->anna.device, &linkage, &cast->bora.secret);
    buffer_append(&chats, BYTES_OF(cast->group.bytes));
    buffer_append(&chats, BYTES_OF(cast->root.bytes));
    buffer_append_byte(&chats, 1);

    struct wire_message offer = {.type = WIRE_OFFER, .offer = {cast->group, cast->anna.person, buffer_bytes(&chats)}};
    struct wire_message consent = {.type = WIRE_CONSENT, .consent = {cast->bora.box, BYTES_OF(linkage.consent.bytes)}};
    json_array_append_new(list, message_parts("OFFER", &offer,
                                              json_pack("[i,o,o,o]", 23, HEX_OF(cast->group.bytes),
                                                        HEX_OF(cast->anna.person.bytes), hex(buffer_bytes(&chats)))));
    json_array_append_new(
        list, message_parts("CONSENT", &consent,
                            json_pack("[i,o,o]", 24, HEX_OF(cast->bora.box.bytes), HEX_OF(linkage.consent.bytes))));
    buffer_done(&chats);
}

json_t *part_messages(const struct cast *cast)
{
    json_t *list = json_array();
    struct log_name name = log_of(cast, &cast->anna, KIND_CONTENT);
    struct wire_message ping = {.type = WIRE_PING}, rekey = {.type = WIRE_REKEY};
    const uint8_t some_proof[] = {0x85, 1, 1, 0};
    struct wire_message proof = {.type = WIRE_PROOF, .proof = BYTES_OF(some_proof)};
    struct wire_message room = {.type = WIRE_ROOM, .room = ROOM_QUOTA};
    struct hash id;
    log_name_id(&name, &id);
    comparing(cast, &id, list);
    fetching(&name, &id, list);
    forks(&name, &id, &cast->group, list);
    missing_payloads(&id, list);
    the_newest_first(cast, list);
    joining(cast, list);
    linking(cast, list);
    being_there(cast, list);
    json_array_append_new(list, message_parts("PROOF", &proof, json_pack("[i,o]", 25, hex(BYTES_OF(some_proof)))));
    json_array_append_new(list, message_parts("ROOM", &room, json_pack("[i,i]", 26, 1)));
    json_array_append_new(list, message_parts("PING", &ping, json_pack("[i]", 10)));
    json_array_append_new(list, message_parts("REKEY", &rekey, json_pack("[i]", 15)));
    return list;
}
