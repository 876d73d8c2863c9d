/* SPDX-License-Identifier: MIT */
#include "fields.h"
#include <stdlib.h>

const char *field_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

uint64_t field_number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);

    if (json_is_string(value))
        return strtoull(json_string_value(value), NULL, 10);
    return json_integer_value(value) > 0 ? (uint64_t)json_integer_value(value) : 0;
}

bool field_true(const json_t *object, const char *key)
{
    return json_is_true(json_object_get(object, key));
}

const json_t *field_list(const json_t *object, const char *key)
{
    const json_t *list = json_object_get(object, key);
    return json_is_array(list) ? list : NULL;
}
