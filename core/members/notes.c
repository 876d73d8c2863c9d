/* SPDX-License-Identifier: MIT */
#include "notes.h"

#include "core/joining/invitations.h"
#include "core/joining/invitees.h"
#include "core/keys/keys.h"
#include "core/writing/compose.h"
#include "leaving.h"
#include "parting.h"

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

enum error notes_send(struct node *node, const struct dh_public *box, const struct note *note)
{
    struct sealed_note sealed = {0};
    struct dh_secret secret;
    struct secret_key key;
    uint8_t nonce[SEALED_NONCE_SIZE];
    struct buffer plain = {0}, inner = {0}, content = {0};
    struct message_ref ignored;
    struct hash ad = associated(node);
    keys_fresh_ephemeral(node, &sealed.ephemeral, &secret);
    random_bytes(&node->random, key.bytes, sizeof key.bytes);
    random_bytes(&node->random, nonce, sizeof nonce);
    enum error err = crypto_box_key(&secret, &sealed.ephemeral, box, &key, sealed.box);
    if (!err) {
        note_encode(note, &plain);
        crypto_seal(&key, nonce, hash_bytes(&ad), buffer_bytes(&plain), &inner);
        sealed.sealed = buffer_bytes(&inner);
        sealed_note_encode(&sealed, &content);
        err = compose_content(node, node->workspace, ENTRY_NOTE, buffer_bytes(&content), NULL, 0, &ignored);
    }
    buffer_wipe(&plain);
    buffer_done(&inner);
    buffer_done(&content);
    crypto_wipe(&secret, sizeof secret);
    crypto_wipe(&key, sizeof key);
    return err;
}

/* ERR_CRYPTO: it is for somebody else. */
static enum error open_note(const struct node *node, const struct sealed_note *sealed, struct buffer *ret)
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

enum error notes_read(struct node *node, const struct log *log, uint64_t hlc, struct bytes plain)
{
    const struct sign_public *author = &log->row.name.device;
    struct sealed_note sealed;
    struct note note;
    struct buffer inner = {0};
    if (!node->note_tries)
        return ERR_BUSY;
    node->note_tries--;
    enum error err = sealed_note_decode(plain, &sealed);
    if (!err)
        err = open_note(node, &sealed, &inner);
    if (!err)
        err = note_decode(buffer_bytes(&inner), &note);
    if (!err && note.kind == NOTE_INVITATION)
        invitations_noted(node, author, hlc, &note);
    else if (!err && (note.kind == NOTE_CONSENT || note.kind == NOTE_DECLINE))
        invitees_answered(node, author, &note);
    else if (!err && note.kind == NOTE_PARTING)
        parting_told(node, author, &note);
    else if (!err && note.kind == NOTE_LEAVE)
        leaving_told(node, log, hlc, &note);
    buffer_wipe(&inner);
    return OK; /* for somebody else, or nonsense: not again */
}
