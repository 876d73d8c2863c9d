/* SPDX-License-Identifier: MIT
 * The short names of messages: "k7q2m-118". */
#include "branches.h"
#include "core/node_query.h"
#include "core/state.h"
#include "logs.h"

#define ID_BYTES 10 /* of the log id: 16 characters */
#define ID_CHARACTERS 16
#define ID_SHORTEST 5

static void log_text(const struct log *log, struct buffer *out)
{
    base32_encode((struct bytes){log->id.bytes, ID_BYTES}, out);
}

/* How many characters tell `log` from every other log here. */
static size_t unique_length(const struct node *node, const struct log *log, struct bytes text)
{
    size_t length = ID_SHORTEST;
    for (size_t i = 0; i < node->log_count; i++) {
        struct buffer other = {0};
        if (node->logs[i] == log || node->logs[i]->id.bytes[0] != log->id.bytes[0])
            continue;
        log_text(node->logs[i], &other);
        while (length < ID_CHARACTERS && memcmp(other.data, text.data, length) == 0)
            length++;
        buffer_done(&other);
    }
    return length;
}

static void append_number(uint64_t value, struct buffer *out)
{
    uint8_t digits[20];
    size_t at = sizeof digits;
    do
        digits[--at] = (uint8_t)('0' + value % 10);
    while ((value /= 10) != 0);
    buffer_append(out, (struct bytes){digits + at, sizeof digits - at});
}

void node_message_id(const struct node *node, const struct message_ref *ref, bool full, struct buffer *out)
{
    struct buffer text = {0};
    const struct log *log = logs_find(node, &ref->log);
    base32_encode((struct bytes){ref->log.bytes, ID_BYTES}, &text);
    size_t length = full || !log ? ID_CHARACTERS : unique_length(node, log, buffer_bytes(&text));
    buffer_append(out, (struct bytes){text.data, length});
    buffer_append_byte(out, '-');
    append_number(ref->seq, out);
    buffer_done(&text);
}

static enum error parse_number(struct bytes text, uint64_t *ret)
{
    uint64_t value = 0;
    if (text.size == 0 || text.size > 19)
        return ERR_MALFORMED;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return ERR_MALFORMED;
        value = value * 10 + (uint64_t)(text.data[i] - '0');
    }
    *ret = value;
    return value ? OK : ERR_MALFORMED;
}

static bool begins_with(const struct log *log, struct bytes prefix)
{
    struct buffer text = {0};
    log_text(log, &text);
    bool fits = memcmp(text.data, prefix.data, prefix.size) == 0;
    buffer_done(&text);
    return fits;
}

enum error node_message_find(const struct node *node, struct bytes id, struct message_ref *ret, uint32_t *ret_log)
{
    const uint8_t *dash = id.size ? memchr(id.data, '-', id.size) : NULL;
    struct log *found = NULL;
    uint64_t seq;
    if (!dash)
        return ERR_MALFORMED;
    struct bytes prefix = {id.data, (size_t)(dash - id.data)};
    enum error err = parse_number((struct bytes){dash + 1, id.size - prefix.size - 1}, &seq);
    if (err || prefix.size < ID_SHORTEST || prefix.size > ID_CHARACTERS)
        return ERR_MALFORMED;
    for (size_t i = 0; i < node->log_count; i++) {
        if (node->logs[i]->kind != KIND_CONTENT || !begins_with(node->logs[i], prefix))
            continue;
        if (found)
            return ERR_LIMIT;
        found = node->logs[i];
    }
    if (found)
        found = branches_now(node, found, seq);
    if (!found || seq <= found->row.base_seq || seq > found->row.head_seq)
        return ERR_NOT_FOUND;
    *ret = (struct message_ref){found->id, seq};
    *ret_log = found->row.number;
    return OK;
}
