/* SPDX-License-Identifier: MIT */
#include "publication.h"
#include "due.h"
#include "record.h"

#define COMMIT_PAUSE_MS 2000 /* each costs every node on the network a few packets */
#define FAILURE_PAUSE_MS 1000

enum publication_step publication_next(const struct publication *publication, const struct announcement *wanted,
                                       uint64_t now_ms, uint64_t *due_ms)
{
    const struct announcement *done = &publication->done;
    if (!wanted->set)
        return PUBLISH_NOTHING;
    if (publication->committed && done->port == wanted->port && done->round == wanted->round)
        return record_equal(&done->beacon, &wanted->beacon) ? PUBLISH_NOTHING : PUBLISH_TEXT;
    if (now_ms >= publication->not_before_ms)
        return PUBLISH_ANEW;
    due_at(due_ms, publication->not_before_ms);
    return PUBLISH_NOTHING;
}

void publication_rename(struct publication *publication, const uint8_t random[INSTANCE_SIZE])
{
    for (size_t i = 0; i < INSTANCE_SIZE; i++)
        publication->instance[i] = "abcdefghijklmnopqrstuvwxyz234567"[random[i] % 32];
    publication->instance[INSTANCE_SIZE] = '\0';
}

void publication_committed(struct publication *publication, const struct announcement *wanted, uint64_t now_ms)
{
    bool anew =
        !publication->committed || publication->done.round != wanted->round || publication->done.port != wanted->port;
    if (anew)
        publication->not_before_ms = now_ms + COMMIT_PAUSE_MS;
    publication->committed = true;
    publication->done = *wanted;
}

void publication_failed(struct publication *publication, uint64_t now_ms)
{
    publication->committed = false;
    publication->not_before_ms = now_ms + FAILURE_PAUSE_MS;
}
