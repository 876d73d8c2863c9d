/* SPDX-License-Identifier: MIT
 * Names of people, with what is known of the key behind them: nothing is added to a name that nobody has verified, and
 * nothing in a name can pass for what is added. */
#pragma once
#include <jansson.h>
#include <stdio.h>

/* The name in bold ("somebody" if it is empty), then a check mark where `verification` is "verified", or a warning
 * where it is "changed". */
void person_name_print(FILE *stream, const char *name, const char *verification);
/* "verified" and the like in the person's language; "" for "self". */
const char *person_name_words(const char *verification);
