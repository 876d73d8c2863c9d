/* SPDX-License-Identifier: MIT */
#include "rpc_carrier.h"
#include "emit.h"
#include "rpc_state.h"

#define DIGITS_MAX 18u

/* False: these are no digits, or too many. */
static bool read_digits(struct bytes text, uint64_t *ret)
{
    uint64_t value = 0;

    if (!text.size || text.size > DIGITS_MAX)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        value = 10 * value + (uint64_t)(text.data[i] - '0');
    }
    *ret = value;
    return true;
}

void rpc_carrier_quota(struct rpc_call *call, struct command *ret)
{
    struct bytes text = rpc_params_text(&call->params, "bytes", RPC_REQUIRED);

    ret->type = COMMAND_CARRIER_QUOTA;
    ret->quota = UINT64_MAX;
    if (text.data && !bytes_equal(text, BYTES_TEXT("none")) && !read_digits(text, &ret->quota))
        rpc_params_refuse(&call->params, "bytes", "be a number of bytes as a string, or \"none\"");
    rpc_params_end(&call->params);
}

const char *rpc_carrier_full(enum room room)
{
    switch (room) {
    case ROOM_FREE:
        return NULL;
    case ROOM_QUOTA:
        return "quota";
    case ROOM_DISK:
        break;
    }
    return "disk";
}

void rpc_carrier_emit(const struct node *node, struct buffer *out)
{
    struct node_info info;

    node_info(node, &info);
    emit_open(out, "carrier", '{');
    emit_number(out, "groups", info.carried_groups);
    emit_digits(out, "used", info.carried);
    if (info.quota == UINT64_MAX)
        emit_null(out, "quota");
    else
        emit_digits(out, "quota", info.quota);
    emit_bool(out, "full", info.room == ROOM_QUOTA);
    emit_close(out, '}');
}
