/* SPDX-License-Identifier: MIT */
#include "export_jsonl.h"
#include "fields.h"
#include "times.h"

static void set_time(json_t *header, const char *key, uint64_t ms)
{
    char text[TIMES_SIZE];

    if (ms == 0)
        return;
    times_rfc3339(ms, text);
    json_object_set_new(header, key, json_string(text));
}

json_t *export_jsonl_header(const char *workspace, const json_t *clock, const struct listing *listing)
{
    json_t *heads = json_object(), *row;
    size_t index;

    json_array_foreach(json_object_get(clock, "clock"), index, row)
        json_object_set(heads, field_text(row, "log"), json_object_get(row, "seq"));
    json_t *header = json_pack("{s:s, s:i, s:s, s:s, s:o, s:s*}", "format", "zuruf-jsonl", "version", 1, "workspace",
                               workspace, "group", listing->target, "clock", heads, "topic", listing->topic);
    set_time(header, "since", listing->since_ms);
    set_time(header, "until", listing->until_ms);
    return header;
}

json_t *export_jsonl_message(const json_t *message)
{
    static const char *const fields[] = {"id",    "group", "topic",         "author",       "person", "device",
                                         "seq",   "time",  "text",          "reply_to",     "edited", "urgent",
                                         "state", "type",  "written_twice", "time_doubtful"};
    json_t *line = json_object();

    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        json_t *value = json_object_get(message, fields[i]);
        if (value)
            json_object_set(line, fields[i], value);
    }
    return line;
}
