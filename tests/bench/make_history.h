/* SPDX-License-Identifier: MIT
 * What the files of make_history share. */
#pragma once
#include "core/base/random.h"
#include "core/entry/payload.h"
#include "core/node.h"
#include "core/writing/batch.h"
#include "measure.h"
#include "store/store.h"
#include <stdbool.h>

#define DEVICES 50
#define LOGS_MAX (DEVICES + 2) /* a content log each, and the founder's and the root's governance */

struct device {
    struct sign_public public;
    struct sign_secret secret;
    struct person_id person;
    uint64_t hlc; /* of its last entry */
    struct log *content;
};

struct log {
    struct log_row row;
    struct hash id;
    bool changed; /* since the last batch */
};

struct history {
    struct store *store;
    const struct storage *storage;
    const struct journal *journal;
    struct random random;
    uint64_t now_ms;

    struct hash group;
    uint32_t group_number;
    struct secret_key epoch_key;
    uint64_t epoch_height;
    struct epoch_id epoch;

    struct device devices[DEVICES]; /* the founder first */
    struct log logs[LOGS_MAX];
    size_t log_count;
    struct log *governance;     /* the founder's */
    struct log *tips[LOGS_MAX]; /* heads that nobody has cited, newest last */
    size_t tip_count;

    struct batch *batch, *submitted; /* being filled, on its way */
    uint64_t last_batch;
    uint64_t entries, bytes;
    size_t newest_size; /* of the last entry */
};

static inline void must(enum error err)
{
    if (err)
        die("the history cannot be written: %s", error_sentence(err));
}

/* make_founder.c: begins the workspace and reads what its founder wrote, into what `history` begins with. */
void founder_write(struct history *history);
struct log *history_add_log(struct history *history, const struct log_row *row);
void history_wait_persisted(const struct history *history, struct persisted *ret);
