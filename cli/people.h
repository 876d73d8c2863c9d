/* SPDX-License-Identifier: MIT
 * The people of a workspace and the state of the node, shown to people. */
#pragma once
#include <jansson.h>
#include <stdio.h>

/* ", complete up to ..." and ", N entries missing", as far as they hold. */
void people_print_completeness(FILE *stream, const json_t *person);

/* The result of person.list: a line for each device. */
void people_print(FILE *stream, const json_t *list);

/* "admin" and the like in the person's language; what this version does not know stays as it is.  Static or borrowed
 * from `role`. */
const char *people_role(const char *role);
