/* SPDX-License-Identifier: MIT
 * Groups, and who is in them, shown to people. */
#pragma once
#include <jansson.h>
#include <stdio.h>

/* The result of group.list: a line for each chat, then one for each invitation. */
void groups_print_list(FILE *stream, const json_t *list);
/* The result of group.show. */
void groups_print(FILE *stream, const json_t *group);
