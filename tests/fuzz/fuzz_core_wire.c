/* SPDX-License-Identifier: MIT
 * The input is what a peer wrote into one frame.  Each message that is one comes out of the encoder as it went in, and
 * what its lists hold lies within the input. */
#include <stdlib.h>

#include "core/link/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

/* A list that the message borrows; of most types. */
static struct bytes list_of(const struct wire_message *message)
{
    switch (message->type) {
    case WIRE_DIGESTS:
        return message->digests;
    case WIRE_HAVE:
        return message->have.rows;
    case WIRE_WANT:
        return message->want.rows;
    case WIRE_ENTRIES:
        return message->entries.items;
    case WIRE_ACK:
        return message->ack.refused;
    case WIRE_OFFER:
        return message->offer.chats;
    case WIRE_CONSENT:
        return message->consent.signatures;
    case WIRE_PROOF:
        return message->proof;
    default:
        return (struct bytes){0};
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct reader in = {.left = {data, size}};
    struct wire_message message;

    while (in.left.size) {
        struct bytes before = in.left;
        if (wire_decode(&in, &message) != OK)
            return 0;
        size_t taken = before.size - in.left.size;
        struct bytes list = list_of(&message);
        struct buffer again = {0};
        require(taken > 0 && !in.failed && in.depth == 0);
        require(!list.size || (list.data >= before.data && list.data + list.size <= in.left.data));
        wire_encode(&message, &again);
        require(bytes_equal(buffer_bytes(&again), (struct bytes){before.data, taken}));
        buffer_done(&again);
        if (message.type == WIRE_BYE)
            require(wire_bye_error(message.bye.code) != OK);
    }
    return 0;
}
