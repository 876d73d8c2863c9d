/* SPDX-License-Identifier: MIT */
#include "forge.h"

#define ROWS_MAX 40

/* ---------------------------------------------------------------- the script */

uint8_t script_byte(struct script *script)
{
    if (!script->left.size)
        return 0;
    script->left.size--;
    return *script->left.data++;
}

struct bytes script_bytes(struct script *script)
{
    size_t size = 4 * (size_t)script_byte(script);
    struct bytes bytes = {script->left.data, size < script->left.size ? size : script->left.size};
    script->left.data += bytes.size;
    script->left.size -= bytes.size;
    return bytes;
}

/* ---------------------------------------------------------------- fields */

static uint64_t a_number(struct script *script, uint64_t true_one)
{
    static const uint64_t extremes[] = {0, 1, UINT32_MAX, UINT64_C(1) << 32, INT64_MAX, UINT64_C(1) << 63, UINT64_MAX};
    uint8_t choice = script_byte(script);
    if (choice < 128)
        return true_one;
    if (choice < 160)
        return true_one + choice - 144;
    if (choice < 200)
        return choice - 160u;
    return extremes[choice % (sizeof extremes / sizeof *extremes)] - (choice < 220 ? 1 : 0);
}

static struct hash a_hash(struct script *script, const struct hash *true_one)
{
    struct hash hash = {{0}};
    uint8_t choice = script_byte(script);
    if (choice < 192)
        hash = *true_one;
    else if (choice < 240)
        memset(&hash, choice, sizeof hash);
    return hash;
}

static const struct log *a_log(const struct forge *forge, struct script *script)
{
    const struct node *node = forge->victim->node;
    return node->logs[script_byte(script) % node->log_count];
}

static struct hash a_log_id(const struct forge *forge, struct script *script)
{
    uint8_t choice = script_byte(script);
    if (choice < 128)
        return a_log(forge, script)->id;
    return forge->logs[choice % FORGE_LOGS].id;
}

/* ---------------------------------------------------------------- rows */

static void add_dep(const struct forge *forge, struct script *script, struct buffer *out)
{
    const struct log *log = a_log(forge, script);
    struct dep dep = {.log = a_log_id(forge, script)};
    if (script_byte(script) & 1)
        dep.log = log->id;
    struct hash id = a_hash(script, &log->row.head_id);
    dep.seq = a_number(script, log->row.head_seq);
    memcpy(dep.id, id.bytes, sizeof dep.id);
    dep_append(&dep, out);
}

static void add_want(const struct forge *forge, struct script *script, struct buffer *out)
{
    struct hash log = a_log_id(forge, script);
    buffer_append(out, BYTES_OF(log.bytes));
    buffer_append_u64(out, a_number(script, 1));
    buffer_append_u64(out, a_number(script, 4));
}

static void add_digest(const struct forge *forge, struct script *script, struct buffer *out)
{
    struct hash group = a_hash(script, &scene_mallory()->group);
    struct hash digest = a_hash(script, &forge->victim->node->workspace->digest);
    buffer_append(out, BYTES_OF(group.bytes));
    buffer_append(out, BYTES_OF(digest.bytes));
}

static void add_address(const struct forge *forge, struct script *script, struct buffer *out)
{
    uint8_t ip[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 10};
    (void)forge;
    for (size_t i = 0; i < sizeof(struct sign_public); i++)
        buffer_append_byte(out, script_byte(script));
    ip[15] = script_byte(script);
    buffer_append(out, BYTES_OF(ip));
    buffer_append_u16(out, (uint16_t)a_number(script, 4000));
}

static struct bytes some_rows(const struct forge *forge, struct script *script, struct buffer *out,
                              void (*add)(const struct forge *, struct script *, struct buffer *))
{
    for (unsigned count = script_byte(script) % ROWS_MAX; count > 0; count--)
        add(forge, script, out);
    return buffer_bytes(out);
}

/* ---------------------------------------------------------------- messages */

static void forge_log(const struct forge *forge, struct script *script, struct wire_message *ret)
{
    uint8_t choice = script_byte(script);
    ret->log.number = script_byte(script) % 8;
    ret->log.name =
        choice < 128 ? forge->logs[choice % FORGE_LOGS].name : forge->victim->node->logs[choice % 4]->row.name;
    if (script_byte(script) > 200) {
        ret->log.name.sub.bytes[0] ^= script_byte(script);
        ret->log.name.instance = a_number(script, ret->log.name.instance);
        ret->log.name.kind ^= script_byte(script) & 1;
        ret->log.name.group = a_hash(script, &ret->log.name.group);
    }
}

static void forge_rows(const struct forge *forge, struct script *script, struct buffer *rows, struct wire_message *ret)
{
    const struct hash *group = &scene_mallory()->group;
    switch (ret->type) {
    case WIRE_DIGESTS:
        ret->digests = some_rows(forge, script, rows, add_digest);
        return;
    case WIRE_HAVE:
        ret->have.group = a_hash(script, group);
        ret->have.kind = script_byte(script) & 1;
        ret->have.flags = script_byte(script) % 5;
        ret->have.rows = some_rows(forge, script, rows, add_dep);
        return;
    case WIRE_WANT:
        ret->want.group = a_hash(script, group);
        ret->want.rows = some_rows(forge, script, rows, add_want);
        return;
    default:
        return;
    }
}

void forge_message(const struct forge *forge, struct script *script, struct buffer *rows, struct wire_message *ret)
{
    static const enum wire_type types[] = {WIRE_LOG, WIRE_HAVE,    WIRE_WANT,  WIRE_DIGESTS, WIRE_END,
                                           WIRE_ACK, WIRE_PING,    WIRE_REKEY, WIRE_INVITED, WIRE_JOIN,
                                           WIRE_BYE, WIRE_WELCOME, WIRE_HELLO};
    *ret = (struct wire_message){.type = types[script_byte(script) % (sizeof types / sizeof *types)]};
    forge_rows(forge, script, rows, ret);
    switch (ret->type) {
    case WIRE_LOG:
        forge_log(forge, script, ret);
        return;
    case WIRE_END:
        ret->end.log = a_log_id(forge, script);
        ret->end.seq = a_number(script, 4);
        return;
    case WIRE_ACK:
        ret->ack.count = a_number(script, 1);
        for (unsigned count = script_byte(script) % 4; count > 0; count--)
            buffer_append_u64(rows, a_number(script, 1));
        ret->ack.refused = buffer_bytes(rows);
        return;
    case WIRE_BYE:
        ret->bye.code = script_byte(script) % 20;
        return;
    default:
        return;
    }
}

static void any_item(const struct forge *forge, struct script *script, struct bytes entries, struct buffer *out)
{
    static void (*const adders[])(const struct forge *, struct script *, struct buffer *) = {add_dep, add_want,
                                                                                             add_digest, add_address};
    struct buffer rows = {0};
    struct hash hash;
    uint8_t choice = script_byte(script);
    switch (choice % 8) {
    case 0:
    case 1:
        write_uint(out, a_number(script, choice >> 3));
        return;
    case 2:
        hash = a_hash(script, &scene_mallory()->group);
        write_bytes(out, BYTES_OF(hash.bytes));
        return;
    case 3:
        hash = a_log_id(forge, script);
        write_bytes(out, BYTES_OF(hash.bytes));
        return;
    case 4:
    case 5:
        write_bytes(out, some_rows(forge, script, &rows, adders[choice >> 3 & 3]));
        buffer_done(&rows);
        return;
    case 6:
        write_bytes(out, entries);
        return;
    default:
        write_bytes(out, script_bytes(script));
        return;
    }
}

void forge_anything(const struct forge *forge, struct script *script, struct bytes entries, struct buffer *out)
{
    uint64_t type = script_byte(script) % 32;
    size_t count = script_byte(script) % 7;
    write_array(out, count + 1);
    write_uint(out, type);
    for (size_t i = 0; i < count; i++)
        any_item(forge, script, entries, out);
}

/* ---------------------------------------------------------------- entries */

static void init_log(struct written_log *log, const struct mallory *mallory, enum log_kind kind, uint8_t sub)
{
    *log = (struct written_log){.name = {.group = mallory->group,
                                         .device = mallory->device,
                                         .instance = mallory->instance,
                                         .sub = {{sub}},
                                         .kind = kind}};
    log_name_id(&log->name, &log->id);
}

void forge_init(struct forge *forge, const struct host *victim)
{
    const struct mallory *mallory = scene_mallory();
    *forge = (struct forge){.victim = victim};
    forge->logs[0] = forge->logs[1] = mallory->own;
    init_log(&forge->logs[2], mallory, KIND_CONTENT, 1);
    init_log(&forge->logs[3], mallory, KIND_CONTENT, 2);
    init_log(&forge->logs[4], mallory, KIND_GOVERNANCE, 3);
    init_log(&forge->logs[5], mallory, KIND_GOVERNANCE, 4);
}

static void forge_epoch(struct script *script, struct buffer *out)
{
    const struct mallory *mallory = scene_mallory();
    const uint8_t seed[32] = {script_byte(script) % 4};
    const struct secret_key key = {{script_byte(script) % 4}};
    struct dh_secret ephemeral;
    struct epoch epoch = {.height = a_number(script, mallory->epoch.height + 1)};
    struct buffer records = {0}, sealed = {0}, plain = {0};
    struct epoch_secrets secrets = {.superseded = script_bytes(script)};
    crypto_dh_keypair_from(seed, &epoch.ephemeral, &ephemeral);
    epoch_key_id(&mallory->group, &key, &epoch.id);
    epoch.id.bytes[0] ^= script_byte(script) % 16 == 1;
    box_record_append(&ephemeral, &epoch.ephemeral, &mallory->box, &key, &records);
    secrets.superseded.size -= secrets.superseded.size % 32;
    epoch_secrets_encode(&secrets, &plain);
    crypto_seal(&key, (const uint8_t[24]){0}, BYTES_OF(mallory->group.bytes), buffer_bytes(&plain), &sealed);
    epoch.records = buffer_bytes(&records);
    epoch.sealed = buffer_bytes(&sealed);
    epoch_encode(&epoch, out);
    buffer_done(&records);
    buffer_done(&sealed);
    buffer_done(&plain);
}

static void forge_add(struct script *script, struct buffer *out)
{
    const struct mallory *mallory = scene_mallory();
    struct add add = {.member = {.device = mallory->device, .person = mallory->person, .box = mallory->box}};
    add.member.device.bytes[0] ^= script_byte(script);
    add.member.instance = a_number(script, mallory->instance);
    add.member.role = a_number(script, ROLE_MEMBER);
    membership_sign(&mallory->group, &add.member, &mallory->secret);
    add_encode(&add, out);
}

static void forge_plain(struct script *script, uint64_t type, struct buffer *out)
{
    struct bytes text = script_bytes(script);
    if (!text_is_utf8(text))
        text = BYTES_TEXT("text");
    if (type == ENTRY_MESSAGE) {
        struct message_content content = {.flags = script_byte(script) % 4, .text = text};
        message_content_encode(&content, out);
    } else if (type == ENTRY_PROFILE) {
        struct profile profile = {.person = scene_mallory()->person, .name = text};
        profile_encode(&profile, out);
    } else if (type == ENTRY_TITLE) {
        struct title title = {.name = text};
        title_encode(&title, out);
    } else {
        buffer_append(out, text);
    }
}

static void seal(const struct entry *entry, struct bytes plain, struct buffer *out)
{
    struct buffer ad = {0};
    entry_associated_data(entry, &ad);
    crypto_seal(&scene_mallory()->epoch.key, (const uint8_t[24]){0}, buffer_bytes(&ad), plain, out);
    buffer_done(&ad);
}

static void forge_payload(struct script *script, const struct entry *entry, struct buffer *out)
{
    struct buffer plain = {0};
    uint8_t choice = script_byte(script);
    if (choice > 200)
        buffer_append(out, script_bytes(script));
    else if (entry->type == ENTRY_EPOCH)
        forge_epoch(script, out);
    else if (entry->type == ENTRY_ADD)
        forge_add(script, out);
    else if (entry->type < ENTRY_MESSAGE)
        buffer_append(out, script_bytes(script));
    else {
        forge_plain(script, entry->type, &plain);
        seal(entry, buffer_bytes(&plain), out);
    }
    buffer_done(&plain);
}

void forge_entry(struct forge *forge, struct script *script, struct buffer *out)
{
    static const uint64_t types[] = {ENTRY_MESSAGE, ENTRY_PROFILE, ENTRY_TITLE, 200, ENTRY_MESSAGE};
    const struct mallory *mallory = scene_mallory();
    struct written_log *log = &forge->logs[script_byte(script) % FORGE_LOGS];
    struct buffer deps = {0}, payload = {0};
    uint8_t choice = script_byte(script);
    struct entry entry = {.log = log->id, .epoch = mallory->epoch.id};
    entry.type = log->name.kind == KIND_CONTENT ? types[choice % 5] : 1 + choice % 20u;
    if (log->name.kind == KIND_GOVERNANCE)
        entry.epoch = (struct epoch_id){{0}};
    entry.seq = a_number(script, log->head_seq + 1);
    entry.previous = a_hash(script, &log->head_id);
    entry.hlc = a_number(script, UINT64_C(1800000100000) << 16);
    for (unsigned count = script_byte(script) % 5; count > 0; count--)
        add_dep(forge, script, &deps);
    entry.deps = buffer_bytes(&deps);
    forge_payload(script, &entry, &payload);
    entry.payload = buffer_bytes(&payload);

    struct hash id;
    if (entry.seq > 0 && entry_encode(&entry, &mallory->secret, out, &id) == OK) {
        log->head_seq = entry.seq;
        log->head_id = id;
    }
    buffer_done(&deps);
    buffer_done(&payload);
}
