/* SPDX-License-Identifier: MIT */
#include "outsiders.h"

#include "core/log/branches.h"
#include "core/log/logs.h"
#include "core/members/roster.h"

struct rows {
    const struct node *node;
    struct buffer *out;
};

/* What is not durable is told another time. */
static void append(void *arg, const struct cut *end)
{
    const struct rows *rows = arg;
    struct log *log = logs_find(rows->node, &end->log);
    log = log ? branches_holder(rows->node, log, end->seq, end->id.bytes, sizeof end->id.bytes) : NULL;
    if (!log || end->seq > logs_told_seq(log))
        return;
    struct dep row = {.log = log->id, .seq = end->seq};
    memcpy(row.id, end->id.bytes, sizeof row.id);
    dep_append(&row, rows->out);
}

void outsiders_rows(const struct node *node, const struct group *group, const struct link *link, struct buffer *out)
{
    struct rows rows = {node, out};
    if (group->kind == GROUP_CHAT && roster_find(&node->workspace->roster, &link->device))
        governance_outside(group->roster.governance, &link->device, append, &rows);
}

uint64_t outsiders_limit(struct bytes rows, const struct log *log)
{
    for (size_t at = 0; at < rows.size; at += HAVE_ROW_SIZE)
        if (memcmp(rows.data + at, log->id.bytes, sizeof log->id.bytes) == 0)
            return get_u64(rows.data + at + sizeof log->id.bytes);
    return 0;
}
