/* SPDX-License-Identifier: MIT */
#include "core/peers/presence.h"
#include "forge.h"

#define ROWS_MAX 40

struct hash forge_group(struct script *script)
{
    const struct mallory *mallory = scene_mallory();
    const struct hash *groups[] = {&mallory->direct, &mallory->board.id, &mallory->den.id};
    return script_hash(script, script_rarely(script) ? groups[script_below(script, 3)] : &mallory->group);
}

/* ---------------------------------------------------------------- places */

static const struct log *a_log(const struct forge *forge, struct script *script)
{
    const struct node *node = forge->victim->node;
    return node->logs[script_below(script, node->log_count)];
}

static struct hash a_log_id(const struct forge *forge, struct script *script)
{
    uint8_t choice = script_byte(script);
    if (choice < 96)
        return a_log(forge, script)->id;
    if (choice < 192 || !forge->entry_count)
        return forge->lines[script_below(script, forge->line_count)].log.id;
    return forge->entries[script_below(script, forge->entry_count)].branch;
}

static struct dep place_of_entry(const struct forge *forge, struct script *script)
{
    const struct forged *entry = &forge->entries[script_below(script, forge->entry_count)];
    struct dep place = {.log = forge->lines[entry->line].log.id, .seq = entry->seq};
    if (script_rarely(script))
        place.log = entry->branch;
    memcpy(place.id, entry->id.bytes, sizeof place.id);
    return place;
}

struct dep forge_place(const struct forge *forge, struct script *script)
{
    uint8_t choice = script_byte(script);
    struct dep place = {{{0}}, 0, {0}};
    if (choice >= 128 && forge->entry_count) {
        place = place_of_entry(forge, script);
    } else {
        const struct log *log = a_log(forge, script);
        place = (struct dep){.log = log->id, .seq = log->row.head_seq};
        memcpy(place.id, log->row.head_id.bytes, sizeof place.id);
    }
    if (choice & 3)
        return place;
    place.log = a_log_id(forge, script);
    place.seq = script_number(script, place.seq);
    place.id[0] ^= script_rarely(script);
    return place;
}

/* ---------------------------------------------------------------- rows */

static void add_place(const struct forge *forge, struct script *script, struct buffer *out)
{
    struct dep place = forge_place(forge, script);
    dep_append(&place, out);
}

static void add_want(const struct forge *forge, struct script *script, struct buffer *out)
{
    struct hash log = a_log_id(forge, script);
    buffer_append(out, BYTES_OF(log.bytes));
    buffer_append_u64(out, script_number(script, 1));
    buffer_append_u64(out, script_number(script, 4));
}

static void add_digest(const struct forge *forge, struct script *script, struct buffer *out)
{
    struct hash group = forge_group(script);
    struct hash digest = script_hash(script, &forge->victim->node->workspace->digest);
    buffer_append(out, BYTES_OF(group.bytes));
    buffer_append(out, BYTES_OF(digest.bytes));
}

static void add_device(const struct forge *forge, struct script *script, struct buffer *out)
{
    const struct roster *roster = &forge->victim->node->workspace->roster;
    uint8_t choice = script_byte(script);
    struct sign_public device = {{choice}};
    if (choice < 192 && roster->count)
        device = roster->members[choice % roster->count].device;
    buffer_append(out, BYTES_OF(device.bytes));
}

static void add_place_to_dial(struct script *script, struct buffer *out)
{
    uint8_t ip[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 10};
    ip[15] = script_byte(script);
    ip[12] = ip[15] == 255 ? 127 : 10;
    buffer_append(out, BYTES_OF(ip));
    buffer_append_u16(out, (uint16_t)script_number(script, 4000));
}

static void add_address(const struct forge *forge, struct script *script, struct buffer *out)
{
    add_device(forge, script, out);
    add_place_to_dial(script, out);
}

static void add_presence(const struct forge *forge, struct script *script, struct buffer *out)
{
    add_device(forge, script, out);
    uint64_t incarnation = script_number(script, host_now_ms(forge->victim));
    struct signature proof;
    buffer_append_u64(out, incarnation);
    buffer_append_byte(out, script_byte(script) % 4);
    add_place_to_dial(script, out);
    presence_prove(&scene_mallory()->secret, &scene_mallory()->group, incarnation, &proof); /* others' are false */
    buffer_append(out, BYTES_OF(proof.bytes));
}

static void add_seq(const struct forge *forge, struct script *script, struct buffer *out)
{
    (void)forge;
    buffer_append_u64(out, script_number(script, 1 + script_below(script, 8)));
}

static void add_id(const struct forge *forge, struct script *script, struct buffer *out)
{
    struct hash zero = {{0}};
    const struct forged *entry = forge_newest(forge);
    if (entry)
        entry = &forge->entries[script_below(script, forge->entry_count)];
    struct hash id = script_hash(script, entry ? &entry->id : &zero);
    buffer_append_u64(out, script_number(script, entry ? entry->seq : 1));
    buffer_append(out, BYTES_OF(id.bytes));
}

static struct bytes some_rows(const struct forge *forge, struct script *script, struct buffer *out,
                              void (*add)(const struct forge *, struct script *, struct buffer *))
{
    for (size_t count = script_below(script, ROWS_MAX); count > 0; count--)
        add(forge, script, out);
    return buffer_bytes(out);
}

/* ---------------------------------------------------------------- messages */

void forge_introduce(const struct forge *forge, size_t line, uint32_t number, struct wire_message *ret)
{
    const struct line *known = &forge->lines[line];
    *ret = (struct wire_message){.type = WIRE_LOG, .log = {.number = number, .name = known->log.name}};
    ret->log.is_branch = known->is_branch;
    ret->log.base = known->base;
    ret->log.first = known->first;
}

/* Of a branch that begins with one of Mallory's entries, wherever she says that it does. */
static void name_branch(const struct forge *forge, struct script *script, struct wire_message *ret)
{
    const struct forged *entry = &forge->entries[script_below(script, forge->entry_count)];
    ret->log.name = forge->lines[entry->line].log.name;
    ret->log.is_branch = true;
    ret->log.base = script_number(script, entry->seq - 1);
    ret->log.first = script_hash(script, &entry->id);
}

static void name_log(const struct forge *forge, struct script *script, struct wire_message *ret)
{
    uint8_t choice = script_byte(script);
    size_t line = script_below(script, forge->line_count);
    forge_introduce(forge, line, (uint32_t)line, ret);
    if (choice < 64)
        ret->log.name = a_log(forge, script)->row.name;
    else if (choice < 128 && forge->entry_count)
        name_branch(forge, script, ret);
    if (!script_rarely(script))
        return;
    ret->log.number = script_byte(script);
    ret->log.name.sub.bytes[0] ^= script_byte(script);
    ret->log.name.instance = script_number(script, ret->log.name.instance);
    ret->log.name.kind ^= script_byte(script) & 1;
    ret->log.name.group = script_hash(script, &ret->log.name.group);
}

static void fill_greeting(const struct forge *forge, struct script *script, struct wire_message *ret)
{
    ret->hello.home[0] = script_byte(script) % 6;
    ret->hello.port = (uint16_t)script_number(script, 4999);
    ret->hello.digest = script_hash(script, &forge->victim->node->workspace->digest);
}

static void add_chat(const struct forge *forge, struct script *script, struct buffer *out)
{
    add_digest(forge, script, out); /* a group and 32 bytes more */
    buffer_append_byte(out, script_byte(script));
}

static void add_signature(const struct forge *forge, struct script *script, struct buffer *out)
{
    const struct signature signature = {{script_byte(script)}};
    (void)forge;
    buffer_append(out, BYTES_OF(signature.bytes));
}

/* In place of INVITED and JOIN. */
static void fill_linking(const struct forge *forge, struct script *script, struct buffer *rows,
                         struct wire_message *ret)
{
    ret->type = ret->type == WIRE_INVITED ? WIRE_OFFER : WIRE_CONSENT;
    if (ret->type == WIRE_OFFER) {
        ret->offer.group = script_hash(script, &scene_mallory()->group);
        ret->offer.chats = some_rows(forge, script, rows, add_chat);
    } else {
        ret->consent.box = scene_mallory()->box;
        ret->consent.signatures = some_rows(forge, script, rows, add_signature);
    }
}

/* What both sides of a joining say. */
static void fill_joining(const struct forge *forge, struct script *script, struct buffer *rows,
                         struct wire_message *ret)
{
    const struct mallory *mallory = scene_mallory();
    if (ret->type != WIRE_WELCOME && script_rarely(script)) {
        fill_linking(forge, script, rows, ret);
    } else if (ret->type == WIRE_INVITED) {
        ret->invited.group = script_hash(script, &mallory->group);
        ret->invited.instance = script_number(script, 1);
    } else if (ret->type == WIRE_JOIN) {
        ret->join.name = BYTES_TEXT("mallory");
        ret->join.box = mallory->box;
    } else {
        ret->welcome.group = script_hash(script, &mallory->group);
        ret->welcome.root = mallory->root;
        ret->welcome.addresses = some_rows(forge, script, rows, add_address);
    }
}

static void fill_numbers(const struct forge *forge, struct script *script, struct buffer *rows,
                         struct wire_message *ret)
{
    switch (ret->type) {
    case WIRE_PROBE:
        ret->probe.log = a_log_id(forge, script);
        ret->probe.seqs = some_rows(forge, script, rows, add_seq);
        return;
    case WIRE_IDS:
        ret->ids.log = a_log_id(forge, script);
        ret->ids.rows = some_rows(forge, script, rows, add_id);
        return;
    case WIRE_WANTP:
        ret->wantp.log = a_log_id(forge, script);
        ret->wantp.seqs = some_rows(forge, script, rows, add_seq);
        return;
    case WIRE_ACK:
        ret->ack.count = script_number(script, 1);
        ret->ack.refused = some_rows(forge, script, rows, add_seq);
        return;
    default:
        return;
    }
}

static void fill_rows(const struct forge *forge, struct script *script, struct buffer *rows, struct wire_message *ret)
{
    switch (ret->type) {
    case WIRE_DIGESTS:
        ret->digests = some_rows(forge, script, rows, add_digest);
        return;
    case WIRE_HAVE:
        ret->have.group = forge_group(script);
        ret->have.kind = script_byte(script) & 1 ? KIND_GOVERNANCE : KIND_CONTENT;
        ret->have.flags = script_byte(script) % 5;
        ret->have.rows = some_rows(forge, script, rows, add_place);
        return;
    case WIRE_ANNOUNCE:
        ret->announce.group = forge_group(script);
        ret->announce.kind = script_byte(script) & 1 ? KIND_GOVERNANCE : KIND_CONTENT;
        ret->announce.rows = some_rows(forge, script, rows, add_place);
        return;
    case WIRE_WANT:
        ret->want.group = forge_group(script);
        ret->want.flags = script_byte(script) % 3;
        ret->want.rows = some_rows(forge, script, rows, add_want);
        return;
    case WIRE_PRESENCE:
        ret->presence.flags = script_byte(script) % 4;
        ret->presence.hash[0] = script_byte(script);
        ret->presence.rows = some_rows(forge, script, rows, add_presence);
        return;
    default:
        fill_numbers(forge, script, rows, ret);
        return;
    }
}

void forge_message(const struct forge *forge, struct script *script, struct buffer *rows, struct wire_message *ret)
{
    static const enum wire_type types[] = {
        WIRE_LOG,      WIRE_HAVE,     WIRE_WANT,    WIRE_DIGESTS, WIRE_END,   WIRE_ACK,   WIRE_PING, WIRE_REKEY,
        WIRE_ANNOUNCE, WIRE_PRESENCE, WIRE_STOP,    WIRE_PROBE,   WIRE_IDS,   WIRE_WANTP, WIRE_TAIL, WIRE_BYE,
        WIRE_JOIN,     WIRE_HELLO,    WIRE_INVITED, WIRE_WELCOME, WIRE_PROOF, WIRE_ROOM};
    *ret = (struct wire_message){.type = types[script_below(script, sizeof types / sizeof *types)]};
    switch (ret->type) {
    case WIRE_HELLO:
        fill_greeting(forge, script, ret);
        return;
    case WIRE_LOG:
        name_log(forge, script, ret);
        return;
    case WIRE_END:
        ret->end.log = a_log_id(forge, script);
        ret->end.seq = script_number(script, 4);
        ret->end.reason = script_number(script, END_DONE);
        return;
    case WIRE_STOP:
        ret->stop.log = a_log_id(forge, script);
        return;
    case WIRE_TAIL:
        ret->tail.group = forge_group(script);
        return;
    case WIRE_BYE:
        ret->bye.code = script_byte(script) % 20;
        return;
    case WIRE_PROOF:
        ret->proof = script_bytes(script);
        return;
    case WIRE_ROOM:
        ret->room = script_byte(script) % 4;
        return;
    case WIRE_INVITED:
    case WIRE_JOIN:
    case WIRE_WELCOME:
        fill_joining(forge, script, rows, ret);
        return;
    default:
        fill_rows(forge, script, rows, ret);
        return;
    }
}

static void any_item(const struct forge *forge, struct script *script, struct bytes entries, struct buffer *out)
{
    static void (*const adders[])(const struct forge *, struct script *, struct buffer *) = {
        add_place, add_want, add_digest, add_address, add_presence, add_seq, add_id};
    struct buffer rows = {0};
    struct hash hash;
    uint8_t choice = script_byte(script);
    switch (choice % 8) {
    case 0:
    case 1:
        write_uint(out, script_number(script, choice >> 3));
        return;
    case 2:
        hash = forge_group(script);
        write_bytes(out, BYTES_OF(hash.bytes));
        return;
    case 3:
        hash = a_log_id(forge, script);
        write_bytes(out, BYTES_OF(hash.bytes));
        return;
    case 4:
    case 5:
        write_bytes(out, some_rows(forge, script, &rows, adders[(choice >> 3) % 7]));
        buffer_done(&rows);
        return;
    case 6:
        write_bytes(out, entries);
        return;
    default:
        write_bytes(out, script_bytes(script));
        return;
    }
}

void forge_anything(const struct forge *forge, struct script *script, struct bytes entries, struct buffer *out)
{
    uint64_t type = script_byte(script) % 32;
    size_t count = script_below(script, 7);
    write_array(out, count + 1);
    write_uint(out, type);
    for (size_t i = 0; i < count; i++)
        any_item(forge, script, entries, out);
}
