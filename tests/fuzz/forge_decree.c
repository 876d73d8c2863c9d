/* SPDX-License-Identifier: MIT */
#include "forge_decree.h"

#include "core/entry/cut.h"
#include "core/entry/payload.h"
#include "core/log/logs.h"
#include "forge_note.h"

static const uint8_t no_nonce[24];

/* Sealed to all three, or not to Alice. */
static void box_records(struct script *script, const struct dh_secret *ephemeral, const struct dh_public *ephemeral_key,
                        const struct secret_key *key, struct buffer *out)
{
    const struct mallory *mallory = scene_mallory();
    box_record_append(ephemeral, ephemeral_key, &mallory->box, key, out);
    box_record_append(ephemeral, ephemeral_key, &mallory->bob_box, key, out);
    if (!script_rarely(script))
        box_record_append(ephemeral, ephemeral_key, &mallory->alice_box, key, out);
}

static void forge_epoch(const struct hash *group, struct script *script, struct buffer *out)
{
    const struct mallory *mallory = scene_mallory();
    const uint8_t seed[32] = {script_byte(script) % 4};
    const struct secret_key key = {{script_byte(script) % 4}};
    struct dh_secret ephemeral;
    struct epoch epoch = {.height = script_number(script, mallory->epoch.height + 1)};
    struct buffer records = {0}, sealed = {0}, plain = {0};
    struct epoch_secrets secrets = {.superseded = script_bytes(script)};
    crypto_dh_keypair_from(seed, &epoch.ephemeral, &ephemeral);
    epoch_key_id(group, &key, &epoch.id);
    epoch.id.bytes[0] ^= script_rarely(script);
    box_records(script, &ephemeral, &epoch.ephemeral, &key, &records);
    secrets.superseded.size -= secrets.superseded.size % 32;
    secrets.has_workspace_key = script_byte(script) & 1;
    epoch_secrets_encode(&secrets, &plain);
    crypto_seal(&key, no_nonce, BYTES_OF(group->bytes), buffer_bytes(&plain), &sealed);
    epoch.records = buffer_bytes(&records);
    epoch.sealed = buffer_bytes(&sealed);
    epoch_encode(&epoch, out);
    buffer_done(&records);
    buffer_done(&sealed);
    buffer_done(&plain);
}

static void forge_keyshare(const struct hash *group, struct script *script, struct buffer *out)
{
    const struct mallory *mallory = scene_mallory();
    const uint8_t seed[32] = {script_byte(script) % 4};
    const struct secret_key key = {{script_byte(script) % 4}};
    struct keyshare share = {.height = script_number(script, mallory->epoch.height + 1)};
    struct dh_secret ephemeral;
    struct buffer records = {0};
    crypto_dh_keypair_from(seed, &share.ephemeral, &ephemeral);
    box_records(script, &ephemeral, &share.ephemeral, &key, &records);
    epoch_key_id(group, &key, &share.epoch);
    share.epoch.bytes[0] ^= script_rarely(script);
    share.records = buffer_bytes(&records);
    keyshare_encode(&share, out);
    buffer_done(&records);
}

/* With the consent of a device whose key Mallory made, or of her own. */
static void forge_add(const struct hash *group, struct script *script, struct buffer *out)
{
    const struct mallory *mallory = scene_mallory();
    const uint8_t seed[32] = {script_byte(script) % 8};
    struct add add = {.member = {.device = mallory->device, .person = mallory->person, .box = mallory->box}};
    struct sign_secret secret = mallory->secret;
    if (seed[0])
        crypto_sign_keypair_from(seed, &add.member.device, &secret);
    add.member.person.bytes[0] ^= script_byte(script) & 3;
    add.member.instance = script_number(script, 1);
    add.member.role = script_number(script, ROLE_MEMBER);
    add.cites = script_bytes(script);
    add.cites.size -= add.cites.size % CITE_SIZE;
    membership_sign(group, &add.member, &secret);
    add.member.consent.bytes[0] ^= script_rarely(script);
    add_encode(&add, out);
}

static void forge_clock(const struct forge *forge, struct script *script, struct buffer *out)
{
    struct dep place = forge_place(forge, script);
    struct doubt doubt = {.log = place.log, .from = script_number(script, 1), .to = place.seq};
    clock_encode(&doubt, out);
}

static void forge_genesis(struct script *script, struct buffer *out)
{
    const struct mallory *mallory = scene_mallory();
    static const struct hash no_group;
    struct genesis genesis = {.policy = {script_byte(script) & 1, script_byte(script)}};
    genesis.founder = (struct membership){
        .device = mallory->device, .person = mallory->person, .instance = 1, .role = ROLE_ADMIN, .box = mallory->box};
    membership_sign(&no_group, &genesis.founder, &mallory->secret);
    genesis_encode(&genesis, out);
}

struct sign_public forge_device(const struct forge *forge, struct script *script)
{
    const struct roster *roster = &forge->victim->node->workspace->roster;
    size_t index = script_below(script, roster->count + 1);
    return index < roster->count ? roster->members[index].device : scene_mallory()->device;
}

static struct bytes some_cuts(const struct forge *forge, struct script *script, struct buffer *out)
{
    for (size_t count = script_below(script, 6); count > 0; count--) {
        struct dep place = forge_place(forge, script);
        struct cut cut = {.log = place.log, .seq = place.seq ? place.seq : 1};
        memcpy(cut.id.bytes, place.id, sizeof place.id);
        cut_append(&cut, out);
    }
    return buffer_bytes(out);
}

static struct bytes some_cites(const struct forge *forge, struct script *script, struct buffer *out)
{
    for (size_t count = script_below(script, 4); count > 0 && forge->entry_count; count--) {
        const struct forged *entry = &forge->entries[script_below(script, forge->entry_count)];
        buffer_append(out, BYTES_OF(entry->id.bytes));
    }
    return buffer_bytes(out);
}

static void forge_link(const struct hash *group, struct script *script, struct buffer *out)
{
    const struct mallory *mallory = scene_mallory();
    const uint8_t seed[32] = {script_byte(script) % 8, 2};
    struct linkage linkage = {.person = mallory->person, .box = mallory->box, .number = 1 + script_below(script, 8)};
    struct sign_secret secret;
    crypto_sign_keypair_from(seed, &linkage.device, &secret);
    linkage_sign(group, &mallory->device, &linkage, &secret);
    linkage.consent.bytes[0] ^= script_rarely(script);
    linkage_encode(&linkage, out);
}

/* Where the log of that group's root stands, in its first generation. */
static struct hash root_head(const struct forge *forge, const struct hash *group)
{
    const struct mallory *mallory = scene_mallory();
    const struct hash *root_log = &mallory->root_log.id;
    if (same_hash(group, &mallory->board.id))
        root_log = &mallory->board.root_log.id;
    else if (same_hash(group, &mallory->den.id))
        root_log = &mallory->den.root_log.id;
    const struct log *log = logs_find(forge->victim->node, root_log);
    return log ? log->row.head_id : (struct hash){{0}};
}

static void forge_rule(const struct forge *forge, const struct hash *group, struct script *script, uint64_t type,
                       struct buffer *out)
{
    struct buffer cuts = {0}, cites = {0};
    struct sign_public device = forge_device(forge, script);
    struct bytes cut = some_cuts(forge, script, &cuts), cite = some_cites(forge, script, &cites);
    struct hash head = root_head(forge, group),
                id = script_hash(script, cite.size ? (const struct hash *)cite.data : &head);
    uint64_t instance = script_number(script, 1);
    if (type == ENTRY_REMOVE)
        removal_encode(&(struct removal){device, instance ? instance : 1, cut, cite}, out);
    else if (type == ENTRY_POLICY)
        policy_encode(&(struct policy_change){{instance & 1, instance}, cite}, out);
    else if (type == ENTRY_GRANT)
        grant_encode(&(struct grant){device, instance ? instance : 1, cut}, out);
    else if (type == ENTRY_REVOKE)
        revocation_encode(&(struct revocation){id, cut}, out);
    else if (type == ENTRY_HANDOVER)
        handover_encode(&(struct handover){device, id, cut}, out);
    else if (type == ENTRY_GENERATION)
        generation_encode(&(struct generation){id}, out);
    else if (type == ENTRY_LINK)
        forge_link(group, script, out);
    else
        buffer_append(out, script_bytes(script));
    buffer_done(&cuts);
    buffer_done(&cites);
}

void forge_decree(const struct forge *forge, const struct hash *group, struct script *script, uint64_t type,
                  struct buffer *out)
{
    switch (type) {
    case ENTRY_GENESIS:
        forge_genesis(script, out);
        return;
    case ENTRY_ADD:
        forge_add(group, script, out);
        return;
    case ENTRY_CLOCK:
        forge_clock(forge, script, out);
        return;
    case ENTRY_EPOCH:
        forge_epoch(group, script, out);
        return;
    case ENTRY_KEYSHARE:
        forge_keyshare(group, script, out);
        return;
    case ENTRY_LETTER:
        forge_letter(forge, script, out);
        return;
    default:
        forge_rule(forge, group, script, type, out);
        return;
    }
}
