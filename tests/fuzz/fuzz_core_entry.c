/* SPDX-License-Identifier: MIT
 * Whatever decodes as an entry has exactly one spelling, and its parts lie within the bytes it came from. */
#include <stdlib.h>

#include "core/base/cbor.h"
#include "core/entry/entry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void require_one_spelling(const struct entry *entry)
{
    struct buffer header = {0};
    write_array(&header, 10);
    size_t before = header.size;
    entry_associated_data(entry, &header);
    require(bytes_equal((struct bytes){header.data + before, header.size - before}, entry->bound));
    write_uint(&header, entry->payload_size);
    write_bytes(&header, BYTES_OF(entry->payload_hash.bytes));
    require(bytes_equal(buffer_bytes(&header), entry->header));
    buffer_done(&header);
}

static void require_same_deps(const struct entry *entry)
{
    struct buffer deps = {0};
    for (size_t i = 0; i < entry_dep_count(entry); i++) {
        struct dep dep = entry_dep(entry, i);
        dep_append(&dep, &deps);
    }
    require(bytes_equal(buffer_bytes(&deps), entry->deps));
    buffer_done(&deps);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct entry entry;
    if (entry_decode((struct bytes){data, size}, &entry) != OK)
        return 0;

    require(entry.version == ENTRY_VERSION && entry.seq > 0);
    require(size <= ENTRY_SIZE_MAX && entry.header.size <= ENTRY_HEADER_MAX);
    require(entry.header.data == data && entry.header.size + 64 + entry.payload.size == size);
    require(entry.header.size + 64 + entry.payload_size <= ENTRY_SIZE_MAX);
    require(entry.payload_missing ? entry.payload.size == 0 && entry.type >= ENTRY_MESSAGE
                                  : entry.payload.size == entry.payload_size);
    require(entry_dep_count(&entry) <= ENTRY_DEPS_MAX);
    require_same_deps(&entry);
    require_one_spelling(&entry);

    struct hash id, again;
    entry_id(&entry, &id);
    crypto_hash((struct bytes){data, entry.header.size + 64}, &again);
    require(memcmp(id.bytes, again.bytes, sizeof id.bytes) == 0);
    enum error err = entry_check_payload(&entry);
    require(err == OK || err == ERR_MALFORMED);
    return 0;
}
