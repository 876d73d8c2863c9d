/* SPDX-License-Identifier: MIT
 * An invite code as people hand it on: six words in one argument or several, with blanks or hyphens, or the link. */
#pragma once
#include "verbs.h"
#include <stdbool.h>
#include <stddef.h>

#define JOIN_LINK "zuruf:join/"
#define DEVICE_LINK "zuruf:link/"

/* The words of `count` arguments joined by "-", without a link's scheme; the caller frees it. */
char *join_code_of(char *const *words, size_t count);

/* False: it cannot be a code, and the person has been told which word is wrong. */
bool join_code_check(const struct context *context, const char *code);
