/* SPDX-License-Identifier: MIT
 * That there is a group, and what it is called, for the workspace's root alone: a NOTE to the box key that belongs to
 * its root key (PROTOCOL.md, "Notes", CHARTER), so that a company loses no group with a person.  Whoever made a group
 * says it, when he makes or renames it and to each next root key; of a private group nobody does.  Those that
 * came before the root key are in sealed_notes.h. */
#pragma once
#include "core/entry/payload_note.h"
#include "core/state.h"
#include "root_log.h"

/* Once a step: says it where another root key has come, and of groups from before there were charters. */
void charters_settle(struct node *node);
/* The group's GENESIS was made here, and it is not private. */
void charters_begin(struct node *node, struct group *group);

/* A group has come: some NOTEs may have been for it. */
void charters_try_again(struct node *node);

/* Opens what is for this root. */
void charters_open(struct node *node, const struct root_voice *root);
/* Says all of them to another root key, before this one ends.  ERR_NO_KEY. */
MUST_USE enum error charters_pass_on(struct node *node, const struct sign_public *heir);

struct charter {
    struct hash group;
    struct sign_public root;
    struct buffer genesis, name;
    bool is_ruled;         /* the workspace's root has written into it */
    struct sign_public by; /* who says so, */
    uint64_t hlc;          /* and when */
};
const struct charter *charters_at(const struct node *node, size_t index); /* NULL: past the last */
const struct charter *charters_find(const struct node *node, const struct hash *group);

MUST_USE enum error charters_load(struct node *node); /* after the groups and their roots */
void charters_done(struct node *node);
