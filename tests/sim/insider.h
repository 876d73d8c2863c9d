/* SPDX-License-Identifier: MIT
 * Mallory once more, as one who belongs: she has every key that a member has, the admin's office in a group of her own,
 * and seals what she likes. */
#pragma once
#include "check.h"
#include "core/entry/payload_note.h"
#include "core/state.h"
#include "forge.h"
#include "story.h"
#include "stranger.h"

struct chat {
    struct hash id;
    struct sign_public root;
    struct secret_key key;
    struct epoch_id epoch;
    struct buffer genesis;
};

struct insider {
    struct world world;
    struct stranger mallory; /* her device; her node has been stopped */
    struct secret_key workspace_key;
    struct person_id person;
    struct chat office, board, den; /* board: Alice's, with her; den: hers, with Bob */
    struct forged_log logs[3];      /* her content there */
};

/* Alice founds the office; Bob and Mallory are in it. */
void insider_begin(struct insider *insider, uint64_t seed);
/* Mallory does. */
void insider_begin_as_admin(struct insider *insider, uint64_t seed);
/* Alice and Bob still understand each other. */
void insider_end(struct insider *insider);
/* A new link of hers. */
void insider_meet(struct insider *insider, const char *whom);

/* Sealed content of hers, behind what she wrote there before, as an item for insider_send(). */
void insider_write(struct insider *insider, const struct chat *chat, enum entry_type type, struct bytes plain,
                   struct buffer *items);
void insider_send(struct insider *insider, const struct chat *chat, struct bytes items, uint64_t flags);
/* Both, and some time passes. */
void insider_say(struct insider *insider, const struct chat *chat, enum entry_type type, struct bytes plain);
/* An entry of hers in a kind-0 log, and some time passes. */
void insider_decree(struct insider *insider, struct forged_log *log, enum entry_type type, struct bytes payload);
/* A note of hers in the office, as content. */
void insider_seal_note(struct insider *insider, const char *whom, const struct note *note, struct buffer *out);
void insider_note(struct insider *insider, const char *whom, const struct note *note);
/* An invitation into that group, to be answered to her. */
struct note insider_invitation(const struct insider *insider, const struct chat *chat, const char *name);
const struct member *insider_colleague(const struct insider *insider, const char *name);

/* What the others have. */
struct node *insider_node(const struct insider *insider, const char *name);
uint32_t insider_number(const struct insider *insider, const char *name, const char *group); /* 0: there is none */
struct node_group insider_group(const struct insider *insider, const char *name, const char *called);
