/* SPDX-License-Identifier: MIT */
#include "forge_note.h"

#include "core/entry/payload_keys.h"
#include "core/entry/payload_note.h"
#include <stdlib.h>

static const uint8_t no_nonce[24];

/* One that there is, or the zeros under which founders consent. */
static struct hash some_group(struct script *script)
{
    static const struct hash nothing;
    const struct mallory *mallory = scene_mallory();
    const struct hash *groups[] = {&mallory->den.id, &mallory->board.id, &mallory->direct,
                                   &mallory->group,  &mallory->not_hers, &nothing};
    struct hash group = *groups[script_below(script, sizeof groups / sizeof *groups)];
    if (script_rarely(script))
        group.bytes[0] = script_byte(script);
    return group;
}

static void some_admins(const struct forge *forge, struct script *script, struct buffer *out)
{
    for (size_t count = 1 + script_below(script, 5); count > 0; count--) {
        struct sign_public device = forge_device(forge, script);
        buffer_append(out, BYTES_OF(device.bytes));
    }
}

static void fill_consent(struct script *script, struct note *note)
{
    const struct mallory *mallory = scene_mallory();
    note->member = (struct membership){.device = mallory->device, .person = mallory->person, .box = mallory->box};
    note->member.instance = note->instance;
    note->member.person.bytes[0] ^= script_rarely(script);
    note->member.box.bytes[0] ^= script_rarely(script);
    membership_sign(&note->group, &note->member, &mallory->secret);
    note->member.consent.bytes[0] ^= script_rarely(script);
}

static struct dh_public box_of(const struct sign_public *root)
{
    struct dh_public box;
    if (crypto_dh_public_of(root, &box) != OK)
        abort();
    return box;
}

static struct dh_public some_box(struct script *script)
{
    const struct mallory *mallory = scene_mallory();
    const struct dh_public roots[] = {box_of(&mallory->root), box_of(&mallory->board.root)};
    const struct dh_public *boxes[] = {&mallory->alice_box, &mallory->alice_box, &mallory->bob_box,
                                       &mallory->box,       &roots[0],           &roots[1]};
    struct dh_public box = *boxes[script_below(script, sizeof boxes / sizeof *boxes)];
    box.bytes[1] ^= script_rarely(script);
    return box;
}

static void seal_under(const struct secret_key *key, struct bytes plain, struct buffer *inner, struct letter *ret)
{
    const struct bytes parts[] = {BYTES_TEXT("zuruf-note-v1"), BYTES_OF(scene_mallory()->group.bytes)};
    struct hash ad;
    crypto_hash_parts(parts, 2, &ad);
    crypto_seal(key, no_nonce, BYTES_OF(ad.bytes), plain, inner);
    ret->note.sealed = buffer_bytes(inner);
}

/* To whoever knows of the group. */
static void seal_visit(struct script *script, const struct hash *group, struct bytes plain, struct buffer *inner,
                       struct letter *ret)
{
    struct secret_key key;
    *ret = (struct letter){.note = {.ephemeral = {{script_byte(script)}}}};
    visit_mark(group, &ret->note.ephemeral);
    ret->note.ephemeral.bytes[31] ^= script_rarely(script);
    visit_key(group, &ret->note.ephemeral, &key);
    seal_under(&key, plain, inner, ret);
}

/* False: to nobody. */
static bool seal_note(struct script *script, struct bytes plain, struct buffer *inner, struct letter *ret)
{
    const uint8_t seed[32] = {script_byte(script) % 4, 3};
    const struct secret_key key = {{5}};
    const struct dh_public box = some_box(script);
    struct dh_secret secret;
    crypto_dh_keypair_from(seed, &ret->note.ephemeral, &secret);
    if (crypto_box_key(&secret, &ret->note.ephemeral, &box, &key, ret->note.box) != OK)
        return false;
    seal_under(&key, plain, inner, ret);
    ret->to = box_name(&box);
    return true;
}

/* By the root's key, where Mallory has it. */
static void fill_word(struct script *script, struct note *note)
{
    const struct mallory *mallory = scene_mallory();
    bool is_root = mallory->office != OFFICE_OF_ALICE;
    visit_sign(&mallory->group, &note->group, &mallory->device, is_root ? &mallory->root_secret : &mallory->den_secret,
               &note->word);
    note->word.bytes[0] ^= script_rarely(script);
}

static void fill_beginning(struct script *script, struct bytes name, struct note *note)
{
    const struct mallory *mallory = scene_mallory();
    uint8_t choice = script_byte(script);
    note->group = some_group(script);
    const struct known_group *known = choice & 2 ? &mallory->board : &mallory->den;
    note->root = choice & 4 ? mallory->device : note->kind == NOTE_VISIT ? mallory->root : known->root;
    note->genesis = choice & 8 ? name : buffer_bytes(&known->genesis);
    note->instance = script_number(script, 1);
    note->is_private = choice & 1;
    note->is_ruled = choice & 16;
}

struct told {
    uint64_t kind;
    struct hash group;
    struct buffer plain;
};

static void forge_told(const struct forge *forge, struct script *script, struct bytes name, struct told *ret)
{
    struct note note = {.kind = script_number(script, NOTE_INVITATION + script_below(script, NOTE_VISIT)),
                        .name = name};
    struct buffer admins = {0};
    fill_beginning(script, name, &note);
    some_admins(forge, script, &admins);
    note.admins = buffer_bytes(&admins);
    fill_consent(script, &note);
    if (note.kind == NOTE_VISIT)
        fill_word(script, &note);
    if (note.kind == NOTE_PARTING && forge->entry_count)
        note.removal = forge->entries[script_below(script, forge->entry_count)].id;
    *ret = (struct told){.kind = note.kind, .group = note.group};
    if (script_rarely(script))
        buffer_append(&ret->plain, script_bytes(script));
    else
        note_encode(&note, &ret->plain);
    buffer_done(&admins);
}

/* False: to nobody. */
static bool forge_sealed(const struct forge *forge, struct script *script, struct bytes name, struct buffer *inner,
                         struct letter *ret)
{
    struct told told;
    bool is_sealed = true;
    forge_told(forge, script, name, &told);
    if (told.kind == NOTE_VISIT)
        seal_visit(script, &told.group, buffer_bytes(&told.plain), inner, ret);
    else
        is_sealed = seal_note(script, buffer_bytes(&told.plain), inner, ret);
    buffer_done(&told.plain);
    return is_sealed;
}

void forge_note(const struct forge *forge, struct script *script, struct bytes name, struct buffer *out)
{
    struct buffer inner = {0};
    struct letter letter;
    if (forge_sealed(forge, script, name, &inner, &letter))
        sealed_note_encode(&letter.note, out);
    buffer_done(&inner);
}

void forge_letter(const struct forge *forge, struct script *script, struct buffer *out)
{
    struct buffer inner = {0};
    struct letter letter;
    if (forge_sealed(forge, script, (struct bytes){0}, &inner, &letter)) {
        letter.to ^= script_rarely(script);
        letter_encode(&letter, out);
    }
    buffer_done(&inner);
}

void forge_invitee(const struct forge *forge, struct script *script, struct buffer *out)
{
    const struct mallory *mallory = scene_mallory();
    const struct person_id people[] = {mallory->alice, mallory->bob, mallory->person};
    struct invitee_content invitee = {.device = forge_device(forge, script)};
    invitee.device.bytes[0] ^= script_rarely(script) ? script_byte(script) : 0;
    invitee.person = people[script_below(script, 3)];
    invitee.state = script_number(script, INVITEE_INVITED);
    invitee.instance = script_number(script, 1);
    invitee_encode(&invitee, out);
}
