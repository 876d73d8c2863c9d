/* SPDX-License-Identifier: MIT
 * zuruf root groups, enter and take-over: the groups that the workspace's root key may put right; and its passphrase.
 */
#pragma once
#include "call.h"
#include "passphrase.h"

/* That of the root key on this computer, if it has one, from the first line of `file` (NULL: asked for); else empty.
 * passphrase_wipe() it. */
enum exit_code root_groups_passphrase(const struct context *context, struct client *client, const char *file,
                                      struct passphrase *ret);
enum exit_code root_groups_list(const struct context *context, struct client *client, const char *file);
enum exit_code root_groups_take_over(const struct context *context, struct client *client, const char *group,
                                     const char *file);
enum exit_code root_groups_enter(const struct context *context, struct client *client, const char *group,
                                 const char *file);
