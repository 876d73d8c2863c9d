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
#include "sealed_notes.h"
#include "visit_notes.h"

#define TRIES_PER_STEP 32 /* each as dear as checking a signature */

void notes_begin_step(struct node *node)
{
    node->note_tries = TRIES_PER_STEP;
}

void notes_associated(const struct node *node, struct hash *ret)
{
    const struct bytes parts[] = {text_bytes("zuruf-note-v1"), hash_bytes(&node->workspace->id)};
    crypto_hash_parts(parts, 2, ret);
}

/* `inner` holds the bytes that ret->sealed borrows. */
static enum error seal(struct node *node, const struct dh_public *box, const struct note *note, struct buffer *inner,
                       struct sealed_note *ret)
{
    struct dh_secret secret;
    struct secret_key key;
    uint8_t nonce[SEALED_NONCE_SIZE];
    struct buffer plain = {0};
    struct hash ad;
    notes_associated(node, &ad);
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

static enum error write(struct node *node, const struct sealed_note *sealed)
{
    struct buffer payload = {0};
    struct message_ref ignored;
    sealed_note_encode(sealed, &payload);
    enum error err = compose_content(node, node->workspace, ENTRY_NOTE, buffer_bytes(&payload), NULL, 0, &ignored);
    buffer_done(&payload);
    return err;
}

static void write_letter(struct node *node, const struct letter *letter)
{
    struct buffer payload = {0};
    letter_encode(letter, &payload);
    compose_governance(node, node->workspace, ENTRY_LETTER, buffer_bytes(&payload));
    buffer_done(&payload);
}

enum error notes_send(struct node *node, const struct member *to, const struct note *note)
{
    struct letter letter = {.to = box_name(&to->box)};
    struct buffer inner = {0};
    bool by_letter = goes_by_letter(node, to);
    enum error err = seal(node, &to->box, note, &inner, &letter.note);
    if (!err && by_letter)
        write_letter(node, &letter);
    else if (!err)
        err = write(node, &letter.note);
    buffer_done(&inner);
    return err;
}

enum error notes_send_to_box(struct node *node, const struct dh_public *box, const struct note *note)
{
    struct sealed_note sealed;
    struct buffer inner = {0};
    enum error err = seal(node, box, note, &inner, &sealed);
    if (!err)
        err = write(node, &sealed);
    buffer_done(&inner);
    return err;
}

/* ---------------------------------------------------------------- reading */

enum error notes_unseal(const struct node *node, const struct dh_public *box, const struct dh_secret *secret,
                        const struct sealed_note *sealed, struct buffer *inner, struct note *ret)
{
    struct secret_key key;
    struct hash ad;
    notes_associated(node, &ad);
    enum error err = crypto_unbox_key(secret, box, &sealed->ephemeral, sealed->box, &key);
    if (!err)
        err = crypto_open(&key, hash_bytes(&ad), sealed->sealed, inner);
    crypto_wipe(&key, sizeof key);
    return err ? err : note_decode(buffer_bytes(inner), ret);
}

static void carry_out(struct node *node, const struct log_name *author, uint64_t hlc, const struct note *note)
{
    if (note->kind == NOTE_INVITATION)
        invitations_noted(node, &author->device, hlc, note);
    else if (note->kind == NOTE_CONSENT || note->kind == NOTE_DECLINE)
        invitees_answered(node, &author->device, note);
    else if (note->kind == NOTE_PARTING)
        parting_told(node, &author->device, note);
    else if (note->kind == NOTE_LEAVE)
        leaving_told(node, author, hlc, note);
}

/* ERR_CRYPTO: it is for somebody else. */
static enum error open_own(struct node *node, const struct log_name *author, uint64_t hlc,
                           const struct sealed_note *sealed)
{
    const struct identity *me = &node->identity;
    struct note note;
    struct buffer inner = {0};
    if (!node->note_tries)
        return ERR_BUSY;
    node->note_tries--;
    enum error err = notes_unseal(node, &me->box, &me->box_secret, sealed, &inner, &note);
    if (!err)
        carry_out(node, author, hlc, &note);
    buffer_wipe(&inner);
    return err;
}

enum error notes_open(struct node *node, const struct log_name *author, uint64_t hlc, const struct sealed_note *sealed)
{
    return open_own(node, author, hlc, sealed) == ERR_BUSY ? ERR_BUSY : OK;
}

enum error notes_read(struct node *node, struct log *log, const struct entry *entry, struct bytes plain)
{
    struct sealed_note sealed;
    if (sealed_note_decode(plain, &sealed) != OK)
        return OK;
    enum error err = open_own(node, &log->row.name, entry->hlc, &sealed);
    if (err == ERR_CRYPTO && !visit_notes_read(node, &log->row.name.device, &sealed))
        sealed_notes_keep(node, log, entry->seq);
    return err == ERR_BUSY ? err : OK;
}
