/* SPDX-License-Identifier: MIT */
#include "state.h"

#include "core/base/alloc.h"
#include <stdlib.h>

void effects_clear(struct effects *effects)
{
    effects->count = 0;
    effects->arena.size = 0;
}

void effects_done(struct effects *effects)
{
    free(effects->items);
    buffer_done(&effects->arena);
    *effects = (struct effects){0};
}

struct effect *node_effect(struct node *node, enum effect_type type)
{
    struct effects *effects = node->effects;
    ARRAY_ROOM(effects->items, effects->count, effects->capacity);
    struct effect *effect = &effects->items[effects->count++];
    *effect = (struct effect){.type = type};
    return effect;
}

struct batch *node_batch(struct node *node)
{
    if (!node->batch)
        node->batch = batch_new(++node->last_batch, node->now_ms);
    return node->batch;
}

uint64_t node_after(const struct node *node)
{
    return node->batch || node->pending_count ? node->last_batch : 0;
}

void node_wake_at(struct node *node, uint64_t mono_ms)
{
    if (mono_ms < node->wake_ms)
        node->wake_ms = mono_ms;
}

void node_log(struct node *node, enum error err, const char *text)
{
    struct effect *effect = node_effect(node, EFFECT_LOG);
    effect->error = err;
    effect->at = node->effects->arena.size;
    effect->size = strlen(text);
    buffer_append(&node->effects->arena, text_bytes(text));
}

void node_notify(struct node *node, enum notice_type type, const struct log *log, uint64_t seq,
                 const struct sign_public *device, uint64_t after)
{
    struct effect *effect = node_effect(node, EFFECT_NOTIFY);
    effect->after = after;
    effect->notice.type = type;
    effect->notice.seq = seq;
    if (log) {
        effect->notice.group = log->group->number;
        effect->notice.log = log->row.number;
    }
    if (device)
        effect->notice.device = *device;
}

void node_reply(struct node *node, uint64_t command, enum error err, uint64_t after)
{
    struct effect *effect = node_effect(node, EFFECT_REPLY);
    effect->command = command;
    effect->error = err;
    effect->after = after;
}

bool node_is_me(const struct node *node, const struct sign_public *device)
{
    return node->identity.exists && same_key(device, &node->identity.device);
}

uint64_t node_waited_ms(const struct node *node, uint64_t since_ms)
{
    return node->mono_ms - (since_ms > node->deaf_ms ? since_ms : node->deaf_ms);
}
