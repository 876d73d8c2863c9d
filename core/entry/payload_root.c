/* SPDX-License-Identifier: MIT */
#include "payload_root.h"

#include "payload_codec.h"

void genesis_encode(const struct genesis *genesis, struct buffer *out)
{
    write_array(out, 9);
    write_bytes(out, BYTES_OF(genesis->nonce));
    write_bool(out, genesis->policy.share_history);
    write_uint(out, genesis->policy.keep_days);
    write_membership(out, &genesis->founder);
}

enum error genesis_decode(struct bytes payload, struct genesis *ret)
{
    struct reader in = {.left = payload};
    struct genesis genesis = {0};

    read_array_of(&in, 9);
    read_fixed(&in, genesis.nonce, sizeof genesis.nonce);
    genesis.policy.share_history = read_bool(&in);
    genesis.policy.keep_days = read_uint(&in);
    read_membership(&in, &genesis.founder);
    enum error err = payload_outcome(&in);
    if (!err)
        *ret = genesis;
    return err;
}

void genesis_group_id(const struct sign_public *root, struct bytes payload, struct hash *ret)
{
    const struct bytes parts[] = {BYTES_TEXT("zuruf-group-v1"), FIXED(*root), payload};
    crypto_hash_parts(parts, 3, ret);
}

void grant_encode(const struct grant *grant, struct buffer *out)
{
    write_array(out, 3);
    write_bytes(out, FIXED(grant->device));
    write_uint(out, grant->instance);
    write_bytes(out, grant->from);
}

enum error grant_decode(struct bytes payload, struct grant *ret)
{
    struct reader in = {.left = payload};
    struct grant grant = {0};

    read_array_of(&in, 3);
    read_fixed(&in, grant.device.bytes, sizeof grant.device.bytes);
    grant.instance = read_uint(&in);
    grant.from = read_cuts(&in);
    enum error err = payload_outcome(&in);
    if (err || grant.instance == 0)
        return ERR_MALFORMED;
    *ret = grant;
    return OK;
}

void revocation_encode(const struct revocation *revocation, struct buffer *out)
{
    write_array(out, 2);
    write_bytes(out, FIXED(revocation->grant));
    write_bytes(out, revocation->cut);
}

enum error revocation_decode(struct bytes payload, struct revocation *ret)
{
    struct reader in = {.left = payload};
    struct revocation revocation = {0};

    read_array_of(&in, 2);
    read_fixed(&in, revocation.grant.bytes, sizeof revocation.grant.bytes);
    revocation.cut = read_cuts(&in);
    enum error err = payload_outcome(&in);
    if (!err)
        *ret = revocation;
    return err;
}

void handover_encode(const struct handover *handover, struct buffer *out)
{
    write_array(out, 3);
    write_bytes(out, FIXED(handover->key));
    write_bytes(out, FIXED(handover->head));
    write_bytes(out, handover->cut);
}

enum error handover_decode(struct bytes payload, struct handover *ret)
{
    struct reader in = {.left = payload};
    struct handover handover = {0};

    read_array_of(&in, 3);
    read_fixed(&in, handover.key.bytes, sizeof handover.key.bytes);
    read_fixed(&in, handover.head.bytes, sizeof handover.head.bytes);
    handover.cut = read_cuts(&in);
    enum error err = payload_outcome(&in);
    if (!err)
        *ret = handover;
    return err;
}

void generation_encode(const struct generation *generation, struct buffer *out)
{
    write_array(out, 1);
    write_bytes(out, FIXED(generation->head));
}

enum error generation_decode(struct bytes payload, struct generation *ret)
{
    struct reader in = {.left = payload};
    struct generation generation = {0};

    read_array_of(&in, 1);
    read_fixed(&in, generation.head.bytes, sizeof generation.head.bytes);
    enum error err = payload_outcome(&in);
    if (!err)
        *ret = generation;
    return err;
}
