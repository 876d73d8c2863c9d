/* SPDX-License-Identifier: MIT
 * zuruf without a verb: on a terminal the first conversation, then the chat of the workspace as lines; messages come in
 * above the line that is being typed. */
#include "call.h"
#include "fields.h"
#include "first_run.h"
#include "follow.h"
#include "invitation.h"
#include "listing.h"
#include "message.h"
#include "options.h"
#include "output.h"
#include "people.h"
#include "person_name.h"
#include "prompt.h"
#include "status.h"
#include "target.h"
#include "times.h"
#include "translate.h"
#include "unlock.h"
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SHOWN_AT_START 20

const char verb_chat_help[] =
    N_("Examples:\n"
       "  zuruf                      the chat of the whole workspace\n"
       "  zuruf chat @Anna\n"
       "  zuruf chat \"Project Alpha\"\n"
       "\n"
       "A chat on the terminal: a line goes to everyone in it with Enter, and what others write comes in\n"
       "above. TARGET is the name of a chat, or \"@\" and that of a person; without it the workspace's own.\n"
       "`/help` lists what can be typed besides.\n");
#define CLEAR_SCREEN "\x1b[H\x1b[2J\x1b[3J" /* and what was scrolled away (xterm's ED 3) */

static const char *const event_types[] = {
    "message.added", "message.completed", "message.acknowledged", "peer.up", "peer.down", "node.locked", NULL};

struct chat {
    const struct context *context;
    struct client *client;
    struct prompt prompt;
    const char *target;
    char *group, *name;
    char day[TIMES_SIZE]; /* of the last message shown */
    json_t *shown;        /* ids from the start, which may come as events once more */
    char *last_sent;      /* its state stands in the prompt */
    bool ended;
};

static void show_message(struct chat *chat, const json_t *message)
{
    char day[TIMES_SIZE] = "";
    uint64_t ms;

    if (times_parse_rfc3339(field_text(message, "time"), &ms))
        times_local(ms, TIMES_DAY, day);
    if (strcmp(day, chat->day) != 0) {
        printf("%s--- %s ---%s\n", output_style(stdout, STYLE_DIM), day, output_style(stdout, STYLE_PLAIN));
        memcpy(chat->day, day, sizeof day);
    }
    message_print(stdout, message, MESSAGE_WITHOUT_DAY);
}

static bool collect(void *arg, json_t *message)
{
    json_array_append(arg, message);
    return true;
}

static enum exit_code show_newest(struct chat *chat)
{
    struct listing listing = {.target = chat->group, .most = SHOWN_AT_START, .backward = true};
    json_t *newest = json_array();
    enum exit_code exit = listing_run(chat->context, chat->client, &listing, collect, newest);

    for (size_t i = json_array_size(newest); i > 0; i--) {
        const json_t *message = json_array_get(newest, i - 1);
        show_message(chat, message);
        json_object_set_new(chat->shown, field_text(message, "id"), json_true());
    }
    json_decref(newest);
    return exit;
}

/* The state of the message sent last: "queued", "with 1 of 3". */
static void label_prompt(struct chat *chat, const json_t *receipt)
{
    char label[sizeof chat->prompt.label] = "> ";

    if (receipt) {
        FILE *stream = fmemopen(label, sizeof label, "w");
        if (!stream)
            return;
        fputc('[', stream);
        message_print_receipt(stream, receipt);
        fputs("] > ", stream);
        fclose(stream);
        label[sizeof label - 1] = '\0';
    }
    prompt_set_label(&chat->prompt, label);
}

static enum exit_code show_receipt(struct chat *chat)
{
    json_t *receipt;
    enum exit_code exit =
        call_node(chat->context, chat->client, "message.receipt", json_pack("{s:s}", "id", chat->last_sent), &receipt);
    if (!exit)
        label_prompt(chat, receipt);
    json_decref(receipt);
    return exit;
}

/* A refusal has been said and the chat goes on; only the end of the node ends it. */
static void go_on_unless_gone(struct chat *chat, enum exit_code exit)
{
    if (exit == EXIT_NO_NODE)
        chat->ended = true;
}

/* False: it was refused, and stays to be mended or tried again. */
static bool send_line(struct chat *chat, const char *text, size_t size)
{
    json_t *result;
    json_t *params = json_pack("{s:s, s:s%}", "target", chat->group, "text", text, size);

    if (!params) {
        puts(_("The text is not UTF-8. Convert it first."));
        return false;
    }
    enum exit_code exit = call_node(chat->context, chat->client, "message.send", params, &result);
    bool sent = !exit;
    if (sent && !*field_text(result, "id")) {
        puts(_("The message waits on this computer for a key, and goes out by itself when that comes."));
    } else if (sent) {
        free(chat->last_sent);
        chat->last_sent = strdup(field_text(result, "id"));
        exit = show_receipt(chat);
    }
    json_decref(result);
    go_on_unless_gone(chat, exit);
    return sent;
}

static void show_who(struct chat *chat)
{
    json_t *people;
    enum exit_code exit = call_node(chat->context, chat->client, "person.list", NULL, &people);

    if (!exit)
        people_print(stdout, people);
    json_decref(people);
    go_on_unless_gone(chat, exit);
}

static void show_status(struct chat *chat)
{
    json_t *info, *sync = NULL;
    enum exit_code exit = call_node(chat->context, chat->client, "node.info", NULL, &info);

    if (!exit)
        exit = call_node(chat->context, chat->client, "sync.status", NULL, &sync);
    if (!exit)
        status_print(stdout, info, sync, NULL);
    json_decref(sync);
    json_decref(info);
    go_on_unless_gone(chat, exit);
}

static void show_invitation(struct chat *chat)
{
    json_t *result;
    enum exit_code exit = call_node(chat->context, chat->client, "invite.create", json_object(), &result);

    if (!exit)
        invitation_print(stdout, result);
    json_decref(result);
    go_on_unless_gone(chat, exit);
}

static void show_help(struct chat *chat)
{
    (void)chat;
    fputs(_("What you type goes to everyone in this chat when you press Enter; lines that you\n"
            "paste become one message. The brackets tell how many people have your last\n"
            "message.\n"
            "  /who      the people, and who is connected\n"
            "  /status   what is complete, what is missing\n"
            "  /invite   six words that let one more computer in\n"
            "  /quit     leave; your messages are still delivered and received\n"
            "Ctrl-U erases what you typed. Type // where a message is to begin with /.\n"),
          stdout);
}

static void quit(struct chat *chat)
{
    chat->ended = true;
}

/* A single line is one; pasted text that begins with / is text. */
static bool is_command(const char *line)
{
    return *line == '/' && line[1] != '/' && !strchr(line, '\n');
}

static void run_command(struct chat *chat, const char *line)
{
    static const struct {
        const char *name;
        void (*run)(struct chat *chat);
    } commands[] = {{"/who", show_who},
                    {"/status", show_status},
                    {"/invite", show_invitation},
                    {"/help", show_help},
                    {"/quit", quit}};

    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strcmp(line, commands[i].name) == 0)
            return commands[i].run(chat);
    puts(_("There is no such command; /help lists them."));
}

static void enter(struct chat *chat)
{
    const char *line = chat->prompt.line;
    size_t size = chat->prompt.size;
    bool done = true;

    if (is_command(line)) {
        run_command(chat, line);
    } else {
        size_t doubled = strncmp(line, "//", 2) == 0;
        if (size > 0)
            done = send_line(chat, line + doubled, size - doubled);
    }
    if (done)
        prompt_clear(&chat->prompt);
}

static void take_keys(struct chat *chat)
{
    char bytes[4096];
    ssize_t size = read(STDIN_FILENO, bytes, sizeof bytes);

    if (size <= 0)
        chat->ended = true;
    for (ssize_t i = 0; i < size && !chat->ended; i++) {
        switch (prompt_key(&chat->prompt, bytes[i])) {
        case PROMPT_NOTHING:
            break;
        case PROMPT_ENTERED:
            enter(chat);
            break;
        case PROMPT_ENDED:
            chat->ended = true;
        }
    }
}

static void show_event(struct chat *chat, const json_t *event)
{
    const char *type = field_text(event, "type");
    const json_t *message = json_object_get(event, "message");

    if (message) {
        const char *group = field_text(message, "group");
        bool ours = strcmp(group, chat->group) == 0 || strcmp(group, chat->name) == 0;
        bool added = strcmp(type, "message.added") == 0; /* else its text has come, and it is shown once more */
        bool repeated = added && json_object_del(chat->shown, field_text(message, "id")) == 0;
        if (!repeated && ours)
            show_message(chat, message);
    } else if (strcmp(type, "message.acknowledged") == 0) {
        if (chat->last_sent && strcmp(field_text(event, "id"), chat->last_sent) == 0)
            go_on_unless_gone(chat, show_receipt(chat));
    } else if (strcmp(type, "node.locked") == 0) {
        fputs(CLEAR_SCREEN, stdout);
        fputs(_("This home has been locked; `zuruf` opens it again.\n"), stdout);
        chat->ended = true;
    } else if (*field_text(event, "name")) {
        person_name_print(stdout, field_text(event, "name"), field_text(event, "verification"));
        fputs(output_style(stdout, STYLE_DIM), stdout);
        fputs(strcmp(type, "peer.up") == 0 ? _(" is connected") : _(" is no longer connected"), stdout);
        printf("%s\n", output_style(stdout, STYLE_PLAIN));
    }
}

static enum exit_code take_events(struct chat *chat)
{
    for (;;) {
        json_t *event;
        enum exit_code exit = follow_next(chat->context, chat->client, event_types, 0, &event);
        if (exit || !event)
            return exit;
        show_event(chat, event);
        json_decref(event);
    }
}

static volatile sig_atomic_t told_to_end;

static void on_signal(int signal_number)
{
    (void)signal_number;
    told_to_end = 1; /* the terminal must be put back in order first */
}

static enum exit_code talk(struct chat *chat)
{
    enum exit_code exit = EXIT_DONE;

    fputs(PROMPT_MARK_PASTES, stdout);
    prompt_show(&chat->prompt);
    while (!exit && !chat->ended && !told_to_end) {
        struct pollfd fds[2] = {{.fd = client_fd(chat->client), .events = POLLIN},
                                {.fd = STDIN_FILENO, .events = POLLIN}};
        bool has_more = client_has_more(chat->client);
        if (poll(fds, 2, has_more ? 0 : -1) < 0)
            fds[0].revents = fds[1].revents = 0;
        chat->prompt.columns = prompt_columns(STDOUT_FILENO);
        prompt_hide(&chat->prompt);
        if (fds[0].revents || has_more)
            exit = take_events(chat);
        if (!exit && fds[1].revents)
            take_keys(chat);
        prompt_show(&chat->prompt);
    }
    prompt_hide(&chat->prompt);
    fputs(PROMPT_LEAVE_PASTES, stdout);
    fflush(stdout);
    return exit;
}

static enum exit_code talk_on_terminal(struct chat *chat)
{
    struct sigaction action = {.sa_handler = on_signal}, ignored = {.sa_handler = SIG_DFL};
    struct termios saved;

    if (!prompt_raw(STDIN_FILENO, &saved))
        return EXIT_FAILED;
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    enum exit_code exit = talk(chat);
    prompt_cooked(STDIN_FILENO, &saved);
    sigaction(SIGTERM, &ignored, NULL);
    sigaction(SIGHUP, &ignored, NULL);
    return exit;
}

/* Whoever is alone is told how that ends. */
static enum exit_code show_way_on(struct chat *chat)
{
    json_t *people;
    enum exit_code exit = call_node(chat->context, chat->client, "person.list", NULL, &people);

    if (!exit && json_array_size(json_object_get(people, "persons")) == 1)
        puts(_("Nobody else is here yet: type /invite and say the six words to the next person."));
    json_decref(people);
    return exit;
}

static enum exit_code open_chat(struct chat *chat)
{
    enum exit_code exit = unlock_if_locked(chat->context, chat->client);

    if (!exit)
        exit = first_run(chat->context, chat->client);
    if (!exit)
        exit = follow_start(chat->context, chat->client, event_types);
    if (!exit)
        exit = target_group(chat->context, chat->client, chat->target, &chat->group, &chat->name);
    if (exit)
        return exit;
    fputs(output_style(stdout, STYLE_BOLD), stdout);
    output_name(stdout, chat->name);
    printf("%s  %s\n", output_style(stdout, STYLE_PLAIN), _("(/help lists the commands, /quit leaves)"));
    exit = show_newest(chat);
    if (!exit)
        exit = show_way_on(chat);
    label_prompt(chat, NULL);
    return exit ? exit : talk_on_terminal(chat);
}

enum exit_code verb_chat(struct context *context, int argc, char **argv)
{
    struct chat chat = {.context = context, .target = "."};
    enum exit_code exit;

    if (argc > 0 && !options_only_common(context, argc, argv, &exit))
        return exit;
    if (argc > 0 && argc - optind > 1)
        return options_misused(context, _("one TARGET is enough: the name of a chat, or \"@\" and that of a person"));
    if (argc > 0 && optind < argc)
        chat.target = argv[optind];
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
        verb_help_overview(context);
        return EXIT_USAGE;
    }
    exit = call_open(context, &chat.client);
    if (exit)
        return exit;
    prompt_init(&chat.prompt, stdout, prompt_columns(STDOUT_FILENO));
    chat.shown = json_object();
    exit = open_chat(&chat);
    json_decref(chat.shown);
    prompt_done(&chat.prompt);
    free(chat.group);
    free(chat.name);
    free(chat.last_sent);
    client_free(chat.client);
    return exit;
}
