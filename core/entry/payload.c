/* SPDX-License-Identifier: MIT */
#include "payload.h"

#include "payload_codec.h"

#define TOPIC_MAX NAME_MAX_SIZE
#define FOLDER_MAX 512u

void clock_encode(const struct doubt *doubt, struct buffer *out)
{
    write_array(out, 3);
    write_bytes(out, FIXED(doubt->log));
    write_uint(out, doubt->from);
    write_uint(out, doubt->to);
}

enum error clock_decode(struct bytes payload, struct doubt *ret)
{
    struct reader in = {.left = payload};
    struct doubt doubt = {0};

    read_array_of(&in, 3);
    read_fixed(&in, doubt.log.bytes, sizeof doubt.log.bytes);
    doubt.from = read_uint(&in);
    doubt.to = read_uint(&in);
    enum error err = payload_outcome(&in);
    if (err || doubt.from == 0 || doubt.to < doubt.from)
        return ERR_MALFORMED;
    *ret = doubt;
    return OK;
}

/* ---------------------------------------------------------------- content */

void message_content_encode(const struct message_content *content, struct buffer *out)
{
    write_array(out, 3);
    write_uint(out, content->flags);
    write_text(out, content->topic);
    write_text(out, content->text);
}

enum error message_content_decode(struct bytes plain, struct message_content *ret)
{
    struct reader in = {.left = plain};
    struct message_content content = {0};

    read_array_of(&in, 3);
    content.flags = read_uint(&in);
    content.topic = read_text(&in, TOPIC_MAX);
    content.text = read_text(&in, TEXT_MAX_SIZE);
    enum error err = payload_outcome(&in);
    if (!err)
        *ret = content;
    return err;
}

void profile_encode(const struct profile *profile, struct buffer *out)
{
    write_array(out, 2);
    write_bytes(out, FIXED(profile->person));
    write_text(out, profile->name);
}

enum error profile_decode(struct bytes plain, struct profile *ret)
{
    struct reader in = {.left = plain};
    struct profile profile = {0};

    read_array_of(&in, 2);
    read_fixed(&in, profile.person.bytes, sizeof profile.person.bytes);
    profile.name = read_text(&in, NAME_MAX_SIZE);
    enum error err = payload_outcome(&in);
    if (!err)
        *ret = profile;
    return err;
}

void label_encode(struct bytes name, struct buffer *out)
{
    write_array(out, 1);
    write_text(out, name);
}

enum error label_decode(struct bytes plain, struct bytes *ret)
{
    struct reader in = {.left = plain};

    read_array_of(&in, 1);
    struct bytes name = read_text(&in, NAME_MAX_SIZE);
    enum error err = payload_outcome(&in);
    if (!err)
        *ret = name;
    return err;
}

void title_encode(const struct title *title, struct buffer *out)
{
    write_array(out, 2);
    write_text(out, title->name);
    write_text(out, title->folder);
}

enum error title_decode(struct bytes plain, struct title *ret)
{
    struct reader in = {.left = plain};
    struct title title = {0};

    read_array_of(&in, 2);
    title.name = read_text(&in, NAME_MAX_SIZE);
    title.folder = read_text(&in, FOLDER_MAX);
    enum error err = payload_outcome(&in);
    if (!err)
        *ret = title;
    return err;
}
