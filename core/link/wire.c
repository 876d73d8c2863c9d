/* SPDX-License-Identifier: MIT */
#include "wire.h"

#include "core/base/text.h"

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

/* How many items each message has, its type included; 0: there is no such message. */
static const uint8_t item_counts[] = {
    [WIRE_HELLO] = 4,   [WIRE_DIGESTS] = 2,  [WIRE_HAVE] = 5,     [WIRE_WANT] = 4,     [WIRE_LOG] = 8,
    [WIRE_ENTRIES] = 4, [WIRE_END] = 4,      [WIRE_ACK] = 3,      [WIRE_PRESENCE] = 4, [WIRE_PING] = 1,
    [WIRE_BYE] = 3,     [WIRE_INVITED] = 4,  [WIRE_JOIN] = 4,     [WIRE_WELCOME] = 5,  [WIRE_REKEY] = 1,
    [WIRE_STOP] = 2,    [WIRE_TAIL] = 3,     [WIRE_ANNOUNCE] = 4, [WIRE_PROBE] = 3,    [WIRE_IDS] = 3,
    [WIRE_WANTP] = 3,   [WIRE_PAYLOADS] = 4, [WIRE_OFFER] = 4,    [WIRE_CONSENT] = 3,  [WIRE_PROOF] = 2,
    [WIRE_ROOM] = 2,
};

#define BRANCH_SIZE (8 + 32) /* base ‖ id of the first entry */
#define FIXED(field) ((struct bytes){(field).bytes, sizeof(field).bytes})
#define READ_FIXED(in, field) read_fixed(in, (field).bytes, sizeof(field).bytes)

/* A list of fixed-size records as one byte string. */
static struct bytes read_rows(struct reader *in, size_t row_size, size_t most)
{
    struct bytes rows = read_bytes(in, row_size * most);
    if (rows.size % row_size != 0)
        in->failed = true;
    return rows;
}

static uint64_t read_uint_below(struct reader *in, uint64_t bound)
{
    uint64_t value = read_uint(in);
    if (value >= bound)
        in->failed = true;
    return value;
}

static void read_log_name(struct reader *in, struct wire_message *ret)
{
    ret->log.number = (uint32_t)read_uint_below(in, (uint64_t)UINT32_MAX + 1);
    READ_FIXED(in, ret->log.name.group);
    READ_FIXED(in, ret->log.name.device);
    ret->log.name.instance = read_uint(in);
    READ_FIXED(in, ret->log.name.sub);
    ret->log.name.kind = (enum log_kind)read_uint_below(in, 2);
    struct bytes branch = read_rows(in, BRANCH_SIZE, 1);
    ret->log.is_branch = branch.size != 0;
    if (in->failed || !ret->log.is_branch)
        return;
    ret->log.base = get_u64(branch.data);
    memcpy(ret->log.first.bytes, branch.data + 8, sizeof ret->log.first.bytes);
}

static void read_items(struct reader *in, struct wire_message *ret)
{
    switch (ret->type) {
    case WIRE_HELLO:
        read_fixed(in, ret->hello.home, sizeof ret->hello.home);
        ret->hello.port = (uint16_t)read_uint_below(in, 65536);
        READ_FIXED(in, ret->hello.digest);
        break;
    case WIRE_DIGESTS:
        ret->digests = read_rows(in, DIGEST_ROW_SIZE, WIRE_ROWS_MAX);
        break;
    case WIRE_ROOM:
        ret->room = read_uint(in);
        break;
    case WIRE_PROOF:
        ret->proof = read_bytes(in, WIRE_PROOF_MAX);
        break;
    case WIRE_HAVE:
        READ_FIXED(in, ret->have.group);
        ret->have.kind = (enum log_kind)read_uint_below(in, 2);
        ret->have.flags = read_uint(in);
        ret->have.rows = read_rows(in, HAVE_ROW_SIZE, WIRE_ROWS_MAX);
        break;
    case WIRE_WANT:
        READ_FIXED(in, ret->want.group);
        ret->want.flags = read_uint(in);
        ret->want.rows = read_rows(in, WANT_ROW_SIZE, WIRE_ROWS_MAX);
        break;
    case WIRE_LOG:
        read_log_name(in, ret);
        break;
    case WIRE_ENTRIES:
        ret->entries.number = (uint32_t)read_uint_below(in, (uint64_t)UINT32_MAX + 1);
        ret->entries.flags = read_uint(in);
        ret->entries.items = read_bytes(in, WIRE_PLAIN_MAX);
        break;
    case WIRE_END:
        READ_FIXED(in, ret->end.log);
        ret->end.seq = read_uint(in);
        ret->end.reason = read_uint(in);
        break;
    case WIRE_STOP:
        READ_FIXED(in, ret->stop.log);
        break;
    case WIRE_ACK:
        ret->ack.count = read_uint(in);
        ret->ack.refused = read_rows(in, 8, WIRE_ROWS_MAX);
        break;
    case WIRE_PRESENCE:
        ret->presence.flags = read_uint(in);
        read_fixed(in, ret->presence.hash, sizeof ret->presence.hash);
        ret->presence.rows = read_rows(in, PRESENCE_ROW_SIZE, WIRE_PRESENCE_ROWS_MAX);
        break;
    case WIRE_ANNOUNCE:
        READ_FIXED(in, ret->announce.group);
        ret->announce.kind = (enum log_kind)read_uint_below(in, 2);
        ret->announce.rows = read_rows(in, HAVE_ROW_SIZE, WIRE_ROWS_MAX);
        break;
    case WIRE_PROBE:
        READ_FIXED(in, ret->probe.log);
        ret->probe.seqs = read_rows(in, 8, PROBE_MAX);
        break;
    case WIRE_IDS:
        READ_FIXED(in, ret->ids.log);
        ret->ids.rows = read_rows(in, ID_ROW_SIZE, PROBE_MAX);
        break;
    case WIRE_BYE:
        ret->bye.code = read_uint(in);
        ret->bye.proof = read_bytes(in, WIRE_PLAIN_MAX);
        break;
    case WIRE_INVITED:
        READ_FIXED(in, ret->invited.group);
        READ_FIXED(in, ret->invited.person);
        ret->invited.instance = read_uint(in);
        break;
    case WIRE_JOIN:
        ret->join.name = read_text(in, NAME_MAX_SIZE);
        READ_FIXED(in, ret->join.box);
        READ_FIXED(in, ret->join.consent);
        break;
    case WIRE_WELCOME:
        READ_FIXED(in, ret->welcome.group);
        READ_FIXED(in, ret->welcome.root);
        READ_FIXED(in, ret->welcome.key);
        ret->welcome.addresses = read_rows(in, ADDRESS_ROW_SIZE, WIRE_ROWS_MAX);
        break;
    case WIRE_OFFER:
        READ_FIXED(in, ret->offer.group);
        READ_FIXED(in, ret->offer.person);
        ret->offer.chats = read_rows(in, CHAT_ROW_SIZE, CHAT_ROWS_MAX);
        break;
    case WIRE_CONSENT:
        READ_FIXED(in, ret->consent.box);
        ret->consent.signatures = read_rows(in, sizeof(struct signature), CHAT_ROWS_MAX + 1);
        break;
    case WIRE_TAIL:
        READ_FIXED(in, ret->tail.group);
        ret->tail.items = read_bytes(in, WIRE_PLAIN_MAX);
        break;
    case WIRE_WANTP:
        READ_FIXED(in, ret->wantp.log);
        ret->wantp.seqs = read_rows(in, 8, WANTP_MAX);
        break;
    case WIRE_PAYLOADS:
        READ_FIXED(in, ret->payloads.log);
        ret->payloads.flags = read_uint(in);
        ret->payloads.items = read_bytes(in, WIRE_PLAIN_MAX);
        break;
    case WIRE_PING:
    case WIRE_REKEY:
        break;
    }
}

enum error wire_decode(struct reader *in, struct wire_message *ret)
{
    size_t count = read_array(in, CBOR_ITEMS_MAX);
    uint64_t type = read_uint(in);
    if (in->failed || type == 0 || type >= sizeof item_counts || count != item_counts[type])
        return ERR_MALFORMED;
    ret->type = (enum wire_type)type;
    read_items(in, ret);
    read_array_end(in);
    return in->failed ? ERR_MALFORMED : OK;
}

static void write_log_name(struct buffer *out, const struct wire_message *message)
{
    write_uint(out, message->log.number);
    write_bytes(out, FIXED(message->log.name.group));
    write_bytes(out, FIXED(message->log.name.device));
    write_uint(out, message->log.name.instance);
    write_bytes(out, FIXED(message->log.name.sub));
    write_uint(out, message->log.name.kind);
    uint8_t branch[BRANCH_SIZE];
    put_u64(branch, message->log.base);
    memcpy(branch + 8, message->log.first.bytes, sizeof message->log.first.bytes);
    write_bytes(out, (struct bytes){branch, message->log.is_branch ? sizeof branch : 0});
}

void wire_encode(const struct wire_message *message, struct buffer *out)
{
    write_array(out, item_counts[message->type]);
    write_uint(out, message->type);
    switch (message->type) {
    case WIRE_HELLO:
        write_bytes(out, BYTES_OF(message->hello.home));
        write_uint(out, message->hello.port);
        write_bytes(out, FIXED(message->hello.digest));
        break;
    case WIRE_ROOM:
        write_uint(out, message->room);
        break;
    case WIRE_PROOF:
        write_bytes(out, message->proof);
        break;
    case WIRE_DIGESTS:
        write_bytes(out, message->digests);
        break;
    case WIRE_HAVE:
        write_bytes(out, FIXED(message->have.group));
        write_uint(out, message->have.kind);
        write_uint(out, message->have.flags);
        write_bytes(out, message->have.rows);
        break;
    case WIRE_WANT:
        write_bytes(out, FIXED(message->want.group));
        write_uint(out, message->want.flags);
        write_bytes(out, message->want.rows);
        break;
    case WIRE_LOG:
        write_log_name(out, message);
        break;
    case WIRE_ENTRIES:
        write_uint(out, message->entries.number);
        write_uint(out, message->entries.flags);
        write_bytes(out, message->entries.items);
        break;
    case WIRE_END:
        write_bytes(out, FIXED(message->end.log));
        write_uint(out, message->end.seq);
        write_uint(out, message->end.reason);
        break;
    case WIRE_STOP:
        write_bytes(out, FIXED(message->stop.log));
        break;
    case WIRE_ACK:
        write_uint(out, message->ack.count);
        write_bytes(out, message->ack.refused);
        break;
    case WIRE_PRESENCE:
        write_uint(out, message->presence.flags);
        write_bytes(out, BYTES_OF(message->presence.hash));
        write_bytes(out, message->presence.rows);
        break;
    case WIRE_ANNOUNCE:
        write_bytes(out, FIXED(message->announce.group));
        write_uint(out, message->announce.kind);
        write_bytes(out, message->announce.rows);
        break;
    case WIRE_PROBE:
        write_bytes(out, FIXED(message->probe.log));
        write_bytes(out, message->probe.seqs);
        break;
    case WIRE_IDS:
        write_bytes(out, FIXED(message->ids.log));
        write_bytes(out, message->ids.rows);
        break;
    case WIRE_BYE:
        write_uint(out, message->bye.code);
        write_bytes(out, message->bye.proof);
        break;
    case WIRE_INVITED:
        write_bytes(out, FIXED(message->invited.group));
        write_bytes(out, FIXED(message->invited.person));
        write_uint(out, message->invited.instance);
        break;
    case WIRE_JOIN:
        write_text(out, message->join.name);
        write_bytes(out, FIXED(message->join.box));
        write_bytes(out, FIXED(message->join.consent));
        break;
    case WIRE_WELCOME:
        write_bytes(out, FIXED(message->welcome.group));
        write_bytes(out, FIXED(message->welcome.root));
        write_bytes(out, FIXED(message->welcome.key));
        write_bytes(out, message->welcome.addresses);
        break;
    case WIRE_OFFER:
        write_bytes(out, FIXED(message->offer.group));
        write_bytes(out, FIXED(message->offer.person));
        write_bytes(out, message->offer.chats);
        break;
    case WIRE_CONSENT:
        write_bytes(out, FIXED(message->consent.box));
        write_bytes(out, message->consent.signatures);
        break;
    case WIRE_TAIL:
        write_bytes(out, FIXED(message->tail.group));
        write_bytes(out, message->tail.items);
        break;
    case WIRE_WANTP:
        write_bytes(out, FIXED(message->wantp.log));
        write_bytes(out, message->wantp.seqs);
        break;
    case WIRE_PAYLOADS:
        write_bytes(out, FIXED(message->payloads.log));
        write_uint(out, message->payloads.flags);
        write_bytes(out, message->payloads.items);
        break;
    case WIRE_PING:
    case WIRE_REKEY:
        break;
    }
}
