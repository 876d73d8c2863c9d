/* SPDX-License-Identifier: MIT
 * What is carried, in words. */
#pragma once
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* Whether the member "carrier" of sync.status tells of anything. */
bool carrier_is_any(const json_t *carrier);
/* What this computer keeps for others, by that member. */
void carrier_print(FILE *stream, const json_t *carrier);
/* Of the rows of person.list: whose computers take nothing that is written now. */
void carrier_print_full(FILE *stream, const json_t *persons);
