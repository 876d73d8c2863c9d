/* SPDX-License-Identifier: MIT */
#include "visit_notes.h"

#include "core/writing/compose.h"
#include "notes.h"
#include "visits.h"

enum error visit_notes_send(struct node *node, const struct hash *group, const struct note *note)
{
    struct sealed_note sealed = {0};
    uint8_t nonce[SEALED_NONCE_SIZE];
    struct buffer plain = {0}, inner = {0}, content = {0};
    struct message_ref ignored;
    struct secret_key key;
    struct hash ad;
    random_bytes(&node->random, sealed.ephemeral.bytes, VISIT_SALT_SIZE);
    random_bytes(&node->random, sealed.box, sizeof sealed.box);
    random_bytes(&node->random, nonce, sizeof nonce);
    visit_mark(group, &sealed.ephemeral);
    visit_key(group, &sealed.ephemeral, &key);
    notes_associated(node, &ad);
    note_encode(note, &plain);
    crypto_seal(&key, nonce, hash_bytes(&ad), buffer_bytes(&plain), &inner);
    sealed.sealed = buffer_bytes(&inner);
    sealed_note_encode(&sealed, &content);
    enum error err = compose_content(node, node->workspace, ENTRY_NOTE, buffer_bytes(&content), NULL, 0, &ignored);
    buffer_wipe(&plain);
    buffer_done(&inner);
    buffer_done(&content);
    crypto_wipe(&key, sizeof key);
    return err;
}

static bool is_for(const struct sealed_note *sealed, const struct group *group)
{
    struct dh_public marked = sealed->ephemeral;
    if (group->kind != GROUP_CHAT)
        return false;
    visit_mark(&group->id, &marked);
    return memcmp(&marked, &sealed->ephemeral, sizeof marked) == 0;
}

static void carry_out(struct node *node, struct group *group, const struct sign_public *author,
                      const struct sealed_note *sealed)
{
    struct secret_key key;
    struct buffer inner = {0};
    struct note note;
    struct hash ad;
    visit_key(&group->id, &sealed->ephemeral, &key);
    notes_associated(node, &ad);
    if (crypto_open(&key, hash_bytes(&ad), sealed->sealed, &inner) == OK &&
        note_decode(buffer_bytes(&inner), &note) == OK && note.kind == NOTE_VISIT)
        visits_told(node, group, author, &note);
    buffer_wipe(&inner);
    crypto_wipe(&key, sizeof key);
}

bool visit_notes_read(struct node *node, const struct sign_public *author, const struct sealed_note *sealed)
{
    for (size_t i = 0; i < node->group_count; i++)
        if (is_for(sealed, node->groups[i])) {
            carry_out(node, node->groups[i], author, sealed);
            return true;
        }
    return false;
}
