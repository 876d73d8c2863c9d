/* SPDX-License-Identifier: MIT */
#include "rpc_params.h"
#include "rfc3339.h"
#include <assert.h>

static bool failed(const struct rpc_params *params)
{
    return params->failure->number != RPC_FINE;
}

void rpc_params_refuse(struct rpc_params *params, const char *key, const char *must)
{
    rpc_error_set(params->failure, RPC_WRONG_PARAMS, ERR_USAGE, "The param \"%s\" must %s.", key, must);
}

/* NULL: not given, or an earlier fault. */
static json_t *look_up(struct rpc_params *params, const char *key)
{
    assert(params->asked_count < RPC_PARAMS_MAX);
    params->asked[params->asked_count++] = key;
    json_t *value = failed(params) ? NULL : json_object_get(params->object, key);
    params->found += value != NULL;
    return value;
}

struct bytes rpc_params_text(struct rpc_params *params, const char *key, enum rpc_need need)
{
    json_t *value = look_up(params, key);

    if (json_is_string(value))
        return (struct bytes){(const uint8_t *)json_string_value(value), json_string_length(value)};
    if (value)
        rpc_params_refuse(params, key, "be a string");
    else if (need == RPC_REQUIRED)
        rpc_params_refuse(params, key, "be given");
    return (struct bytes){0};
}

bool rpc_params_bool(struct rpc_params *params, const char *key)
{
    json_t *value = look_up(params, key);

    if (value && !json_is_boolean(value))
        rpc_params_refuse(params, key, "be true or false");
    return json_is_true(value);
}

uint64_t rpc_params_number(struct rpc_params *params, const char *key, uint64_t fallback, uint64_t most)
{
    json_t *value = look_up(params, key);

    if (!value)
        return fallback;
    if (!json_is_integer(value) || json_integer_value(value) < 1 || (uint64_t)json_integer_value(value) > most) {
        rpc_error_set(params->failure, RPC_WRONG_PARAMS, ERR_USAGE,
                      "The param \"%s\" must be a whole number from 1 to %llu.", key, (unsigned long long)most);
        return fallback;
    }
    return (uint64_t)json_integer_value(value);
}

uint64_t rpc_params_time(struct rpc_params *params, const char *key)
{
    struct bytes text = rpc_params_text(params, key, RPC_OPTIONAL);
    uint64_t ms = 0;

    if (text.data && rfc3339_parse(text, &ms) != OK)
        rpc_params_refuse(params, key, "be a time such as 2026-11-24T08:15:30.123Z");
    return ms;
}

size_t rpc_params_word(struct rpc_params *params, const char *key, const char *const *words, size_t fallback)
{
    struct bytes text = rpc_params_text(params, key, RPC_OPTIONAL);

    if (!text.data)
        return fallback;
    for (size_t i = 0; words[i]; i++)
        if (bytes_equal(text, BYTES_TEXT(words[i])))
            return i;
    rpc_params_refuse(params, key, "be one of the words it may be");
    return fallback;
}

json_t *rpc_params_strings(struct rpc_params *params, const char *key, size_t most)
{
    json_t *array = look_up(params, key);

    if (!array)
        return NULL;
    bool fits = json_is_array(array) && json_array_size(array) <= most;
    for (size_t i = 0; fits && i < json_array_size(array); i++)
        fits = json_is_string(json_array_get(array, i));
    if (fits)
        return array;
    rpc_error_set(params->failure, RPC_WRONG_PARAMS, ERR_USAGE,
                  "The param \"%s\" must be an array of at most %zu strings.", key, most);
    return NULL;
}

static bool was_asked(const struct rpc_params *params, const char *key)
{
    for (size_t i = 0; i < params->asked_count; i++)
        if (strcmp(params->asked[i], key) == 0)
            return true;
    return false;
}

bool rpc_params_end(struct rpc_params *params)
{
    const char *key;
    json_t *value;

    if (!failed(params) && json_object_size(params->object) != params->found)
        json_object_foreach(params->object, key, value) if (!was_asked(params, key))
            rpc_error_set(params->failure, RPC_WRONG_PARAMS, ERR_USAGE, "There is no param \"%.40s\" here.", key);
    return !failed(params);
}
