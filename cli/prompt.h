/* SPDX-License-Identifier: MIT
 * The line that a person types while messages keep coming: what is printed goes above it, and the line stays whole.
 *
 *     prompt_init --> prompt_key for each byte typed; around each print: prompt_hide … prompt_show --> prompt_done
 *
 * Knows only a stream to draw on; whoever uses it on a terminal switches that to raw mode (prompt_raw). */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <termios.h>

/* More than a message holds: who pastes too much is told so by the node, and what was pasted is still there. */
#define PROMPT_LINE_MAX ((size_t)64 << 10)

/* Written to a terminal: it marks what is pasted, so that many lines stay one text (xterm's bracketed paste). */
#define PROMPT_MARK_PASTES "\x1b[?2004h"
#define PROMPT_LEAVE_PASTES "\x1b[?2004l"

struct prompt {
    FILE *stream;
    char label[96]; /* before the line; plain text */
    size_t columns; /* of the terminal */
    char *line;     /* UTF-8, with line breaks where some were pasted; always ended by zero; owned */
    size_t size;
    enum { PROMPT_TEXT, PROMPT_ESCAPE, PROMPT_SEQUENCE } state; /* sequences of arrow keys and the like are skipped */
    unsigned parameter;                                         /* of the sequence */
    bool pasting, after_return;
};

enum prompt_event {
    PROMPT_NOTHING,
    PROMPT_ENTERED, /* prompt->line is a whole line: use it, then prompt_clear() */
    PROMPT_ENDED,   /* Ctrl-C, or Ctrl-D on an empty line */
};

void prompt_init(struct prompt *prompt, FILE *stream, size_t columns);
void prompt_done(struct prompt *prompt);
void prompt_set_label(struct prompt *prompt, const char *label);
enum prompt_event prompt_key(struct prompt *prompt, char byte);
void prompt_clear(struct prompt *prompt);
/* Takes the line off the screen, so that something can be printed; puts it back. */
void prompt_hide(const struct prompt *prompt);
void prompt_show(const struct prompt *prompt);

/* Keys come one by one and unechoed.  False: not a terminal.  `saved` goes to prompt_cooked(). */
bool prompt_raw(int terminal, struct termios *ret_saved);
void prompt_cooked(int terminal, const struct termios *saved);
size_t prompt_columns(int terminal);
