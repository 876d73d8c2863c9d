/* SPDX-License-Identifier: MIT
 * The first byte names a decoder, the rest is a payload.  What is accepted has exactly one spelling, and its lists are
 * whole records within the input. */
#include <stdlib.h>

#include "core/entry/payload.h"
#include "core/entry/payload_note.h"

static enum error letter_again(struct bytes payload, struct buffer *again)
{
    struct letter letter;
    enum error err = letter_decode(payload, &letter);
    if (!err)
        letter_encode(&letter, again);
    return err;
}

static enum error label_again(struct bytes payload, struct buffer *again)
{
    struct bytes name;
    enum error err = label_decode(payload, &name);
    if (!err)
        label_encode(name, again);
    return err;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void require_records(struct bytes payload, struct bytes records, size_t record_size)
{
    require(records.size % record_size == 0);
    require(!records.size ||
            (records.data >= payload.data && records.data + records.size <= payload.data + payload.size));
}

/* Whatever the records are, opening them ends in a key or in an error. */
static void open_records(const struct bytes records, const struct dh_public *ephemeral)
{
    const uint8_t seed[32] = {9};
    struct dh_public own;
    struct dh_secret secret;
    struct secret_key key;
    crypto_dh_keypair_from(seed, &own, &secret);
    enum error err = box_record_open(records, ephemeral, &own, &secret, &key);
    require(err == OK || err == ERR_NOT_FOUND || err == ERR_CRYPTO);
}

static enum error genesis_again(struct bytes payload, struct buffer *again)
{
    struct genesis genesis;
    enum error err = genesis_decode(payload, &genesis);
    if (!err)
        genesis_encode(&genesis, again);
    return err;
}

static enum error add_again(struct bytes payload, struct buffer *again)
{
    struct add add;
    enum error err = add_decode(payload, &add);
    if (err)
        return err;
    require_records(payload, add.cites, CITE_SIZE);
    add_encode(&add, again);
    return OK;
}

static enum error removal_again(struct bytes payload, struct buffer *again)
{
    struct removal removal;
    enum error err = removal_decode(payload, &removal);
    if (err)
        return err;
    require_records(payload, removal.cut, CUT_SIZE);
    require_records(payload, removal.cites, CITE_SIZE);
    removal_encode(&removal, again);
    return OK;
}

static enum error linkage_again(struct bytes payload, struct buffer *again)
{
    struct linkage linkage;
    enum error err = linkage_decode(payload, &linkage);
    if (!err)
        linkage_encode(&linkage, again);
    return err;
}

static enum error policy_again(struct bytes payload, struct buffer *again)
{
    struct policy_change change;
    enum error err = policy_decode(payload, &change);
    if (err)
        return err;
    require_records(payload, change.cites, CITE_SIZE);
    policy_encode(&change, again);
    return OK;
}

static enum error grant_again(struct bytes payload, struct buffer *again)
{
    struct grant grant;
    enum error err = grant_decode(payload, &grant);
    if (err)
        return err;
    require_records(payload, grant.from, CUT_SIZE);
    grant_encode(&grant, again);
    return OK;
}

static enum error revocation_again(struct bytes payload, struct buffer *again)
{
    struct revocation revocation;
    enum error err = revocation_decode(payload, &revocation);
    if (err)
        return err;
    require_records(payload, revocation.cut, CUT_SIZE);
    revocation_encode(&revocation, again);
    return OK;
}

static enum error handover_again(struct bytes payload, struct buffer *again)
{
    struct handover handover;
    enum error err = handover_decode(payload, &handover);
    if (err)
        return err;
    require_records(payload, handover.cut, CUT_SIZE);
    handover_encode(&handover, again);
    return OK;
}

static enum error generation_again(struct bytes payload, struct buffer *again)
{
    struct generation generation;
    enum error err = generation_decode(payload, &generation);
    if (!err)
        generation_encode(&generation, again);
    return err;
}

static enum error epoch_again(struct bytes payload, struct buffer *again)
{
    struct epoch epoch;
    enum error err = epoch_decode(payload, &epoch);
    if (err)
        return err;
    require_records(payload, epoch.records, BOX_RECORD_SIZE);
    require_records(payload, epoch.carriers, BOX_RECORD_SIZE);
    open_records(epoch.records, &epoch.ephemeral);
    epoch_encode(&epoch, again);
    return OK;
}

static enum error secrets_again(struct bytes payload, struct buffer *again)
{
    struct epoch_secrets secrets;
    enum error err = epoch_secrets_decode(payload, &secrets);
    if (err)
        return err;
    require_records(payload, secrets.superseded, 32);
    epoch_secrets_encode(&secrets, again);
    return OK;
}

static enum error keyshare_again(struct bytes payload, struct buffer *again)
{
    struct keyshare share;
    enum error err = keyshare_decode(payload, &share);
    if (err)
        return err;
    require_records(payload, share.records, BOX_RECORD_SIZE);
    open_records(share.records, &share.ephemeral);
    keyshare_encode(&share, again);
    return OK;
}

static enum error clock_again(struct bytes payload, struct buffer *again)
{
    struct doubt doubt;
    enum error err = clock_decode(payload, &doubt);
    if (err)
        return err;
    require(doubt.from > 0 && doubt.from <= doubt.to);
    clock_encode(&doubt, again);
    return OK;
}

static enum error message_again(struct bytes payload, struct buffer *again)
{
    struct message_content content;
    enum error err = message_content_decode(payload, &content);
    if (err)
        return err;
    require(text_is_utf8(content.text) && text_is_utf8(content.topic));
    message_content_encode(&content, again);
    return OK;
}

static enum error profile_again(struct bytes payload, struct buffer *again)
{
    struct profile profile;
    enum error err = profile_decode(payload, &profile);
    if (!err)
        profile_encode(&profile, again);
    return err;
}

static enum error title_again(struct bytes payload, struct buffer *again)
{
    struct title title;
    enum error err = title_decode(payload, &title);
    if (!err)
        title_encode(&title, again);
    return err;
}

/* Of a kind that this version does not know nothing is kept. */
static enum error note_again(struct bytes payload, struct buffer *again)
{
    struct note note;
    enum error err = note_decode(payload, &note);
    if (!err && (note.kind < NOTE_INVITATION || note.kind > NOTE_VISIT))
        return ERR_MALFORMED;
    if (!err)
        note_encode(&note, again);
    return err;
}

static enum error sealed_note_again(struct bytes payload, struct buffer *again)
{
    struct sealed_note note;
    enum error err = sealed_note_decode(payload, &note);
    if (!err)
        sealed_note_encode(&note, again);
    return err;
}

static enum error invitee_again(struct bytes payload, struct buffer *again)
{
    struct invitee_content invitee;
    enum error err = invitee_decode(payload, &invitee);
    if (!err)
        invitee_encode(&invitee, again);
    return err;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static enum error (*const decoders[])(struct bytes, struct buffer *) = {
        genesis_again, add_again,        epoch_again,    secrets_again,    keyshare_again, message_again,
        profile_again, title_again,      clock_again,    removal_again,    linkage_again,  policy_again,
        grant_again,   revocation_again, handover_again, generation_again, note_again,     sealed_note_again,
        invitee_again, letter_again,     label_again,
    };
    if (size == 0)
        return 0;
    struct bytes payload = {data + 1, size - 1};
    struct buffer again = {0};
    enum error err = decoders[data[0] % (sizeof decoders / sizeof *decoders)](payload, &again);
    require(err == OK || err == ERR_MALFORMED);
    if (!err)
        require(bytes_equal(buffer_bytes(&again), payload));
    buffer_done(&again);
    return 0;
}
