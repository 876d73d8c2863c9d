/* SPDX-License-Identifier: MIT
 * What reaches the screen.  Names and texts come from other people: nothing they write may steer the terminal or pass
 * for a line of somebody else. */
#pragma once
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

enum style { STYLE_PLAIN, STYLE_BOLD, STYLE_DIM, STYLE_ALERT, STYLE_GOOD, STYLE_QR };

/* The escape sequence that switches to `style`, or "" where colours do not belong: not a terminal, NO_COLOR is set, or
 * the terminal is a dumb one.  Static. */
const char *output_style(FILE *stream, enum style style);

/* Writes `size` bytes with control characters, bidi controls, line separators and broken UTF-8 made visible as \x1b
 * or \u202e.  A line break is written as it is, followed by `indent`; with a NULL indent it becomes \n. */
void output_text(FILE *stream, const char *text, size_t size, const char *indent);
/* A text of one line, as names are. */
void output_name(FILE *stream, const char *name);
/* The string of a JSON value in the same way (it may contain NUL); nothing when it is no string. */
void output_value(FILE *stream, const json_t *value, const char *indent);

/* The object in one line on standard output; whoever wants it seen at once flushes. */
void output_json(const json_t *object);
/* The same with keys sorted and no blanks: the form of exports. */
bool output_json_canonical(FILE *stream, const json_t *object);
