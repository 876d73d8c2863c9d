/* SPDX-License-Identifier: MIT
 * A database that somebody or something has changed behind the store's back.  The input says which rows of a true one
 * (of a node that has colleagues, and a log that forked) are changed, cut short, deleted, moved or made up.  Then a
 * node starts with it: the store may refuse it, and so may the node; what can be read is read, and something is
 * written.  Nothing of it may bring the process down or go on for ever. */
#include "core/node_query.h"
#include "script.h"
#include "sim/copies.h"
#include "sim/lmdb_copy.h"
#include "store/commit.h"
#include "store/migrate.h"
#include "store/reads.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define DAMAGES_MAX 12
#define ROWS_MAX 20000 /* as many are never there */
#define MAP_SIZE ((size_t)4 << 20)
#define NOW_MS UINT64_C(1800000100000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "what must hold does not: %s\n", what);
    abort();
}

/* ---------------------------------------------------------------- the true database */

static struct {
    bool stands;
    char *home;
    struct buffer database; /* the file */
    struct secret_key store_key;
} truth;

static void catch_up(struct committer *committer)
{
    for (int i = 0; commit_order_is_behind(committer) && i < ROWS_MAX; i++)
        if (commit_order(committer, NULL, NULL) != OK)
            return;
}

/* Whatever alice's disk keeps, this database keeps, too. */
static void mirror(void *arg, const struct effects *effects, const struct effect *effect)
{
    struct committer *committer = arg;
    (void)effects;
    if (effect->type != EFFECT_PERSIST)
        return;
    require(commit_batches(committer, &effect->batch, 1) == OK, "a batch is taken");
    catch_up(committer);
}

static void open_path(const char *name, int flags, int *ret)
{
    char path[200];
    snprintf(path, sizeof path, "%s/%s", truth.home, name);
    *ret = open(path, flags, 0600);
    require(*ret >= 0, "the file can be opened");
}

static void keep_file(void)
{
    int file;
    open_path("data.mdb", O_RDONLY, &file);
    off_t size = lseek(file, 0, SEEK_END);
    uint8_t *at = buffer_extend(&truth.database, (size_t)size);
    require(pread(file, at, (size_t)size, 0) == size, "the file can be read");
    close(file);
}

static void restore_file(void)
{
    int file;
    open_path("data.mdb", O_WRONLY | O_TRUNC, &file);
    ssize_t size = (ssize_t)truth.database.size;
    require(pwrite(file, truth.database.data, truth.database.size, 0) == size, "the file can be written");
    close(file);
}

static struct host *add_alice(struct world *world, struct committer *committer)
{
    struct command command = {.type = COMMAND_IDENTITY_CREATE, .name = BYTES_TEXT("alice")};
    struct asked asked;
    struct host *alice = host_new(world, "alice");
    world->hosts[world->host_count++] = alice;
    alice->overhear = mirror;
    alice->overhear_arg = committer;
    host_start(alice);
    require(world_command(world, "alice", &command, 5000, &asked) == OK, "alice is somebody");
    truth.store_key = alice->store_key;
    return alice;
}

/* Bob's disk comes back as it was, and he writes on before he hears of what he has forgotten. */
static void live_through_it(struct world *world)
{
    struct message_ref message;
    struct asked asked;
    world->forks_allowed = true;
    require(world_found(world, "alice", "Office") == OK, "a workspace");
    world_add(world, "bob");
    require(world_meet(world, "alice", "bob") == OK, "bob joins");
    require(world_say(world, "bob", "good morning") == OK, "a greeting");
    require(world_settle(world), "agreement");
    struct medium *backup = medium_copy(world_host(world, "bob")->disk);
    const struct saying saying = {.text = "left", .topic = "Topic", .client_id = "one"};
    require(world_say_more(world, "bob", &saying, &message) == OK, "a message");
    require(world_settle(world), "agreement");
    struct command command = {.type = COMMAND_CLOCK_DISTRUST, .distrust = {message, message}};
    require(world_command(world, "alice", &command, 5000, &asked) == OK, "a doubt");
    world_crash(world, "bob", false);
    world_isolate(world, "bob");
    world_roll_back(world, "bob", backup);
    require(world_say(world, "bob", "right") == OK && world_say(world, "bob", "and on") == OK, "a second history");
    world_heal(world);
    require(world_settle(world), "agreement");
    require(world_say_more(world, "alice", &saying, &message) == OK, "an answer");
    medium_free(backup);
}

static void make_truth(void)
{
    struct world world;
    struct db *db;
    struct committer committer;
    world_init(&world, 3);
    truth.home = lmdb_home_make();
    require(db_open(truth.home, MAP_SIZE, &db) == OK && migrate(db, NULL, NULL) == OK, "a database");
    require(commit_init(&committer, db, false) == OK, "an empty one");
    struct host *alice = add_alice(&world, &committer);
    live_through_it(&world);
    require(!world.failure[0], "the world");
    alice->overhear = NULL;
    commit_done(&committer);
    db_close(db);
    world_done(&world);
    keep_file();
    truth.stands = true;
}

static void clean_up(void)
{
    lmdb_home_remove(truth.home);
}

/* ---------------------------------------------------------------- damage */

static void overlay(struct script *script, struct buffer *bytes)
{
    size_t at = script_below(script, bytes->size), count = 1 + script_below(script, 8);
    for (size_t i = at; i < bytes->size && i < at + count; i++)
        bytes->data[i] ^= script_byte(script);
}

static void copy_row(struct db_txn *txn, enum db_table table, size_t index, struct buffer *key, struct buffer *value)
{
    struct db_cursor *cursor;
    struct db_row row;
    require(db_cursor_open(txn, table, &cursor) == OK, "a cursor");
    enum error err = db_move(cursor, DB_FIRST, &row);
    for (; !err && index > 0; index--)
        err = db_move(cursor, DB_NEXT, &row);
    if (!err) {
        buffer_append(key, row.key);
        buffer_append(value, row.value);
    }
    db_cursor_close(cursor);
}

enum damage { DAMAGE_VALUE, DAMAGE_SHORTER, DAMAGE_LONGER, DAMAGE_KEY, DAMAGE_GONE, DAMAGE_NEW, DAMAGES };

static void change(struct script *script, struct db_txn *txn, enum db_table table, struct buffer *key,
                   struct buffer *value)
{
    enum damage damage = script_byte(script) % DAMAGES;
    if (damage == DAMAGE_GONE || damage == DAMAGE_KEY)
        require(db_delete(txn, table, buffer_bytes(key)) == OK, "a row is deleted");
    switch (damage) {
    case DAMAGE_VALUE:
        overlay(script, value);
        break;
    case DAMAGE_SHORTER:
        value->size = script_below(script, value->size);
        break;
    case DAMAGE_LONGER:
        buffer_append(value, script_bytes(script));
        break;
    case DAMAGE_KEY:
        overlay(script, key);
        break;
    case DAMAGE_NEW:
        key->size = value->size = 0;
        buffer_append(key, script_bytes(script));
        buffer_append(value, script_bytes(script));
        break;
    case DAMAGE_GONE:
    case DAMAGES:
        return;
    }
    if (key->size > 0 && key->size <= 256 && value->size < 60000)
        require(db_put(txn, table, buffer_bytes(key), buffer_bytes(value)) == OK, "a row is put");
}

static void damage_row(struct script *script, struct db_txn *txn)
{
    enum db_table table = script_byte(script) % TABLE_COUNT;
    struct buffer key = {0}, value = {0};
    uint64_t count;
    require(db_count(txn, table, &count) == OK, "rows can be counted");
    copy_row(txn, table, script_below(script, count), &key, &value);
    if (key.size)
        change(script, txn, table, &key, &value);
    buffer_done(&key);
    buffer_done(&value);
}

static void damage(struct script *script, struct db *db)
{
    struct db_txn *txn;
    require(db_begin(db, &txn) == OK, "a transaction");
    for (int i = 0; i < DAMAGES_MAX && script->left.size; i++)
        damage_row(script, txn);
    require(db_commit(txn) == OK, "a commit");
}

/* ---------------------------------------------------------------- a node that has to live with it */

struct life {
    struct committer committer;
    struct reads reads;
    struct storage storage;
    struct node *node;
    struct effects effects;
    const struct batch *queue[64];
    size_t queued;
    uint64_t mono_ms;
    size_t visited;
};

static void step(struct life *life, struct event *event)
{
    event->now_ms = NOW_MS + life->mono_ms;
    event->mono_ms = life->mono_ms += 500;
    event->free_disk = event->disk_size = UINT64_C(1) << 40;
    put_u64(event->random, life->mono_ms);
    node_step(life->node, event, &life->effects);
    for (size_t i = 0; i < life->effects.count; i++)
        if (life->effects.items[i].type == EFFECT_PERSIST && life->queued < 64)
            life->queue[life->queued++] = life->effects.items[i].batch;
    life->storage.end(life->storage.ctx);
}

static void persist(struct life *life)
{
    enum error failed = OK;
    for (size_t i = 0; i < life->queued; i++) {
        struct event event = {.type = EVENT_PERSISTED, .persisted = {.batch = life->queue[i]->id}};
        if (!failed)
            failed = commit_batches(&life->committer, &life->queue[i], 1);
        event.persisted.result = failed;
        step(life, &event);
    }
    life->queued = 0;
    catch_up(&life->committer);
}

static bool visit(void *arg, const struct message *message)
{
    struct life *life = arg;
    struct receipt receipt;
    if (node_receipt(life->node, &message->ref, &receipt) == OK)
        require(receipt.with <= receipt.persons, "a receipt counts persons");
    require(++life->visited < ROWS_MAX, "lists come to an end");
    return true;
}

static void count_log(void *arg, const struct hash *log, uint64_t seq)
{
    struct life *life = arg;
    life->visited += log && seq;
}

static void may_fail(enum error err)
{
    require(err != ERR_USAGE, "what a disk holds is no mistake of ours");
}

/* Errors are welcome, or what is left. */
static void read_all(struct life *life)
{
    struct message_query query = {.group = 1};
    struct node_person person;
    struct node_forked_log forked;
    struct message message;
    for (int i = 0; i < 2; i++, query.backward = true)
        may_fail(node_messages(life->node, &query, visit, life));
    may_fail(node_arrivals(life->node, 0, visit, life));
    node_clock(life->node, 1, count_log, life);
    for (uint32_t log = 0; log < 12; log++)
        if (node_message(life->node, log, log % 4, &message) == OK)
            may_fail(node_message_clock(life->node, log, log % 4, count_log, life));
    for (size_t i = 0; i < ROWS_MAX && node_person_at(life->node, 1, i, &person); i++)
        require(person.name.size < 65536, "names are bytes of a row");
    for (size_t i = 0; i < ROWS_MAX && node_forked_log_at(life->node, i, &forked); i++)
        require(forked.group == 1, "a forked log has a group");
    life->storage.end(life->storage.ctx);
}

static void live(struct life *life)
{
    struct event start = {.type = EVENT_START}, time = {.type = EVENT_TIME}, ask = {.type = EVENT_COMMAND};
    struct command command = {.type = COMMAND_SEND, .id = 1, .send = {.group = 1, .text = BYTES_TEXT("still here")}};
    struct node_options options = {.storage = &life->storage, .store_key = truth.store_key};
    life->node = node_new(&options);
    step(life, &start);
    read_all(life);
    for (int i = 0; i < 10; i++) /* until the gate opens */
        step(life, &time);
    ask.command = &command;
    step(life, &ask);
    command = (struct command){.type = COMMAND_INVITE_CREATE, .id = 2, .role = ROLE_MEMBER, .expires_ms = UINT64_MAX};
    step(life, &ask);
    persist(life);
    step(life, &time);
    persist(life);
    read_all(life);
    node_free(life->node);
    effects_done(&life->effects);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct script script = {.left = {data, size}};
    struct life life = {.mono_ms = 1000};
    struct db *db;
    if (!truth.stands) {
        make_truth();
        atexit(clean_up);
    }
    restore_file();
    require(db_open(truth.home, MAP_SIZE, &db) == OK, "the true database can be opened");
    damage(&script, db);
    enum error err = migrate(db, NULL, NULL);
    if (!err)
        err = commit_init(&life.committer, db, script_byte(&script) & 1);
    if (!err) {
        catch_up(&life.committer);
        reads_init(&life.reads, db, &life.storage);
        live(&life);
        reads_done(&life.reads);
    }
    commit_done(&life.committer);
    db_close(db);
    return 0;
}
