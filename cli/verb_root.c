/* SPDX-License-Identifier: MIT
 * zuruf root: the key above all admins, as shares on paper and back. */
#include "call.h"
#include "core/base/words.h"
#include "fields.h"
#include "options.h"
#include "output.h"
#include "passphrase.h"
#include "refusal.h"
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
       "\n"
       "The root key stands above all admins of the workspace: it names them, and it mends what one does\n"
       "wrong. It lies on the computer on which the workspace was made. `shares` splits it into sheets of\n"
       "paper for different people, any --need of which restore it; fewer tell nothing. `recover` takes\n"
       "the words of the sheets and puts the key on this computer.\n"
       "\n"
       "  --of N                       as many sheets, at most 32\n"
       "  --need K                     of these so many are needed, at least 2\n"
       "  --root-passphrase-file FILE  its first line is the passphrase of the root key: with `shares` the one\n"
       "                               that holds, with `recover` the one to keep the key under; else asked for\n"
       "JSON of shares, an object for each: number of need workspace words; of recover: root\n");

struct request {
    uint64_t of, need;
    const char *file;
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
    struct passphrase passphrase = {""};
    json_t *sync;
    enum exit_code exit = call_node(context, client, "sync.status", NULL, &sync);

    *ret = NULL;
    if (exit)
        return exit;
    if (field_true(json_object_get(sync, "root"), "passphrase"))
        exit = passphrase_get(context, file, _("Passphrase of the root key: "), &passphrase);
    json_decref(sync);
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

static enum exit_code hand_over(const struct context *context, struct client *client, const struct share *first,
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

static enum exit_code recover(const struct context *context, struct client *client, const struct request *request)
{
    struct share shares[SHARES_MAX];
    uint8_t seed[SHARE_SEED_SIZE];
    struct passphrase passphrase = {""};
    bool guided = !context->json && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
    enum exit_code exit = share_reader_run(context, stdin, guided, shares);

    if (!exit && shares_join(shares, seed) != OK)
        exit = refusal_of_error(context, ERR_CORRUPT);
    if (!exit)
        exit = passphrase_get_root(context, request->file, &passphrase);
    if (!exit)
        exit = hand_over(context, client, &shares[0], seed, &passphrase);
    crypto_wipe(shares, sizeof shares);
    crypto_wipe(seed, sizeof seed);
    passphrase_wipe(&passphrase);
    if (!exit && context->json) {
        json_t *done = json_pack("{s:b}", "root", 1);
        output_json(done);
        json_decref(done);
    } else if (!exit) {
        fputs(_("The root key of the workspace is on this computer now.\n"), stdout);
    }
    return exit;
}

/* ---------------------------------------------------------------- the verb */

/* False: leave with *ret_exit. */
static bool parse(struct context *context, int argc, char **argv, struct request *ret, enum exit_code *ret_exit)
{
    enum { OF = OPTION_OWN, NEED, FILE_NAME };
    static const struct option longs[] = {{"of", required_argument, NULL, OF},
                                          {"need", required_argument, NULL, NEED},
                                          {"root-passphrase-file", required_argument, NULL, FILE_NAME},
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
        } else {
            *ret_exit = options_other(context, option);
            return false;
        }
    }
    if (!good)
        *ret_exit = options_misused(context, _("--of and --need take numbers up to %d"), SHARES_MAX);
    return good;
}

enum exit_code verb_root(struct context *context, int argc, char **argv)
{
    struct request request;
    struct client *client;
    enum exit_code exit;

    if (!parse(context, argc, argv, &request, &exit))
        return exit;
    bool splits = argc - optind == 1 && strcmp(argv[optind], "shares") == 0;
    if (!splits && (argc - optind != 1 || strcmp(argv[optind], "recover") != 0))
        return options_misused(context, _("say shares or recover"));
    if (splits && (request.need < 2 || request.need > request.of))
        return options_misused(
            context, _("say how many sheets there shall be and how many are needed, such as: --of 5 --need 3"));
    if (!splits && (request.of || request.need))
        return options_misused(context, _("--of and --need go with shares"));
    exit = call_open(context, &client);
    if (exit)
        return exit;
    exit = splits ? shares(context, client, &request) : recover(context, client, &request);
    client_free(client);
    return exit;
}
