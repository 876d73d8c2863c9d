/* SPDX-License-Identifier: MIT */
#include "entry.h"

#include <assert.h>

#include "core/base/cbor.h"

#define HEADER_ITEMS 10
#define FIRST_CONTENT_TYPE ENTRY_MESSAGE

static const char sign_context[] = "zuruf-entry-v1"; /* its final zero byte is signed too */
static const char log_context[12] = "zuruf-log-v1";  /* this one has none */
static const char branch_context[15] = "zuruf-branch-v1";

void log_name_id(const struct log_name *name, struct hash *ret)
{
    struct {
        uint8_t context[sizeof log_context];
        uint8_t group[sizeof name->group.bytes];
        uint8_t device[sizeof name->device.bytes];
        uint8_t instance[8];
        uint8_t sub[sizeof name->sub.bytes];
        uint8_t kind;
    } text;
    static_assert(sizeof text == 12 + 32 + 32 + 8 + 8 + 1, "bytes only, so nothing lies between them");

    memcpy(text.context, log_context, sizeof text.context);
    memcpy(text.group, name->group.bytes, sizeof text.group);
    memcpy(text.device, name->device.bytes, sizeof text.device);
    put_u64(text.instance, name->instance);
    memcpy(text.sub, name->sub.bytes, sizeof text.sub);
    text.kind = (uint8_t)name->kind;
    crypto_hash((struct bytes){(const uint8_t *)&text, sizeof text}, ret);
}

void log_branch_id(const struct hash *log, const struct hash *first, struct hash *ret)
{
    const struct bytes parts[] = {BYTES_OF(branch_context), BYTES_OF(log->bytes), BYTES_OF(first->bytes)};
    crypto_hash_parts(parts, 3, ret);
}

/* ---------------------------------------------------------------- decoding */

/* Reads the header at the start of `wire`. */
static enum error decode_header(struct bytes wire, struct entry *entry)
{
    struct reader in = {.left = {wire.data, wire.size < ENTRY_HEADER_MAX ? wire.size : ENTRY_HEADER_MAX}};

    size_t items = read_array(&in, CBOR_ITEMS_MAX);
    entry->bound.data = in.left.data;
    entry->version = read_uint(&in);
    if (!in.failed && entry->version > ENTRY_VERSION)
        return ERR_VERSION; /* which may have other items */
    in.failed |= entry->version != ENTRY_VERSION;

    entry->type = read_uint(&in);
    read_fixed(&in, entry->log.bytes, sizeof entry->log.bytes);
    entry->seq = read_uint(&in);
    read_fixed(&in, entry->previous.bytes, sizeof entry->previous.bytes);
    entry->hlc = read_uint(&in);
    entry->deps = read_bytes(&in, ENTRY_DEPS_MAX * DEP_SIZE);
    read_fixed(&in, entry->epoch.bytes, sizeof entry->epoch.bytes);
    entry->bound.size = (size_t)(in.left.data - entry->bound.data);
    entry->payload_size = read_uint(&in);
    read_fixed(&in, entry->payload_hash.bytes, sizeof entry->payload_hash.bytes);

    if (in.failed || items != HEADER_ITEMS || entry->seq == 0 || entry->deps.size % DEP_SIZE != 0)
        return ERR_MALFORMED;
    entry->header = (struct bytes){wire.data, (size_t)(in.left.data - wire.data)};
    return OK;
}

/* Reads what stands after the header: signature, and the payload or nothing. */
static enum error decode_rest(struct bytes wire, struct entry *entry)
{
    size_t signed_size = entry->header.size + sizeof entry->signature.bytes;
    if (entry->payload_size > ENTRY_SIZE_MAX - signed_size)
        return ERR_TOO_BIG; /* whether it is there or not */
    if (wire.size < signed_size)
        return ERR_MALFORMED;

    memcpy(entry->signature.bytes, wire.data + entry->header.size, sizeof entry->signature.bytes);
    entry->payload = (struct bytes){wire.data + signed_size, wire.size - signed_size};
    entry->payload_missing = entry->payload.size == 0 && entry->payload_size > 0;
    if (entry->payload_missing)
        return entry->type < FIRST_CONTENT_TYPE ? ERR_MALFORMED : OK;
    return entry->payload.size == entry->payload_size ? OK : ERR_MALFORMED;
}

enum error entry_decode(struct bytes wire, struct entry *ret)
{
    if (wire.size > ENTRY_SIZE_MAX)
        return ERR_TOO_BIG;

    struct entry entry; /* every field is set below; zeroing it first would cost as much as reading it */
    enum error err = decode_header(wire, &entry);
    if (!err)
        err = decode_rest(wire, &entry);
    if (!err)
        *ret = entry;
    return err;
}

enum error entry_check_payload(const struct entry *entry)
{
    if (entry->payload_missing)
        return OK; /* erased is not another */

    struct hash hash;
    crypto_hash(entry->payload, &hash);
    return memcmp(hash.bytes, entry->payload_hash.bytes, sizeof hash.bytes) == 0 ? OK : ERR_MALFORMED;
}

enum error entry_verify(const struct entry *entry, const struct sign_public *author)
{
    return crypto_verify(author, BYTES_OF(sign_context), entry->header, &entry->signature);
}

void entry_id(const struct entry *entry, struct hash *ret)
{
    const struct bytes parts[] = {entry->header, BYTES_OF(entry->signature.bytes)};
    crypto_hash_parts(parts, 2, ret);
}

/* ---------------------------------------------------------------- encoding */

void entry_associated_data(const struct entry *entry, struct buffer *out)
{
    write_uint(out, ENTRY_VERSION);
    write_uint(out, entry->type);
    write_bytes(out, BYTES_OF(entry->log.bytes));
    write_uint(out, entry->seq);
    write_bytes(out, BYTES_OF(entry->previous.bytes));
    write_uint(out, entry->hlc);
    write_bytes(out, entry->deps);
    write_bytes(out, BYTES_OF(entry->epoch.bytes));
}

static void write_header(const struct entry *entry, struct buffer *out)
{
    struct hash payload_hash;
    crypto_hash(entry->payload, &payload_hash);

    write_array(out, HEADER_ITEMS);
    entry_associated_data(entry, out);
    write_uint(out, entry->payload.size);
    write_bytes(out, BYTES_OF(payload_hash.bytes));
}

enum error entry_encode(const struct entry *entry, const struct sign_secret *secret, struct buffer *out,
                        struct hash *ret_id)
{
    assert(entry->seq > 0 && entry->deps.size % DEP_SIZE == 0 && !entry->payload_missing);
    if (entry->deps.size > ENTRY_DEPS_MAX * DEP_SIZE)
        return ERR_TOO_BIG;

    size_t start = out->size;
    write_header(entry, out);
    struct entry written = {.header = {out->data + start, out->size - start}};
    size_t signed_size = written.header.size + sizeof written.signature.bytes;
    if (entry->payload.size > ENTRY_SIZE_MAX - signed_size) {
        out->size = start;
        return ERR_TOO_BIG;
    }
    crypto_sign(secret, BYTES_OF(sign_context), written.header, &written.signature);
    entry_id(&written, ret_id);
    buffer_append(out, BYTES_OF(written.signature.bytes));
    buffer_append(out, entry->payload);
    return OK;
}

/* ---------------------------------------------------------------- deps */

size_t entry_dep_count(const struct entry *entry)
{
    return entry->deps.size / DEP_SIZE;
}

struct dep entry_dep(const struct entry *entry, size_t index)
{
    assert(index < entry_dep_count(entry));
    const uint8_t *record = entry->deps.data + index * DEP_SIZE;
    struct dep dep = {.seq = get_u64(record + sizeof dep.log.bytes)};
    memcpy(dep.log.bytes, record, sizeof dep.log.bytes);
    memcpy(dep.id, record + sizeof dep.log.bytes + 8, sizeof dep.id);
    return dep;
}

void dep_append(const struct dep *dep, struct buffer *out)
{
    uint8_t *row = buffer_extend(out, DEP_SIZE);
    memcpy(row, dep->log.bytes, sizeof dep->log.bytes);
    put_u64(row + sizeof dep->log.bytes, dep->seq);
    memcpy(row + sizeof dep->log.bytes + sizeof dep->seq, dep->id, sizeof dep->id);
}
