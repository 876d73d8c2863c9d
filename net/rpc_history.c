/* SPDX-License-Identifier: MIT */
#include "rpc_history.h"
#include "core/base/alloc.h"
#include "core/base/words.h"
#include "core/node_query.h"
#include "emit.h"
#include "moment.h"
#include "rpc_message.h"
#include "rpc_names.h"
#include "rpc_state.h"
#include <stdlib.h>

#define PAGE_ROWS_MAX 1000
#define PAGE_CLOCKS_MS 50          /* a clock costs a walk through what came before */
#define PAGE_SCANNED_MAX 2000      /* a longer reader would pin the database */
#define PAGE_SIZE_MAX (512u << 10) /* so that with one more message and its clock it stays within a line */

#define CURSOR_SIZE_MAX 128 /* far more than any that is handed out */

/* ---------------------------------------------------------------- a page */

struct row {
    size_t text_end;   /* its members end here in page.text; they begin where the row before ends */
    size_t cursor_end; /* likewise in page.cursors */
    uint32_t log;
    uint64_t seq;
};

/* A page is gathered first and written then: while the node shows messages it must not be asked for their clocks. */
struct page {
    struct rpc *rpc;
    const struct message_query *wanted;
    size_t limit;
    struct row *rows;
    size_t count;
    size_t scanned;
    struct buffer *text;
    struct buffer cursors;
    struct buffer last_cursor; /* of the row scanned last, which may be none of the page */
    bool more;
};

static bool is_full(const struct page *page)
{
    return page->count == page->limit || page->scanned == PAGE_SCANNED_MAX || page->text->size > PAGE_SIZE_MAX;
}

static bool is_wanted(const struct message_query *wanted, const struct message *message)
{
    if (message->state == MESSAGE_NOT_TEXT)
        return false;
    if (message->time_ms < wanted->since_ms || (wanted->until_ms && message->time_ms >= wanted->until_ms))
        return false;
    return wanted->topic.size == 0 || bytes_equal(message->topic, wanted->topic);
}

static bool gather(void *arg, const struct message *message)
{
    struct page *page = arg;

    if (is_full(page)) {
        page->more = true;
        return false;
    }
    page->scanned++;
    page->last_cursor.size = 0;
    buffer_append(&page->last_cursor, message->cursor);
    if (!is_wanted(page->wanted, message))
        return true;
    /* Each row begins like an object of its own, so that its first member gets no comma. */
    buffer_append_byte(page->text, '{');
    rpc_message_emit(page->rpc, message, page->text);
    buffer_append(&page->cursors, message->cursor);
    page->rows[page->count++] = (struct row){
        .text_end = page->text->size,
        .cursor_end = page->cursors.size,
        .log = message->log_number,
        .seq = message->ref.seq,
    };
    return true;
}

static enum error emit_clock(struct rpc *rpc, uint32_t log, uint64_t seq, struct buffer *out)
{
    emit_open(out, "clock", '{');
    enum error err = node_message_clock(rpc->options.node, log, seq, rpc_message_emit_tick, out);
    emit_close(out, '}');
    return err;
}

/* Ends the page after this row, though more were gathered. */
static void cut_page(struct page *page, size_t cursor_at, const struct row *row)
{
    page->more = true;
    page->last_cursor.size = 0;
    buffer_append(&page->last_cursor, (struct bytes){page->cursors.data + cursor_at, row->cursor_end - cursor_at});
}

/* The rows as an array; clocks may make it end early. */
static enum error emit_rows(struct page *page, bool clock, struct buffer *out)
{
    size_t start = out->size, text_at = 0, cursor_at = 0;
    uint64_t began = moment_mono_ms();
    enum error err = OK;

    emit_open(out, "messages", '[');
    for (size_t i = 0; i < page->count && !err; i++) {
        const struct row *row = &page->rows[i];
        emit_raw(out, NULL, (struct bytes){page->text->data + text_at, row->text_end - text_at});
        if (clock)
            err = emit_clock(page->rpc, row->log, row->seq, out);
        emit_close(out, '}');
        text_at = row->text_end;
        bool is_enough = clock && (out->size - start > PAGE_SIZE_MAX || moment_mono_ms() - began > PAGE_CLOCKS_MS);
        if (is_enough && i + 1 < page->count) {
            cut_page(page, cursor_at, row);
            break;
        }
        cursor_at = row->cursor_end;
    }
    emit_close(out, ']');
    return err;
}

/* What the node is asked for: only where to begin.  The rest is sorted out here, since rows that the node passes over
 * by itself would not be counted, and a page without a match would read the whole group. */
static struct message_query beginning_of(const struct message_query *wanted)
{
    struct message_query query = {.group = wanted->group, .cursor = wanted->cursor, .backward = wanted->backward};

    if (wanted->backward)
        query.until_ms = wanted->until_ms;
    else
        query.since_ms = wanted->since_ms;
    return query;
}

static enum error emit_page(struct rpc *rpc, const struct message_query *wanted, size_t limit, bool clock,
                            struct buffer *out)
{
    struct page page = {.rpc = rpc, .wanted = wanted, .limit = limit, .text = &rpc->scratch};
    struct message_query query = beginning_of(wanted);

    page.text->size = 0;
    page.rows = alloc_zero(limit, sizeof *page.rows);
    enum error err = node_messages(rpc->options.node, &query, gather, &page);
    if (!err)
        err = emit_rows(&page, clock, out);
    if (page.more)
        emit_base32(out, "cursor", buffer_bytes(&page.last_cursor));
    emit_bool(out, "current", node_order_is_current(rpc->options.node));
    free(page.rows);
    buffer_done(&page.cursors);
    buffer_done(&page.last_cursor);
    return err;
}

/* What is shown before its history: few, and all in one page; the newest are left out where it would grow too large. */
static bool emit_early(void *arg, const struct message *message)
{
    struct page *page = arg;

    if (!is_wanted(page->wanted, message))
        return true;
    emit_open(page->text, NULL, '{');
    rpc_message_emit(page->rpc, message, page->text);
    emit_close(page->text, '}');
    return page->text->size <= PAGE_SIZE_MAX;
}

static enum error emit_early_page(struct rpc *rpc, const struct message_query *wanted, struct buffer *out)
{
    struct page page = {.rpc = rpc, .wanted = wanted, .text = out};

    emit_open(out, "messages", '[');
    enum error err = node_early_messages(rpc->options.node, wanted->group, emit_early, &page);
    emit_close(out, ']');
    emit_bool(out, "current", node_order_is_current(rpc->options.node));
    return err;
}

void rpc_history_list(struct rpc_call *call, struct buffer *out)
{
    static const char *const directions[] = {"forward", "backward", NULL};
    struct rpc_params *params = &call->params;
    struct message_query wanted = {0};
    struct buffer cursor = {0};

    struct bytes target = rpc_params_text(params, "target", RPC_REQUIRED);
    struct bytes cursor_text = rpc_params_text(params, "cursor", RPC_OPTIONAL);
    size_t limit = rpc_params_number(params, "limit", 100, PAGE_ROWS_MAX);
    wanted.backward = rpc_params_word(params, "direction", directions, 0) == 1;
    wanted.since_ms = rpc_params_time(params, "since");
    wanted.until_ms = rpc_params_time(params, "until");
    wanted.topic = rpc_params_text(params, "topic", RPC_OPTIONAL);
    bool clock = rpc_params_bool(params, "clock");
    bool early = rpc_params_bool(params, "early");
    if (base32_decode(cursor_text, &cursor) != OK || cursor.size > CURSOR_SIZE_MAX)
        rpc_params_refuse(params, "cursor", "be one that was handed out");
    wanted.cursor = buffer_bytes(&cursor);

    if (rpc_params_end(params)) {
        enum error err = rpc_names_find_group(call->rpc->options.node, target, &wanted.group);
        if (!err)
            err = early ? emit_early_page(call->rpc, &wanted, out) : emit_page(call->rpc, &wanted, limit, clock, out);
        rpc_error_refuse(&call->failure, err);
    }
    buffer_done(&cursor);
}

/* ---------------------------------------------------------------- one message */

void rpc_history_get(struct rpc_call *call, struct buffer *out)
{
    struct node *node = call->rpc->options.node;
    struct bytes id = rpc_params_text(&call->params, "id", RPC_REQUIRED);
    bool clock = rpc_params_bool(&call->params, "clock");
    struct message_ref ref;
    struct message message;
    uint32_t log;

    if (!rpc_params_end(&call->params))
        return;
    enum error err = node_message_find(node, id, &ref, &log);
    if (!err)
        err = node_message(node, log, ref.seq, &message);
    if (!err && message.state == MESSAGE_NOT_TEXT)
        err = ERR_NOT_FOUND;
    if (!err)
        rpc_message_emit(call->rpc, &message, out);
    if (!err && clock)
        err = emit_clock(call->rpc, log, ref.seq, out);
    rpc_error_refuse(&call->failure, err);
}

void rpc_history_receipt(struct rpc_call *call, struct buffer *out)
{
    struct node *node = call->rpc->options.node;
    struct bytes id = rpc_params_text(&call->params, "id", RPC_REQUIRED);
    struct receipt receipt;
    struct message_ref ref;
    uint32_t log;

    if (!rpc_params_end(&call->params))
        return;
    enum error err = node_message_find(node, id, &ref, &log);
    if (!err)
        err = node_receipt(node, &ref, &receipt);
    rpc_error_refuse(&call->failure, err);
    if (err)
        return;
    rpc_message_emit_receipt(&receipt, out);
    emit_string(out, "state", receipt.with >= receipt.persons ? "all" : receipt.with > 0 ? "with" : "queued");
}
