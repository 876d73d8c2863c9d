/* SPDX-License-Identifier: MIT
 * zuruf group remove and role: who goes, and who may do what. */
#pragma once
#include "verbs.h"

/* `passphrase_file` (NULL: none) holds the passphrase of the workspace's root key; where that key has one and is
 * needed, and there is no file, it is asked for. */
enum exit_code group_people_remove(const struct context *context, const char *group, const char *person,
                                   const char *passphrase_file);
enum exit_code group_people_role(const struct context *context, const char *group, const char *person, const char *role,
                                 const char *passphrase_file);
