/* SPDX-License-Identifier: MIT */
#include "forge.h"

#include "core/entry/entry.h"
#include <assert.h>

#define ITEMS_MAX (60u << 10) /* of one message, but for a single larger one */

void forge_log(struct stranger *stranger, const struct hash *group, enum log_kind kind, struct forged_log *ret)
{
    *ret = (struct forged_log){.name = {.group = *group, .device = stranger->device, .instance = 1, .kind = kind}};
    random_bytes(&stranger->world->random, ret->name.sub.bytes, sizeof ret->name.sub.bytes);
    log_name_id(&ret->name, &ret->id);
    ret->number = 1 + kind;
}

/* The id covers the signature, so what follows vouches for the wrong one. */
static void spoil_signature(struct bytes payload, struct buffer *wire, struct hash *ret_id)
{
    struct entry entry;
    wire->data[wire->size - payload.size - 1] ^= 1; /* the last byte of the signature */
    enum error err = entry_decode(buffer_bytes(wire), &entry);
    assert(!err);
    (void)err;
    entry_id(&entry, ret_id);
}

static void seal(const struct forgery *forgery, struct entry *entry, struct buffer *out)
{
    static const uint8_t nonce[SEALED_NONCE_SIZE];
    struct buffer ad = {0};
    entry_associated_data(entry, &ad);
    crypto_seal(forgery->key, nonce, buffer_bytes(&ad), forgery->payload, out);
    entry->payload = buffer_bytes(out);
    buffer_done(&ad);
}

void forge_entry(struct stranger *stranger, struct forged_log *log, const struct forgery *forgery, struct buffer *wire)
{
    struct buffer own = {0}, sealed = {0};
    struct entry entry = {.version = ENTRY_VERSION,
                          .type = forgery->type,
                          .log = log->id,
                          .seq = ++log->seq,
                          .previous = log->head,
                          .hlc = forgery->hlc,
                          .epoch = forgery->epoch,
                          .payload = forgery->payload};
    if (forgery->key)
        seal(forgery, &entry, &sealed);
    enum error err = entry_encode(&entry, &stranger->secret, &own, &log->head);
    assert(!err);
    (void)err;
    if (forgery->badly_signed)
        spoil_signature(entry.payload, &own, &log->head);
    buffer_append(wire, buffer_bytes(&own));
    buffer_done(&own);
    buffer_done(&sealed);
}

void forge_item(struct bytes wire, struct buffer *items)
{
    buffer_append_u16(items, (uint16_t)wire.size);
    buffer_append(items, wire);
}

void forge_send(struct stranger *stranger, const struct forged_log *log, struct bytes items, uint64_t flags)
{
    struct wire_message name = {.type = WIRE_LOG, .log = {.number = log->number, .name = log->name}};
    struct wire_message message = {.type = WIRE_ENTRIES, .entries = {.number = log->number}};
    stranger_say(stranger, &name);
    while (items.size) {
        size_t size = 2 + get_u16(items.data);
        while (size < items.size && size + 2 + get_u16(items.data + size) <= ITEMS_MAX)
            size += 2 + get_u16(items.data + size);
        message.entries.items = (struct bytes){items.data, size};
        items = (struct bytes){items.data + size, items.size - size};
        message.entries.flags = items.size ? flags & ~(uint64_t)ENTRIES_FLAG_LAST : flags;
        stranger_say(stranger, &message);
    }
}
