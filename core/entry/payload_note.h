/* SPDX-License-Identifier: MIT
 * How people come into a group: what one device says to another alone (NOTE or LETTER, in the workspace), and who is
 * invited (INVITEE, in the group).  Tables: PROTOCOL.md, "Payloads".  Decoders borrow from their input and return
 * ERR_MALFORMED. */
#pragma once
#include "payload_member.h"

/* What a NOTE says, always of the same size, so that it does not show. */
#define NOTE_SIZE 512u
#define NOTE_ADMINS_MAX 4u
#define NOTE_GENESIS_MAX 200u

enum note_kind {
    NOTE_INVITATION = 1, /* into a group; its sender says who may answer to it */
    NOTE_CONSENT = 2,    /* the receiver, an admin of the group, may write the ADD */
    NOTE_DECLINE = 3,
    NOTE_PARTING = 4, /* the receiver was removed from the group, which is given to it no more */
    NOTE_LEAVE = 5,   /* the receiver's person has left the group on another device */
    NOTE_CHARTER = 6, /* to the workspace's root: there is this group */
    NOTE_VISIT = 7,   /* to a group: its sender may be told who is in it, says the workspace's root */
};
struct note {
    uint64_t kind; /* enum note_kind; of others the rest is not set */
    struct hash group;
    struct sign_public root;  /* INVITATION, CHARTER: the group's root key; VISIT: the workspace's */
    struct bytes genesis;     /* likewise; borrowed: payload of its GENESIS; id, root key and this prove each other */
    uint64_t instance;        /* INVITATION: to which to consent; PARTING, LEAVE: which ends; from 1 */
    struct hash removal;      /* PARTING: the REMOVE */
    bool is_private;          /* INVITATION, as those that follow */
    struct bytes admins;      /* borrowed: devices to which to answer, 1 to NOTE_ADMINS_MAX */
    struct bytes name;        /* of the group; empty: the receiver is asked to carry it, and is told no names; CHARTER,
                                 too */
    bool is_ruled;            /* CHARTER: the workspace's root has written into it */
    struct signature word;    /* VISIT: by its root key */
    struct membership member; /* CONSENT; its device is the note's author, its role not told */
};
void note_encode(const struct note *note, struct buffer *out); /* NOTE_SIZE bytes */
MUST_USE enum error note_decode(struct bytes plain, struct note *ret);
/* A NOTE for whoever knows of the group: in place of the ephemeral key stand VISIT_SALT_SIZE random bytes and what is
 * made of them, put behind them here; and the key of what is sealed. */
#define VISIT_SALT_SIZE 16u
void visit_mark(const struct hash *group, struct dh_public *ephemeral);
void visit_key(const struct hash *group, const struct dh_public *ephemeral, struct secret_key *ret);
/* What makes a VISIT by this device its root's word. */
void visit_sign(const struct hash *workspace, const struct hash *group, const struct sign_public *device,
                const struct sign_secret *root, struct signature *ret);
MUST_USE enum error visit_verify(const struct hash *workspace, const struct note *note,
                                 const struct sign_public *device); /* ERR_BAD_SIGNATURE */

/* ENTRY_NOTE: whoever can open the box may read it; nothing tells who that is. */
struct sealed_note {
    struct dh_public ephemeral;
    uint8_t box[BOX_KEY_SIZE]; /* a key, for the receiver's box key */
    struct bytes sealed;       /* under that key: the note */
};
void sealed_note_encode(const struct sealed_note *note, struct buffer *out);
MUST_USE enum error sealed_note_decode(struct bytes plain, struct sealed_note *ret);

/* ENTRY_LETTER: the same in the workspace's governance, which carriers can read and write.  There so much stands in the
 * open that only its receiver need try to open it. */
struct letter {
    uint64_t to; /* box_name() of the receiver's box key */
    struct sealed_note note;
};
void letter_encode(const struct letter *letter, struct buffer *out);
MUST_USE enum error letter_decode(struct bytes payload, struct letter *ret);

enum invitee_state { INVITEE_INVITED = 1, INVITEE_DECLINED = 2, INVITEE_CARRIER = 3 /* to carry the group */ };
static inline bool invitee_is_open(uint64_t state)
{
    return state == INVITEE_INVITED || state == INVITEE_CARRIER;
}
struct invitee_content { /* ENTRY_INVITEE, by admins */
    struct sign_public device;
    struct person_id person;
    uint64_t state;    /* enum invitee_state */
    uint64_t instance; /* as which it would come in; from 1 */
};
void invitee_encode(const struct invitee_content *invitee, struct buffer *out);
MUST_USE enum error invitee_decode(struct bytes plain, struct invitee_content *ret);
