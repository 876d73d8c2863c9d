/* SPDX-License-Identifier: MIT
 * A person's computers, for people. */
#pragma once
#include <jansson.h>
#include <stdio.h>

void devices_print(FILE *stream, const json_t *list); /* the result of device.list */
/* The result of device.link: the words, until when they are good, and what to do with them. */
void devices_print_code(FILE *stream, const json_t *code);
