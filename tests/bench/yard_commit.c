/* SPDX-License-Identifier: MIT */
#include "core/base/alloc.h"
#include "yard.h"
#include "yard_db.h"
#include <stdlib.h>

void yard_commits(size_t count, size_t size, struct samples *ret)
{
    struct yard_db db;
    struct path directory;
    uint8_t *record = alloc_zero(1, size);

    yard_db_open(&db, &directory);
    for (size_t i = 0; i < count; i++) {
        uint64_t start = now_ns();
        yard_db_append(&db, (struct bytes){record, size});
        yard_db_commit(&db);
        samples_add(ret, seconds_since(start));
    }
    yard_db_close(&db);
    scratch_remove(&directory);
    free(record);
}
