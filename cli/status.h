/* SPDX-License-Identifier: MIT
 * The state of the node and its groups, shown to people. */
#pragma once
#include <jansson.h>
#include <stdio.h>

/* `info`: the result of node.info; `sync`: of sync.status. */
void status_print(FILE *stream, const json_t *info, const json_t *sync);
