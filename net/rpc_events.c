/* SPDX-License-Identifier: MIT */
#include "rpc_events.h"
#include "core/node_query.h"
#include "emit.h"
#include "rpc_message.h"
#include "rpc_names.h"
#include "rpc_state.h"

#define PULLED_MAX 500                       /* messages in one turn, for all subscribers together */
#define PULL_UNSENT_MAX (RPC_UNSENT_MAX / 2) /* leaves room for what is pushed */
#define SLOW_MS 3000                         /* who is behind, full, and takes nothing for so long is given up */

static const char *const type_words[] = {
    [NOTICE_SHOWN_EARLY] = "message.shown",
    [NOTICE_MESSAGE] = "message.added",
    [NOTICE_COMPLETED] = "message.completed",
    [NOTICE_ACKNOWLEDGED] = "message.acknowledged",
    [NOTICE_PEER_UP] = "peer.up",
    [NOTICE_PEER_DOWN] = "peer.down",
    [NOTICE_ROSTER] = "roster.changed",
    [NOTICE_WORKSPACE] = "workspace.changed",
    [NOTICE_GROUP] = "group.changed",
    [NOTICE_LOCKED] = "node.locked",
    [NOTICE_UNLOCKED] = "node.unlocked",
};
#define TYPE_COUNT (sizeof type_words / sizeof type_words[0])

static unsigned bit(enum notice_type type)
{
    return 1u << type;
}

static void begin_event(struct buffer *out, const char *type)
{
    emit_open(out, NULL, '{');
    emit_string(out, "jsonrpc", "2.0");
    emit_string(out, "method", "event");
    emit_open(out, "params", '{');
    emit_string(out, "type", type);
}

static void end_event(struct buffer *out)
{
    emit_close(out, '}');
    emit_close(out, '}');
    buffer_append_byte(out, '\n');
}

/* ---------------------------------------------------------------- subscribing */

static unsigned read_types(struct rpc_params *params)
{
    json_t *words = rpc_params_strings(params, "types", 16);
    unsigned types = 0;

    if (!words)
        return ~0u;
    for (size_t i = 0; i < json_array_size(words); i++) {
        const char *word = json_string_value(json_array_get(words, i));
        size_t type = 0;
        while (type < TYPE_COUNT && strcmp(type_words[type], word) != 0)
            type++;
        if (type < TYPE_COUNT)
            types |= 1u << type;
        else if (strcmp(word, "event.lost") != 0) /* which is told in any case */
            rpc_params_refuse(params, "types", "name types of events");
    }
    return types;
}

static uint64_t read_cursor(struct rpc_params *params, uint64_t newest)
{
    struct bytes text = rpc_params_text(params, "cursor", RPC_OPTIONAL);
    uint64_t cursor = 0;

    if (!text.data)
        return newest;
    bool is_number = text.size > 0 && text.size <= 19; /* 19 digits fit 64 bits */
    for (size_t i = 0; i < text.size && is_number; i++) {
        is_number = text.data[i] >= '0' && text.data[i] <= '9';
        cursor = cursor * 10 + (uint64_t)(text.data[i] - '0');
    }
    if (!is_number)
        rpc_params_refuse(params, "cursor", "be one that was handed out");
    else if (cursor > newest)
        rpc_error_set(params->failure, RPC_REFUSED, ERR_NOT_FOUND,
                      "This cursor is ahead of the database, which must be an older copy: start without one.");
    return cursor;
}

void rpc_events_subscribe(struct rpc_call *call, struct buffer *out)
{
    struct rpc_subscription subscription = {.active = true, .behind = true};
    struct node_info info;

    node_info(call->rpc->options.node, &info);
    subscription.after = read_cursor(&call->params, info.last_arrival);
    subscription.types = read_types(&call->params);
    if (!rpc_params_bool(&call->params, "early"))
        subscription.types &= ~bit(NOTICE_SHOWN_EARLY);
    if (!rpc_params_end(&call->params))
        return;
    call->connection->subscription = subscription;
    emit_digits(out, "cursor", subscription.after);
}

static bool wants(const struct rpc_connection *connection, enum notice_type type)
{
    const struct rpc_subscription *subscription = &connection->subscription;

    return subscription->active && (subscription->types & bit(type)) != 0;
}

static void give_up(struct rpc_connection *connection)
{
    begin_event(&connection->out, "event.lost");
    emit_digits(&connection->out, "cursor", connection->subscription.after);
    end_event(&connection->out);
    connection->subscription.active = false;
}

/* ---------------------------------------------------------------- durable messages: pulled */

struct pull {
    struct rpc_connection *connection;
    size_t left;
};

static bool has_room(const struct rpc_connection *connection)
{
    return rpc_connection_unsent(connection) <= PULL_UNSENT_MAX;
}

static bool tell_message(void *arg, const struct message *message)
{
    struct pull *pull = arg;
    struct rpc_connection *connection = pull->connection;
    struct buffer *out = &connection->out;

    if (pull->left == 0 || !has_room(connection)) {
        connection->subscription.behind = true;
        return false;
    }
    pull->left--;
    connection->subscription.after = message->arrival;
    if (message->state == MESSAGE_NOT_TEXT)
        return true;
    begin_event(out, type_words[NOTICE_MESSAGE]);
    emit_digits(out, "cursor", message->arrival);
    emit_open(out, "message", '{');
    rpc_message_emit(connection->rpc, message, out);
    emit_close(out, '}');
    end_event(out);
    return true;
}

static void pull_for(struct rpc_connection *connection, size_t quota)
{
    struct rpc_subscription *subscription = &connection->subscription;
    struct pull pull = {.connection = connection, .left = quota};

    subscription->behind = false; /* unless the visitor finds more than it may tell */
    enum error err = node_arrivals(connection->rpc->options.node, subscription->after, tell_message, &pull);
    if (err)
        subscription->behind = false; /* the disk fails; the next notice tries again */
}

static bool is_behind(const struct rpc_connection *connection)
{
    return wants(connection, NOTICE_MESSAGE) && connection->subscription.behind &&
           !node_is_locked(connection->rpc->options.node); /* what it missed is told when it can be read again */
}

static void on_slow(uv_timer_t *timer)
{
    (void)timer; /* it only makes the loop turn, and the turn looks */
}

static void watch_slow(struct rpc_connection *connection)
{
    struct rpc *rpc = connection->rpc;

    if (uv_now(rpc->options.loop) - connection->taken_ms >= SLOW_MS)
        give_up(connection);
    else if (!uv_is_active((uv_handle_t *)&rpc->slow))
        uv_timer_start(&rpc->slow, on_slow, SLOW_MS, 0);
}

void rpc_events_pull(struct rpc *rpc)
{
    size_t behind = 0;

    for (size_t i = 0; i < RPC_CONNECTIONS_MAX; i++)
        behind += rpc->connections[i] && is_behind(rpc->connections[i]);
    for (size_t i = 0; behind > 0 && i < RPC_CONNECTIONS_MAX; i++) {
        struct rpc_connection *connection = rpc->connections[i];
        if (!connection || !is_behind(connection))
            continue;
        if (has_room(connection))
            pull_for(connection, PULLED_MAX / behind);
        else
            watch_slow(connection);
    }
}

bool rpc_events_waiting(const struct rpc *rpc)
{
    for (size_t i = 0; i < RPC_CONNECTIONS_MAX; i++) {
        const struct rpc_connection *connection = rpc->connections[i];
        if (connection && is_behind(connection) && has_room(connection))
            return true;
    }
    return false;
}

/* ---------------------------------------------------------------- everything else: pushed */

static bool emit_shown(struct rpc *rpc, const struct notice *notice, struct buffer *out)
{
    struct message message;

    if (node_message(rpc->options.node, notice->log, notice->seq, &message) != OK || message.state == MESSAGE_NOT_TEXT)
        return false;
    emit_open(out, "message", '{');
    rpc_message_emit(rpc, &message, out);
    emit_close(out, '}');
    return true;
}

static bool emit_acknowledged(struct rpc *rpc, const struct notice *notice, struct buffer *out)
{
    struct message message;
    struct receipt receipt;

    if (node_message(rpc->options.node, notice->log, notice->seq, &message) != OK)
        return false;
    struct message_ref ref = message.ref;
    if (message.state == MESSAGE_NOT_TEXT || node_receipt(rpc->options.node, &ref, &receipt) != OK)
        return false;
    rpc_message_emit_id(rpc, "id", &ref, out);
    rpc_message_emit_receipt(&receipt, out);
    return true;
}

/* False: there is nothing to tell after all. */
static bool emit_fields(struct rpc *rpc, const struct notice *notice, struct buffer *out)
{
    switch (notice->type) {
    case NOTICE_SHOWN_EARLY:
    case NOTICE_COMPLETED:
        return emit_shown(rpc, notice, out);
    case NOTICE_ACKNOWLEDGED:
        return emit_acknowledged(rpc, notice, out);
    case NOTICE_PEER_UP:
    case NOTICE_PEER_DOWN:
        emit_base32(out, "device", BYTES_OF(notice->device.bytes));
        emit_text_or_null(out, "name", rpc_names_of_device(rpc->options.node, &notice->device));
        emit_string(out, "verification", rpc_names_verification(node_verification(rpc->options.node, &notice->device)));
        return true;
    case NOTICE_MESSAGE:
    case NOTICE_ROSTER:
    case NOTICE_WORKSPACE:
    case NOTICE_GROUP:
    case NOTICE_LOCKED:
    case NOTICE_UNLOCKED:
        break;
    }
    return true;
}

static void push(struct rpc *rpc, const struct notice *notice)
{
    struct buffer *event = &rpc->scratch;

    event->size = 0;
    begin_event(event, type_words[notice->type]);
    if (!emit_fields(rpc, notice, event))
        return;
    end_event(event);
    for (size_t i = 0; i < RPC_CONNECTIONS_MAX; i++) {
        struct rpc_connection *connection = rpc->connections[i];
        if (!connection || !wants(connection, notice->type))
            continue;
        if (rpc_connection_unsent(connection) + event->size > RPC_UNSENT_MAX)
            give_up(connection);
        else
            buffer_append(&connection->out, buffer_bytes(event));
    }
}

void rpc_events_tell(struct rpc *rpc, const struct notice *notice)
{
    bool is_wanted = false;

    for (size_t i = 0; i < RPC_CONNECTIONS_MAX; i++) {
        struct rpc_connection *connection = rpc->connections[i];
        if (!connection || !wants(connection, notice->type))
            continue;
        is_wanted = true;
        if (notice->type == NOTICE_MESSAGE)
            connection->subscription.behind = true;
    }
    if (is_wanted && notice->type != NOTICE_MESSAGE)
        push(rpc, notice);
}
