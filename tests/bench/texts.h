/* SPDX-License-Identifier: MIT
 * What people write: the real messages of $ZURUF_TEST_DATA/chat-ubuntu.jsonl.gz where that is set, else generated ones
 * with the same distribution of lengths and the same share of replies. */
#pragma once
#include "core/base/bytes.h"
#include <stdbool.h>

#define TEXTS_REAL_COUNT 196123 /* messages in that file */
#define TEXTS_NO_REPLY SIZE_MAX

struct text {
    size_t at, size; /* in texts->arena */
    uint64_t time_ms;
    uint32_t author; /* one number for each person */
    size_t reply_to; /* index of an earlier one */
};
struct texts {
    struct text *items;
    size_t count;
    struct buffer arena;
    bool real;
};

/* `count` messages in rising time; where there are fewer real ones they begin again. */
void texts_init(struct texts *texts, size_t count);
void texts_done(struct texts *texts);
static inline struct bytes texts_words(const struct texts *texts, size_t index)
{
    return (struct bytes){texts->arena.data + texts->items[index].at, texts->items[index].size};
}
