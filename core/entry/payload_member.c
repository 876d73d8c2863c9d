/* SPDX-License-Identifier: MIT */
#include "payload_member.h"

#include "payload_codec.h"

static const char consent_context[] = "zuruf-member-v1"; /* with its zero byte */
static const char linked_context[] = "zuruf-linked-v1";

/* ---------------------------------------------------------------- memberships */

static void consent_text(const struct hash *group, const struct membership *member, struct buffer *out)
{
    buffer_append(out, FIXED(*group));
    buffer_append(out, FIXED(member->person));
    buffer_append_u64(out, member->instance);
    buffer_append(out, FIXED(member->box));
}

void membership_sign(const struct hash *group, struct membership *membership, const struct sign_secret *secret)
{
    struct buffer text = {0};
    consent_text(group, membership, &text);
    crypto_sign(secret, BYTES_OF(consent_context), buffer_bytes(&text), &membership->consent);
    buffer_done(&text);
}

enum error membership_verify(const struct hash *group, const struct membership *membership)
{
    struct buffer text = {0};
    consent_text(group, membership, &text);
    enum error err =
        crypto_verify(&membership->device, BYTES_OF(consent_context), buffer_bytes(&text), &membership->consent);
    buffer_done(&text);
    return err;
}

void write_membership(struct buffer *out, const struct membership *member)
{
    write_bytes(out, FIXED(member->device));
    write_bytes(out, FIXED(member->person));
    write_uint(out, member->instance);
    write_uint(out, member->role);
    write_bytes(out, FIXED(member->box));
    write_bytes(out, FIXED(member->consent));
}

/* Instances count from 1. */
static uint64_t read_instance(struct reader *in)
{
    uint64_t instance = read_uint(in);
    if (instance == 0)
        in->failed = true;
    return instance;
}

void read_membership(struct reader *in, struct membership *ret)
{
    read_fixed(in, ret->device.bytes, sizeof ret->device.bytes);
    read_fixed(in, ret->person.bytes, sizeof ret->person.bytes);
    ret->instance = read_instance(in);
    ret->role = read_uint(in);
    read_fixed(in, ret->box.bytes, sizeof ret->box.bytes);
    read_fixed(in, ret->consent.bytes, sizeof ret->consent.bytes);
}

/* ---------------------------------------------------------------- ADD, REMOVE */

size_t cite_count(struct bytes cites)
{
    return cites.size / CITE_SIZE;
}

struct hash cite_at(struct bytes cites, size_t index)
{
    struct hash id;
    memcpy(id.bytes, cites.data + index * CITE_SIZE, sizeof id.bytes);
    return id;
}

static struct bytes read_cites(struct reader *in)
{
    struct bytes cites = read_bytes(in, CITES_MAX * CITE_SIZE);
    if (cites.size % CITE_SIZE != 0)
        in->failed = true;
    return cites;
}

void add_encode(const struct add *add, struct buffer *out)
{
    write_array(out, 7);
    write_membership(out, &add->member);
    write_bytes(out, add->cites);
}

enum error add_decode(struct bytes payload, struct add *ret)
{
    struct reader in = {.left = payload};
    struct add add = {0};

    read_array_of(&in, 7);
    read_membership(&in, &add.member);
    add.cites = read_cites(&in);
    enum error err = payload_outcome(&in);
    if (!err)
        *ret = add;
    return err;
}

void removal_encode(const struct removal *removal, struct buffer *out)
{
    write_array(out, 4);
    write_bytes(out, FIXED(removal->device));
    write_uint(out, removal->instance);
    write_bytes(out, removal->cut);
    write_bytes(out, removal->cites);
}

enum error removal_decode(struct bytes payload, struct removal *ret)
{
    struct reader in = {.left = payload};
    struct removal removal = {0};

    read_array_of(&in, 4);
    read_fixed(&in, removal.device.bytes, sizeof removal.device.bytes);
    removal.instance = read_instance(&in);
    removal.cut = read_cuts(&in);
    removal.cites = read_cites(&in);
    enum error err = payload_outcome(&in);
    if (!err)
        *ret = removal;
    return err;
}

/* ---------------------------------------------------------------- LINK */

static void linked_text(const struct hash *group, const struct sign_public *linker, const struct linkage *linkage,
                        struct buffer *out)
{
    buffer_append(out, FIXED(*group));
    buffer_append(out, FIXED(linkage->person));
    buffer_append(out, FIXED(*linker));
    buffer_append(out, FIXED(linkage->box));
}

void linkage_sign(const struct hash *group, const struct sign_public *linker, struct linkage *linkage,
                  const struct sign_secret *secret)
{
    struct buffer text = {0};
    linked_text(group, linker, linkage, &text);
    crypto_sign(secret, BYTES_OF(linked_context), buffer_bytes(&text), &linkage->consent);
    buffer_done(&text);
}

enum error linkage_verify(const struct hash *group, const struct sign_public *linker, const struct linkage *linkage)
{
    struct buffer text = {0};
    linked_text(group, linker, linkage, &text);
    enum error err = crypto_verify(&linkage->device, BYTES_OF(linked_context), buffer_bytes(&text), &linkage->consent);
    buffer_done(&text);
    return err;
}

void linkage_encode(const struct linkage *linkage, struct buffer *out)
{
    write_array(out, 5);
    write_bytes(out, FIXED(linkage->device));
    write_bytes(out, FIXED(linkage->person));
    write_bytes(out, FIXED(linkage->box));
    write_uint(out, linkage->number);
    write_bytes(out, FIXED(linkage->consent));
}

enum error linkage_decode(struct bytes payload, struct linkage *ret)
{
    struct reader in = {.left = payload};
    struct linkage linkage = {0};

    read_array_of(&in, 5);
    read_fixed(&in, linkage.device.bytes, sizeof linkage.device.bytes);
    read_fixed(&in, linkage.person.bytes, sizeof linkage.person.bytes);
    read_fixed(&in, linkage.box.bytes, sizeof linkage.box.bytes);
    linkage.number = read_uint(&in);
    read_fixed(&in, linkage.consent.bytes, sizeof linkage.consent.bytes);
    enum error err = payload_outcome(&in);
    if (err || linkage.number == 0 || linkage.number > LINK_NUMBERS)
        return ERR_MALFORMED;
    *ret = linkage;
    return OK;
}

/* ---------------------------------------------------------------- POLICY */

void policy_encode(const struct policy_change *change, struct buffer *out)
{
    write_array(out, 3);
    write_bool(out, change->policy.share_history);
    write_uint(out, change->policy.keep_days);
    write_bytes(out, change->cites);
}

enum error policy_decode(struct bytes payload, struct policy_change *ret)
{
    struct reader in = {.left = payload};
    struct policy_change change = {0};

    read_array_of(&in, 3);
    change.policy.share_history = read_bool(&in);
    change.policy.keep_days = read_uint(&in);
    change.cites = read_cites(&in);
    enum error err = payload_outcome(&in);
    if (!err)
        *ret = change;
    return err;
}
