/* SPDX-License-Identifier: MIT
 * What is known of each log at the other end of a link. */
#include "core/base/alloc.h"
#include "core/replication/payloads.h"
#include "link.h"

/* Counters by log->index, grown when a log first gets one. */
static uint64_t *counter(uint64_t **counters, size_t *count, const struct log *log)
{
    if (log->index >= *count) {
        size_t more = log->index + 16;
        *counters = alloc_grow(*counters, more, sizeof **counters);
        memset(*counters + *count, 0, (more - *count) * sizeof **counters);
        *count = more;
    }
    return *counters + log->index;
}

uint64_t link_peer_seq(const struct link *link, const struct log *log)
{
    return log->index < link->peer_seq_count ? link->peer_seq[log->index] : 0;
}

void link_set_peer_seq(struct link *link, const struct log *log, uint64_t seq)
{
    uint64_t *held = counter(&link->peer_seq, &link->peer_seq_count, log);
    if (seq > *held && log->payloads_missing)
        payloads_peer_has(link);
    *held = seq;
}

uint64_t link_told_seq(const struct link *link, const struct log *log)
{
    return log->index < link->told_seq_count ? link->told_seq[log->index] : 0;
}

void link_set_told_seq(struct link *link, const struct log *log, uint64_t seq)
{
    *counter(&link->told_seq, &link->told_seq_count, log) = seq;
}

bool link_is_too_new(const struct link *link, const struct log *log)
{
    return log->index < link->too_new_count && link->too_new[log->index];
}

void link_set_too_new(struct link *link, const struct log *log)
{
    if (log->index >= link->too_new_count) {
        size_t count = log->index + 16;
        link->too_new = alloc_grow(link->too_new, count, sizeof *link->too_new);
        memset(link->too_new + link->too_new_count, 0, count - link->too_new_count);
        link->too_new_count = count;
    }
    link->too_new[log->index] = true;
}
