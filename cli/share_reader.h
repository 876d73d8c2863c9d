/* SPDX-License-Identifier: MIT
 * Shares of a root key as people type them from their sheets: words, on as many lines as they like, one share after the
 * other. */
#pragma once
#include "shares.h"
#include "verbs.h"
#include <stdio.h>

/* Reads until there are as many as they need; `ret` has room for SHARES_MAX, and shares_join() takes it.  With `guided`
 * a person is asked, told how many are missing, and may type again what was wrong; else the first fault ends it.  What
 * is wrong has been said.  Wipe `ret` in any case. */
enum exit_code share_reader_run(const struct context *context, FILE *in, bool guided, struct share *ret);
