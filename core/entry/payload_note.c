/* SPDX-License-Identifier: MIT */
#include "payload_note.h"

#include "core/base/text.h"
#include "payload_codec.h"

static void write_invitation(const struct note *note, struct buffer *out)
{
    write_array(out, 8);
    write_uint(out, NOTE_INVITATION);
    write_bytes(out, FIXED(note->group));
    write_bytes(out, FIXED(note->root));
    write_bytes(out, note->genesis);
    write_uint(out, note->instance);
    write_bool(out, note->is_private);
    write_bytes(out, note->admins);
    write_text(out, note->name);
}

static void write_consent(const struct note *note, struct buffer *out)
{
    const struct membership *member = &note->member;
    write_array(out, 6);
    write_uint(out, NOTE_CONSENT);
    write_bytes(out, FIXED(note->group));
    write_bytes(out, FIXED(member->person));
    write_uint(out, member->instance);
    write_bytes(out, FIXED(member->box));
    write_bytes(out, FIXED(member->consent));
}

static void write_parting(const struct note *note, struct buffer *out)
{
    write_array(out, 4);
    write_uint(out, NOTE_PARTING);
    write_bytes(out, FIXED(note->group));
    write_uint(out, note->instance);
    write_bytes(out, FIXED(note->removal));
}

static void write_charter(const struct note *note, struct buffer *out)
{
    write_array(out, 6);
    write_uint(out, NOTE_CHARTER);
    write_bytes(out, FIXED(note->group));
    write_bytes(out, FIXED(note->root));
    write_bytes(out, note->genesis);
    write_bool(out, note->is_ruled);
    write_text(out, note->name);
}

static void write_visit(const struct note *note, struct buffer *out)
{
    write_array(out, 4);
    write_uint(out, NOTE_VISIT);
    write_bytes(out, FIXED(note->group));
    write_bytes(out, FIXED(note->root));
    write_bytes(out, FIXED(note->word));
}

static void write_other(const struct note *note, struct buffer *out)
{
    write_array(out, note->kind == NOTE_LEAVE ? 3 : 2);
    write_uint(out, note->kind);
    write_bytes(out, FIXED(note->group));
    if (note->kind == NOTE_LEAVE)
        write_uint(out, note->instance);
}

void note_encode(const struct note *note, struct buffer *out)
{
    size_t begin = out->size;
    if (note->kind == NOTE_INVITATION)
        write_invitation(note, out);
    else if (note->kind == NOTE_CONSENT)
        write_consent(note, out);
    else if (note->kind == NOTE_PARTING)
        write_parting(note, out);
    else if (note->kind == NOTE_CHARTER)
        write_charter(note, out);
    else if (note->kind == NOTE_VISIT)
        write_visit(note, out);
    else
        write_other(note, out);
    while (out->size - begin < NOTE_SIZE)
        buffer_append_byte(out, 0);
}

static void read_invitation(struct reader *in, struct note *note)
{
    read_fixed(in, note->root.bytes, sizeof note->root.bytes);
    note->genesis = read_bytes(in, NOTE_GENESIS_MAX);
    note->instance = read_uint(in);
    note->is_private = read_bool(in);
    note->admins = read_bytes(in, NOTE_ADMINS_MAX * sizeof note->root.bytes);
    note->name = read_text(in, NAME_MAX_SIZE);
    if (!note->instance || !note->admins.size || note->admins.size % sizeof note->root.bytes != 0)
        in->failed = true;
}

static void read_consent(struct reader *in, struct note *note)
{
    struct membership *member = &note->member;
    read_fixed(in, member->person.bytes, sizeof member->person.bytes);
    member->instance = read_uint(in);
    read_fixed(in, member->box.bytes, sizeof member->box.bytes);
    read_fixed(in, member->consent.bytes, sizeof member->consent.bytes);
    if (!member->instance)
        in->failed = true;
}

static void read_instance(struct reader *in, struct note *note)
{
    note->instance = read_uint(in);
    if (!note->instance)
        in->failed = true;
}

static void read_parting(struct reader *in, struct note *note)
{
    read_instance(in, note);
    read_fixed(in, note->removal.bytes, sizeof note->removal.bytes);
}

static void read_charter(struct reader *in, struct note *note)
{
    read_fixed(in, note->root.bytes, sizeof note->root.bytes);
    note->genesis = read_bytes(in, NOTE_GENESIS_MAX);
    note->is_ruled = read_bool(in);
    note->name = read_text(in, NAME_MAX_SIZE);
}

static void read_visit(struct reader *in, struct note *note)
{
    read_fixed(in, note->root.bytes, sizeof note->root.bytes);
    read_fixed(in, note->word.bytes, sizeof note->word.bytes);
}

static void read_nothing(struct reader *in, struct note *note)
{
    (void)in;
    (void)note;
}

/* Of a kind that a later version knows the rest may be anything. */
enum error note_decode(struct bytes plain, struct note *ret)
{
    static const struct {
        size_t items;
        void (*read)(struct reader *in, struct note *note);
    } kinds[] = {[NOTE_INVITATION] = {8, read_invitation},
                 [NOTE_CONSENT] = {6, read_consent},
                 [NOTE_DECLINE] = {2, read_nothing},
                 [NOTE_PARTING] = {4, read_parting},
                 [NOTE_LEAVE] = {3, read_instance},
                 [NOTE_CHARTER] = {6, read_charter},
                 [NOTE_VISIT] = {4, read_visit}};
    struct reader in = {.left = plain};
    struct note note = {0};

    size_t items = read_array(&in, CBOR_ITEMS_MAX);
    note.kind = read_uint(&in);
    bool known = note.kind >= NOTE_INVITATION && note.kind <= NOTE_VISIT;
    if (plain.size != NOTE_SIZE || in.failed || (known && items != kinds[note.kind].items))
        return ERR_MALFORMED;
    if (known) {
        read_fixed(&in, note.group.bytes, sizeof note.group.bytes);
        kinds[note.kind].read(&in, &note);
    }
    if (in.failed || (known && !crypto_is_zero(in.left.data, in.left.size)))
        return ERR_MALFORMED;
    *ret = note;
    return OK;
}

/* ---------------------------------------------------------------- to a group */

static void known_by(const struct hash *group, const char *purpose, const struct dh_public *ephemeral, uint8_t ret[32])
{
    struct secret_key key;
    struct buffer text = {0};
    struct hash hash;
    memcpy(key.bytes, group->bytes, sizeof key.bytes);
    buffer_append(&text, BYTES_TEXT(purpose));
    buffer_append(&text, (struct bytes){ephemeral->bytes, VISIT_SALT_SIZE});
    crypto_hash_keyed(&key, buffer_bytes(&text), &hash);
    buffer_done(&text);
    memcpy(ret, hash.bytes, sizeof hash.bytes);
}

void visit_mark(const struct hash *group, struct dh_public *ephemeral)
{
    uint8_t known[32];
    known_by(group, "zuruf-visit-mark-v1", ephemeral, known);
    memcpy(ephemeral->bytes + VISIT_SALT_SIZE, known, sizeof ephemeral->bytes - VISIT_SALT_SIZE);
    ephemeral->bytes[sizeof ephemeral->bytes - 1] &= 0x7f; /* as in any key of X25519 */
}

void visit_key(const struct hash *group, const struct dh_public *ephemeral, struct secret_key *ret)
{
    known_by(group, "zuruf-visit-key-v1", ephemeral, ret->bytes);
}

/* ---------------------------------------------------------------- the root's word */

static const char visit_context[] = "zuruf-visit-v1"; /* with its zero byte */

static void visit_text(const struct hash *workspace, const struct hash *group, const struct sign_public *device,
                       struct buffer *out)
{
    buffer_append(out, FIXED(*workspace));
    buffer_append(out, FIXED(*group));
    buffer_append(out, FIXED(*device));
}

void visit_sign(const struct hash *workspace, const struct hash *group, const struct sign_public *device,
                const struct sign_secret *root, struct signature *ret)
{
    struct buffer text = {0};
    visit_text(workspace, group, device, &text);
    crypto_sign(root, BYTES_OF(visit_context), buffer_bytes(&text), ret);
    buffer_done(&text);
}

enum error visit_verify(const struct hash *workspace, const struct note *note, const struct sign_public *device)
{
    struct buffer text = {0};
    visit_text(workspace, &note->group, device, &text);
    enum error err = crypto_verify(&note->root, BYTES_OF(visit_context), buffer_bytes(&text), &note->word);
    buffer_done(&text);
    return err;
}

/* ---------------------------------------------------------------- sealed, and who is invited */

static void write_sealed(const struct sealed_note *note, struct buffer *out)
{
    write_bytes(out, FIXED(note->ephemeral));
    write_bytes(out, BYTES_OF(note->box));
    write_bytes(out, note->sealed);
}

static void read_sealed(struct reader *in, struct sealed_note *note)
{
    read_fixed(in, note->ephemeral.bytes, sizeof note->ephemeral.bytes);
    read_fixed(in, note->box, sizeof note->box);
    note->sealed = read_bytes(in, NOTE_SIZE + SEALED_OVERHEAD);
}

void sealed_note_encode(const struct sealed_note *note, struct buffer *out)
{
    write_array(out, 3);
    write_sealed(note, out);
}

enum error sealed_note_decode(struct bytes plain, struct sealed_note *ret)
{
    struct reader in = {.left = plain};
    struct sealed_note note = {0};

    read_array_of(&in, 3);
    read_sealed(&in, &note);
    enum error err = payload_outcome(&in);
    if (!err)
        *ret = note;
    return err;
}

void letter_encode(const struct letter *letter, struct buffer *out)
{
    uint8_t to[8];

    put_u64(to, letter->to);
    write_array(out, 4);
    write_bytes(out, BYTES_OF(to));
    write_sealed(&letter->note, out);
}

enum error letter_decode(struct bytes payload, struct letter *ret)
{
    struct reader in = {.left = payload};
    struct letter letter = {0};
    uint8_t to[8];

    read_array_of(&in, 4);
    read_fixed(&in, to, sizeof to);
    letter.to = get_u64(to);
    read_sealed(&in, &letter.note);
    enum error err = payload_outcome(&in);
    if (!err)
        *ret = letter;
    return err;
}

void invitee_encode(const struct invitee_content *invitee, struct buffer *out)
{
    write_array(out, 4);
    write_bytes(out, FIXED(invitee->device));
    write_bytes(out, FIXED(invitee->person));
    write_uint(out, invitee->state);
    write_uint(out, invitee->instance);
}

enum error invitee_decode(struct bytes plain, struct invitee_content *ret)
{
    struct reader in = {.left = plain};
    struct invitee_content invitee = {0};

    read_array_of(&in, 4);
    read_fixed(&in, invitee.device.bytes, sizeof invitee.device.bytes);
    read_fixed(&in, invitee.person.bytes, sizeof invitee.person.bytes);
    invitee.state = read_uint(&in);
    invitee.instance = read_uint(&in);
    if (!invitee.instance)
        in.failed = true;
    enum error err = payload_outcome(&in);
    if (!err)
        *ret = invitee;
    return err;
}
