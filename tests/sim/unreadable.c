/* SPDX-License-Identifier: MIT */
#include "unreadable.h"

/* As in store/reads.c: the snapshot comes with the first read, so it is that one which fails. */
static enum error begin(void *ctx)
{
    (void)ctx;
    return OK;
}

static void end(void *ctx)
{
    (void)ctx;
}

static enum error fail(const void *ctx)
{
    const enum error *err = ctx;
    return *err;
}

static enum error each_log(void *ctx, storage_log_visitor visit, void *arg)
{
    (void)visit, (void)arg;
    return fail(ctx);
}

static enum error each_entry(void *ctx, uint32_t log, uint64_t from, storage_entry_visitor visit, void *arg)
{
    (void)log, (void)from, (void)visit, (void)arg;
    return fail(ctx);
}

static enum error get_entry(void *ctx, uint32_t log, uint64_t seq, struct stored_entry *ret)
{
    (void)log, (void)seq, (void)ret;
    return fail(ctx);
}

static enum error each_arrival(void *ctx, uint64_t from, storage_entry_visitor visit, void *arg)
{
    (void)from, (void)visit, (void)arg;
    return fail(ctx);
}

static uint64_t no_number(void *ctx)
{
    (void)ctx;
    return 0;
}

static enum error get_local(void *ctx, struct bytes key, struct bytes *ret)
{
    (void)key, (void)ret;
    return fail(ctx);
}

static enum error each_local(void *ctx, struct bytes prefix, storage_local_visitor visit, void *arg)
{
    (void)prefix, (void)visit, (void)arg;
    return fail(ctx);
}

static enum error each_ordered(void *ctx, uint32_t group, struct bytes cursor, bool backward,
                               storage_order_visitor visit, void *arg)
{
    (void)group, (void)cursor, (void)backward, (void)visit, (void)arg;
    return fail(ctx);
}

static void order_cursor_at(void *ctx, uint64_t ms, struct buffer *ret)
{
    (void)ctx, (void)ms, (void)ret;
}

struct storage unreadable_storage(enum error *err)
{
    return (struct storage){.ctx = err,
                            .begin = begin,
                            .end = end,
                            .each_log = each_log,
                            .each_entry = each_entry,
                            .get_entry = get_entry,
                            .each_arrival = each_arrival,
                            .last_arrival = no_number,
                            .get_local = get_local,
                            .each_local = each_local,
                            .each_ordered = each_ordered,
                            .order_cursor_at = order_cursor_at,
                            .order_progress = no_number};
}
