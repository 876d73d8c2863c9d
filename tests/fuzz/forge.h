/* SPDX-License-Identifier: MIT
 * Makes messages and entries as a script wants them: well-formed and signed by Mallory, with fields that are true,
 * nearly true, extreme or nonsense. */
#pragma once
#include "caller.h"
#include "script.h"

/* One history of a log that Mallory writes: the log, or a branch of it. */
struct line {
    struct written_log log; /* id: also of a branch; name, head_*: of this line */
    struct hash root;       /* what headers call it */
    bool is_branch;
    uint64_t base;
    struct hash first;
};

/* An entry of Mallory's, kept to be handed out. */
struct forged {
    size_t line;
    uint64_t seq;
    struct hash id, branch; /* the id of the branch, should this entry begin one */
    struct buffer wire;
    size_t bare; /* bytes of it without the payload */
};

#define FORGE_LOGS 19
#define FORGE_LINES 40
#define FORGE_ENTRIES 320

struct forge {
    const struct host *victim;
    struct line lines[FORGE_LINES]; /* her chat, her governance, two new chats, a new governance, a log of the root's,
                                       a log of nobody's, two of her chat with Alice, two of Alice's group, three of
                                       her own; a later generation of the root's, the root in Alice's group, a later
                                       generation in her own; a chat of each guest; then branches */
    size_t line_count;
    struct forged entries[FORGE_ENTRIES];
    size_t entry_count;
};
void forge_init(struct forge *forge, const struct host *victim);
void forge_done(struct forge *forge);

/* Writes one entry: behind the head of a line, or somewhere else in it. */
void forge_entry(struct forge *forge, struct script *script);
/* Many plain messages behind the head of a line. */
void forge_messages(struct forge *forge, size_t line, size_t count);
size_t forge_guest_line(size_t guest);
/* Brings a guest in, behind the head of her governance: as a further device of Mallory's, or, where she is the admin,
 * as one of Alice's. */
void forge_guest(struct forge *forge, size_t guest, bool is_alices);
/* ADD for a new device, with its consent, behind the head of her governance: counts where she is the admin.  And the
 * proof of its first incarnation. */
void forge_newcomer(struct forge *forge, uint8_t number, struct sign_public *ret, struct signature *ret_proof);
/* The newest one.  NULL: none yet. */
const struct forged *forge_newest(const struct forge *forge);
/* What of a log, or branch, Mallory has at `seq`; NULL: nothing. */
const struct forged *forge_find(const struct forge *forge, const struct hash *log, uint64_t seq);

/* A message of any type but ENTRIES, TAIL and PAYLOADS; borrows `rows`. */
void forge_message(const struct forge *forge, struct script *script, struct buffer *rows, struct wire_message *ret);
/* LOG for a line, as `number`. */
void forge_introduce(const struct forge *forge, size_t line, uint32_t number, struct wire_message *ret);
/* An array of any items, in no order that PROTOCOL.md knows; `entries` is one of them. */
void forge_anything(const struct forge *forge, struct script *script, struct bytes entries, struct buffer *out);
struct hash forge_group(struct script *script); /* the workspace, the chat with Alice, Alice's group, or her own */
/* Of somebody in the office. */
struct sign_public forge_device(const struct forge *forge, struct script *script);
/* A place in a log: of Alice's, of Mallory's, in a branch. */
struct dep forge_place(const struct forge *forge, struct script *script);
