/* SPDX-License-Identifier: MIT
 * Messages written to one author's socket as fast as they are acknowledged, up to a window of them on their way. */
#pragma once
#include "client.h"

#define STREAM_TEXT_SIZE 200
#define STREAM_ENTRY_SIZE 500 /* about what such a message is on the wire, without its signature */
#define STREAM_WINDOW 1000

/* Sends `count` messages to the group `target` through `author`, whose home is given, until `persons` others have
 * acknowledged the last; returns messages a second.  Dies when nothing more is acknowledged. */
double stream_send(struct client *author, const char *home, const char *target, size_t count, int persons);
