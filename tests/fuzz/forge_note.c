/* SPDX-License-Identifier: MIT */
#include "forge_note.h"

#include "core/entry/payload_keys.h"
#include "core/entry/payload_note.h"

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

static struct dh_public some_box(struct script *script)
{
    const struct mallory *mallory = scene_mallory();
    const struct dh_public *boxes[] = {&mallory->alice_box, &mallory->alice_box, &mallory->bob_box, &mallory->box};
    struct dh_public box = *boxes[script_below(script, 4)];
    box.bytes[1] ^= script_rarely(script);
    return box;
}

/* False: to nobody. */
static bool seal_note(struct script *script, struct bytes plain, struct buffer *inner, struct letter *ret)
{
    const struct bytes parts[] = {BYTES_TEXT("zuruf-note-v1"), BYTES_OF(scene_mallory()->group.bytes)};
    const uint8_t seed[32] = {script_byte(script) % 4, 3};
    const struct secret_key key = {{5}};
    const struct dh_public box = some_box(script);
    struct dh_secret secret;
    struct hash ad;
    crypto_dh_keypair_from(seed, &ret->note.ephemeral, &secret);
    if (crypto_box_key(&secret, &ret->note.ephemeral, &box, &key, ret->note.box) != OK)
        return false;
    crypto_hash_parts(parts, 2, &ad);
    crypto_seal(&key, no_nonce, BYTES_OF(ad.bytes), plain, inner);
    ret->note.sealed = buffer_bytes(inner);
    ret->to = box_name(&box);
    return true;
}

static void forge_plain(const struct forge *forge, struct script *script, struct bytes name, struct buffer *plain)
{
    const struct mallory *mallory = scene_mallory();
    struct note note = {.kind = script_number(script, NOTE_INVITATION + script_below(script, 3)), .name = name};
    struct buffer admins = {0};
    uint8_t choice = script_byte(script);
    note.group = some_group(script);
    const struct known_group *known = choice & 2 ? &mallory->board : &mallory->den;
    note.root = choice & 4 ? mallory->device : known->root;
    note.genesis = choice & 8 ? name : known->genesis;
    note.instance = script_number(script, 1);
    note.is_private = choice & 1;
    some_admins(forge, script, &admins);
    note.admins = buffer_bytes(&admins);
    fill_consent(script, &note);
    if (script_rarely(script))
        buffer_append(plain, script_bytes(script));
    else
        note_encode(&note, plain);
    buffer_done(&admins);
}

void forge_note(const struct forge *forge, struct script *script, struct bytes name, struct buffer *out)
{
    struct buffer plain = {0}, inner = {0};
    struct letter letter;
    forge_plain(forge, script, name, &plain);
    if (seal_note(script, buffer_bytes(&plain), &inner, &letter))
        sealed_note_encode(&letter.note, out);
    buffer_done(&plain);
    buffer_done(&inner);
}

void forge_letter(const struct forge *forge, struct script *script, struct buffer *out)
{
    struct buffer plain = {0}, inner = {0};
    struct letter letter;
    forge_plain(forge, script, (struct bytes){0}, &plain);
    if (seal_note(script, buffer_bytes(&plain), &inner, &letter)) {
        letter.to ^= script_rarely(script);
        letter_encode(&letter, out);
    }
    buffer_done(&plain);
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
