/* SPDX-License-Identifier: MIT */
#include "bench.h"
#include <stdio.h>
#include <string.h>

struct history history_make(size_t messages)
{
    struct history history = {.home = scratch_directory("history")};
    struct process maker;
    char count[24], line[256];

    snprintf(count, sizeof count, "%zu", messages);
    process_start((const char *const[]){MAKE_HISTORY_PROGRAM, history.home.text, count, NULL}, &maker);
    process_line(&maker, line, sizeof line);
    process_wait(&maker);
    json_t *made = json_loads(line, 0, NULL);
    history.messages = (uint64_t)json_integer_value(json_object_get(made, "messages"));
    history.entries = (uint64_t)json_integer_value(json_object_get(made, "entries"));
    history.bytes = (uint64_t)json_integer_value(json_object_get(made, "bytes"));
    history.devices = (size_t)json_integer_value(json_object_get(made, "devices"));
    const char *texts = json_string_value(json_object_get(made, "texts"));
    history.real = texts && strcmp(texts, "real") == 0;
    json_decref(made);
    return history;
}

const char *history_note(const struct history *history)
{
    return history->real ? "real texts" : "generated texts";
}
