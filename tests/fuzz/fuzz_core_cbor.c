/* SPDX-License-Identifier: MIT
 * The input is a script of reads, a zero byte, and what they read.  Whatever a read accepts is written again, and must
 * give the very bytes that were taken. */
#include <stdlib.h>

#include "core/base/cbor.h"
#include "core/base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

/* One read, chosen by `step`, and what it read written to `again`; true if it counts as an item. */
static bool read_again(struct reader *in, uint8_t step, struct buffer *again)
{
    size_t most = step >> 3;
    uint8_t fixed[32] = {0};
    switch (step & 7) {
    case 0:
        write_uint(again, read_uint(in));
        return true;
    case 1:
        write_bool(again, read_bool(in));
        return true;
    case 2: {
        struct bytes bytes = read_bytes(in, most);
        require(bytes.size <= most);
        write_bytes(again, bytes);
        return true;
    }
    case 3: {
        struct bytes text = read_text(in, most);
        require(text.size <= most && text_is_utf8(text));
        write_text(again, text);
        return true;
    }
    case 4:
        read_fixed(in, fixed, most);
        write_bytes(again, (struct bytes){fixed, most});
        return true;
    case 5: {
        size_t count = read_array(in, most * 4);
        require(count <= most * 4 && count <= CBOR_ITEMS_MAX);
        write_array(again, count);
        return true;
    }
    case 6:
        read_array_of(in, most);
        write_array(again, most);
        return true;
    default:
        if (in->depth > 0)
            read_array_end(in);
        return false;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = size ? memchr(data, 0, size) : NULL;
    if (!end)
        return 0;

    struct bytes wire = {end + 1, size - (size_t)(end + 1 - data)};
    struct reader in = {.left = wire};
    struct buffer again = {0};
    for (const uint8_t *step = data; step < end && !in.failed; step++) {
        size_t before = again.size;
        struct bytes left = in.left;
        bool is_item = read_again(&in, *step, &again);
        require(in.depth <= CBOR_DEPTH_MAX + 1u);
        if (in.failed)
            break;
        size_t taken = left.size - in.left.size;
        require(is_item == (taken > 0) && taken == again.size - before);
        require(memcmp(left.data, again.data ? again.data + before : left.data, taken) == 0);
    }
    buffer_done(&again);

    /* after a fault nothing is read any more */
    if (in.failed) {
        struct bytes left = in.left;
        require(read_uint(&in) == 0 && read_bytes(&in, size).size == 0 && read_array(&in, 64) == 0);
        require(in.left.data == left.data && in.left.size == left.size && in.failed);
    }
    return 0;
}
