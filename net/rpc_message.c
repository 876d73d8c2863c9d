/* SPDX-License-Identifier: MIT */
#include "rpc_message.h"
#include "core/base/words.h"
#include "emit.h"
#include "rpc_names.h"
#include "rpc_state.h"

static const char *state_word(enum message_state state)
{
    switch (state) {
    case MESSAGE_READABLE:
        return "readable";
    case MESSAGE_WAITING_FOR_KEY:
        return "waiting_for_key";
    case MESSAGE_NEEDS_NEWER:
        return "needs_newer";
    case MESSAGE_PAYLOAD_MISSING:
        return "payload_missing";
    case MESSAGE_NOT_TEXT:
        return "not_text";
    }
    return "unknown";
}

void rpc_message_emit_id(struct rpc *rpc, const char *key, const struct message_ref *ref, struct buffer *out)
{
    emit_string(out, key, "");
    out->size--; /* the closing quote: the id needs no escaping, and is written by the node itself */
    node_message_id(rpc->options.node, ref, true, out);
    buffer_append_byte(out, '"');
}

static void emit_group(struct rpc *rpc, uint32_t number, struct buffer *out)
{
    struct hash id = rpc_names_group_id(rpc, number);

    emit_base32_or_null(out, "group", BYTES_OF(id.bytes));
}

static void emit_type(uint64_t type, struct buffer *out)
{
    if (type == ENTRY_MESSAGE)
        emit_string(out, "type", "message");
    else
        emit_digits(out, "type", type);
}

void rpc_message_emit(struct rpc *rpc, const struct message *message, struct buffer *out)
{
    bool readable = message->state == MESSAGE_READABLE;

    rpc_message_emit_id(rpc, "id", &message->ref, out);
    emit_group(rpc, message->group, out);
    emit_text_or_null(out, "topic", message->topic);
    emit_text(out, "author", message->author);
    emit_base32_or_null(out, "person", BYTES_OF(message->person.bytes));
    emit_base32(out, "device", BYTES_OF(message->device.bytes));
    emit_string(out, "verification", rpc_names_verification(message->verification));
    emit_digits(out, "seq", message->ref.seq);
    emit_time(out, "time", message->time_ms);
    emit_time(out, "seen_at", message->seen_ms);
    emit_text(out, "text", readable ? message->text : (struct bytes){0});
    if (message->reply_to.seq > 0)
        rpc_message_emit_id(rpc, "reply_to", &message->reply_to, out);
    else
        emit_null(out, "reply_to");
    emit_bool(out, "edited", false);
    emit_bool(out, "urgent", message->urgent);
    emit_bool(out, "late", message->late);
    emit_string(out, "state", state_word(message->state));
    emit_type(message->type, out);
    if (message->early)
        emit_bool(out, "early", true);
    if (message->written_twice)
        emit_bool(out, "written_twice", true);
    if (message->incomplete)
        emit_bool(out, "incomplete", true);
    if (message->implausible)
        emit_bool(out, "implausible", true);
    if (message->time_doubtful)
        emit_bool(out, "time_doubtful", true);
}

void rpc_message_emit_tick(void *out, const struct hash *log, uint64_t seq)
{
    struct buffer key = {0};

    base32_encode(BYTES_OF(log->bytes), &key);
    buffer_append_byte(&key, '\0');
    emit_digits(out, (const char *)key.data, seq);
    buffer_done(&key);
}

void rpc_message_emit_receipt(const struct receipt *receipt, struct buffer *out)
{
    emit_number(out, "persons", receipt->persons);
    emit_number(out, "with", receipt->with);
    emit_number(out, "carriers", receipt->carriers);
    emit_number(out, "with_carriers", receipt->with_carriers);
}
