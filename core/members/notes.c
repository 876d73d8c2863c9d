/* SPDX-License-Identifier: MIT */
#include "notes.h"

#include "core/joining/invitations.h"
#include "core/joining/invitees.h"
#include "core/keys/keys.h"
#include "core/keys/sealing.h"
#include "core/writing/compose.h"
#include "leaving.h"
#include "parting.h"
#include "roster.h"

#define TRIES_PER_STEP 32 /* each as dear as checking a signature */

void notes_begin_step(struct node *node)
{
    node->note_tries = TRIES_PER_STEP;
}

static struct hash associated(const struct node *node)
{
    const struct bytes parts[] = {text_bytes("zuruf-note-v1"), hash_bytes(&node->workspace->id)};
    struct hash ad;
    crypto_hash_parts(parts, 2, &ad);
    return ad;
}

/* `inner` holds the bytes that ret->sealed borrows. */
static enum error seal(struct node *node, const struct dh_public *box, const struct note *note, struct buffer *inner,
                       struct sealed_note *ret)
{
    struct dh_secret secret;
    struct secret_key key;
    uint8_t nonce[SEALED_NONCE_SIZE];
    struct buffer plain = {0};
    struct hash ad = associated(node);
    keys_fresh_ephemeral(node, &ret->ephemeral, &secret);
    random_bytes(&node->random, key.bytes, sizeof key.bytes);
    random_bytes(&node->random, nonce, sizeof nonce);
    enum error err = crypto_box_key(&secret, &ret->ephemeral, box, &key, ret->box);
    if (!err) {
        note_encode(note, &plain);
        crypto_seal(&key, nonce, hash_bytes(&ad), buffer_bytes(&plain), inner);
        ret->sealed = buffer_bytes(inner);
    }
    buffer_wipe(&plain);
    crypto_wipe(&secret, sizeof secret);
    crypto_wipe(&key, sizeof key);
    return err;
}

/* Carriers hold no key to seal or open content with. */
static bool goes_by_letter(const struct node *node, const struct member *to)
{
    const struct member *me = roster_find(&node->workspace->roster, &node->identity.device);
    return to->role == ROLE_CARRIER || (me && me->role == ROLE_CARRIER);
}

bool notes_is_possible(struct node *node, const struct member *to)
{
    return goes_by_letter(node, to) || sealing_is_possible(node, node->workspace);
}

enum error notes_send(struct node *node, const struct member *to, const struct note *note)
{
    struct letter letter = {.to = box_name(&to->box)};
    struct buffer inner = {0}, payload = {0};
    struct message_ref ignored;
    bool by_letter = goes_by_letter(node, to);
    enum error err = seal(node, &to->box, note, &inner, &letter.note);
    if (!err && by_letter) {
        letter_encode(&letter, &payload);
        compose_governance(node, node->workspace, ENTRY_LETTER, buffer_bytes(&payload));
    } else if (!err) {
        sealed_note_encode(&letter.note, &payload);
        err = compose_content(node, node->workspace, ENTRY_NOTE, buffer_bytes(&payload), NULL, 0, &ignored);
    }
    buffer_done(&inner);
    buffer_done(&payload);
    return err;
}

/* ERR_CRYPTO: it is for somebody else. */
static enum error unseal(const struct node *node, const struct sealed_note *sealed, struct buffer *ret)
{
    const struct identity *me = &node->identity;
    struct secret_key key;
    struct hash ad = associated(node);
    enum error err = crypto_unbox_key(&me->box_secret, &me->box, &sealed->ephemeral, sealed->box, &key);
    if (!err)
        err = crypto_open(&key, hash_bytes(&ad), sealed->sealed, ret);
    crypto_wipe(&key, sizeof key);
    return err;
}

enum error notes_open(struct node *node, const struct log_name *author, uint64_t hlc, const struct sealed_note *sealed)
{
    struct note note;
    struct buffer inner = {0};
    if (!node->note_tries)
        return ERR_BUSY;
    node->note_tries--;
    enum error err = unseal(node, sealed, &inner);
    if (!err)
        err = note_decode(buffer_bytes(&inner), &note);
    if (!err && note.kind == NOTE_INVITATION)
        invitations_noted(node, &author->device, hlc, &note);
    else if (!err && (note.kind == NOTE_CONSENT || note.kind == NOTE_DECLINE))
        invitees_answered(node, &author->device, &note);
    else if (!err && note.kind == NOTE_PARTING)
        parting_told(node, &author->device, &note);
    else if (!err && note.kind == NOTE_LEAVE)
        leaving_told(node, author, hlc, &note);
    buffer_wipe(&inner);
    return OK;
}

enum error notes_read(struct node *node, const struct log_name *author, uint64_t hlc, struct bytes plain)
{
    struct sealed_note sealed;
    return sealed_note_decode(plain, &sealed) == OK ? notes_open(node, author, hlc, &sealed) : OK;
}
