/* SPDX-License-Identifier: MIT */
#include "session.h"

#include <stdlib.h>

#define LATER 127    /* the first of these entries is of a later version */
#define VERSION_AT 3 /* in a list of entries: behind the size and the head of the header */
#define FRAME_ITEMS_MAX (WIRE_PLAIN_MAX - 128)

void session_call(struct session *session, const struct sign_public *device, const struct sign_secret *secret)
{
    struct buffer proof = {0};
    struct caller *caller = session->caller;
    caller_dial(caller, &session->scene);
    if (caller_begin(caller, CALLER_WORKSPACE)) {
        caller_proof(caller, device, secret, &proof);
        caller_finish(caller, buffer_bytes(&proof));
    }
    buffer_done(&proof);
}

void session_hang_up(struct session *session)
{
    caller_done(session->caller);
}

void session_say_plain(struct session *session, const struct buffer *plain)
{
    if (session->flip && session->flip_at < plain->size)
        plain->data[session->flip_at] ^= session->flip;
    session->flip = 0;
    if (plain->size && plain->size <= WIRE_PLAIN_MAX && session->caller->is_sealed && caller_stands(session->caller))
        caller_send_sealed(session->caller, buffer_bytes(plain));
}

void session_say(struct session *session, const struct wire_message *message)
{
    struct buffer plain = {0};
    wire_encode(message, &plain);
    session_say_plain(session, &plain);
    buffer_done(&plain);
    if (message->type == WIRE_REKEY && session->caller->is_sealed)
        noise_rekey(&session->caller->send);
}

void session_say_hello(struct session *session, uint8_t home)
{
    struct wire_message hello = {.type = WIRE_HELLO, .hello = {.home = {home}, .port = 4999}};
    session_say(session, &hello);
}

/* ---------------------------------------------------------------- entries */

/* With or without its payload; false: no room. */
static bool add_entry(struct session *session, const struct forged *entry, bool is_bare, bool is_tail)
{
    struct buffer *items = &session->items;
    struct bytes wire = {entry->wire.data, is_bare ? entry->bare : entry->wire.size};
    if (items->size + wire.size + 6 > FRAME_ITEMS_MAX)
        return false;
    if (is_tail)
        buffer_append_u32(items, (uint32_t)entry->line);
    buffer_append_u16(items, (uint16_t)wire.size);
    buffer_append(items, wire);
    scene_knows(&session->scene, wire);
    return true;
}

static void introduce(struct session *session, size_t line)
{
    struct wire_message message;
    forge_introduce(&session->forge, line, (uint32_t)line, &message);
    session_say(session, &message);
}

static void send_items(struct session *session, size_t line, uint64_t flags)
{
    struct wire_message message = {.type = WIRE_ENTRIES};
    message.entries.number = (uint32_t)line;
    message.entries.flags = flags;
    message.entries.items = buffer_bytes(&session->items);
    session_say(session, &message);
    session->items.size = 0;
}

/* Those of a line with these numbers. */
static void send_run(struct session *session, size_t line, uint64_t from, uint64_t to)
{
    const struct forge *forge = &session->forge;
    uint8_t flags = script_byte(&session->script), bare = script_byte(&session->script);
    introduce(session, line);
    session->items.size = 0;
    for (size_t i = 0; i < forge->entry_count; i++) {
        const struct forged *entry = &forge->entries[i];
        bool is_bare = bare >= 128 && (bare & 1 || bare >> 1 & 1 << i % 4);
        if (entry->line == line && entry->seq >= from && entry->seq <= to)
            add_entry(session, entry, is_bare, false);
    }
    if (bare == LATER && session->items.size)
        session->items.data[VERSION_AT] = ENTRY_VERSION + 1;
    send_items(session, line, flags < 192 ? ENTRIES_FLAG_LAST | (flags & 6) : flags & 7);
}

void session_hand_out(struct session *session)
{
    struct script *script = &session->script;
    size_t line = script_below(script, session->forge.line_count);
    uint64_t from = script_rarely(script) ? script_number(script, 2) : 0;
    send_run(session, line, from, UINT64_MAX);
}

void session_tell(struct session *session, size_t line)
{
    const struct script left = session->script;
    session->script = (struct script){{0}};
    send_run(session, line, 0, UINT64_MAX);
    session->script = left;
}

void session_say_live(struct session *session, size_t line, uint64_t from, enum lie lie)
{
    const struct forge *forge = &session->forge;
    struct buffer *items = &session->items;
    size_t first = 0, last = 0; /* the ends of signatures */
    introduce(session, line);
    items->size = 0;
    for (size_t i = 0; i < forge->entry_count; i++) {
        const struct forged *entry = &forge->entries[i];
        size_t end = items->size + sizeof(uint16_t) + entry->bare - 1;
        if (entry->line != line || entry->seq < from || !add_entry(session, entry, false, false))
            continue;
        first = first ? first : end;
        last = end;
    }
    if (lie != LIE_NONE && last)
        items->data[lie == LIE_FIRST ? first : last] ^= 1;
    send_items(session, line, ENTRIES_FLAG_LAST | ENTRIES_FLAG_LIVE | ENTRIES_FLAG_TO_ALL);
}

void session_hand_out_tail(struct session *session)
{
    struct wire_message message = {.type = WIRE_TAIL, .tail = {.group = forge_group(&session->script)}};
    size_t count = script_below(&session->script, 20);
    session->items.size = 0;
    for (size_t i = 0; i < count && session->forge.entry_count; i++) {
        size_t index = script_below(&session->script, session->forge.entry_count);
        const struct forged *entry = &session->forge.entries[index];
        introduce(session, entry->line);
        if (add_entry(session, entry, script_rarely(&session->script), true))
            continue;
        break;
    }
    message.tail.items = buffer_bytes(&session->items);
    session_say(session, &message);
    session->items.size = 0;
}

/* ---------------------------------------------------------------- payloads */

static void add_payload(struct session *session, const struct forged *entry, struct buffer *items)
{
    struct bytes payload = {entry->wire.data + entry->bare, entry->wire.size - entry->bare};
    size_t at = items->size + PAYLOAD_ITEM_HEAD;
    if (!payload.size || items->size + payload.size > FRAME_ITEMS_MAX)
        return;
    buffer_append_u64(items, entry->seq);
    buffer_append_u16(items, (uint16_t)payload.size);
    buffer_append(items, payload);
    if (script_rarely(&session->script))
        items->data[at] ^= 1;
}

static void send_payloads(struct session *session, const struct hash *log, const struct buffer *items)
{
    struct wire_message message = {.type = WIRE_PAYLOADS, .payloads = {.log = *log, .items = buffer_bytes(items)}};
    message.payloads.flags = script_rarely(&session->script) ? PAYLOADS_FLAG_NEWS : 0;
    session_say(session, &message);
}

void session_hand_out_payloads(struct session *session)
{
    struct buffer items = {0};
    struct dep place = forge_place(&session->forge, &session->script);
    for (uint64_t seq = 1; seq <= 12; seq++) {
        const struct forged *entry = forge_find(&session->forge, &place.log, seq);
        if (entry)
            add_payload(session, entry, &items);
    }
    send_payloads(session, &place.log, &items);
    buffer_done(&items);
}

/* ---------------------------------------------------------------- answers */

static void answer_payloads(struct session *session, const struct asked_of *asked)
{
    struct buffer items = {0};
    for (size_t i = 0; i < asked->payload_count; i++) {
        const struct forged *entry = forge_find(&session->forge, &asked->payloads_of, asked->payload_seqs[i]);
        if (entry)
            add_payload(session, entry, &items);
    }
    send_payloads(session, &asked->payloads_of, &items);
    buffer_done(&items);
}

static void answer_probe(struct session *session, const struct asked_of *asked)
{
    struct buffer rows = {0};
    for (size_t i = 0; i < asked->seq_count; i++) {
        const struct forged *entry = forge_find(&session->forge, &asked->probed, asked->seqs[i]);
        if (!entry)
            continue;
        struct hash id = script_hash(&session->script, &entry->id);
        buffer_append_u64(&rows, entry->seq);
        buffer_append(&rows, BYTES_OF(id.bytes));
    }
    struct wire_message message = {.type = WIRE_IDS, .ids = {asked->probed, buffer_bytes(&rows)}};
    session_say(session, &message);
    buffer_done(&rows);
}

static void answer_want(struct session *session, const struct range *want)
{
    const struct forge *forge = &session->forge;
    const struct forged *entry = NULL;
    for (size_t i = 0; i < forge->entry_count && !entry; i++)
        entry = forge_find(forge, &want->log, forge->entries[i].seq);
    if (entry)
        send_run(session, entry->line, want->from, want->to);
    struct wire_message end = {.type = WIRE_END, .end = {.log = want->log}};
    end.end.seq = script_number(&session->script, want->to);
    end.end.reason = entry ? END_DONE : END_NOT_HERE;
    if (!script_rarely(&session->script))
        session_say(session, &end);
}

void session_answer(struct session *session)
{
    struct asked_of asked = session->caller->asked;
    session->caller->asked = (struct asked_of){.invited = asked.invited};
    if (asked.tail)
        session_hand_out_tail(session);
    if (asked.seq_count)
        answer_probe(session, &asked);
    if (asked.payload_count)
        answer_payloads(session, &asked);
    for (size_t i = 0; i < asked.want_count; i++)
        answer_want(session, &asked.wants[i]);
}
