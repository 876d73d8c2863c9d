/* SPDX-License-Identifier: MIT
 * Makes messages and entries as a script of bytes wants them: well-formed and signed by Mallory, with fields that are
 * true, nearly true, extreme or nonsense. */
#pragma once
#include "scene.h"

/* A script ends in zeros. */
struct script {
    struct bytes left;
};
uint8_t script_byte(struct script *script);
struct bytes script_bytes(struct script *script); /* as many as its next byte says, four times that; borrowed */

#define FORGE_LOGS 6

struct forge {
    const struct host *victim;
    struct written_log logs[FORGE_LOGS]; /* that Mallory may write: her own chat first */
};
void forge_init(struct forge *forge, const struct host *victim);

/* `rows` holds what the message borrows. */
void forge_message(const struct forge *forge, struct script *script, struct buffer *rows, struct wire_message *ret);
/* Appends a message of any type, known or not, whose items may be `entries`, rows, hashes, numbers. */
void forge_anything(const struct forge *forge, struct script *script, struct bytes entries, struct buffer *out);
/* Appends an entry and moves its log's head; nothing where it became too big. */
void forge_entry(struct forge *forge, struct script *script, struct buffer *out);
