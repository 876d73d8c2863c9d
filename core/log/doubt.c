/* SPDX-License-Identifier: MIT */
#include "doubt.h"

#include <stdlib.h>

static int by_place(const void *a, const void *b)
{
    const struct doubt *x = a, *y = b;
    int order = memcmp(&x->log, &y->log, sizeof x->log);
    return order ? order : (x->from > y->from) - (x->from < y->from);
}

size_t doubts_join(struct doubt *doubts, size_t count)
{
    size_t kept = 0;
    if (count)
        qsort(doubts, count, sizeof *doubts, by_place);
    for (size_t i = 0; i < count; i++) {
        struct doubt *last = kept ? &doubts[kept - 1] : NULL;
        if (!last || memcmp(&last->log, &doubts[i].log, sizeof last->log) != 0 || doubts[i].from - 1 > last->to)
            doubts[kept++] = doubts[i];
        else if (doubts[i].to > last->to)
            last->to = doubts[i].to;
    }
    return kept;
}

const struct doubt *doubts_find(const struct doubt *doubts, size_t count, const struct hash *log, uint64_t seq)
{
    const struct doubt wanted = {.log = *log, .from = seq};
    size_t low = 0, high = count; /* the last one that begins at or before the entry */
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (by_place(&doubts[middle], &wanted) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    const struct doubt *found = low ? &doubts[low - 1] : NULL;
    return found && memcmp(&found->log, log, sizeof *log) == 0 && found->to >= seq ? found : NULL;
}

bool doubts_equal(const struct doubt *a, size_t a_count, const struct doubt *b, size_t b_count)
{
    return a_count == b_count && (a_count == 0 || memcmp(a, b, a_count * sizeof *a) == 0);
}
