/* SPDX-License-Identifier: MIT
 * Questions on the terminal of this process (/dev/tty), wherever its standard streams lead. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

/* A line that is not shown while it is typed, without its end; at most size - 1 bytes.  False: there is no terminal, or
 * the person ended the input.  A signal that ends the process does so after the terminal is in order again. */
bool terminal_ask_hidden(const char *question, char *ret, size_t size);
