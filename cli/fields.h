/* SPDX-License-Identifier: MIT
 * Reading fields of the node's JSON objects: a field that is missing, null or of another type reads as empty. */
#pragma once
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

const char *field_text(const json_t *object, const char *key); /* borrowed; "" when absent */
uint64_t field_number(const json_t *object, const char *key);  /* a number, or a string of digits; 0 when absent */
bool field_true(const json_t *object, const char *key);
const json_t *field_list(const json_t *object, const char *key); /* borrowed; NULL (of size 0) when it is no array */
