/* SPDX-License-Identifier: MIT */
#include "refusal.h"
#include "fields.h"
#include "output.h"
#include "translate.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Every stable code of core/error.h, in its order. */
static const struct refusal refusals[] = {
    {"ok", EXIT_DONE, false, N_("Done.")},
    {"malformed", EXIT_FAILED, true, N_("The node did not understand this. Check how it is written.")},
    {"too_big", EXIT_FAILED, true,
     N_("This is larger than allowed: a message holds 16 KiB of text. Send it in parts, or as lines with --lines.")},
    {"bad_signature", EXIT_FAILED, true,
     N_("A signature does not verify, so nothing was taken from that computer. Look at `zuruf status`.")},
    {"crypto", EXIT_FAILED, true, N_("A cryptographic step failed. Restart the node with `zuruf node --stop`.")},
    {"not_found", EXIT_NOT_FOUND, false,
     N_("There is no such chat, person, message or peer here. Look with `zuruf status`, `zuruf who` or `zuruf peer "
        "list`.")},
    {"exists", EXIT_FAILED, true,
     N_("This exists already: this home has its name and its workspace, as `zuruf status` shows. Another workspace "
        "needs a home of its own: --home DIR.")},
    {"not_permitted", EXIT_NOT_PERMITTED, true,
     N_("You may not do this with the role you have here. Ask an admin: `zuruf who` shows those of the workspace, "
        "`zuruf group show GROUP` those of a group.")},
    {"no_identity", EXIT_FAILED, false,
     N_("This computer has no identity yet. Give it one: `zuruf init --name \"Your Name\"`.")},
    {"no_workspace", EXIT_FAILED, false,
     N_("This computer belongs to no workspace yet. Make one with `zuruf workspace create NAME`, or join one with "
        "`zuruf join CODE`.")},
    {"locked", EXIT_NOT_PERMITTED, false, N_("This home is locked. Open it with its passphrase: `zuruf unlock`.")},
    {"bad_passphrase", EXIT_NOT_PERMITTED, false,
     N_("That is not the passphrase. Upper and lower case differ; is the keyboard set to the right language?")},
    {"no_passphrase", EXIT_FAILED, false, N_("No passphrase is set here. Set one: `zuruf passphrase set`.")},
    {"no_root", EXIT_FAILED, false,
     N_("The root key that is needed is not on this computer. It is on the one where the workspace or the group was "
        "made; that of the workspace also comes back from its sheets: `zuruf root recover`.")},
    {"other_root", EXIT_FAILED, false,
     N_("This is not the root key of this workspace. Look for the sheets of this one; its name stands on them.")},
    {"root_handed_over", EXIT_NOT_PERMITTED, false,
     N_("This root key was handed over to another one and counts no more. The new one is on the computer on which that "
        "was done, or comes back from its own sheets: `zuruf root recover`.")},
    {"root_unentered", EXIT_NOT_PERMITTED, false,
     N_("The root key has named admins in groups that this computer has not entered, and they would lose that right. "
        "`zuruf root groups` shows them; enter each with `zuruf root enter GROUP`, or add --anyway.")},
    {"private_group", EXIT_NOT_PERMITTED, false,
     N_("This group is private: the workspace's root key has no say in it. Only the group's own root key names its "
        "admins; it is on the computer on which the group was made.")},
    {"no_key", EXIT_FAILED, false,
     N_("The key to read or write here has not arrived yet. Wait until another member's computer is online; `zuruf "
        "status` tells when it came. If it does not come, nobody knows any more that you were let in: ask for a new "
        "code and join with it again.")},
    {"code_unknown", EXIT_NOT_PERMITTED, false,
     N_("No computer within reach knows this code. Check the words, and that the inviter's computer is on and in the "
        "same network. Across networks give its address, too: --peer HOST:PORT.")},
    {"code_expired", EXIT_NOT_PERMITTED, false,
     N_("This code has expired. Ask the person who invited you for a new one: they run `zuruf invite`.")},
    {"code_used", EXIT_NOT_PERMITTED, false,
     N_("This code has already been used; each admits one computer. Ask for a new one: the inviter runs `zuruf "
        "invite`.")},
    {"code_links", EXIT_FAILED, false,
     N_("This code makes a computer a further one of whoever made it. If that is you, type: zuruf device link CODE")},
    {"code_invites", EXIT_FAILED, false,
     N_("This code invites somebody into the workspace: `zuruf join CODE` takes it. One for a further computer of "
        "yours "
        "is made on a computer that you have already: `zuruf device link`.")},
    {"name_taken", EXIT_NOT_PERMITTED, false,
     N_("Somebody in the workspace already has this name. Take another one with `zuruf init --name \"Another Name\"`, "
        "then join again with the same code. If that is you, on another computer, link this one to it (`zuruf device "
        "link`), or ask an admin for a code for your name: `zuruf invite --person NAME`.")},
    {"name_used", EXIT_FAILED, false,
     N_("A chat on this computer already has this name, or one that differs in capitals only. Choose another name.")},
    {"name_ambiguous", EXIT_NOT_FOUND, false,
     N_("More than one is called so, which may be meant to deceive. `zuruf who` tells people apart by their devices; "
        "name "
        "the id of the one you mean, as `zuruf who --json` and `zuruf group list --json` show it.")},
    {"name_bad", EXIT_FAILED, false, N_("This is not usable as a name: it must have 1 to 64 bytes of visible text.")},
    {"may_not_admit", EXIT_NOT_PERMITTED, false,
     N_("Only admins may invite, and the inviter is none (any more). Ask an admin for a code; `zuruf who` shows "
        "them.")},
    {"last_admin", EXIT_NOT_PERMITTED, false,
     N_("Nobody else there is an admin, and without one nobody could let people in or remove them. First make somebody "
        "an admin: `zuruf group role GROUP PERSON admin`.")},
    {"carrier", EXIT_NOT_PERMITTED, false,
     N_("That computer is a carrier of the workspace: it can read nothing, in a group either. Let it carry the group "
        "with `zuruf group add GROUP NAME --role carrier`, or make it a member of the workspace first: `zuruf group "
        "role "
        "WORKSPACE NAME member`.")},
    {"left", EXIT_NOT_PERMITTED, false,
     N_("This computer is no member of that chat any more: it was removed, or has left. What was written before can "
        "still "
        "be read; ask an admin of the chat for a new invitation.")},
    {"removed", EXIT_NOT_PERMITTED, false,
     N_("This device was removed from the workspace. To come back, ask an admin for a code for your name (`zuruf "
        "invite --person NAME`), and type here: zuruf join CODE")},
    {"version", EXIT_FAILED, true,
     N_("The other side speaks another version of Zuruf. Update the older one of the two.")},
    {"limit", EXIT_FAILED, true, N_("A limit was reached. `zuruf status` and `zuruf doctor` tell more.")},
    {"timeout", EXIT_NOT_IN_TIME, false,
     N_("This was not finished in time. It may still go on in the background: look with `zuruf status`, or allow more "
        "time with --timeout.")},
    {"slow", EXIT_FAILED, false, N_("The other side is too slow and was dropped. Try again later.")},
    {"closed", EXIT_NO_NODE, false,
     N_("The node ended before it answered. Its last words stand in node.log in the home directory; try again.")},
    {"duplicate_link", EXIT_FAILED, false,
     N_("Another connection to this node is kept instead. Nothing is to be done.")},
    {"not_needed", EXIT_FAILED, false,
     N_("That computer has connections enough and needs none to this one: messages come by way of others.")},
    {"shutting_down", EXIT_NO_NODE, false, N_("The node is just shutting down. Try again in a moment.")},
    {"disk", EXIT_FAILED, true,
     N_("The disk could not be read or written, so nothing was changed. Check the disk; `zuruf doctor` tells more.")},
    {"disk_full", EXIT_FAILED, false,
     N_("The disk is full, so nothing was written. Make room; everything already stored stays readable.")},
    {"corrupt", EXIT_FAILED, true,
     N_("The database is damaged. Stop the node, keep a copy of the home directory, and restore your last backup.")},
    {"newer_schema", EXIT_FAILED, false,
     N_("The database was written by a newer Zuruf. Install that version or a later one; nothing was changed.")},
    {"network_fs", EXIT_FAILED, false,
     N_("The home directory lies on a network file system, where the database would not be safe. Choose a local one "
        "with --home or ZURUF_HOME.")},
    {"busy", EXIT_FAILED, false,
     N_("Another process uses this home directory: a node is running already. `zuruf node --stop` ends it.")},
    {"needs_newer", EXIT_FAILED, false, N_("This needs a newer Zuruf. Update this computer.")},
    {"network", EXIT_FAILED, true, N_("The network refused. `zuruf doctor` shows what can be reached.")},
    {"usage", EXIT_USAGE, true, N_("This is not how it is called. `zuruf help` shows how.")},
};

const struct refusal *refusal_find(const char *code)
{
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++)
        if (strcmp(refusals[i].code, code) == 0)
            return &refusals[i];
    return NULL;
}

static void say(const struct context *context, const char *code, const char *sentence, const char *detail)
{
    if (context->json) {
        json_t *object = json_pack("{s:{s:s, s:s}}", "error", "code", code, "message", *detail ? detail : sentence);
        char *line = json_dumps(object, JSON_COMPACT);
        fprintf(stderr, "%s\n", line ? line : "{}");
        free(line);
        json_decref(object);
        return;
    }
    fprintf(stderr, "%szuruf:%s ", output_style(stderr, STYLE_ALERT), output_style(stderr, STYLE_PLAIN));
    output_text(stderr, sentence, strlen(sentence), "");
    fputc('\n', stderr);
    if (*detail) {
        fputs(_("The node says: "), stderr);
        output_name(stderr, detail);
        fputc('\n', stderr);
    }
}

/* The node's sentence tells something when it is not just the code in words. */
static bool tells_more(const char *code, const char *message)
{
    for (int error = 0; error < ERROR_COUNT; error++)
        if (strcmp(error_code((enum error)error), code) == 0)
            return strcmp(error_sentence((enum error)error), message) != 0;
    return true;
}

/* A node newer or older than this program: its own sentence and its hint are all there is. */
static enum exit_code say_unknown(const struct context *context, const json_t *error)
{
    const json_t *data = json_object_get(error, "data");
    const char *hint = field_text(data, "hint");
    const char *code = *field_text(data, "code") ? field_text(data, "code") : "failed";
    const char *message = field_text(error, "message");

    if (*hint)
        return refusal_say(context, EXIT_FAILED, code, "%s. %s", message, hint);
    return refusal_say(context, EXIT_FAILED, code, "%s", *message ? message : _("The node refused without a reason."));
}

enum exit_code refusal_of_node(const struct context *context, const json_t *error)
{
    const char *code = field_text(json_object_get(error, "data"), "code");
    const struct refusal *refusal = refusal_find(code);

    if (!refusal)
        return say_unknown(context, error);
    const char *message = field_text(error, "message");
    bool show = context->json || (refusal->show_detail && tells_more(code, message));
    say(context, code, _(refusal->sentence), show ? message : "");
    return refusal->exit;
}

enum exit_code refusal_of_error(const struct context *context, enum error error)
{
    const struct refusal *refusal = refusal_find(error_code(error));

    say(context, refusal->code, _(refusal->sentence), "");
    return refusal->exit;
}

enum exit_code refusal_say(const struct context *context, enum exit_code exit, const char *code, const char *format,
                           ...)
{
    va_list arguments;
    char *sentence = NULL;

    va_start(arguments, format);
    int size = vasprintf(&sentence, format, arguments);
    va_end(arguments);
    say(context, code, size >= 0 ? sentence : code, "");
    if (size >= 0)
        free(sentence);
    return exit;
}
