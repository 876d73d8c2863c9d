/* SPDX-License-Identifier: MIT */
#include "prompt.h"
#include "core/base/alloc.h"
#include "output.h"
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <utf8proc.h>

#define CONTROL(letter) ((letter)&0x1f)
#define BACKSPACE 0x7f
#define ESCAPE 0x1b

void prompt_init(struct prompt *prompt, FILE *stream, size_t columns)
{
    *prompt = (struct prompt){.stream = stream, .columns = columns};
    prompt->line = alloc_zero(1, PROMPT_LINE_MAX + 1);
}

void prompt_done(struct prompt *prompt)
{
    free(prompt->line);
    prompt->line = NULL;
}

void prompt_set_label(struct prompt *prompt, const char *label)
{
    snprintf(prompt->label, sizeof prompt->label, "%s", label);
}

void prompt_clear(struct prompt *prompt)
{
    prompt->size = 0;
    prompt->line[0] = '\0';
}

/* How many columns prompt_show() fills with the character. */
static size_t columns_of_point(utf8proc_int32_t point)
{
    if (point == '\n')
        return 1;
    return point == '\t' ? 4 : (size_t)utf8proc_charwidth(point);
}

static size_t columns_of(const char *text, size_t size)
{
    size_t columns = 0;

    while (size > 0) {
        utf8proc_int32_t point;
        utf8proc_ssize_t used = utf8proc_iterate((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)size, &point);
        if (used <= 0)
            used = 1;
        else
            columns += columns_of_point(point);
        text += used;
        size -= (size_t)used;
    }
    return columns;
}

static bool is_continuation(char byte)
{
    return ((unsigned char)byte & 0xc0) == 0x80;
}

/* The end of the line, as much as fits on one row of the screen. */
static const char *visible_part(const struct prompt *prompt)
{
    size_t used = columns_of(prompt->label, strlen(prompt->label)) + 1;
    size_t room = prompt->columns > used + 8 ? prompt->columns - used : 8;
    const char *end = prompt->line + prompt->size, *from = end;

    while (from > prompt->line) {
        const char *before = from - 1;
        while (before > prompt->line && is_continuation(*before))
            before--;
        size_t columns = columns_of(before, (size_t)(from - before));
        if (columns > room)
            break;
        room -= columns;
        from = before;
    }
    return from;
}

void prompt_hide(const struct prompt *prompt)
{
    fputs("\r\x1b[K", prompt->stream);
    fflush(prompt->stream); /* refusals go to another stream */
}

void prompt_show(const struct prompt *prompt)
{
    const char *part = visible_part(prompt);

    fprintf(prompt->stream, "\r\x1b[K%s", prompt->label);
    for (;;) {
        size_t size = strcspn(part, "\n");
        output_text(prompt->stream, part, size, NULL);
        part += size;
        if (!*part++)
            break;
        fputs("⏎", prompt->stream);
    }
    fflush(prompt->stream);
}

static void remove_character(struct prompt *prompt)
{
    while (prompt->size > 0 && is_continuation(prompt->line[prompt->size - 1]))
        prompt->size--;
    if (prompt->size > 0)
        prompt->size--;
    prompt->line[prompt->size] = '\0';
}

static void remove_word(struct prompt *prompt)
{
    while (prompt->size > 0 && prompt->line[prompt->size - 1] == ' ')
        remove_character(prompt);
    while (prompt->size > 0 && prompt->line[prompt->size - 1] != ' ')
        remove_character(prompt);
}

static void add(struct prompt *prompt, char byte)
{
    if (prompt->size == PROMPT_LINE_MAX)
        return;
    prompt->line[prompt->size++] = byte;
    prompt->line[prompt->size] = '\0';
}

/* The line breaks at the end of a paste say nothing, and Enter is still to come. */
static void end_paste(struct prompt *prompt)
{
    prompt->pasting = false;
    while (prompt->size > 0 && prompt->line[prompt->size - 1] == '\n')
        remove_character(prompt);
}

static void take_sequence(struct prompt *prompt, char byte)
{
    enum { PASTE_BEGINS = 200, PASTE_ENDS = 201 };

    if (byte >= '0' && byte <= '9' && prompt->parameter < PASTE_BEGINS)
        prompt->parameter = prompt->parameter * 10 + (unsigned)(byte - '0');
    else if (byte == '~' && prompt->parameter == PASTE_BEGINS)
        prompt->pasting = true;
    else if (byte == '~' && prompt->parameter == PASTE_ENDS)
        end_paste(prompt);
}

/* True when the byte belongs to an escape sequence (ECMA-48 §5.4); none says anything but where a paste begins and
 * ends. */
static bool skip_sequence(struct prompt *prompt, char byte)
{
    switch (prompt->state) {
    case PROMPT_TEXT:
        if (byte != ESCAPE)
            return false;
        prompt->state = PROMPT_ESCAPE;
        return true;
    case PROMPT_ESCAPE:
        prompt->state = byte == '[' || byte == 'O' ? PROMPT_SEQUENCE : PROMPT_TEXT;
        prompt->parameter = 0;
        return true;
    case PROMPT_SEQUENCE:
        take_sequence(prompt, byte);
        if (byte >= 0x40 && byte <= 0x7e)
            prompt->state = PROMPT_TEXT;
        return true;
    }
    return false;
}

/* Terminals end pasted lines with a carriage return, a line feed or both. */
static void add_pasted(struct prompt *prompt, char byte)
{
    bool second = byte == '\n' && prompt->after_return;

    prompt->after_return = byte == '\r';
    if (byte == '\r' || (byte == '\n' && !second))
        add(prompt, '\n');
    else if (byte == '\t' || (unsigned char)byte >= 0x20)
        add(prompt, byte);
}

enum prompt_event prompt_key(struct prompt *prompt, char byte)
{
    if (skip_sequence(prompt, byte))
        return PROMPT_NOTHING;
    if (prompt->pasting) {
        add_pasted(prompt, byte);
        return PROMPT_NOTHING;
    }
    switch (byte) {
    case '\r':
    case '\n':
        return PROMPT_ENTERED;
    case CONTROL('C'):
        return PROMPT_ENDED;
    case CONTROL('D'):
        return prompt->size == 0 ? PROMPT_ENDED : PROMPT_NOTHING;
    case CONTROL('H'):
    case BACKSPACE:
        remove_character(prompt);
        break;
    case CONTROL('U'):
        prompt_clear(prompt);
        break;
    case CONTROL('W'):
        remove_word(prompt);
        break;
    default:
        if (byte == '\t' || (unsigned char)byte >= 0x20)
            add(prompt, byte);
    }
    return PROMPT_NOTHING;
}

bool prompt_raw(int terminal, struct termios *ret_saved)
{
    if (tcgetattr(terminal, ret_saved) != 0)
        return false;
    struct termios raw = *ret_saved;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG | IEXTEN);
    raw.c_iflag &= ~(tcflag_t)(ICRNL | IXON);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    return tcsetattr(terminal, TCSANOW, &raw) == 0;
}

void prompt_cooked(int terminal, const struct termios *saved)
{
    tcsetattr(terminal, TCSANOW, saved);
}

size_t prompt_columns(int terminal)
{
    struct winsize size;

    return ioctl(terminal, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}
