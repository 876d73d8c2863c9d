/* SPDX-License-Identifier: MIT */
#include "discovery_wire.h"
#include "core/base/cbor.h"

static void write_beacon(struct buffer *out, const struct beacon *beacon)
{
    write_bytes(out, BYTES_OF(beacon->salt));
    write_bytes(out, (struct bytes){beacon->tag, beacon->has_tag ? TAG_SIZE : 0});
    write_bytes(out, (struct bytes){beacon->invites[0], beacon->invite_count * TAG_SIZE});
}

static void read_beacon(struct reader *in, struct beacon *beacon)
{
    read_fixed(in, beacon->salt, sizeof beacon->salt);
    struct bytes tag = read_bytes(in, TAG_SIZE);
    struct bytes invites = read_bytes(in, sizeof beacon->invites);
    if (in->failed)
        return;
    if ((tag.size && tag.size != TAG_SIZE) || invites.size % TAG_SIZE) {
        in->failed = true;
        return;
    }
    beacon->has_tag = tag.size;
    if (tag.size)
        memcpy(beacon->tag, tag.data, TAG_SIZE);
    beacon->invite_count = invites.size / TAG_SIZE;
    if (invites.size)
        memcpy(beacon->invites, invites.data, invites.size);
}

static uint16_t read_port(struct reader *in)
{
    uint64_t port = read_uint(in);
    if (port == 0 || port > UINT16_MAX)
        in->failed = true;
    return (uint16_t)port;
}

static uint32_t read_scope(struct reader *in)
{
    uint64_t scope = read_uint(in);
    if (scope > INT32_MAX) /* interface indices are positive ints */
        in->failed = true;
    return (uint32_t)scope;
}

static struct bytes read_instance(struct reader *in)
{
    struct bytes instance = read_bytes(in, DISCOVERY_INSTANCE_MAX);
    if (instance.size == 0)
        in->failed = true;
    return instance;
}

static void write_body(struct buffer *out, const struct discovery_message *message)
{
    switch (message->type) {
    case DISCOVERY_ANNOUNCE:
        write_array(out, 6);
        write_uint(out, message->type);
        write_uint(out, message->address.port);
        write_beacon(out, &message->beacon);
        write_bool(out, message->again);
        break;
    case DISCOVERY_SEEN:
        write_array(out, 8);
        write_uint(out, message->type);
        write_bytes(out, message->instance);
        write_bytes(out, BYTES_OF(message->address.ip));
        write_uint(out, message->address.port);
        write_uint(out, message->address.scope);
        write_beacon(out, &message->beacon);
        break;
    case DISCOVERY_GONE:
        write_array(out, 2);
        write_uint(out, message->type);
        write_bytes(out, message->instance);
        break;
    case DISCOVERY_LOG:
        write_array(out, 2);
        write_uint(out, message->type);
        write_text(out, message->text);
        break;
    case DISCOVERY_PING:
    case DISCOVERY_PONG:
        write_array(out, 1);
        write_uint(out, message->type);
        break;
    }
}

void discovery_encode(struct buffer *out, const struct discovery_message *message)
{
    size_t start = out->size;
    buffer_append_u16(out, 0);
    write_body(out, message);
    put_u16(out->data + start, (uint16_t)(out->size - start - 2));
}

/* The items of each type, its own number included. */
static size_t items_of(uint64_t type)
{
    switch (type) {
    case DISCOVERY_ANNOUNCE:
        return 6;
    case DISCOVERY_SEEN:
        return 8;
    case DISCOVERY_GONE:
    case DISCOVERY_LOG:
        return 2;
    case DISCOVERY_PING:
    case DISCOVERY_PONG:
        return 1;
    }
    return 0; /* unknown: no array has so few */
}

static void read_body(struct reader *in, struct discovery_message *message)
{
    switch (message->type) {
    case DISCOVERY_ANNOUNCE:
        message->address.port = read_port(in);
        read_beacon(in, &message->beacon);
        message->again = read_bool(in);
        break;
    case DISCOVERY_SEEN:
        message->instance = read_instance(in);
        read_fixed(in, message->address.ip, sizeof message->address.ip);
        message->address.port = read_port(in);
        message->address.scope = read_scope(in);
        read_beacon(in, &message->beacon);
        break;
    case DISCOVERY_GONE:
        message->instance = read_instance(in);
        break;
    case DISCOVERY_LOG:
        message->text = read_text(in, DISCOVERY_LOG_MAX);
        break;
    case DISCOVERY_PING:
    case DISCOVERY_PONG:
        break;
    }
}

enum error discovery_decode(struct bytes in, struct discovery_message *ret_message, size_t *ret_used)
{
    if (in.size < 2)
        return ERR_NOT_FOUND;
    size_t size = get_u16(in.data);
    if (size > DISCOVERY_FRAME_MAX)
        return ERR_MALFORMED;
    if (in.size < 2 + size)
        return ERR_NOT_FOUND;

    struct reader reader = {.left = {in.data + 2, size}};
    struct discovery_message message = {0};
    size_t items = read_array(&reader, 8);
    uint64_t type = read_uint(&reader);
    if (reader.failed || items == 0 || items != items_of(type))
        return ERR_MALFORMED;
    message.type = (enum discovery_type)type;
    read_body(&reader, &message);
    read_end(&reader);
    if (reader.failed)
        return ERR_MALFORMED;

    *ret_message = message;
    *ret_used = 2 + size;
    return OK;
}
