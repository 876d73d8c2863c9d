/* SPDX-License-Identifier: MIT
 * zuruf send: messages into a chat. */
#include "call.h"
#include "options.h"
#include "outgoing.h"
#include "output.h"
#include "refusal.h"
#include "send_lines.h"
#include "target.h"
#include "times.h"
#include "translate.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEXT_READ_MAX ((size_t)1 << 20)
#define WAIT_PATIENCE_MS 30000

const char verb_send_help[] = N_(
    "Examples:\n"
    "  zuruf send . \"Lunch at 12:30?\"\n"
    "  zuruf send @Anna \"Only for you: ...\"\n"
    "  zuruf send \"Office Munich\" \"The fax is on fire\" --urgent --wait all --timeout 60s\n"
    "  dmesg | zuruf send . --topic Server\n"
    "  tail -f orders.txt | zuruf send . --lines\n"
    "\n"
    "Sends a message and prints its id once it is stored safely on this computer; from then on it\n"
    "reaches the others whenever they can be reached. TARGET is the name of a chat; the workspace's own\n"
    "chat has the workspace's name, and \".\" means it too; \"@Anna\" is the chat with Anna alone. Without\n"
    "TEXT the standard input is the text.\n"
    "Where the key of a chat is still on its way it waits on this computer, also over restarts, and\n"
    "goes out by itself.\n"
    "The first message after the node has started may take up to 3 seconds, while nobody else answers.\n"
    "\n"
    "  --lines          each line of the standard input is a message of its own; empty ones are skipped\n"
    "  --topic TOPIC    the subject; otherwise that of the message it answers\n"
    "  --reply ID       answers that message\n"
    "  --urgent         marked as urgent\n"
    "  --wait all|N     wait until all, or N, of the people have it\n"
    "  --timeout TIME   how long to wait (30s)\n"
    "JSON: id time, and with --wait: persons with carriers with_carriers state; or state alone, \"waiting_for_key\"\n");

/* The whole standard input, without its last line break; the caller frees it. */
static char *read_text(size_t *ret_size)
{
    char *text = malloc(TEXT_READ_MAX + 1);
    if (!text)
        abort();
    size_t size = fread(text, 1, TEXT_READ_MAX, stdin);

    if (size > 0 && text[size - 1] == '\n')
        size--;
    if (size > 0 && text[size - 1] == '\r')
        size--;
    *ret_size = size;
    return text;
}

static enum exit_code send_text(const struct context *context, struct client *client, const struct outgoing *outgoing,
                                const char *text, size_t size, json_t *sent)
{
    json_t *result;

    if (size == 0)
        return options_misused(context, _("there is no text to send"));
    json_t *params = outgoing_params(outgoing, text, size);
    if (!params)
        return refusal_say(context, EXIT_FAILED, "malformed", _("The text is not UTF-8. Convert it first."));
    enum exit_code exit = call_node(context, client, "message.send", params, &result);
    if (exit)
        return exit;
    if (!sent || !context->json)
        outgoing_print(context, result);
    if (sent)
        json_array_append(sent, result);
    json_decref(result);
    return EXIT_DONE;
}

static enum exit_code send_one(const struct context *context, struct client *client, const struct outgoing *outgoing,
                               const char *text, json_t *sent)
{
    size_t size;

    if (text)
        return send_text(context, client, outgoing, text, strlen(text), sent);
    char *read = read_text(&size);
    enum exit_code exit = send_text(context, client, outgoing, read, size, sent);
    free(read);
    return exit;
}

struct request {
    struct outgoing outgoing;
    bool lines;
    const char *target, *text;
};

static enum exit_code carry_out(const struct context *context, struct request *request)
{
    struct outgoing *outgoing = &request->outgoing;
    uint64_t start_ms = times_mono_ms();
    json_t *sent = outgoing->wait_for ? json_array() : NULL;
    struct client *client = NULL;
    char *name = NULL;
    enum exit_code exit = call_open(context, &client);

    if (!exit)
        exit = target_group(context, client, request->target, &outgoing->target, &name);
    if (!exit && request->lines)
        exit = send_lines(context, client, outgoing, STDIN_FILENO, sent);
    else if (!exit)
        exit = send_one(context, client, outgoing, request->text, sent);
    if (!exit && sent)
        exit = outgoing_wait(context, client, outgoing, sent, start_ms);
    free(outgoing->target);
    free(name);
    json_decref(sent);
    client_free(client);
    return exit;
}

static bool parse_wait(const char *text, uint64_t *ret)
{
    if (strcmp(text, "all") == 0)
        *ret = WAIT_FOR_ALL;
    else if (!options_number(text, UINT32_MAX, ret) || *ret == 0)
        return false;
    return true;
}

/* The operands: TARGET and perhaps TEXT. */
static bool take_operands(struct context *context, struct request *request, int argc, char **argv)
{
    int count = argc - optind;

    if (count < 1)
        options_misused(context, _("one TARGET is needed: the name of a chat, or \".\""));
    else if (count > 2)
        options_misused(context, _("put the text in quotes"));
    else if (count == 2 && request->lines)
        options_misused(context, _("with --lines the text comes from the standard input"));
    if (count < 1 || count > 2 || (count == 2 && request->lines))
        return false;
    request->target = argv[optind];
    request->text = argv[optind + 1];
    return true;
}

/* False: leave with *ret_exit. */
static bool parse(struct context *context, struct request *request, int argc, char **argv, enum exit_code *ret_exit)
{
    enum { LINES = OPTION_OWN, TOPIC, REPLY, URGENT, WAIT, TIMEOUT };
    static const struct option longs[] = {{"lines", no_argument, NULL, LINES},
                                          {"topic", required_argument, NULL, TOPIC},
                                          {"reply", required_argument, NULL, REPLY},
                                          {"urgent", no_argument, NULL, URGENT},
                                          {"wait", required_argument, NULL, WAIT},
                                          {"timeout", required_argument, NULL, TIMEOUT},
                                          OPTIONS_COMMON};
    struct outgoing *outgoing = &request->outgoing;
    const char *wait = NULL, *timeout = NULL;
    const struct option_place places[] = {
        {.flag = &request->lines},
        {.text = &outgoing->topic},
        {.text = &outgoing->reply_to},
        {.flag = &outgoing->urgent},
        {.text = &wait},
        {.text = &timeout},
    };

    if (!options_take(context, argc, argv, longs, places, ret_exit))
        return false;
    *ret_exit = EXIT_USAGE;
    if (wait && !parse_wait(wait, &outgoing->wait_for)) {
        options_misused(context, _("--wait takes \"all\" or a number of people, not \"%s\""), wait);
        return false;
    }
    if (timeout && !times_parse_duration(timeout, &outgoing->timeout_ms)) {
        options_misused(context, _("\"%s\" is no length of time such as 20s"), timeout);
        return false;
    }
    return take_operands(context, request, argc, argv);
}

enum exit_code verb_send(struct context *context, int argc, char **argv)
{
    struct request request = {.outgoing.timeout_ms = WAIT_PATIENCE_MS};
    enum exit_code exit;

    if (!parse(context, &request, argc, argv, &exit))
        return exit;
    return carry_out(context, &request);
}
