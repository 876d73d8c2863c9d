/* SPDX-License-Identifier: MIT */
#include "passphrase.h"
#include "core/base/text.h"
#include "refusal.h"
#include "terminal.h"
#include "translate.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void passphrase_wipe(struct passphrase *passphrase)
{
    crypto_wipe(passphrase, sizeof *passphrase);
}

static enum exit_code check_text(const struct context *context, const struct passphrase *passphrase)
{
    size_t size = strlen(passphrase->text);

    if (size > 0 && text_is_utf8((struct bytes){(const uint8_t *)passphrase->text, size}))
        return EXIT_DONE;
    return refusal_say(context, EXIT_FAILED, "usage",
                       size > 0 ? _("The passphrase is not UTF-8.") : _("The passphrase is empty."));
}

/* ---------------------------------------------------------------- from a file */

static bool is_private(int file)
{
    struct stat info;

    return fstat(file, &info) == 0 && (info.st_uid == geteuid() || info.st_uid == 0) && (info.st_mode & 077) == 0;
}

/* Pipes give what they have in pieces. */
static ssize_t read_all(int file, char *out, size_t size)
{
    size_t have = 0;

    while (have < size) {
        ssize_t got = read(file, out + have, size - have);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        have += (size_t)got;
    }
    return (ssize_t)have;
}

static enum exit_code from_file(const struct context *context, const char *path, struct passphrase *ret)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t size = file < 0 ? -1 : read_all(file, ret->text, sizeof ret->text - 1);
    int code = errno;
    bool closed_to_others = file >= 0 && is_private(file);

    if (file >= 0)
        close(file);
    if (size < 0)
        return refusal_say(context, EXIT_FAILED, "not_found", _("%s cannot be read: %s."), path, strerror(code));
    ret->text[size] = '\0';
    ret->text[strcspn(ret->text, "\r\n")] = '\0';
    if (!closed_to_others)
        return refusal_say(context, EXIT_NOT_PERMITTED, "not_permitted",
                           _("Others may read %s, so it keeps no secret. Close it: chmod 600 %s"), path, path);
    return check_text(context, ret);
}

/* ---------------------------------------------------------------- from a person */

static enum exit_code ask(const struct context *context, const char *question, struct passphrase *ret)
{
    if (terminal_ask_hidden(question, ret->text, sizeof ret->text))
        return check_text(context, ret);
    return refusal_say(context, EXIT_USAGE, "usage",
                       _("There is no terminal to ask for the passphrase. Name a file: --passphrase-file FILE"));
}

enum exit_code passphrase_get(const struct context *context, const char *file, const char *question,
                              struct passphrase *ret)
{
    return file ? from_file(context, file, ret) : ask(context, question, ret);
}

static enum exit_code ask_again(const struct context *context, const struct passphrase *first)
{
    struct passphrase again;
    enum exit_code exit = ask(context, _("Once more: "), &again);

    if (!exit && strcmp(first->text, again.text) != 0)
        exit = refusal_say(context, EXIT_FAILED, "usage", _("The two differ, so nothing was changed. Try again."));
    passphrase_wipe(&again);
    return exit;
}

static enum exit_code check_size(const struct context *context, const struct passphrase *passphrase)
{
    if (strlen(passphrase->text) >= PASSPHRASE_SIZE_MIN)
        return EXIT_DONE;
    return refusal_say(context, EXIT_FAILED, "usage",
                       _("A passphrase has at least %d bytes; some words in a row are a good one."),
                       PASSPHRASE_SIZE_MIN);
}

enum exit_code passphrase_get_new(const struct context *context, const char *file, const char *question,
                                  struct passphrase *ret)
{
    enum exit_code exit = passphrase_get(context, file, question, ret);

    if (!exit)
        exit = check_size(context, ret);
    return exit || file ? exit : ask_again(context, ret);
}

enum exit_code passphrase_get_root(const struct context *context, const char *file, struct passphrase *ret)
{
    const char *question = _("A passphrase for the root key of the workspace (Enter: none): ");

    if (file)
        return passphrase_get_new(context, file, question, ret);
    ret->text[0] = '\0';
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) ||
        !terminal_ask_hidden(question, ret->text, sizeof ret->text) || !*ret->text)
        return EXIT_DONE;
    enum exit_code exit = check_text(context, ret);
    if (!exit)
        exit = check_size(context, ret);
    return exit ? exit : ask_again(context, ret);
}
