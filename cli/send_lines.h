/* SPDX-License-Identifier: MIT
 * Sends each line of the standard input as a message of its own.  Up to SEND_WINDOW requests are under way, so that
 * the node commits many at a time; ids are printed in the order of the lines, each when its message is durable.
 *
 * Empty lines are skipped.  A refused line ends the reading: what was under way is still finished and printed, and the
 * number of the line is told, so that one can go on from there. */
#pragma once
#include "outgoing.h"

#define SEND_WINDOW 1000
#define SEND_LINE_MAX ((size_t)1 << 20)

/* Reads `input` to its end.  Appends the results of message.send to `sent` where that is not NULL, else prints them.
 * On failure the reason has been said. */
enum exit_code send_lines(const struct context *context, struct client *client, const struct outgoing *outgoing,
                          int input, json_t *sent);
