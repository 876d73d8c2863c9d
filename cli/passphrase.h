/* SPDX-License-Identifier: MIT
 * Passphrases from people and files. */
#pragma once
#include "core/base/passphrase.h"
#include "verbs.h"

struct passphrase {
    char text[PASSPHRASE_SIZE_MAX + 1]; /* UTF-8, not empty; passphrase_wipe() it */
};

/* The first line of `file` (NULL: none is given), else what a person types on the terminal without seeing it.  What is
 * wrong has been said: there is no terminal; the file is open to others, or says nothing usable. */
enum exit_code passphrase_get(const struct context *context, const char *file, const char *question,
                              struct passphrase *ret);
/* The same for a new one: of PASSPHRASE_SIZE_MIN bytes at least, and typed twice. */
enum exit_code passphrase_get_new(const struct context *context, const char *file, const char *question,
                                  struct passphrase *ret);
/* A new one for a root key, which may have none: without a file and a terminal, or when the person types nothing, `ret`
 * is empty. */
enum exit_code passphrase_get_root(const struct context *context, const char *file, struct passphrase *ret);
void passphrase_wipe(struct passphrase *passphrase);
