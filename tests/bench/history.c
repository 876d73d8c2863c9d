/* SPDX-License-Identifier: MIT */
#include "bench.h"
#include <stdio.h>
#include <string.h>

#define LARGE_MESSAGES 1000000

static const char *const notes[] = {
    [HISTORY_GENERATED] = "generated texts", [HISTORY_REAL] = "real texts", [HISTORY_FITTED] = "texts made to fit"};

static enum history_texts texts_of(const json_t *made)
{
    const char *texts = json_string_value(json_object_get(made, "texts"));

    if (texts && strcmp(texts, "real") == 0)
        return HISTORY_REAL;
    return texts && strcmp(texts, "fitted") == 0 ? HISTORY_FITTED : HISTORY_GENERATED;
}

struct history history_make(size_t messages, size_t wire_size)
{
    struct history history = {.home = scratch_directory("history")};
    struct process maker;
    char count[24], size[24], line[256];
    const char *arguments[] = {MAKE_HISTORY_PROGRAM, history.home.text, count, wire_size ? size : NULL, NULL};

    snprintf(count, sizeof count, "%zu", messages);
    snprintf(size, sizeof size, "%zu", wire_size);
    process_start(arguments, &maker);
    process_line(&maker, line, sizeof line);
    process_wait(&maker);
    json_t *made = json_loads(line, 0, NULL);
    history.messages = (uint64_t)json_integer_value(json_object_get(made, "messages"));
    history.entries = (uint64_t)json_integer_value(json_object_get(made, "entries"));
    history.bytes = (uint64_t)json_integer_value(json_object_get(made, "bytes"));
    history.devices = (size_t)json_integer_value(json_object_get(made, "devices"));
    history.texts = texts_of(made);
    json_decref(made);
    return history;
}

const struct history *history_large(const struct bench *bench)
{
    static struct history large;

    if (!large.messages)
        large = history_make(bench_size(bench, LARGE_MESSAGES), 0);
    return &large;
}

const char *history_note(const struct history *history)
{
    return notes[history->texts];
}
