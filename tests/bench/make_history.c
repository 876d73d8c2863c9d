/* SPDX-License-Identifier: MIT
 * make_history HOME MESSAGES: writes the home directory of a founder whose workspace holds that many messages of 50
 * devices, as if all had been there: through the node itself what a founder does alone, through the codec and the
 * store what the others wrote.  Prints one JSON object: messages, entries, bytes (of all entries), devices, texts
 * ("real" or "generated"). */
#include "core/batch.h"
#include "core/node.h"
#include "core/node_query.h"
#include "core/payload.h"
#include "core/random.h"
#include "measure.h"
#include "store/store.h"
#include "texts.h"
#include <jansson.h>
#include <stdlib.h>

#define DEVICES 50
#define LOGS_MAX (DEVICES + 2) /* a content log each, and the founder's and the root's governance */
#define BATCH_ENTRIES 5000
#define BEFORE_MS 60000   /* the workspace is that much older than its first message */
#define UNSEEN_PERCENT 15 /* of messages, written before the one before them had arrived */

struct device {
    struct sign_public public;
    struct sign_secret secret;
    struct person_id person;
    uint64_t hlc; /* of its last entry */
    struct log *content;
};

struct log {
    struct log_row row;
    struct hash id;
    bool changed; /* since the last batch */
};

struct history {
    struct store *store;
    const struct storage *storage;
    const struct journal *journal;
    struct random random;
    uint64_t now_ms;

    struct hash group;
    uint32_t group_number;
    struct secret_key epoch_key;
    uint64_t epoch_height;
    struct epoch_id epoch;

    struct device devices[DEVICES]; /* the founder first */
    struct log logs[LOGS_MAX];
    size_t log_count;
    struct log *governance;     /* the founder's */
    struct log *tips[LOGS_MAX]; /* heads that nobody has cited, newest last */
    size_t tip_count;

    struct batch *batch, *submitted; /* being filled, on its way */
    uint64_t last_batch;
    uint64_t entries, bytes;
};

static void must(enum error err)
{
    if (err)
        die("the history cannot be written: %s", error_sentence(err));
}

/* ---------------------------------------------------------------- the founder, by the node itself */

static void wait_persisted(const struct history *history, struct persisted *ret)
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
        wait_persisted(history, &persisted.persisted);
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

static struct log *add_log(struct history *history, const struct log_row *row)
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
    struct log *log = add_log(history, row);
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

/* ---------------------------------------------------------------- batches */

static void wait_submitted(struct history *history)
{
    struct persisted persisted;

    if (!history->submitted)
        return;
    wait_persisted(history, &persisted);
    batch_free(history->submitted);
    history->submitted = NULL;
}

static void submit(struct history *history)
{
    if (!history->batch)
        return;
    for (size_t i = 0; i < history->log_count; i++) {
        if (history->logs[i].changed)
            batch_set_row(history->batch, &history->logs[i].row);
        history->logs[i].changed = false;
    }
    wait_submitted(history); /* the one before commits while this one is written */
    history->submitted = history->batch;
    history->batch = NULL;
    history->journal->submit(history->journal->ctx, history->submitted);
}

static struct batch *open_batch(struct history *history)
{
    if (history->batch && history->batch->entry_count >= BATCH_ENTRIES)
        submit(history);
    if (!history->batch)
        history->batch = batch_new(++history->last_batch, history->now_ms);
    return history->batch;
}

/* ---------------------------------------------------------------- writing an entry */

struct answer {
    struct dep dep;
    struct log *log;
    uint64_t hlc;
};

static void drop_tip(struct history *history, size_t index)
{
    history->tip_count--;
    for (; index < history->tip_count; index++)
        history->tips[index] = history->tips[index + 1];
}

static void cite(struct history *history, struct log *log, uint64_t seq)
{
    if (seq <= log->row.cited_seq)
        return;
    log->row.cited_seq = seq;
    log->changed = true;
    for (size_t i = 0; i < history->tip_count && seq >= log->row.head_seq; i++)
        if (history->tips[i] == log)
            drop_tip(history, i);
}

/* The tips that an entry of `log` cites, newest first, without the `unseen` newest. */
static void cite_tips(struct history *history, const struct log *log, size_t unseen, struct buffer *deps,
                      uint64_t *cause_hlc)
{
    for (size_t i = history->tip_count - (unseen < history->tip_count ? unseen : history->tip_count); i-- > 0;) {
        struct log *tip = history->tips[i];
        if (tip == log || (log->row.name.kind == KIND_GOVERNANCE && tip->row.name.kind != KIND_GOVERNANCE))
            continue;
        struct dep dep = {.log = tip->id, .seq = tip->row.head_seq};
        memcpy(dep.id, tip->row.head_id.bytes, sizeof dep.id);
        dep_append(&dep, deps);
        if (tip->row.head_hlc > *cause_hlc)
            *cause_hlc = tip->row.head_hlc;
        cite(history, tip, dep.seq);
    }
}

static void make_newest_tip(struct history *history, struct log *log)
{
    for (size_t i = 0; i < history->tip_count; i++)
        if (history->tips[i] == log)
            drop_tip(history, i);
    history->tips[history->tip_count++] = log;
}

/* `content`: as it is for governance, else to be sealed. */
static void seal_content(struct history *history, struct entry *entry, struct bytes content, struct buffer *sealed)
{
    struct buffer associated = {0};
    uint8_t nonce[SEALED_NONCE_SIZE];

    entry->epoch = history->epoch;
    entry_associated_data(entry, &associated);
    random_bytes(&history->random, nonce, sizeof nonce);
    crypto_seal(&history->epoch_key, nonce, buffer_bytes(&associated), content, sealed);
    entry->payload = buffer_bytes(sealed);
    buffer_done(&associated);
}

struct draft {
    enum entry_type type;
    struct bytes content;        /* plain */
    const struct answer *answer; /* NULL: none */
    size_t unseen;               /* newest heads that its author has not seen */
    uint32_t flags;
};

static void write_entry(struct history *history, struct device *device, struct log *log, const struct draft *draft)
{
    struct buffer deps = {0}, sealed = {0}, wire = {0};
    struct entry entry = {.version = ENTRY_VERSION, .type = draft->type, .log = log->id};
    uint64_t cause_hlc = draft->answer ? draft->answer->hlc : 0;
    uint32_t own = device == &history->devices[0] ? ENTRY_FLAG_OWN : 0;
    struct batch *batch = open_batch(history); /* first: a full one goes out with the rows as they are */

    if (draft->answer) {
        dep_append(&draft->answer->dep, &deps);
        cite(history, draft->answer->log, draft->answer->dep.seq);
    }
    cite_tips(history, log, draft->unseen, &deps, &cause_hlc);
    entry.deps = buffer_bytes(&deps);
    entry.seq = log->row.head_seq + 1;
    entry.previous = log->row.head_id;
    entry.hlc = device->hlc = hlc_next(history->now_ms, device->hlc, cause_hlc);
    entry.payload = draft->content;
    if (log->row.name.kind == KIND_CONTENT)
        seal_content(history, &entry, draft->content, &sealed);
    must(entry_encode(&entry, &device->secret, &wire, &log->row.head_id));
    log->row.head_seq = entry.seq;
    log->row.head_hlc = entry.hlc;
    log->changed = true;
    make_newest_tip(history, log);
    batch_add_entry(batch, log->row.number, history->group_number, entry.seq, ENTRY_FLAG_CHECKED | own | draft->flags,
                    buffer_bytes(&wire));
    history->entries++;
    history->bytes += wire.size;
    buffer_done(&deps);
    buffer_done(&sealed);
    buffer_done(&wire);
}

/* ---------------------------------------------------------------- members */

static void draw(struct history *history, struct membership *ret, struct device *device)
{
    uint8_t seeds[2][32];
    struct dh_secret box;

    random_bytes(&history->random, seeds, sizeof seeds);
    random_bytes(&history->random, device->person.bytes, sizeof device->person.bytes);
    crypto_sign_keypair_from(seeds[0], &device->public, &device->secret);
    *ret = (struct membership){.device = device->public, .person = device->person, .instance = 1, .role = ROLE_MEMBER};
    crypto_dh_keypair_from(seeds[1], &ret->box, &box);
    membership_sign(&history->group, ret, &device->secret);
}

static void share_key(struct history *history, const struct dh_public *recipient, struct buffer *out)
{
    struct keyshare share = {.epoch = history->epoch, .height = history->epoch_height};
    struct dh_secret secret;
    struct buffer records = {0};
    uint8_t seed[32];

    random_bytes(&history->random, seed, sizeof seed);
    crypto_dh_keypair_from(seed, &share.ephemeral, &secret);
    box_record_append(&secret, &share.ephemeral, recipient, &history->epoch_key, &records);
    share.records = buffer_bytes(&records);
    keyshare_encode(&share, out);
    buffer_done(&records);
}

/* What the node keeps of a name when it sees the entry. */
static void keep_name(struct history *history, const struct profile *profile)
{
    uint8_t key[5 + sizeof profile->person.bytes] = "name/", nonce[SEALED_NONCE_SIZE];
    struct buffer plain = {0}, sealed = {0};

    memcpy(key + 5, profile->person.bytes, sizeof profile->person.bytes);
    buffer_append_u64(&plain, history->devices[0].hlc);
    buffer_append(&plain, profile->name);
    random_bytes(&history->random, nonce, sizeof nonce);
    crypto_seal(store_key(history->store), nonce, BYTES_OF(key), buffer_bytes(&plain), &sealed);
    batch_put_local(open_batch(history), BYTES_OF(key), buffer_bytes(&sealed));
    buffer_done(&plain);
    buffer_done(&sealed);
}

/* ADD, KEYSHARE and the name, as an inviter writes them. */
static void admit(struct history *history, size_t number)
{
    struct device *founder = &history->devices[0], *device = &history->devices[number];
    struct add add = {0};
    struct buffer payload = {0};
    char name[32];

    draw(history, &add.member, device);
    add_encode(&add, &payload);
    write_entry(history, founder, history->governance,
                &(struct draft){ENTRY_ADD, buffer_bytes(&payload), NULL, 0, ENTRY_FLAG_CONSENT});
    payload.size = 0;
    share_key(history, &add.member.box, &payload);
    write_entry(history, founder, history->governance,
                &(struct draft){.type = ENTRY_KEYSHARE, .content = buffer_bytes(&payload)});
    payload.size = 0;
    snprintf(name, sizeof name, "Member %zu", number);
    struct profile profile = {device->person, BYTES_TEXT(name)};
    profile_encode(&profile, &payload);
    write_entry(history, founder, founder->content,
                &(struct draft){.type = ENTRY_PROFILE, .content = buffer_bytes(&payload)});
    keep_name(history, &profile);
    buffer_done(&payload);

    struct log_row row = {.number = (uint32_t)history->log_count + 1, .group = history->group_number};
    row.name =
        (struct log_name){.group = history->group, .device = device->public, .instance = 1, .kind = KIND_CONTENT};
    random_bytes(&history->random, row.name.sub.bytes, sizeof row.name.sub.bytes);
    device->content = add_log(history, &row);
}

/* ---------------------------------------------------------------- messages */

static void write_message(struct history *history, const struct texts *texts, size_t index, struct answer *written)
{
    const struct text *text = &texts->items[index];
    struct device *device = &history->devices[text->author % DEVICES];
    struct log *log = device->content;
    struct message_content content = {.text = texts_words(texts, index)};
    struct buffer plain = {0};
    struct draft draft = {.type = ENTRY_MESSAGE,
                          .unseen = random_below(&history->random, 100) < UNSEEN_PERCENT ? 1 : 0};

    if (text->time_ms > history->now_ms)
        history->now_ms = text->time_ms;
    if (text->reply_to != TEXTS_NO_REPLY) {
        draft.answer = &written[text->reply_to];
        content.flags = MESSAGE_FLAG_REPLY;
        if (draft.answer->log->row.head_seq == draft.answer->dep.seq)
            draft.unseen = 0; /* it may be the newest */
    }
    message_content_encode(&content, &plain);
    draft.content = buffer_bytes(&plain);
    write_entry(history, device, log, &draft);
    written[index] = (struct answer){{.log = log->id, .seq = log->row.head_seq}, log, log->row.head_hlc};
    memcpy(written[index].dep.id, log->row.head_id.bytes, sizeof written[index].dep.id);
    buffer_done(&plain);
}

static void wait_for_order(struct history *history)
{
    const struct storage *storage = history->storage;

    for (bool current = false; !current; sleep_ms(10)) {
        must(storage->begin(storage->ctx));
        current = storage->order_progress(storage->ctx) == storage->last_arrival(storage->ctx);
        storage->end(storage->ctx);
    }
}

static void write_history(struct history *history, const struct texts *texts)
{
    struct answer *written = calloc(texts->count + 1, sizeof *written);

    if (!written)
        die("not enough memory");
    found_workspace(history);
    load_founder(history);
    for (size_t i = 1; i < DEVICES; i++)
        admit(history, i);
    for (size_t i = 0; i < texts->count; i++)
        write_message(history, texts, i, written);
    submit(history);
    wait_submitted(history);
    wait_for_order(history);
    free(written);
}

int main(int argc, char **argv)
{
    struct history history = {0};
    struct texts texts;
    long count = argc == 3 ? strtol(argv[2], NULL, 10) : 0;

    if (count <= 0)
        die("usage: make_history HOME MESSAGES");
    must(crypto_init());
    must(store_open(&(struct store_options){.directory = argv[1]}, &history.store));
    history.storage = store_storage(history.store);
    history.journal = store_journal(history.store);
    texts_init(&texts, (size_t)count);
    history.now_ms = texts.items[0].time_ms - BEFORE_MS;
    write_history(&history, &texts);
    store_close(history.store);
    json_t *made =
        json_pack("{s:I, s:I, s:I, s:i, s:s}", "messages", (json_int_t)count, "entries", (json_int_t)history.entries,
                  "bytes", (json_int_t)history.bytes, "devices", DEVICES, "texts", texts.real ? "real" : "generated");
    json_dumpf(made, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(made);
    texts_done(&texts);
    return 0;
}
