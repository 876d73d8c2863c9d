/* SPDX-License-Identifier: MIT */
#include "wire.h"

#include "core/base/text.h"
#include <stddef.h>

static const struct {
    enum bye code;
    enum error err;
} byes[] = {
    {BYE_VERSION, ERR_VERSION},
    {BYE_REMOVED, ERR_REMOVED},
    {BYE_LIMIT, ERR_LIMIT},
    {BYE_MALFORMED, ERR_MALFORMED},
    {BYE_BAD_SIGNATURE, ERR_BAD_SIGNATURE},
    {BYE_DUPLICATE_LINK, ERR_DUPLICATE_LINK},
    {BYE_SHUTTING_DOWN, ERR_SHUTTING_DOWN},
    {BYE_DISK_FULL, ERR_DISK_FULL},
    {BYE_SLOW, ERR_SLOW},
    {BYE_CODE_EXPIRED, ERR_CODE_EXPIRED},
    {BYE_CODE_USED, ERR_CODE_USED},
    {BYE_NAME_TAKEN, ERR_NAME_TAKEN},
    {BYE_MAY_NOT_ADMIT, ERR_MAY_NOT_ADMIT},
    {BYE_NAME_BAD, ERR_NAME_BAD},
    {BYE_NOT_NEEDED, ERR_NOT_NEEDED},
};

enum bye wire_bye_code(enum error err)
{
    if (err == ERR_CRYPTO)
        return BYE_MALFORMED;
    for (size_t i = 0; i < sizeof byes / sizeof *byes; i++)
        if (byes[i].err == err)
            return byes[i].code;
    return BYE_LIMIT;
}

enum error wire_bye_error(uint64_t code)
{
    for (size_t i = 0; i < sizeof byes / sizeof *byes; i++)
        if (byes[i].code == code)
            return byes[i].err;
    return ERR_CLOSED;
}

/* ---------------------------------------------------------------- the messages, as PROTOCOL.md has them */

enum field_kind {
    FIELD_NONE, /* behind the last one */
    FIELD_UINT,
    FIELD_FIXED, /* a byte string of one size */
    FIELD_BYTES,
    FIELD_ROWS, /* a byte string of records of one size */
    FIELD_TEXT,
    FIELD_BRANCH, /* of LOG: nothing, or base ‖ id of the first entry */
};

struct field {
    enum field_kind kind;
    size_t at, size; /* of the member; ROWS: the size of a record */
    uint64_t most;   /* UINT: the greatest; ROWS: how many; else how many bytes */
};

#define FIELDS_MAX 7
#define AT(member) offsetof(struct wire_message, member)
#define SIZE(member) sizeof(((struct wire_message *)NULL)->member)
#define UINT(member, most) FIELD_UINT, AT(member), SIZE(member), most
#define FLAGS(member) UINT(member, UINT64_MAX)
#define FIXED(member) FIELD_FIXED, AT(member), SIZE(member), SIZE(member)
#define BYTES(member, most) FIELD_BYTES, AT(member), SIZE(member), most
#define ROWS(member, row_size, most) FIELD_ROWS, AT(member), row_size, most
#define TEXT(member, most) FIELD_TEXT, AT(member), SIZE(member), most
#define BRANCH_SIZE (8 + 32)

static const struct field messages[][FIELDS_MAX + 1] = {
    [WIRE_HELLO] = {{FIXED(hello.home)}, {UINT(hello.port, UINT16_MAX)}, {FIXED(hello.digest)}},
    [WIRE_DIGESTS] = {{ROWS(digests, DIGEST_ROW_SIZE, WIRE_ROWS_MAX)}},
    [WIRE_HAVE] = {{FIXED(have.group)},
                   {UINT(have.kind, 1)},
                   {FLAGS(have.flags)},
                   {ROWS(have.rows, HAVE_ROW_SIZE, WIRE_ROWS_MAX)}},
    [WIRE_WANT] = {{FIXED(want.group)}, {FLAGS(want.flags)}, {ROWS(want.rows, WANT_ROW_SIZE, WIRE_ROWS_MAX)}},
    [WIRE_LOG] = {{UINT(log.number, UINT32_MAX)},
                  {FIXED(log.name.group)},
                  {FIXED(log.name.device)},
                  {UINT(log.name.instance, UINT64_MAX)},
                  {FIXED(log.name.sub)},
                  {UINT(log.name.kind, 1)},
                  {FIELD_BRANCH, AT(log), SIZE(log), BRANCH_SIZE}},
    [WIRE_ENTRIES] = {{UINT(entries.number, UINT32_MAX)},
                      {FLAGS(entries.flags)},
                      {BYTES(entries.items, WIRE_PLAIN_MAX)}},
    [WIRE_END] = {{FIXED(end.log)}, {UINT(end.seq, UINT64_MAX)}, {UINT(end.reason, UINT64_MAX)}},
    [WIRE_ACK] = {{UINT(ack.count, UINT64_MAX)}, {ROWS(ack.refused, 8, WIRE_ROWS_MAX)}},
    [WIRE_PRESENCE] = {{FLAGS(presence.flags)},
                       {FIXED(presence.hash)},
                       {ROWS(presence.rows, PRESENCE_ROW_SIZE, WIRE_PRESENCE_ROWS_MAX)}},
    [WIRE_PING] = {{.kind = FIELD_NONE}},
    [WIRE_BYE] = {{UINT(bye.code, UINT64_MAX)}, {BYTES(bye.proof, WIRE_PLAIN_MAX)}},
    [WIRE_INVITED] = {{FIXED(invited.group)}, {FIXED(invited.person)}, {UINT(invited.instance, UINT64_MAX)}},
    [WIRE_JOIN] = {{TEXT(join.name, NAME_MAX_SIZE)}, {FIXED(join.box)}, {FIXED(join.consent)}},
    [WIRE_WELCOME] = {{FIXED(welcome.group)},
                      {FIXED(welcome.root)},
                      {FIXED(welcome.key)},
                      {ROWS(welcome.addresses, ADDRESS_ROW_SIZE, WIRE_ROWS_MAX)}},
    [WIRE_REKEY] = {{.kind = FIELD_NONE}},
    [WIRE_STOP] = {{FIXED(stop.log)}},
    [WIRE_PROBE] = {{FIXED(probe.log)}, {ROWS(probe.seqs, 8, PROBE_MAX)}},
    [WIRE_IDS] = {{FIXED(ids.log)}, {ROWS(ids.rows, ID_ROW_SIZE, PROBE_MAX)}},
    [WIRE_TAIL] = {{FIXED(tail.group)}, {BYTES(tail.items, WIRE_PLAIN_MAX)}},
    [WIRE_WANTP] = {{FIXED(wantp.log)}, {ROWS(wantp.seqs, 8, WANTP_MAX)}},
    [WIRE_PAYLOADS] = {{FIXED(payloads.log)}, {FLAGS(payloads.flags)}, {BYTES(payloads.items, WIRE_PLAIN_MAX)}},
    [WIRE_ANNOUNCE] = {{FIXED(announce.group)},
                       {UINT(announce.kind, 1)},
                       {ROWS(announce.rows, HAVE_ROW_SIZE, WIRE_ROWS_MAX)}},
    [WIRE_OFFER] = {{FIXED(offer.group)}, {FIXED(offer.person)}, {ROWS(offer.chats, CHAT_ROW_SIZE, CHAT_ROWS_MAX)}},
    [WIRE_CONSENT] = {{FIXED(consent.box)}, {ROWS(consent.signatures, sizeof(struct signature), CHAT_ROWS_MAX + 1)}},
    [WIRE_PROOF] = {{BYTES(proof, WIRE_PROOF_MAX)}},
    [WIRE_ROOM] = {{UINT(room, UINT64_MAX)}},
};
#define MESSAGES (sizeof messages / sizeof messages[0])

static size_t count_fields(enum wire_type type)
{
    size_t count = 0;
    while (messages[type][count].kind != FIELD_NONE)
        count++;
    return count;
}

/* ---------------------------------------------------------------- decoding */

/* Unsigned, or an enum, of 2, 4 or 8 bytes. */
static void store(uint8_t *member, size_t size, uint64_t value)
{
    const uint16_t two = (uint16_t)value;
    const uint32_t four = (uint32_t)value;
    memcpy(member, size == 2 ? (const void *)&two : size == 4 ? (const void *)&four : &value, size);
}

static void read_branch(struct bytes branch, struct wire_message *ret)
{
    ret->log.is_branch = branch.size != 0;
    if (!ret->log.is_branch)
        return;
    ret->log.base = get_u64(branch.data);
    memcpy(ret->log.first.bytes, branch.data + 8, sizeof ret->log.first.bytes);
}

static void read_field(struct reader *in, const struct field *field, struct wire_message *ret)
{
    uint8_t *member = (uint8_t *)ret + field->at;
    struct bytes bytes = {0};
    uint64_t value = 0;
    switch (field->kind) {
    case FIELD_UINT:
        value = read_uint(in);
        in->failed = in->failed || value > field->most;
        store(member, field->size, value);
        return;
    case FIELD_FIXED:
        read_fixed(in, member, field->size);
        return;
    case FIELD_BYTES:
        bytes = read_bytes(in, field->most);
        break;
    case FIELD_ROWS:
        bytes = read_bytes(in, field->size * field->most);
        in->failed = in->failed || bytes.size % field->size != 0;
        break;
    case FIELD_TEXT:
        bytes = read_text(in, field->most);
        break;
    case FIELD_BRANCH:
        bytes = read_bytes(in, BRANCH_SIZE);
        in->failed = in->failed || bytes.size % BRANCH_SIZE != 0;
        if (!in->failed)
            read_branch(bytes, ret);
        return;
    case FIELD_NONE:
        return;
    }
    memcpy(member, &bytes, sizeof bytes);
}

enum error wire_decode(struct reader *in, struct wire_message *ret)
{
    size_t count = read_array(in, CBOR_ITEMS_MAX);
    uint64_t type = read_uint(in);
    if (in->failed || type == 0 || type >= MESSAGES || count != 1 + count_fields((enum wire_type)type))
        return ERR_MALFORMED;
    ret->type = (enum wire_type)type;
    for (const struct field *field = messages[type]; field->kind != FIELD_NONE; field++)
        read_field(in, field, ret);
    read_array_end(in);
    return in->failed ? ERR_MALFORMED : OK;
}

/* ---------------------------------------------------------------- encoding */

static uint64_t fetch(const uint8_t *member, size_t size)
{
    uint16_t two;
    uint32_t four;
    uint64_t eight;
    memcpy(size == 2 ? (void *)&two : size == 4 ? (void *)&four : &eight, member, size);
    return size == 2 ? two : size == 4 ? four : eight;
}

static void write_branch(struct buffer *out, const struct wire_message *message)
{
    uint8_t branch[BRANCH_SIZE];
    put_u64(branch, message->log.base);
    memcpy(branch + 8, message->log.first.bytes, sizeof message->log.first.bytes);
    write_bytes(out, (struct bytes){branch, message->log.is_branch ? sizeof branch : 0});
}

static void write_field(struct buffer *out, const struct field *field, const struct wire_message *message)
{
    const uint8_t *member = (const uint8_t *)message + field->at;
    struct bytes bytes;
    switch (field->kind) {
    case FIELD_UINT:
        write_uint(out, fetch(member, field->size));
        break;
    case FIELD_FIXED:
        write_bytes(out, (struct bytes){member, field->size});
        break;
    case FIELD_BYTES:
    case FIELD_ROWS:
    case FIELD_TEXT:
        memcpy(&bytes, member, sizeof bytes);
        if (field->kind == FIELD_TEXT)
            write_text(out, bytes);
        else
            write_bytes(out, bytes);
        break;
    case FIELD_BRANCH:
        write_branch(out, message);
        break;
    case FIELD_NONE:
        break;
    }
}

void wire_encode(const struct wire_message *message, struct buffer *out)
{
    write_array(out, 1 + count_fields(message->type));
    write_uint(out, message->type);
    for (const struct field *field = messages[message->type]; field->kind != FIELD_NONE; field++)
        write_field(out, field, message);
}
