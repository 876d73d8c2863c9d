/* SPDX-License-Identifier: MIT
 * What people and groups are called. */
#pragma once
#include "core/state.h"

struct bytes names_person(const struct node *node, const struct person_id *person); /* empty: unknown */
/* Who is, or was, called so, or has that id in base32.  ERR_NOT_FOUND; ERR_NAME_AMBIGUOUS. */
MUST_USE enum error names_find(const struct node *node, struct bytes name, struct person_id *ret);

/* The decrypted content of a PROFILE or TITLE that was accepted. */
void names_read_profile(struct node *node, const struct log *log, const struct entry *entry, struct bytes plain);
void names_read_title(struct node *node, const struct log *log, const struct entry *entry, struct bytes plain);
/* As a TITLE of that time would; `name` and `folder` are clean. */
void names_set_title(struct node *node, struct group *group, uint64_t hlc, struct bytes name, struct bytes folder);

/* What was told is to be told anew (told.h): nobody has said it. */
void names_forget_profile(struct node *node, struct bytes plain); /* of the person that this PROFILE names */
void names_forget_title(struct node *node, struct group *group);

MUST_USE enum error names_load(struct node *node); /* after the groups */
void names_forget(struct node *node);              /* what storage can give back */
