/* SPDX-License-Identifier: MIT
 * make_history HOME MESSAGES [WIRE_BYTES]: writes the home directory of a founder whose workspace holds that many
 * messages of 50 devices, as if all had been there: through the node itself what a founder does alone, through the
 * codec and the store what the others wrote.  Prints one JSON object: messages, entries, bytes (of all entries),
 * devices, texts ("real", "generated", or "fitted": so long that an entry has WIRE_BYTES). */
#include "make_history.h"
#include "texts.h"
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define BATCH_ENTRIES 5000
#define BEFORE_MS 60000 /* the workspace is that much older than its first message */
#define FITTED_TEXT_FIRST 20
#define FITTED_TEXT_MAX 4096
#define FITTED_PAUSE_MS 2000
#define UNSEEN_PERCENT 15 /* of messages, written before the one before them had arrived */

/* ---------------------------------------------------------------- batches */

static void wait_submitted(struct history *history)
{
    struct persisted persisted;

    if (!history->submitted)
        return;
    history_wait_persisted(history, &persisted);
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
    history->newest_size = wire.size;
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
    device->content = history_add_log(history, &row);
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

/* Each device in its turn, citing the message before; each text longer or shorter by what the entry before was too
 * small or too large. */
static void write_fitted(struct history *history, size_t count, size_t wire_size)
{
    static uint8_t text[FITTED_TEXT_MAX];
    size_t size = FITTED_TEXT_FIRST;

    memset(text, 'x', sizeof text);
    for (size_t i = 0; i < count; i++) {
        struct device *device = &history->devices[i % DEVICES];
        struct message_content content = {.text = {text, size}};
        struct buffer plain = {0};
        message_content_encode(&content, &plain);
        write_entry(history, device, device->content,
                    &(struct draft){.type = ENTRY_MESSAGE, .content = buffer_bytes(&plain)});
        buffer_done(&plain);
        history->now_ms += FITTED_PAUSE_MS;
        size_t wanted = size + wire_size;
        size = wanted > history->newest_size ? wanted - history->newest_size : 1;
        size = size < sizeof text ? size : sizeof text;
    }
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

static void write_texts(struct history *history, const struct texts *texts)
{
    struct answer *written = calloc(texts->count + 1, sizeof *written);

    if (!written)
        die("not enough memory");
    for (size_t i = 0; i < texts->count; i++)
        write_message(history, texts, i, written);
    free(written);
}

/* `wire_size` 0: of the texts. */
static void write_history(struct history *history, const struct texts *texts, size_t wire_size)
{
    founder_write(history);
    for (size_t i = 1; i < DEVICES; i++)
        admit(history, i);
    if (wire_size)
        write_fitted(history, texts->count, wire_size);
    else
        write_texts(history, texts);
    submit(history);
    wait_submitted(history);
    wait_for_order(history);
}

static void print(const struct history *history, const struct texts *texts, bool fitted)
{
    json_t *made =
        json_pack("{s:I, s:I, s:I, s:i, s:s}", "messages", (json_int_t)texts->count, "entries",
                  (json_int_t)history->entries, "bytes", (json_int_t)history->bytes, "devices", DEVICES, "texts",
                  fitted        ? "fitted"
                  : texts->real ? "real"
                                : "generated");
    json_dumpf(made, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(made);
}

int main(int argc, char **argv)
{
    struct history history = {0};
    struct texts texts;
    long count = argc == 3 || argc == 4 ? strtol(argv[2], NULL, 10) : 0;
    long wire_size = argc == 4 ? strtol(argv[3], NULL, 10) : 0;

    if (count <= 0 || wire_size < 0)
        die("usage: make_history HOME MESSAGES [WIRE_BYTES]");
    must(crypto_init());
    must(store_open(&(struct store_options){.directory = argv[1]}, &history.store));
    history.storage = store_storage(history.store);
    history.journal = store_journal(history.store);
    texts_init(&texts, (size_t)count);
    history.now_ms = texts.items[0].time_ms - BEFORE_MS;
    write_history(&history, &texts, (size_t)wire_size);
    store_close(history.store);
    print(&history, &texts, wire_size > 0);
    texts_done(&texts);
    return 0;
}
