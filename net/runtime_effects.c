/* SPDX-License-Identifier: MIT */
#include "runtime_parts.h"

void runtime_remark(struct runtime *runtime, const char *text, enum error error)
{
    const struct runtime_callbacks *tell = &runtime->options.callbacks;

    if (tell->on_log)
        tell->on_log(tell->arg, BYTES_TEXT(text), error);
}

/* ---------------------------------------------------------------- what waited for a batch */

static void deliver_reply(void *arg, const struct effect *effect, enum error failure)
{
    struct runtime *runtime = arg;
    const struct runtime_callbacks *tell = &runtime->options.callbacks;
    struct effect reply = *effect;

    if (failure)
        reply.error = failure;
    if (tell->on_reply && reply.command != runtime->stop_command)
        tell->on_reply(tell->arg, &reply);
}

static void deliver_notice(void *arg, const struct effect *effect, enum error failure)
{
    struct runtime *runtime = arg;
    const struct runtime_callbacks *tell = &runtime->options.callbacks;

    if (tell->on_notice && !failure)
        tell->on_notice(tell->arg, effect);
}

void runtime_release_replies(struct runtime *runtime)
{
    hold_release(&runtime->replies, &runtime->disk.settled, deliver_reply, runtime);
}

void runtime_release_held(struct runtime *runtime)
{
    runtime_release_replies(runtime);
    hold_release(&runtime->notices, &runtime->told, deliver_notice, runtime);
    runtime_read_done(runtime); /* the callbacks may have asked the node */
}

void runtime_fail_held(struct runtime *runtime)
{
    hold_fail(&runtime->replies, ERR_SHUTTING_DOWN, deliver_reply, runtime);
    hold_fail(&runtime->notices, ERR_SHUTTING_DOWN, deliver_notice, runtime);
}

void runtime_refuse(struct runtime *runtime, const struct command *command)
{
    struct effect refusal = {.type = EFFECT_REPLY, .command = command->id, .error = ERR_SHUTTING_DOWN};
    deliver_reply(runtime, &refusal, OK);
}

/* ---------------------------------------------------------------- effects */

static void set_wake(struct runtime *runtime, uint64_t wake_ms)
{
    uint64_t now = moment_mono_ms();

    runtime->wake_ms = wake_ms;
    uv_timer_stop(&runtime->wake);
    if (wake_ms == UINT64_MAX || runtime->state != RUNTIME_RUNNING)
        return;
    uv_update_time(runtime->options.loop); /* a long step has passed since the loop looked */
    uv_timer_start(&runtime->wake, runtime_on_wake, wake_ms > now ? wake_ms - now : 0, 0);
}

static void announce(struct runtime *runtime, const struct effect *effect)
{
    const struct runtime_callbacks *tell = &runtime->options.callbacks;

    if (tell->on_announce && runtime->state == RUNTIME_RUNNING)
        tell->on_announce(tell->arg, &effect->beacon, effect->again, runtime->port);
}

static struct bytes effect_bytes(const struct runtime *runtime, const struct effect *effect)
{
    return (struct bytes){runtime->effects.arena.data + effect->at, effect->size};
}

void runtime_carry_out(struct runtime *runtime, const struct effect *effect)
{
    const struct runtime_callbacks *tell = &runtime->options.callbacks;

    switch (effect->type) {
    case EFFECT_PERSIST:
        disk_submit(&runtime->disk, effect->batch);
        return;
    case EFFECT_SEND:
        if (effect->ahead)
            tcp_send_ahead(runtime->tcp, effect->link, effect_bytes(runtime, effect));
        else
            tcp_send(runtime->tcp, effect->link, effect->after, effect_bytes(runtime, effect));
        return;
    case EFFECT_DIAL:
        if (runtime->state == RUNTIME_RUNNING)
            tcp_dial(runtime->tcp, effect->dial, &effect->address);
        return;
    case EFFECT_CLOSE:
        tcp_close(runtime->tcp, effect->link);
        return;
    case EFFECT_WAKE:
        set_wake(runtime, effect->wake_ms);
        return;
    case EFFECT_ANNOUNCE:
        announce(runtime, effect);
        return;
    case EFFECT_REPLY:
        hold_push(&runtime->replies, effect);
        return;
    case EFFECT_NOTIFY:
        hold_push(&runtime->notices, effect);
        return;
    case EFFECT_LOG:
        if (tell->on_log)
            tell->on_log(tell->arg, effect_bytes(runtime, effect), effect->error);
        return;
    }
}
