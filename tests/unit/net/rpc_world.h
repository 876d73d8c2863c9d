/* SPDX-License-Identifier: MIT
 * A server of the local API on a socket of its own, over a node that is an array of messages, and clients that talk to
 * it through the same loop.  For the tests of rpc*.c; a program includes it once. */
#pragma once
#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/base/words.h"
#include "core/node_query.h"
#include "net/moment.h"
#include "net/rpc.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#define DEADLINE_MS 20000
#define OFFICE 7 /* the number of the only group */

/* ---------------------------------------------------------------- a node that decides nothing */

struct node {
    bool has_workspace;
    struct message *messages; /* [i]: seq i + 1 of log 1, in order, by arrival and by time */
    size_t count;
    size_t durable; /* of them, how many are */
    size_t with;    /* what receipts say */
    size_t persons_asked;
    size_t clocks; /* rows of every clock */
    bool locked;
};

static inline struct hash office_id(void)
{
    struct hash id;
    memset(id.bytes, 0xA1, sizeof id.bytes);
    return id;
}

static inline struct sign_public device_of(uint8_t number)
{
    struct sign_public device;
    memset(device.bytes, number, sizeof device.bytes);
    return device;
}

static inline struct message *node_add(struct node *node, const char *text)
{
    node->messages = alloc_grow(node->messages, node->count + 1, sizeof *node->messages);
    struct message *message = &node->messages[node->count++];
    const char *kept = strdup(text);

    *message = (struct message){
        .ref = {.seq = node->count},
        .group = OFFICE,
        .log_number = 1,
        .type = ENTRY_MESSAGE,
        .device = device_of(1),
        .author = BYTES_TEXT("Alice"),
        .time_ms = 1795508130000 + node->count,
        .text = BYTES_TEXT(kept),
        .seen_ms = 1795508130500 + node->count,
    };
    memset(message->ref.log.bytes, 0x11, sizeof message->ref.log.bytes);
    memset(message->person.bytes, 1, sizeof message->person.bytes);
    return message;
}

static inline void node_make_durable(struct node *node)
{
    node->durable = node->count;
}

/* Arrival numbers count entries of other kinds, too. */
static inline uint64_t arrival_of(size_t index)
{
    return (uint64_t)index * 2 + 5;
}

static inline const struct message *durable_at(struct node *node, size_t index)
{
    static struct message shown;
    static uint8_t cursor[8];

    shown = node->messages[index];
    shown.arrival = arrival_of(index);
    put_u64(cursor, index);
    shown.cursor = BYTES_OF(cursor);
    return &shown;
}

bool node_is_locked(const struct node *node)
{
    return node->locked;
}

void node_info(const struct node *node, struct node_info *ret)
{
    *ret = (struct node_info){
        .has_identity = true,
        .has_workspace = node->has_workspace,
        .runs_twice = true,
        .device = device_of(1),
        .name = BYTES_TEXT("Alice"),
        .workspace = node->has_workspace ? OFFICE : 0,
        .workspace_name = BYTES_TEXT(node->has_workspace ? "B\xC3\xBCro" : ""),
        .free_disk = 1ull << 40,
        .entries = node->durable,
        .last_arrival = node->durable ? arrival_of(node->durable - 1) : 0,
        .links = 1,
    };
    memset(ret->person.bytes, 1, sizeof ret->person.bytes);
}

bool node_group_at(const struct node *node, size_t index, struct node_group *ret)
{
    *ret = (struct node_group){
        .number = OFFICE,
        .id = office_id(),
        .name = BYTES_TEXT("B\xC3\xBCro"),
        .role = ROLE_ADMIN,
        .missing = 3,
        .received = 4,
        .has_key = true,
        .held = 2,
        .needs_newer = true,
        .logs = 2,
    };
    return node->has_workspace && index == 0;
}

enum error node_find_group(const struct node *node, struct bytes name, uint32_t *ret)
{
    if (!node->has_workspace || !text_same_name(name, BYTES_TEXT("B\xC3\xBCro")))
        return ERR_NOT_FOUND;
    *ret = OFFICE;
    return OK;
}

/* With Bob, in which nobody has written yet. */
enum error node_find_direct(const struct node *node, struct bytes name, struct node_direct *ret)
{
    if (node->has_workspace && text_same_name(name, BYTES_TEXT("Alice")))
        return ERR_USAGE;
    if (!node->has_workspace || !text_same_name(name, BYTES_TEXT("Bob")))
        return ERR_NOT_FOUND;
    *ret = (struct node_direct){.name = BYTES_TEXT("Bob")};
    memset(ret->id.bytes, 9, sizeof ret->id.bytes);
    memset(ret->person.bytes, 2, sizeof ret->person.bytes);
    return OK;
}

/* Bob has not answered yet. */
bool node_invitee_at(const struct node *node, uint32_t group, size_t index, struct node_invitee *ret)
{
    (void)node;
    *ret = (struct node_invitee){.name = BYTES_TEXT("Bob"), .device = device_of(3)};
    memset(ret->person.bytes, 2, sizeof ret->person.bytes);
    return group == OFFICE && index == 0;
}

/* By Bob, into "Lunch", and into two that are called "Party". */
bool node_invitation_at(const struct node *node, size_t index, struct node_invitation *ret)
{
    *ret = (struct node_invitation){.name = BYTES_TEXT("Lunch"), .inviter = BYTES_TEXT("Bob"), .device = device_of(3)};
    if (index > 0)
        ret->name = BYTES_TEXT("Party");
    memset(ret->group.bytes, 5 + (int)index, sizeof ret->group.bytes);
    memset(ret->person.bytes, 2, sizeof ret->person.bytes);
    return node->has_workspace && index < 3;
}

/* This one, and the one that it brought in. */
bool node_device_at(const struct node *node, size_t index, struct node_device *ret)
{
    (void)node;
    *ret = (struct node_device){.device = device_of((uint8_t)(1 + index)), .self = index == 0, .linked = index == 1};
    ret->since_ms = 1000 * index;
    return index < 2;
}

/* Alice with two devices, Bob with one. */
bool node_person_at(const struct node *node, uint32_t group, size_t index, struct node_person *ret)
{
    assert_true(group == OFFICE || group == 0);
    *ret = (struct node_person){
        .name = BYTES_TEXT(index == 2 ? "Bob" : "Alice"),
        .device = device_of((uint8_t)(index + 1)),
        .instance = 1,
        .role = index == 2 ? ROLE_READER : ROLE_ADMIN,
        .self = index == 0,
        .online = index == 0,
        .room = index == 2 ? ROOM_QUOTA : ROOM_FREE,
        .last_heard_ms = index == 2 ? 1795508130123 : 0,
    };
    memset(ret->person.bytes, index == 2 ? 2 : 1, sizeof ret->person.bytes);
    return node->has_workspace && group == OFFICE && index < 3;
}

/* Bob used an old copy. */
enum verification node_verification(const struct node *node, const struct sign_public *device)
{
    (void)node;
    return device->bytes[0] == 3 ? VERIFICATION_VERIFIED : VERIFICATION_NONE;
}

/* It lies under the passphrase "root and branch". */
bool node_hidden_at(const struct node *node, uint32_t group, size_t index, struct node_hidden *ret)
{
    (void)node;
    *ret = (struct node_hidden){.device = device_of(2), .name = BYTES_TEXT("Bob"), .from = 3, .count = 4};
    return group == OFFICE && index == 0;
}

bool node_dismissal(const struct node *node, struct node_dismissal *ret)
{
    (void)node;
    *ret = (struct node_dismissal){.device = device_of(2), .name = BYTES_TEXT("Bob"), .time_ms = 1795508130123};
    return true;
}

bool node_root(struct node *node, struct node_root *ret)
{
    *ret = (struct node_root){.has_passphrase = true, .shares = 5, .shares_needed = 3, .shares_ms = 1795508130123};
    return node->has_workspace;
}

bool node_charter_at(const struct node *node, size_t index, struct node_charter *ret)
{
    (void)node;
    *ret = (struct node_charter){.group = {{5}}, .name = BYTES_TEXT("Sales"), .is_ruled = true};
    return index < 1;
}

enum error node_find_charter(const struct node *node, struct bytes name, struct hash *ret)
{
    struct node_charter charter;

    node_charter_at(node, 0, &charter);
    *ret = charter.group;
    return bytes_equal(name, charter.name) ? OK : ERR_NOT_FOUND;
}

enum error node_root_export(struct node *node, struct bytes passphrase, struct sign_public *ret_root,
                            uint8_t ret_seed[32])
{
    (void)node;
    *ret_root = device_of(9);
    memset(ret_seed, 8, 32);
    if (!passphrase.size)
        return ERR_NO_PASSPHRASE;
    return bytes_equal(passphrase, BYTES_TEXT("root and branch")) ? OK : ERR_BAD_PASSPHRASE;
}

bool node_forked_log_at(const struct node *node, size_t index, struct node_forked_log *ret)
{
    (void)node;
    *ret = (struct node_forked_log){.group = OFFICE, .device = device_of(3), .author = BYTES_TEXT("Bob")};
    memset(ret->log.bytes, 7, sizeof ret->log.bytes);
    memset(ret->person.bytes, 2, sizeof ret->person.bytes);
    return index == 0;
}

bool node_peer_at(const struct node *node, size_t index, struct node_peer *ret)
{
    (void)node;
    *ret = (struct node_peer){
        .address = {.ip = {[10] = 0xFF, [11] = 0xFF, [12] = 127, [15] = 1}, .port = 4000},
        .by_hand = true,
        .device = device_of(3),
        .next_dial_in_ms = 1500,
    };
    return index == 0;
}

enum error node_message(struct node *node, uint32_t log_number, uint64_t seq, struct message *ret)
{
    if (log_number != 1 || seq == 0 || seq > node->count)
        return ERR_NOT_FOUND;
    *ret = seq <= node->durable ? *durable_at(node, seq - 1) : node->messages[seq - 1];
    return OK;
}

enum error node_messages(struct node *node, const struct message_query *query, message_visitor visit, void *arg)
{
    size_t step = query->backward ? SIZE_MAX : 1;
    size_t at = query->backward ? node->durable - 1 : 0;

    assert_int_equal(query->group, OFFICE);
    if (query->cursor.size == 8)
        at = (size_t)get_u64(query->cursor.data) + step;
    else if (query->cursor.size > 0)
        return ERR_MALFORMED;
    for (; at < node->durable; at += step) {
        const struct message *message = durable_at(node, at);
        if (query->since_ms && message->time_ms < query->since_ms)
            continue;
        if (query->until_ms && message->time_ms >= query->until_ms)
            continue;
        if (query->topic.size > 0 && !bytes_equal(query->topic, message->topic))
            continue;
        if (!visit(arg, message))
            break;
    }
    return OK;
}

enum error node_arrivals(struct node *node, uint64_t after, message_visitor visit, void *arg)
{
    for (size_t at = after < 5 ? 0 : (size_t)(after - 5) / 2 + 1; at < node->durable; at++)
        if (!visit(arg, durable_at(node, at)))
            break;
    return OK;
}

/* Those that are not durable yet. */
enum error node_early_messages(struct node *node, uint32_t group, message_visitor visit, void *arg)
{
    assert_int_equal(group, OFFICE);
    for (size_t at = node->durable; at < node->count; at++) {
        struct message message = node->messages[at];
        message.early = true;
        message.seen_ms = 0;
        if (!visit(arg, &message))
            break;
    }
    return OK;
}

bool node_order_is_current(const struct node *node)
{
    (void)node;
    return true;
}

void node_clock(const struct node *node, uint32_t group, clock_visitor visit, void *arg)
{
    struct hash log = {0};

    assert_true(group == OFFICE || group == 0);
    for (size_t i = 0; group == OFFICE && i < node->clocks; i++) {
        put_u64(log.bytes, i);
        visit(arg, &log, i + 1);
    }
}

enum error node_message_clock(struct node *node, uint32_t log_number, uint64_t seq, clock_visitor visit, void *arg)
{
    (void)log_number, (void)seq;
    node_clock(node, OFFICE, visit, arg);
    return OK;
}

enum error node_receipt(const struct node *node, const struct message_ref *message, struct receipt *ret)
{
    if (message->seq == 0)
        return ERR_NOT_FOUND;
    *ret = (struct receipt){.persons = 2, .with = node->with};
    return OK;
}

void node_message_id(const struct node *node, const struct message_ref *ref, bool full, struct buffer *out)
{
    char number[24];

    (void)node;
    assert_true(full);
    base32_encode((struct bytes){ref->log.bytes, 10}, out);
    snprintf(number, sizeof number, "-%llu", (unsigned long long)ref->seq);
    buffer_append(out, BYTES_TEXT(number));
}

/* "N" and "…-N" are message N; there is one log only. */
enum error node_message_find(const struct node *node, struct bytes id, struct message_ref *ret, uint32_t *ret_log)
{
    size_t seq = 0;

    for (size_t i = 0; i < id.size; i++)
        seq = id.data[i] == '-' ? 0 : seq * 10 + (size_t)(id.data[i] & 15);
    if (seq == 0 || seq > node->count)
        return ERR_NOT_FOUND;
    *ret = node->messages[seq - 1].ref;
    *ret_log = 1;
    return OK;
}

/* ---------------------------------------------------------------- the world */

struct world {
    uv_loop_t loop;
    char home[32];
    char path[64];
    struct node node;
    struct rpc *rpc;
    bool hold;           /* commands wait until world_release() */
    size_t commands;     /* submitted so far */
    uint64_t released;   /* the last command that was replied to */
    struct command last; /* its texts are gone */
    char last_text[64], last_client_id[CLIENT_ID_MAX + 1];
    enum error refuse; /* what replies say */
    bool no_key;       /* messages wait for one */
    unsigned stops;
    bool closed;
    size_t locks;
};

static inline uint64_t world_command_id(void *arg)
{
    return ((struct world *)arg)->commands + 1;
}

static inline void world_reply(struct world *world, uint64_t id)
{
    struct effect reply = {.type = EFFECT_REPLY, .command = id, .error = world->refuse};

    if (world->node.count > 0 && !world->no_key)
        reply.message = world->node.messages[world->node.count > id ? id - 1 : world->node.count - 1].ref;
    reply.expires_ms = world->last.expires_ms;
    world->released = id;
    rpc_reply(world->rpc, &reply);
}

static inline void copy_text(char *to, size_t size, struct bytes text)
{
    size_t kept = text.size < size - 1 ? text.size : size - 1;
    if (kept > 0)
        memcpy(to, text.data, kept);
    to[kept] = '\0';
}

static inline void world_submit(void *arg, const struct command *command)
{
    struct world *world = arg;

    world->commands++;
    world->last = *command;
    copy_text(world->last_text, sizeof world->last_text, command->send.text);
    copy_text(world->last_client_id, sizeof world->last_client_id, command->send.client_id);
    if (command->type == COMMAND_SEND)
        node_add(&world->node, world->last_text);
    if (world->hold)
        return;
    node_make_durable(&world->node);
    world_reply(world, command->id);
}

static inline const char *world_discovery(void *arg)
{
    (void)arg;
    return "off";
}

static inline void world_on_stop(void *arg)
{
    ((struct world *)arg)->stops++;
}

static inline bool world_has_passphrase(void *arg)
{
    (void)arg;
    return true;
}

/* The passphrase is "open sesame". */
static inline enum error world_unlock(void *arg, struct bytes passphrase, const struct secret_key **ret_key)
{
    static const struct secret_key key = {{7}};
    (void)arg;
    *ret_key = &key;
    return bytes_equal(passphrase, BYTES_TEXT("open sesame")) ? OK : ERR_BAD_PASSPHRASE;
}

static inline enum error world_lock(void *arg)
{
    ((struct world *)arg)->locks++;
    return OK;
}

static inline enum error world_change(void *arg, struct bytes old, struct bytes fresh)
{
    struct world *world = arg;
    snprintf(world->last_text, sizeof world->last_text, "%.*s>%.*s", (int)old.size, (const char *)old.data,
             (int)fresh.size, (const char *)fresh.data);
    return OK;
}

static inline struct rpc_options world_options(struct world *world)
{
    return (struct rpc_options){
        .loop = &world->loop,
        .path = world->path,
        .node = &world->node,
        .version = "0.1.0",
        .home = world->home,
        .listen = "127.0.0.1:4000",
        .arg = world,
        .command_id = world_command_id,
        .submit = world_submit,
        .discovery = world_discovery,
        .on_stop = world_on_stop,
        .passphrase = {world_has_passphrase, world_unlock, world_lock, world_change},
    };
}

static inline int world_setup(void **state)
{
    struct world *world = alloc_zero(1, sizeof *world);

    signal(SIGPIPE, SIG_IGN);
    assert_int_equal(uv_loop_init(&world->loop), 0);
    strcpy(world->home, "/tmp/zuruf-rpc-XXXXXX");
    assert_non_null(mkdtemp(world->home));
    snprintf(world->path, sizeof world->path, "%s/socket", world->home);
    world->node.has_workspace = true;
    struct rpc_options options = world_options(world);
    assert_int_equal(rpc_open(&options, &world->rpc), OK);
    *state = world;
    return 0;
}

static inline void world_on_closed(void *arg)
{
    ((struct world *)arg)->closed = true;
}

static inline void world_close(struct world *world)
{
    rpc_close(world->rpc, world_on_closed, world);
    world->rpc = NULL;
}

static inline int world_teardown(void **state)
{
    struct world *world = *state;

    if (world->rpc)
        world_close(world);
    uv_run(&world->loop, UV_RUN_DEFAULT);
    assert_true(world->closed);
    assert_int_equal(uv_loop_close(&world->loop), 0);
    assert_int_equal(rmdir(world->home), 0); /* so the socket is gone */
    for (size_t i = 0; i < world->node.count; i++)
        free((void *)(uintptr_t)world->node.messages[i].text.data);
    free(world->node.messages);
    free(world);
    return 0;
}

/* One turn of the loop, which may do nothing. */
static inline void world_turn(struct world *world)
{
    uv_run(&world->loop, UV_RUN_NOWAIT);
}

/* Many more turns than anything that is already on its way can need. */
static inline void world_settle(struct world *world)
{
    for (int i = 0; i < 200; i++)
        world_turn(world);
}

static inline void world_release(struct world *world)
{
    node_make_durable(&world->node);
    while (world->released < world->commands)
        world_reply(world, world->released + 1);
}

static inline void world_notice(struct world *world, enum notice_type type, uint64_t seq)
{
    struct effect effect = {.type = EFFECT_NOTIFY,
                            .notice = {.type = type, .group = OFFICE, .log = 1, .seq = seq, .device = device_of(3)}};

    rpc_notice(world->rpc, &effect);
}

/* A message of somebody, durable and told. */
static inline void world_message(struct world *world, const char *text)
{
    node_add(&world->node, text);
    node_make_durable(&world->node);
    world_notice(world, NOTICE_MESSAGE, world->node.count);
}

/* ---------------------------------------------------------------- clients */

struct client {
    struct world *world;
    int fd;
    struct buffer in;
};

static inline struct client client_of(struct world *world)
{
    struct client client = {.world = world};
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    client.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    strcpy(address.sun_path, world->path);
    assert_int_equal(connect(client.fd, (struct sockaddr *)&address, sizeof address), 0);
    return client;
}

static inline void client_done(struct client *client)
{
    close(client->fd);
    buffer_done(&client->in);
}

/* Gives up when the server takes nothing for a while: returns how much it took. */
static inline size_t client_try_write(struct client *client, struct bytes bytes)
{
    size_t at = 0;

    for (int idle = 0; at < bytes.size && idle < 200;) {
        ssize_t taken = send(client->fd, bytes.data + at, bytes.size - at, MSG_NOSIGNAL);
        idle = taken > 0 ? 0 : idle + 1;
        at += taken > 0 ? (size_t)taken : 0;
        world_turn(client->world);
    }
    return at;
}

static inline void client_write(struct client *client, const char *text)
{
    assert_int_equal(client_try_write(client, BYTES_TEXT(text)), strlen(text));
}

/* False: the end of the stream. */
static inline bool client_read(struct client *client)
{
    char chunk[65536];
    ssize_t size = recv(client->fd, chunk, sizeof chunk, 0);

    if (size > 0)
        buffer_append(&client->in, (struct bytes){(const uint8_t *)chunk, (size_t)size});
    return size > 0 || (size < 0 && errno == EAGAIN);
}

/* Reads what lies ready without a turn of the loop. */
static inline bool client_take_line(struct client *client, json_t **ret)
{
    const uint8_t *feed = client->in.size > 0 ? memchr(client->in.data, '\n', client->in.size) : NULL;

    if (!feed)
        return false;
    size_t size = (size_t)(feed - client->in.data);
    assert_true(size <= RPC_LINE_MAX);
    *ret = json_loadb((const char *)client->in.data, size, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(*ret);
    buffer_cut_front(&client->in, size + 1);
    return true;
}

/* The next line, or NULL at the end of the stream. */
static inline json_t *client_line(struct client *client)
{
    uint64_t deadline = moment_mono_ms() + DEADLINE_MS;
    json_t *line;

    while (!client_take_line(client, &line)) {
        assert_true(moment_mono_ms() < deadline);
        world_turn(client->world);
        if (!client_read(client) && !memchr(client->in.data ? (void *)client->in.data : "", '\n', client->in.size))
            return NULL;
    }
    return line;
}

static inline bool client_has_nothing(struct client *client)
{
    world_settle(client->world);
    return client_read(client) && client->in.size == 0;
}

static inline json_t *client_call(struct client *client, const char *method, const char *params)
{
    char line[4096];

    snprintf(line, sizeof line, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\",\"params\":%s}\n", method, params);
    client_write(client, line);
    return client_line(client);
}

/* "a.b" in nested objects, "0" in arrays. */
static inline json_t *at(json_t *value, const char *path)
{
    char copy[128], *rest = copy;

    snprintf(copy, sizeof copy, "%s", path);
    for (char *step; value && (step = strsep(&rest, ".")) != NULL;)
        value = json_is_array(value) ? json_array_get(value, strtoul(step, NULL, 10)) : json_object_get(value, step);
    return value;
}

static inline const char *text_at(json_t *value, const char *path)
{
    const char *text = json_string_value(at(value, path));
    return text ? text : "(none)";
}

static inline void assert_error(json_t *answer, int number, const char *code)
{
    assert_int_equal(json_integer_value(at(answer, "error.code")), number);
    assert_string_equal(text_at(answer, "error.data.code"), code);
    assert_true(strlen(text_at(answer, "error.message")) > 0);
    assert_true(strlen(text_at(answer, "error.data.hint")) > 0);
    assert_null(json_object_get(answer, "result"));
    json_decref(answer);
}
