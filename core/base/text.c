/* SPDX-License-Identifier: MIT */
#include "text.h"

struct range {
    uint32_t first, last;
};

/* Unicode 15, DerivedCoreProperties.txt, Default_Ignorable_Code_Point: zero-width characters, bidi controls, fillers,
 * selectors and tags; all that is shown as nothing and could make two names look alike. */
static const struct range invisible[] = {
    {0x00ad, 0x00ad}, {0x034f, 0x034f}, {0x061c, 0x061c},   {0x115f, 0x1160},   {0x17b4, 0x17b5},   {0x180b, 0x180f},
    {0x200b, 0x200f}, {0x202a, 0x202e}, {0x2060, 0x206f},   {0x3164, 0x3164},   {0xfe00, 0xfe0f},   {0xfeff, 0xfeff},
    {0xffa0, 0xffa0}, {0xfff0, 0xfff8}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff},
};

/* PropList.txt, White_Space */
static const struct range white[] = {
    {0x0009, 0x000d}, {0x0020, 0x0020}, {0x0085, 0x0085}, {0x00a0, 0x00a0}, {0x1680, 0x1680},
    {0x2000, 0x200a}, {0x2028, 0x2029}, {0x202f, 0x202f}, {0x205f, 0x205f}, {0x3000, 0x3000},
};

static bool within(const struct range *ranges, size_t count, uint32_t c)
{
    for (size_t i = 0; i < count; i++) {
        if (c >= ranges[i].first && c <= ranges[i].last)
            return true;
    }
    return false;
}

static bool is_white(uint32_t c)
{
    return within(white, sizeof white / sizeof *white, c);
}

static bool is_removed(uint32_t c)
{
    bool is_control = c < 0x20 || (c >= 0x7f && c < 0xa0);
    return is_control || within(invisible, sizeof invisible / sizeof *invisible, c);
}

/* How many bytes the character at the front takes, and which it is; 0: not UTF-8 (RFC 3629 §4). */
static size_t decode(struct bytes text, uint32_t *ret)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000}; /* by size; below it the form is overlong */
    uint8_t lead = text.data[0];
    if (lead < 0x80) {
        *ret = lead;
        return 1;
    }
    size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size < size)
        return 0;

    uint32_t c = lead & (0x7fu >> size);
    for (size_t i = 1; i < size; i++) {
        if ((text.data[i] & 0xc0) != 0x80)
            return 0;
        c = c << 6 | (text.data[i] & 0x3f);
    }
    if (c < smallest[size] || (c >= 0xd800 && c <= 0xdfff) || c > 0x10ffff)
        return 0;
    *ret = c;
    return size;
}

/* The whole words of ASCII at the front, of which most texts are made. */
static size_t ascii_words(struct bytes text)
{
    size_t size = 0;
    for (uint64_t word; text.size - size >= sizeof word; size += sizeof word) {
        memcpy(&word, text.data + size, sizeof word);
        if (word & UINT64_C(0x8080808080808080))
            break;
    }
    return size;
}

bool text_is_utf8(struct bytes text)
{
    while (text.size) {
        uint32_t c;
        size_t size = ascii_words(text);
        if (!size)
            size = decode(text, &c);
        if (!size)
            return false;
        text.data += size;
        text.size -= size;
    }
    return true;
}

/* A name while it is cleaned; `size` goes on counting beyond what fits. */
struct name {
    uint8_t bytes[NAME_MAX_SIZE];
    size_t size;
    bool blank_due; /* white space was seen: a blank, if anything more comes */
};

static void add(struct name *name, struct bytes character)
{
    if (name->size + character.size <= sizeof name->bytes)
        memcpy(name->bytes + name->size, character.data, character.size);
    name->size += character.size;
}

static void add_visible(struct name *name, struct bytes character)
{
    if (name->blank_due && name->size)
        add(name, BYTES_TEXT(" "));
    name->blank_due = false;
    add(name, character);
}

enum error text_clean_name(struct bytes raw, struct buffer *out)
{
    struct name name = {0};
    while (raw.size) {
        uint32_t c;
        size_t size = decode(raw, &c);
        if (!size)
            return ERR_NAME_BAD;
        if (is_white(c))
            name.blank_due = true;
        else if (!is_removed(c))
            add_visible(&name, (struct bytes){raw.data, size});
        raw.data += size;
        raw.size -= size;
    }
    if (name.size == 0 || name.size > NAME_MAX_SIZE)
        return ERR_NAME_BAD;
    buffer_append(out, (struct bytes){name.bytes, name.size});
    return OK;
}

static bool is_blank(struct bytes part)
{
    for (size_t i = 0; i < part.size; i++)
        if (part.data[i] != ' ')
            return false;
    return true;
}

static enum error append_part(struct bytes part, struct buffer *path)
{
    if (is_blank(part))
        return OK;
    if (path->size)
        buffer_append_byte(path, '/');
    size_t begin = path->size;
    enum error err = text_clean_name(part, path);
    struct bytes name = {path->data + begin, path->size - begin};
    bool is_special = bytes_equal(name, BYTES_TEXT(".")) || bytes_equal(name, BYTES_TEXT(".."));
    return err ? err : is_special ? ERR_NAME_BAD : OK;
}

enum error text_clean_path(struct bytes raw, struct buffer *out)
{
    struct buffer path = {0};
    enum error err = raw.size > 4 * PATH_MAX_SIZE ? ERR_NAME_BAD : OK;
    for (size_t begin = 0, end = 0; raw.size && !err && end <= raw.size; end++)
        if (end == raw.size || raw.data[end] == '/') {
            err = append_part((struct bytes){raw.data + begin, end - begin}, &path);
            begin = end + 1;
        }
    if (!err && path.size > PATH_MAX_SIZE)
        err = ERR_NAME_BAD;
    if (!err)
        buffer_append(out, buffer_bytes(&path));
    buffer_done(&path);
    return err;
}

static uint8_t fold(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c;
}

bool text_same_name(struct bytes a, struct bytes b)
{
    if (a.size != b.size)
        return false;
    for (size_t i = 0; i < a.size; i++) {
        if (fold(a.data[i]) != fold(b.data[i]))
            return false;
    }
    return true;
}
