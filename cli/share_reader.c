/* SPDX-License-Identifier: MIT */
#include "share_reader.h"
#include "core/base/words.h"
#include "refusal.h"
#include "translate.h"
#include <stdlib.h>
#include <string.h>

struct reading {
    const struct context *context;
    FILE *in;
    bool guided;
    struct share *shares;
    size_t count;
    uint16_t words[SHARE_WORDS]; /* of the share that is being typed */
    size_t word_count;
    char *line;
    size_t line_capacity;
};

static unsigned missing(const struct reading *reading)
{
    return reading->count ? (unsigned)(reading->shares[0].need - reading->count) : 1;
}

static void ask(const struct reading *reading)
{
    if (!reading->guided)
        return;
    if (reading->word_count == 0)
        printf(_("The words of sheet %u:\n"), (unsigned)reading->count + 1);
    fputs("> ", stdout);
    fflush(stdout);
}

static enum exit_code say_too_few(const struct reading *reading)
{
    if (reading->word_count > 0)
        return refusal_say(reading->context, EXIT_FAILED, "malformed",
                           _("A sheet has %d words; the last one ended after %u."), SHARE_WORDS,
                           (unsigned)reading->word_count);
    if (reading->count == 0)
        return refusal_say(reading->context, EXIT_FAILED, "too_few", _("No words were given."));
    return refusal_say(reading->context, EXIT_FAILED, "too_few",
                       ngettext("These are too few: %u of the %u sheets that are needed is missing.",
                                "These are too few: %u of the %u sheets that are needed are missing.",
                                missing(reading)),
                       missing(reading), (unsigned)reading->shares[0].need);
}

static enum exit_code read_words(struct reading *reading)
{
    size_t room = SHARE_WORDS - reading->word_count, read;

    if (words_read(BYTES_TEXT(reading->line), reading->words + reading->word_count, room, &read)) {
        reading->word_count += read;
        return EXIT_DONE;
    }
    unsigned place = (unsigned)(reading->word_count + read + 1);
    if (read == room)
        return refusal_say(reading->context, EXIT_FAILED, "malformed",
                           _("A sheet has %d words, and here are more. Begin each sheet on a line of its own."),
                           SHARE_WORDS);
    return refusal_say(reading->context, EXIT_FAILED, "malformed",
                       _("Word %u of sheet %u is none of the words there are. Look at the sheet again."), place,
                       (unsigned)reading->count + 1);
}

static enum exit_code say_unfit(const struct reading *reading, enum error err)
{
    const struct context *context = reading->context;
    unsigned sheet = (unsigned)reading->count + 1;

    switch (err) {
    case ERR_MALFORMED:
        return refusal_say(context, EXIT_FAILED, "malformed",
                           _("The words of sheet %u do not fit together: one is wrong, or two are swapped."), sheet);
    case ERR_OTHER_ROOT:
        return refusal_say(context, EXIT_FAILED, "other_root",
                           _("Sheet %u is of another key than those before it, perhaps of another workspace."), sheet);
    case ERR_VERSION:
        return refusal_say(
            context, EXIT_FAILED, "other_set",
            _("Sheet %u was made at another time than those before it; they do not fit together. Compare "
              "the sets in the last lines of the sheets."),
            sheet);
    case ERR_EXISTS:
        return refusal_say(context, EXIT_FAILED, "exists", _("That sheet has been typed already. Take another one."));
    default:
        return refusal_of_error(context, err);
    }
}

static enum exit_code finish_share(struct reading *reading)
{
    struct share share;
    enum error err = share_decode(reading->words, &share);

    reading->word_count = 0;
    if (!err)
        err = shares_check(reading->shares, reading->count, &share);
    if (!err)
        reading->shares[reading->count++] = share;
    crypto_wipe(&share, sizeof share);
    if (err)
        return say_unfit(reading, err);
    if (reading->guided && missing(reading) > 0)
        printf(ngettext("Good. %u more sheet is needed.\n", "Good. %u more sheets are needed.\n", missing(reading)),
               missing(reading));
    return EXIT_DONE;
}

static enum exit_code read_all(struct reading *reading)
{
    enum exit_code exit = EXIT_DONE;

    while (missing(reading) > 0 && (!exit || reading->guided)) {
        ask(reading);
        if (getline(&reading->line, &reading->line_capacity, reading->in) < 0) {
            if (reading->guided)
                putchar('\n'); /* behind the prompt */
            return say_too_few(reading);
        }
        exit = read_words(reading);
        if (!exit && reading->word_count == SHARE_WORDS)
            exit = finish_share(reading);
    }
    return missing(reading) > 0 ? exit : EXIT_DONE;
}

enum exit_code share_reader_run(const struct context *context, FILE *in, bool guided, struct share *ret)
{
    struct reading reading = {.context = context, .in = in, .guided = guided, .shares = ret};
    enum exit_code exit = read_all(&reading);

    if (reading.line)
        crypto_wipe(reading.line, reading.line_capacity);
    free(reading.line);
    crypto_wipe(reading.words, sizeof reading.words);
    return exit;
}
