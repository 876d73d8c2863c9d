/* SPDX-License-Identifier: MIT */
#include "first_run.h"
#include "call.h"
#include "fields.h"
#include "host_label.h"
#include "join_code.h"
#include "output.h"
#include "refusal.h"
#include "translate.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ANSWER_SIZE 512
#define JOIN_PATIENCE_MS 25000

/* A trimmed line; false: the person ended the input. */
static bool ask(const char *question, char ret[ANSWER_SIZE])
{
    char line[ANSWER_SIZE];

    fputs(question, stdout);
    fflush(stdout);
    if (!fgets(line, sizeof line, stdin))
        return false;
    const char *from = line + strspn(line, " \t\r\n");
    size_t size = strlen(from);
    while (size > 0 && strchr(" \t\r\n", from[size - 1]))
        size--;
    memmove(ret, from, size);
    ret[size] = '\0';
    return true;
}

/* EXIT_FAILED: the node refused and has said why, so that the person may try again. */
static enum exit_code attempt(const struct context *context, struct client *client, const char *method, json_t *params)
{
    json_t *result;
    enum exit_code exit = call_node_within(context, client, method, params, JOIN_PATIENCE_MS, &result);

    json_decref(result);
    if (exit == EXIT_NO_NODE)
        return exit;
    return exit ? EXIT_FAILED : EXIT_DONE;
}

static enum exit_code ask_name(const struct context *context, struct client *client)
{
    char name[ANSWER_SIZE];
    enum exit_code exit = EXIT_FAILED;

    while (exit == EXIT_FAILED && !feof(stdin)) {
        if (ask(_("What is your name? "), name) && *name)
            exit = attempt(context, client, "identity.create", json_pack("{s:s%}", "name", name, strlen(name)));
    }
    return exit;
}

static enum exit_code create_workspace(const struct context *context, struct client *client)
{
    char name[ANSWER_SIZE];

    if (!ask(_("What shall the workspace be called (for example the company)? "), name) || !*name)
        return EXIT_FAILED;
    return attempt(context, client, "workspace.create", json_pack("{s:s%}", "name", name, strlen(name)));
}

static enum exit_code join_workspace(const struct context *context, struct client *client, const char *method)
{
    char words[ANSWER_SIZE], *word = words;

    if (!ask(_("The six words: "), words) || !*words)
        return EXIT_FAILED;
    char *code = join_code_of(&word, 1);
    if (!join_code_check(context, code)) {
        free(code);
        return EXIT_FAILED;
    }
    fputs(_("Looking for the computer that made this code …\n"), stdout);
    json_t *params = json_pack("{s:s}", "code", code);
    free(code);
    return attempt(context, client, method, params);
}

static enum exit_code find_workspace(const struct context *context, struct client *client)
{
    char choice[ANSWER_SIZE];
    enum exit_code exit = EXIT_FAILED;

    while (exit == EXIT_FAILED && !feof(stdin)) {
        if (!ask(_("\nCreate a workspace or join one?\n  1  create a new one\n  2  join one with a code of six words\n"
                   "  3  it is mine already: link this computer to another one that I use (there: zuruf device link)\n"
                   "  4  take another name for yourself\n1, 2, 3 or 4? "),
                 choice))
            return EXIT_FAILED;
        if (strcmp(choice, "1") == 0)
            exit = create_workspace(context, client);
        else if (strcmp(choice, "2") == 0)
            exit = join_workspace(context, client, "workspace.join");
        else if (strcmp(choice, "3") == 0)
            exit = join_workspace(context, client, "device.join");
        else if (strcmp(choice, "4") == 0 && ask_name(context, client) == EXIT_NO_NODE)
            return EXIT_NO_NODE;
    }
    return exit;
}

enum exit_code first_run(const struct context *context, struct client *client)
{
    json_t *info;
    enum exit_code exit = call_node(context, client, "node.info", NULL, &info);

    if (!exit && !field_true(info, "has_identity")) {
        fputs(_("Welcome to Zuruf: messages on the local network, without a server.\n\n"), stdout);
        exit = ask_name(context, client);
    }
    if (!exit && !field_true(info, "has_workspace")) {
        exit = find_workspace(context, client);
        if (!exit)
            host_label_tell(client);
    }
    json_decref(info);
    return exit;
}
