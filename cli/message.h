/* SPDX-License-Identifier: MIT
 * Messages as the node's API gives them, shown to people. */
#pragma once
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

enum message_form {
    MESSAGE_WITH_DAY = 0,
    MESSAGE_WITHOUT_DAY = 1, /* the clock time alone */
    MESSAGE_WITH_ID = 2,
    MESSAGE_WITHOUT_TOPIC = 4,
};

/* "2026-11-24 10:42 Alice [Topic]: text", with remarks such as (late); further lines of the text are indented, so that
 * nobody can write a line that looks like another's.  `form`: flags of enum message_form. */
void message_print(FILE *stream, const json_t *message, unsigned form);

/* "nobody else known yet", "queued", "with 1 of 3", "with all 3": never more than is known.
 * `receipt`: the result of message.receipt. */
void message_print_receipt(FILE *stream, const json_t *receipt);
