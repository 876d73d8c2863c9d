/* SPDX-License-Identifier: MIT
 * The input is what a discovery helper, or the node, wrote to the socketpair.  Each frame that is one comes out of the
 * encoder as it went in. */
#include "net/discovery_wire.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes in = {data, size};
    struct discovery_message message;
    size_t used;

    while (discovery_decode(in, &message, &used) == OK) {
        struct buffer again = {0};
        require(used > 2 && used <= in.size && used <= DISCOVERY_FRAME_MAX + 2);
        discovery_encode(&again, &message);
        require(bytes_equal(buffer_bytes(&again), (struct bytes){in.data, used}));
        buffer_done(&again);
        in = (struct bytes){in.data + used, in.size - used};
    }
    return 0;
}
