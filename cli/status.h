/* SPDX-License-Identifier: MIT
 * The state of the node and its groups, shown to people. */
#pragma once
#include <jansson.h>
#include <stdio.h>

/* `info`: the result of node.info; `sync`: of sync.status; `people`: of person.list, or NULL. */
void status_print(FILE *stream, const json_t *info, const json_t *sync, const json_t *people);
