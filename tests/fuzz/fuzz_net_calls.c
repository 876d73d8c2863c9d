/* SPDX-License-Identifier: MIT
 * What a client writes to the local API's socket, to a server over a real node: alice's, who has a workspace, or
 * somebody's who has none yet.  The first byte says whose, in which pieces the bytes come, and whether another client
 * listens to events.  Of the others 1 to 8 stand for ids of messages, 9 for the code of an invitation: nobody could
 * guess those.  Each line that comes back is JSON and fits, there are no more answers than questions, and the node goes
 * on. */
#include "core/base/words.h"
#include "net/rpc.h"
#include "scene.h"
#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define REPLIES_MAX 4096
#define WAIT_MS 4000 /* the gate's, and more */
#define IDS_MAX 8
#define CODE_BYTE 9

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char directory[64];

struct client {
    int fd;
    struct buffer in;
    size_t answers;
};

struct office_api {
    struct scene scene;
    struct host *host; /* whose node it is */
    uv_loop_t loop;
    char path[80];
    struct rpc *rpc;
    struct effect replies[REPLIES_MAX]; /* that wait for their batch */
    size_t reply_count;
    bool closed;
    struct buffer words[IDS_MAX + 1]; /* what the bytes from 1 on stand for */
    size_t ids;
};

/* ---------------------------------------------------------------- the node behind it */

static void overhear(void *arg, const struct effects *effects, const struct effect *effect)
{
    struct office_api *api = arg;
    (void)effects;
    if (effect->type == EFFECT_NOTIFY && api->rpc)
        rpc_notice(api->rpc, effect);
    if (effect->type == EFFECT_REPLY && api->reply_count < REPLIES_MAX)
        api->replies[api->reply_count++] = *effect;
}

static uint64_t command_id(void *arg)
{
    return ((struct office_api *)arg)->scene.world.asked_count + 1;
}

static void submit(void *arg, const struct command *command)
{
    struct office_api *api = arg;
    world_ask(&api->scene.world, api->host->name, command);
}

static void on_stop(void *arg)
{
    (void)arg;
}

static void hand_on_replies(struct office_api *api)
{
    size_t left = 0;
    for (size_t i = 0; i < api->reply_count; i++) {
        struct effect reply = api->replies[i];
        const struct asked *asked = api->scene.world.asked[reply.command - 1];
        if (!asked->answered) {
            api->replies[left++] = reply;
            continue;
        }
        reply.error = asked->error;
        rpc_reply(api->rpc, &reply);
    }
    api->reply_count = left;
}

/* ---------------------------------------------------------------- what nobody could guess */

static bool keep_id(void *arg, const struct message *message)
{
    struct office_api *api = arg;
    node_message_id(api->scene.alice->node, &message->ref, true, &api->words[api->ids++]);
    return api->ids < IDS_MAX;
}

static void learn_words(struct office_api *api, bool is_new)
{
    struct message_query query = {.group = 1};
    struct code code;
    bool fine = node_messages(api->scene.alice->node, &query, keep_id, api) == OK;
    if (is_new) {
        fine = fine && world_invite(&api->scene.world, "alice", &code) == OK;
        words_code_text(&code, &api->words[CODE_BYTE - 1]);
    }
    scene_require(&api->scene, fine, "there are messages and invitations");
}

static void write_out(const struct office_api *api, struct bytes input, struct buffer *out)
{
    for (size_t i = 0; i < input.size; i++)
        if (input.data[i] > 0 && input.data[i] <= CODE_BYTE)
            buffer_append(out, buffer_bytes(&api->words[input.data[i] - 1]));
        else
            buffer_append_byte(out, input.data[i]);
}

/* ---------------------------------------------------------------- the server */

/* One who has just installed it, and may be given what alice has. */
static struct host *add_newcomer(struct scene *scene)
{
    struct world *world = &scene->world;
    struct host *host = host_new(world, "newcomer");
    struct stored_entry stored;
    for (uint64_t arrival = 1; medium_arrival(scene->alice->disk, arrival, &stored) == OK; arrival++)
        scene_knows(scene, stored.wire);
    world->hosts[world->host_count++] = host;
    host_start(host);
    return host;
}

static void open_api(struct office_api *api, bool is_new)
{
    struct rpc_options options = {.version = "1", .home = "/home", .listen = "127.0.0.1:1", .arg = api};
    scene_open(&api->scene, OFFICE_OF_ALICE, false);
    learn_words(api, is_new);
    api->host = is_new ? add_newcomer(&api->scene) : api->scene.alice;
    api->host->overhear = overhear;
    api->host->overhear_arg = api;
    snprintf(api->path, sizeof api->path, "%s/socket", directory);
    uv_loop_init(&api->loop);
    options.loop = &api->loop;
    options.path = api->path;
    options.node = api->host->node;
    options.command_id = command_id;
    options.submit = submit;
    options.on_stop = on_stop;
    scene_require(&api->scene, rpc_open(&options, &api->rpc) == OK, "the server listens");
}

static void on_closed(void *arg)
{
    ((struct office_api *)arg)->closed = true;
}

static void close_api(struct office_api *api)
{
    struct rpc *rpc = api->rpc;
    api->rpc = NULL;
    rpc_close(rpc, on_closed, api);
    while (!api->closed)
        uv_run(&api->loop, UV_RUN_ONCE);
    scene_require(&api->scene, uv_loop_close(&api->loop) == 0, "nothing is left in the loop");
    api->host->overhear = NULL;
    scene_close(&api->scene);
    for (size_t i = 0; i <= IDS_MAX; i++)
        buffer_done(&api->words[i]);
}

/* ---------------------------------------------------------------- clients */

static void dial(const struct office_api *api, struct client *client)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strcpy(address.sun_path, api->path);
    client->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    bool stands = connect(client->fd, (struct sockaddr *)&address, sizeof address) == 0;
    scene_require(&api->scene, stands, "a client is let in");
}

static void take_line(const struct office_api *api, struct client *client, struct bytes line)
{
    json_t *value = json_loadb((const char *)line.data, line.size, JSON_REJECT_DUPLICATES, NULL);
    scene_require(&api->scene, json_is_object(value) && line.size <= RPC_LINE_MAX, "a line is an object");
    bool is_event = json_object_get(value, "method") != NULL;
    bool is_answer = !json_object_get(value, "result") != !json_object_get(value, "error");
    scene_require(&api->scene, is_event != is_answer, "and an event or an answer");
    client->answers += is_answer;
    json_decref(value);
}

static void listen_to(const struct office_api *api, struct client *client)
{
    static uint8_t chunk[65536];
    const uint8_t *feed;
    for (ssize_t got; (got = recv(client->fd, chunk, sizeof chunk, 0)) > 0;)
        buffer_append(&client->in, (struct bytes){chunk, (size_t)got});
    while (client->in.size && (feed = memchr(client->in.data, '\n', client->in.size))) {
        struct bytes line = {client->in.data, (size_t)(feed - client->in.data)};
        take_line(api, client, line);
        buffer_cut_front(&client->in, line.size + 1);
    }
}

static void turn(struct office_api *api, struct client *clients)
{
    for (int i = 0; i < 3; i++)
        uv_run(&api->loop, UV_RUN_NOWAIT);
    hand_on_replies(api);
    uv_run(&api->loop, UV_RUN_NOWAIT);
    for (int i = 0; i < 2; i++)
        if (clients[i].fd >= 0)
            listen_to(api, &clients[i]);
}

/* Gives up when the server has ended the connection. */
static void say(struct office_api *api, struct client *clients, struct bytes left, size_t most)
{
    while (left.size) {
        ssize_t sent = send(clients[0].fd, left.data, left.size < most ? left.size : most, MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN)
            return;
        left.data += sent > 0 ? sent : 0;
        left.size -= sent > 0 ? (size_t)sent : 0;
        turn(api, clients);
    }
}

static size_t count_lines(struct bytes input)
{
    size_t lines = 1;
    for (size_t i = 0; i < input.size; i++)
        lines += input.data[i] == '\n';
    return lines;
}

static void make_directory(void)
{
    strcpy(directory, "/tmp/zuruf-fuzz-XXXXXX");
    if (!mkdtemp(directory))
        abort();
    signal(SIGPIPE, SIG_IGN);
}

static void remove_directory(void)
{
    rmdir(directory);
}

static void subscribe(const struct office_api *api, struct client *client)
{
    static const char request[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"event.subscribe\"}\n";
    dial(api, client);
    ssize_t sent = send(client->fd, request, strlen(request), MSG_NOSIGNAL);
    scene_require(&api->scene, sent > 0, "the other client can subscribe");
}

/* A client that closes its sending side gets the answers it still waits for. */
static void converse(struct office_api *api, struct client *clients, struct bytes input, size_t most)
{
    struct buffer text = {0};
    write_out(api, input, &text);
    say(api, clients, buffer_bytes(&text), most);
    buffer_done(&text);
    shutdown(clients[0].fd, SHUT_WR);
    for (int i = 0; i < WAIT_MS / 100; i++) {
        world_run(&api->scene.world, 100);
        turn(api, clients);
    }
    scene_require(&api->scene, clients[0].answers <= count_lines(input), "no more answers than questions");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct office_api api;
    struct client clients[2] = {{.fd = -1}, {.fd = -1}};
    if (size < 2)
        return 0;
    if (!directory[0]) {
        make_directory();
        atexit(remove_directory);
    }
    memset(&api, 0, sizeof api);
    open_api(&api, data[0] & 1);
    dial(&api, &clients[0]);
    if (data[0] & 2)
        subscribe(&api, &clients[1]);
    converse(&api, clients, (struct bytes){data + 1, size - 1}, data[0] & 4 ? 7 : 4096);
    for (int i = 0; i < 2; i++) {
        if (clients[i].fd >= 0)
            close(clients[i].fd);
        buffer_done(&clients[i].in);
    }
    close_api(&api);
    return 0;
}
