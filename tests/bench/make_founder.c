/* SPDX-License-Identifier: MIT
 * What a founder does alone, by the node itself, and what he wrote, from the store. */
#include "core/node_query.h"
#include "make_history.h"
#include <string.h>

void history_wait_persisted(const struct history *history, struct persisted *ret)
{
    while (history->journal->collect(history->journal->ctx, ret, 1) == 0)
        sleep_ms(1);
    must(ret->result);
}

/* One step, and for each batch that it makes another one. */
static void step(struct history *history, struct node *node, struct event *event)
{
    struct effects effects = {0};
    const struct batch *batch = NULL;

    event->now_ms = history->now_ms;
    event->free_disk = event->disk_size = UINT64_C(1) << 40;
    random_bytes(&history->random, event->random, sizeof event->random);
    node_step(node, event, &effects);
    history->storage->end(history->storage->ctx);
    for (size_t i = 0; i < effects.count; i++) {
        if (effects.items[i].type == EFFECT_REPLY)
            must(effects.items[i].error);
        if (effects.items[i].type == EFFECT_PERSIST)
            batch = effects.items[i].batch;
    }
    effects_done(&effects);
    if (batch) {
        struct event persisted = {.type = EVENT_PERSISTED};
        history->last_batch = batch->id;
        history->journal->submit(history->journal->ctx, batch);
        history_wait_persisted(history, &persisted.persisted);
        step(history, node, &persisted);
    }
}

static void command(struct history *history, struct node *node, enum command_type type, const char *name)
{
    struct command command = {.type = type, .id = 1, .name = BYTES_TEXT(name)};
    struct event event = {.type = EVENT_COMMAND, .command = &command};
    step(history, node, &event);
}

static void found_workspace(struct history *history)
{
    struct node_options options = {.storage = history->storage, .store_key = *store_key(history->store)};
    struct node *node = node_new(&options);
    struct event start = {.type = EVENT_START};
    struct node_info info;
    struct node_group group;

    step(history, node, &start);
    command(history, node, COMMAND_IDENTITY_CREATE, "Founder");
    command(history, node, COMMAND_WORKSPACE_CREATE, "Office");
    node_info(node, &info);
    if (!node_group_at(node, 0, &group))
        die("there is no workspace");
    history->devices[0].public = info.device;
    history->devices[0].person = info.person;
    history->group = group.id;
    history->group_number = group.number;
    history->storage->end(history->storage->ctx);
    node_free(node);
}

/* ---------------------------------------------------------------- what the founder wrote, from the store */

static bool take_epoch(void *arg, struct bytes key, struct bytes sealed)
{
    struct history *history = arg;
    struct buffer plain = {0};

    must(crypto_open(store_key(history->store), key, sealed, &plain)); /* u64 height ‖ key */
    history->epoch_height = get_u64(plain.data);
    memcpy(history->epoch_key.bytes, plain.data + 8, sizeof history->epoch_key.bytes);
    epoch_key_id(&history->group, &history->epoch_key, &history->epoch);
    buffer_wipe(&plain);
    return false;
}

struct log *history_add_log(struct history *history, const struct log_row *row)
{
    struct log *log = &history->logs[history->log_count++];

    log->row = *row;
    log_name_id(&row->name, &log->id);
    return log;
}

static bool take_log(void *arg, const struct log_row *row)
{
    struct history *history = arg;
    struct device *founder = &history->devices[0];
    struct log *log = history_add_log(history, row);
    bool by_root = memcmp(&row->name.device, &founder->public, sizeof founder->public) != 0;

    if (row->name.kind == KIND_CONTENT)
        founder->content = log;
    else if (!by_root)
        history->governance = log;
    if (!by_root && row->head_hlc > founder->hlc)
        founder->hlc = row->head_hlc;
    if (row->head_seq > row->cited_seq)
        history->tips[history->tip_count++] = log;
    history->entries += row->head_seq;
    return true;
}

static void load_founder(struct history *history)
{
    const struct storage *storage = history->storage;
    struct bytes sealed, name = BYTES_TEXT("identity");
    struct buffer seeds = {0}; /* device ‖ box ‖ name */

    must(storage->begin(storage->ctx));
    must(storage->get_local(storage->ctx, name, &sealed));
    must(crypto_open(store_key(history->store), name, sealed, &seeds));
    crypto_sign_keypair_from(seeds.data, &history->devices[0].public, &history->devices[0].secret);
    must(storage->each_local(storage->ctx, BYTES_TEXT("epoch/"), take_epoch, history));
    must(storage->each_log(storage->ctx, take_log, history));
    storage->end(storage->ctx);
    buffer_wipe(&seeds);
    if (!history->epoch_height || !history->governance || !history->devices[0].content)
        die("the founder's logs are not what they should be");
}

void founder_write(struct history *history)
{
    found_workspace(history);
    load_founder(history);
}
