/* SPDX-License-Identifier: MIT */
#include "send_lines.h"
#include "client.h"
#include "core/base/alloc.h"
#include "core/base/bytes.h"
#include "refusal.h"
#include "translate.h"
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHUNK 65536

struct slot { /* a request under way */
    uint64_t line;
    json_t *reply; /* NULL: not here yet */
};

struct lines {
    const struct context *context;
    struct client *client;
    const struct outgoing *outgoing;
    json_t *sent;
    struct slot slots[SEND_WINDOW]; /* a ring by request id: ids count up */
    uint64_t first, next;           /* ids of the oldest request under way and of the next one; 0: none yet */
    struct buffer input;            /* read, not sent yet */
    size_t input_at;
    uint64_t line; /* lines taken from the input */
    bool input_ended;
    enum exit_code failed; /* of the first failure; nothing more is sent */
};

static size_t under_way(const struct lines *lines)
{
    return (size_t)(lines->next - lines->first);
}

static void fail(struct lines *lines, uint64_t line, enum exit_code exit)
{
    if (!lines->context->json)
        fprintf(stderr, _("That was line %llu; the lines after it were not all sent.\n"), (unsigned long long)line);
    lines->failed = exit;
}

static void send_line(struct lines *lines, const char *text, size_t size)
{
    uint64_t id;

    if (size > 0 && text[size - 1] == '\r')
        size--;
    if (size == 0)
        return;
    json_t *params = outgoing_params(lines->outgoing, text, size);
    if (!params) {
        fail(lines, lines->line,
             refusal_say(lines->context, EXIT_FAILED, "malformed", _("The text is not UTF-8. Convert it first.")));
        return;
    }
    enum error err = client_request(lines->client, "message.send", params, &id);
    if (err) {
        fail(lines, lines->line, refusal_of_error(lines->context, err));
        return;
    }
    if (lines->next == 0)
        lines->first = id;
    lines->next = id + 1;
    lines->slots[id % SEND_WINDOW] = (struct slot){.line = lines->line};
}

/* Sends the whole lines that are there, as far as the window allows. */
static void send_available(struct lines *lines)
{
    while (!lines->failed && under_way(lines) < SEND_WINDOW && lines->input_at < lines->input.size) {
        const char *line = (const char *)lines->input.data + lines->input_at;
        size_t left = lines->input.size - lines->input_at;
        const char *end = memchr(line, '\n', left);
        if (!end && !lines->input_ended)
            break;
        size_t size = end ? (size_t)(end - line) : left;
        lines->line++;
        send_line(lines, line, size);
        lines->input_at += end ? size + 1 : size;
    }
    buffer_cut_front(&lines->input, lines->input_at);
    lines->input_at = 0;
}

static void read_input(struct lines *lines, int input)
{
    uint8_t *room = buffer_extend(&lines->input, CHUNK);
    ssize_t got = read(input, room, CHUNK);

    lines->input.size -= CHUNK - (got > 0 ? (size_t)got : 0);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
        lines->input_ended = true;
}

/* Prints from the front what is answered. */
static void deliver(struct lines *lines)
{
    while (under_way(lines) > 0) {
        struct slot *slot = &lines->slots[lines->first % SEND_WINDOW];
        if (!slot->reply)
            return;
        json_t *refusal = json_object_get(slot->reply, "error");
        json_t *result = json_object_get(slot->reply, "result");
        if (refusal && !lines->failed)
            fail(lines, slot->line, refusal_of_node(lines->context, refusal));
        else if (!refusal && lines->sent)
            json_array_append(lines->sent, result);
        if (!refusal && (!lines->sent || !lines->context->json))
            outgoing_print(lines->context, result);
        json_decref(slot->reply);
        slot->reply = NULL;
        lines->first++;
    }
}

static void take_replies(struct lines *lines)
{
    json_t *reply;
    enum error err;

    while ((err = client_receive(lines->client, 0, &reply)) == OK) {
        const char *id_text = json_string_value(json_object_get(reply, "id"));
        uint64_t id = id_text ? strtoull(id_text, NULL, 10) : 0;
        struct slot *slot = &lines->slots[id % SEND_WINDOW];
        if (id >= lines->first && id < lines->next && !slot->reply)
            slot->reply = reply;
        else
            json_decref(reply);
    }
    if (err != ERR_TIMEOUT) {
        lines->failed = refusal_of_error(lines->context, err);
        lines->first = lines->next; /* nothing more will come */
    }
}

static void turn(struct lines *lines, int input)
{
    bool reading = !lines->input_ended && !lines->failed && under_way(lines) < SEND_WINDOW;
    struct pollfd fds[2] = {{.fd = client_fd(lines->client), .events = POLLIN},
                            {.fd = reading ? input : -1, .events = POLLIN}};

    bool has_more = client_has_more(lines->client); /* read while writing: poll() does not know */
    if (poll(fds, 2, has_more ? 0 : -1) < 0)
        return;
    if (fds[0].revents || has_more)
        take_replies(lines);
    deliver(lines);
    if (fds[1].revents)
        read_input(lines, input);
}

static void run(struct lines *lines, int input)
{
    for (;;) {
        send_available(lines);
        if (lines->input.size > SEND_LINE_MAX && under_way(lines) < SEND_WINDOW && !lines->failed)
            fail(lines, lines->line + 1, refusal_of_error(lines->context, ERR_TOO_BIG));
        enum error err = client_flush(lines->client);
        if (err && !lines->failed)
            lines->failed = refusal_of_error(lines->context, err);
        bool more = !lines->failed && (!lines->input_ended || lines->input.size > 0);
        if (err || (!more && under_way(lines) == 0))
            return;
        turn(lines, input);
    }
}

enum exit_code send_lines(const struct context *context, struct client *client, const struct outgoing *outgoing,
                          int input, json_t *sent)
{
    struct lines *lines = alloc_zero(1, sizeof *lines);

    *lines = (struct lines){.context = context, .client = client, .outgoing = outgoing, .sent = sent};
    run(lines, input);
    enum exit_code exit = lines->failed;
    for (size_t i = 0; i < SEND_WINDOW; i++)
        json_decref(lines->slots[i].reply);
    buffer_done(&lines->input);
    free(lines);
    return exit;
}
