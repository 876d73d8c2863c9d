/* SPDX-License-Identifier: MIT
 * zuruf root: the key above all admins, as shares on paper and back; another one; groups that need it. */
#include "call.h"
#include "core/base/words.h"
#include "fields.h"
#include "options.h"
#include "output.h"
#include "passphrase.h"
#include "refusal.h"
#include "root_groups.h"
#include "share_reader.h"
#include "share_sheet.h"
#include "times.h"
#include "translate.h"
#include <string.h>
#include <unistd.h>

const char verb_root_help[] =
    N_("Examples:\n"
       "  zuruf root shares --of 5 --need 3 | lp\n"
       "  zuruf root recover\n"
       "  zuruf root hand-over\n"
       "  zuruf root groups\n"
       "  zuruf root enter Alpha\n"
       "  zuruf root take-over Alpha\n"
       "  zuruf root seen\n"
       "\n"
       "The root key stands above all admins of the workspace: it names them, and it mends what one does\n"
       "wrong. It lies on the computer on which the workspace was made. `shares` splits it into sheets of\n"
       "paper for different people, any --need of which restore it; fewer tell nothing. `recover` takes\n"
       "the words of the sheets and puts the key on this computer, which goes on with it: what another\n"
       "computer does with its copy, without knowing of that, does not count.\n"
       "\n"
       "`hand-over` makes a new key in place of this one, which counts no more, wherever there are copies and\n"
       "sheets of it: for when they may be in wrong hands. Make new sheets then.\n"
       "\n"
       "`groups` lists the groups that the key can put right when their only admin has gone: all but private\n"
       "ones. `enter` asks who is in one, and `group role` names an admin there, who may be yourself. What is\n"
       "said in it cannot be read by that. `take-over` ends what the group's own root key says, which is\n"
       "where the group was made, and puts a new one on this computer.\n"
       "\n"
       "`seen` says that you have looked at what the key has said in vain, so that `status` is silent on it.\n"
       "\n"
       "  --of N                       as many sheets, at most 32\n"
       "  --need K                     of these so many are needed, at least 2\n"
       "  --root-passphrase-file FILE  its first line is the passphrase of the root key: with `shares` the one\n"
       "                               that holds, with `recover` the one to keep the key under; else asked for\n"
       "  --new-passphrase-file FILE   hand-over: likewise the one to keep the new key under\n"
       "  --anyway                     hand-over: although the key has named admins in groups that this computer\n"
       "                               has not entered; they are admins no more\n"
       "JSON of shares, an object for each: number of need workspace words; of recover and hand-over: root; of\n"
       "groups, an object for each: group name by person device ruled member entered known; of enter: as of\n"
       "group show\n");

struct request {
    uint64_t of, need;
    const char *file, *new_file;
    bool anyway;
    const char *group;
};

/* ---------------------------------------------------------------- shares */

static void print_share(const struct context *context, const struct share *share, const char *workspace)
{
    char day[TIMES_SIZE];
    struct buffer words = {0};

    if (context->json) {
        share_encode(share, &words);
        json_t *object = json_pack("{s:i, s:i, s:i, s:s, s:s%}", "number", share->number, "of", share->of, "need",
                                   share->need, "workspace", workspace, "words", words.data, words.size);
        output_json(object);
        json_decref(object);
        buffer_wipe(&words);
        return;
    }
    if (share->number > 1) /* each on a page of its own */
        fputs(isatty(STDOUT_FILENO) ? "\n--------------------------------------------------------------\n\n" : "\f",
              stdout);
    times_local(times_now_ms(), TIMES_DAY, day);
    share_sheet_print(stdout, share, workspace, day);
}

static enum exit_code split(const struct context *context, const struct request *request, const json_t *exported,
                            const char *workspace)
{
    struct share shares[SHARES_MAX];
    struct buffer seed = {0};

    if (base32_decode(BYTES_TEXT(field_text(exported, "secret")), &seed) != OK || seed.size != SHARE_SEED_SIZE) {
        buffer_wipe(&seed);
        return refusal_of_error(context, ERR_CORRUPT);
    }
    shares_split(seed.data, (unsigned)request->of, (unsigned)request->need, shares);
    buffer_wipe(&seed);
    for (size_t i = 0; i < request->of; i++)
        print_share(context, &shares[i], workspace);
    crypto_wipe(shares, sizeof shares);
    return fflush(stdout) == 0 ? EXIT_DONE : EXIT_FAILED;
}

/* The key, with the passphrase it lies under; null root: it is not here. */
static enum exit_code export_root(const struct context *context, struct client *client, const char *file, json_t **ret)
{
    struct passphrase passphrase;
    enum exit_code exit = root_groups_passphrase(context, client, file, &passphrase);

    *ret = NULL;
    if (!exit) {
        json_t *params = json_pack("{s:s*}", "passphrase", *passphrase.text ? passphrase.text : NULL);
        exit = call_node(context, client, "root.export", params, ret);
    }
    passphrase_wipe(&passphrase);
    return exit;
}

static enum exit_code shares(const struct context *context, struct client *client, const struct request *request)
{
    json_t *info = NULL, *exported = NULL, *result = NULL;
    enum exit_code exit = export_root(context, client, request->file, &exported);

    if (!exit)
        exit = call_node(context, client, "node.info", NULL, &info);
    if (!exit)
        exit = split(context, request, exported, field_text(info, "workspace"));
    if (!exit)
        exit = call_node(context, client, "root.shared",
                         json_pack("{s:I, s:I}", "of", (json_int_t)request->of, "need", (json_int_t)request->need),
                         &result);
    json_decref(result);
    json_decref(info);
    json_decref(exported);
    return exit;
}

/* ---------------------------------------------------------------- recover */

static enum exit_code give(const struct context *context, struct client *client, const struct share *first,
                           const uint8_t seed[SHARE_SEED_SIZE], const struct passphrase *passphrase)
{
    struct buffer secret = {0};
    json_t *result;

    base32_encode((struct bytes){seed, SHARE_SEED_SIZE}, &secret);
    json_t *params = json_pack("{s:s%, s:i, s:i, s:s*}", "secret", secret.data, secret.size, "of", first->of, "need",
                               first->need, "passphrase", *passphrase->text ? passphrase->text : NULL);
    buffer_wipe(&secret);
    enum exit_code exit = call_node(context, client, "root.recover", params, &result);
    json_decref(result);
    return exit;
}

static void tell_json(void)
{
    json_t *done = json_pack("{s:b}", "root", 1);

    output_json(done);
    json_decref(done);
}

/* What happened, in words. */
static enum exit_code tell_recovered(const struct context *context, struct client *client)
{
    json_t *sync;

    if (context->json) {
        tell_json();
        return EXIT_DONE;
    }
    enum exit_code exit = call_node(context, client, "sync.status", NULL, &sync);
    if (exit)
        return exit;
    fputs(_("The root key of the workspace is on this computer now, which goes on with it from here. What another\n"
            "computer has said with it beyond that, or says without knowing of it, does not count.\n"),
          stdout);
    if (field_number(sync, "links") == 0)
        fputs(_("No other computer was connected: what the root key has said and this one had not heard is void.\n"),
              stdout);
    json_decref(sync);
    return EXIT_DONE;
}

/* Before 32 words of each sheet are typed. */
static enum exit_code needs_workspace(const struct context *context, struct client *client)
{
    json_t *info;
    enum exit_code exit = call_node(context, client, "node.info", NULL, &info);

    if (exit)
        return exit;
    if (field_true(info, "locked"))
        exit = refusal_of_error(context, ERR_LOCKED);
    else if (!field_true(info, "has_workspace"))
        exit = refusal_of_error(context, ERR_NO_WORKSPACE);
    json_decref(info);
    return exit;
}

static enum exit_code recover(const struct context *context, struct client *client, const struct request *request)
{
    struct share shares[SHARES_MAX];
    uint8_t seed[SHARE_SEED_SIZE];
    struct passphrase passphrase = {""};
    bool guided = !context->json && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
    enum exit_code exit = needs_workspace(context, client);

    if (!exit)
        exit = share_reader_run(context, stdin, guided, shares);
    if (!exit && shares_join(shares, seed) != OK)
        exit = refusal_of_error(context, ERR_CORRUPT);
    if (!exit)
        exit = passphrase_get_root(context, request->file, &passphrase);
    if (!exit)
        exit = give(context, client, &shares[0], seed, &passphrase);
    crypto_wipe(shares, sizeof shares);
    crypto_wipe(seed, sizeof seed);
    passphrase_wipe(&passphrase);
    return exit ? exit : tell_recovered(context, client);
}

/* ---------------------------------------------------------------- another key */

static enum exit_code hand_over(const struct context *context, struct client *client, const struct request *request)
{
    struct passphrase old, new = {""};
    json_t *result = NULL;
    enum exit_code exit = root_groups_passphrase(context, client, request->file, &old);

    if (!exit)
        exit = passphrase_get_root(context, request->new_file, &new);
    if (!exit)
        exit = call_node(context, client, "root.hand_over",
                         json_pack("{s:s*, s:s*, s:b}", "passphrase", *old.text ? old.text : NULL, "new_passphrase",
                                   *new.text ? new.text : NULL, "anyway", request->anyway),
                         &result);
    json_decref(result);
    passphrase_wipe(&old);
    passphrase_wipe(&new);
    if (exit)
        return exit;
    if (context->json)
        tell_json();
    else
        fputs(_("There is a new root key, on this computer. The old one counts no more, wherever there are copies and\n"
                "sheets of it: destroy them. Put the new one on paper: `zuruf root shares --of 3 --need 2`.\n"),
              stdout);
    return EXIT_DONE;
}

/* ---------------------------------------------------------------- the verb */

/* False: leave with *ret_exit. */
static bool parse(struct context *context, int argc, char **argv, struct request *ret, enum exit_code *ret_exit)
{
    enum { OF = OPTION_OWN, NEED, FILE_NAME, NEW_FILE, ANYWAY };
    static const struct option longs[] = {{"of", required_argument, NULL, OF},
                                          {"need", required_argument, NULL, NEED},
                                          {"root-passphrase-file", required_argument, NULL, FILE_NAME},
                                          {"new-passphrase-file", required_argument, NULL, NEW_FILE},
                                          {"anyway", no_argument, NULL, ANYWAY},
                                          OPTIONS_COMMON};
    bool good = true;
    int option;

    *ret = (struct request){0};
    options_begin();
    while ((option = options_next(context, argc, argv, "", longs)) != -1) {
        if (option == OF) {
            good &= options_number(optarg, SHARES_MAX, &ret->of);
        } else if (option == NEED) {
            good &= options_number(optarg, SHARES_MAX, &ret->need);
        } else if (option == FILE_NAME) {
            ret->file = optarg;
        } else if (option == NEW_FILE) {
            ret->new_file = optarg;
        } else if (option == ANYWAY) {
            ret->anyway = true;
        } else {
            *ret_exit = options_other(context, option);
            return false;
        }
    }
    if (!good)
        *ret_exit = options_misused(context, _("--of and --need take numbers up to %d"), SHARES_MAX);
    return good;
}

static enum exit_code list_groups(const struct context *context, struct client *client, const struct request *request)
{
    return root_groups_list(context, client, request->file);
}

static enum exit_code enter(const struct context *context, struct client *client, const struct request *request)
{
    return root_groups_enter(context, client, request->group, request->file);
}

static enum exit_code take_over(const struct context *context, struct client *client, const struct request *request)
{
    return root_groups_take_over(context, client, request->group, request->file);
}

static enum exit_code seen(const struct context *context, struct client *client, const struct request *request)
{
    json_t *result;
    enum exit_code exit = call_node(context, client, "root.seen", NULL, &result);

    (void)request;
    json_decref(result);
    return exit;
}

static const struct subcommand {
    const char *name;
    int operands;
    enum exit_code (*run)(const struct context *context, struct client *client, const struct request *request);
} subcommands[] = {
    {"shares", 0, shares}, {"recover", 0, recover},     {"hand-over", 0, hand_over}, {"groups", 0, list_groups},
    {"enter", 1, enter},   {"take-over", 1, take_over}, {"seen", 0, seen},
};

static const struct subcommand *find(const char *name, int operands)
{
    for (size_t i = 0; name && i < sizeof subcommands / sizeof *subcommands; i++)
        if (strcmp(subcommands[i].name, name) == 0 && subcommands[i].operands == operands)
            return &subcommands[i];
    return NULL;
}

/* What is wrong with the options; NULL: nothing. */
static const char *misuse(const struct subcommand *subcommand, const struct request *request)
{
    if (!subcommand)
        return _("say shares, recover, hand-over, groups, enter GROUP, take-over GROUP or seen");
    if (subcommand->run == shares && (request->need < 2 || request->need > request->of))
        return _("say how many sheets there shall be and how many are needed, such as: --of 5 --need 3");
    if (subcommand->run != shares && (request->of || request->need))
        return _("--of and --need go with shares");
    if (subcommand->run != hand_over && (request->new_file || request->anyway))
        return _("--new-passphrase-file and --anyway go with hand-over");
    return NULL;
}

enum exit_code verb_root(struct context *context, int argc, char **argv)
{
    struct request request;
    struct client *client;
    enum exit_code exit;

    if (!parse(context, argc, argv, &request, &exit))
        return exit;
    const struct subcommand *subcommand = find(argv[optind], argc - optind - 1);
    const char *wrong = misuse(subcommand, &request);
    if (wrong)
        return options_misused(context, "%s", wrong);
    request.group = subcommand->operands ? argv[optind + 1] : NULL;
    exit = call_open(context, &client);
    if (exit)
        return exit;
    exit = subcommand->run(context, client, &request);
    client_free(client);
    return exit;
}
