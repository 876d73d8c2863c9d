/* SPDX-License-Identifier: MIT
 * What a verb's TARGET means: a chat's name (in any case of ASCII letters) or id, "." for the chat of the whole
 * workspace, or "@NAME" for the chat with a person. */
#pragma once
#include "client.h"
#include "verbs.h"

/* The group's id, as the API takes it and messages carry it, and its name; both are the caller's to free.
 * On failure the reason has been said: EXIT_NOT_FOUND, or EXIT_FAILED where there is no workspace yet. */
enum exit_code target_group(const struct context *context, struct client *client, const char *target, char **ret_id,
                            char **ret_name);
