/* SPDX-License-Identifier: MIT */
#include "core/base/hlc.h"
#include "core/entry/payload.h"
#include "core/peers/presence.h"
#include "forge_decree.h"
#include "forge_note.h"

static const uint8_t no_nonce[24];

/* ---------------------------------------------------------------- lines */

static void add_line(struct forge *forge, const struct written_log *log)
{
    forge->lines[forge->line_count++] = (struct line){.log = *log, .root = log->id};
}

static void add_group_lines(struct forge *forge, const struct known_group *group)
{
    add_line(forge, &group->own[KIND_CONTENT]);
    add_line(forge, &group->own[KIND_GOVERNANCE]);
}

static struct written_log new_log(const struct mallory *mallory, enum log_kind kind, uint8_t sub)
{
    struct written_log log = {.name = mallory->own[kind].name};
    log.name.sub = (struct sub){{sub}};
    log_name_id(&log.name, &log.id);
    return log;
}

static void add_root_line(struct forge *forge, const struct hash *group, const struct sign_public *root,
                          uint64_t generation)
{
    struct written_log log = {.name = {.group = *group, .device = *root, .instance = generation}};
    log_name_id(&log.name, &log.id);
    add_line(forge, &log);
}

static void add_guest_line(struct forge *forge, const struct guest *guest)
{
    struct written_log log = {.name = scene_mallory()->own[KIND_CONTENT].name};
    log.name.device = guest->device;
    log.name.instance = 1;
    log_name_id(&log.name, &log.id);
    add_line(forge, &log);
}

size_t forge_guest_line(size_t guest)
{
    return FORGE_LOGS - SCENE_GUESTS + guest;
}

void forge_init(struct forge *forge, const struct host *victim)
{
    const struct mallory *mallory = scene_mallory();
    struct written_log nobodys = new_log(mallory, KIND_CONTENT, 5);
    struct written_log second = new_log(mallory, KIND_CONTENT, 1), third = new_log(mallory, KIND_CONTENT, 2);
    struct written_log decrees = new_log(mallory, KIND_GOVERNANCE, 3), direct[2];
    for (enum log_kind kind = KIND_GOVERNANCE; kind <= KIND_CONTENT; kind++) {
        direct[kind] = new_log(mallory, kind, 6);
        direct[kind].name.group = mallory->direct;
        log_name_id(&direct[kind].name, &direct[kind].id);
    }
    memset(forge, 0, sizeof *forge);
    forge->victim = victim;
    nobodys.name.device.bytes[0] ^= 1;
    log_name_id(&nobodys.name, &nobodys.id);
    add_line(forge, &mallory->own[KIND_CONTENT]);
    add_line(forge, &mallory->own[KIND_GOVERNANCE]);
    add_line(forge, &second);
    add_line(forge, &third);
    add_line(forge, &decrees);
    add_line(forge, mallory->office == OFFICE_OF_ALICE ? &second : &mallory->root_log);
    add_line(forge, &nobodys);
    add_line(forge, &direct[KIND_CONTENT]);
    add_line(forge, &direct[KIND_GOVERNANCE]);
    add_group_lines(forge, &mallory->board);
    add_group_lines(forge, &mallory->den);
    add_line(forge, &mallory->den.root_log);
    add_root_line(forge, &mallory->group, &mallory->root, 1);
    add_root_line(forge, &mallory->board.id, &mallory->root, 0);
    add_root_line(forge, &mallory->den.id, &mallory->den.root, 1);
    for (size_t i = 0; i < SCENE_GUESTS; i++)
        add_guest_line(forge, &mallory->guests[i]);
}

void forge_done(struct forge *forge)
{
    for (size_t i = 0; i < forge->entry_count; i++)
        buffer_done(&forge->entries[i].wire);
}

const struct forged *forge_newest(const struct forge *forge)
{
    return forge->entry_count ? &forge->entries[forge->entry_count - 1] : NULL;
}

static bool is_on(const struct forge *forge, const struct forged *entry, const struct hash *log)
{
    const struct line *line = &forge->lines[entry->line];
    if (same_hash(&line->log.id, log))
        return true;
    for (size_t i = 0; i < forge->entry_count; i++) /* where the line forked later, its rest is a branch as well */
        if (forge->entries[i].line == entry->line && forge->entries[i].seq <= entry->seq &&
            same_hash(&forge->entries[i].branch, log))
            return true;
    return false;
}

const struct forged *forge_find(const struct forge *forge, const struct hash *log, uint64_t seq)
{
    for (size_t i = 0; i < forge->entry_count; i++)
        if (forge->entries[i].seq == seq && is_on(forge, &forge->entries[i], log))
            return &forge->entries[i];
    return NULL;
}

/* ---------------------------------------------------------------- payloads */

/* The words of the script, or many of them. */
static struct bytes forge_text(struct script *script, struct buffer *room)
{
    struct bytes text = script_bytes(script);
    size_t times = script_rarely(script) ? (size_t)script_byte(script) * 8 : 1;
    if (!text_is_utf8(text))
        text = BYTES_TEXT("text");
    for (size_t i = 0; i < times && room->size + text.size <= TEXT_MAX_SIZE; i++)
        buffer_append(room, text);
    return buffer_bytes(room);
}

static void forge_plain(const struct forge *forge, struct script *script, uint64_t type, struct buffer *out)
{
    struct buffer room = {0};
    struct bytes text = forge_text(script, &room);
    if (type == ENTRY_MESSAGE) {
        struct message_content content = {.flags = script_byte(script) % 4, .text = text};
        content.topic = script_byte(script) & 1 ? BYTES_TEXT("Topic") : (struct bytes){0};
        message_content_encode(&content, out);
    } else if (type == ENTRY_PROFILE) {
        struct profile profile = {.person = scene_mallory()->person, .name = text};
        profile.person.bytes[0] ^= script_rarely(script);
        profile_encode(&profile, out);
    } else if (type == ENTRY_TITLE) {
        struct title title = {.name = text, .folder = text};
        if (script_byte(script) & 1)
            title.folder = BYTES_TEXT("Projects/New");
        title_encode(&title, out);
    } else if (type == ENTRY_NOTE) {
        forge_note(forge, script, text, out);
    } else if (type == ENTRY_INVITEE) {
        forge_invitee(forge, script, out);
    } else if (type == ENTRY_LABEL) {
        label_encode(text, out);
    } else {
        buffer_append(out, text);
    }
    buffer_done(&room);
}

static const struct epoch_key *key_of(const struct hash *group)
{
    const struct mallory *mallory = scene_mallory();
    const struct known_group *groups[] = {&mallory->board, &mallory->den};
    for (size_t i = 0; i < 2; i++)
        if (same_hash(&groups[i]->id, group))
            return &groups[i]->epoch;
    return &mallory->epoch;
}

/* Under a key that all have, or under one that only an EPOCH of Mallory's brings. */
static void seal(const struct hash *group, struct script *script, struct entry *entry, struct bytes plain,
                 struct buffer *out)
{
    const struct mallory *mallory = scene_mallory();
    struct secret_key key = key_of(group)->key;
    struct buffer ad = {0};
    if (script_rarely(script) || same_hash(group, &mallory->direct)) {
        key = (struct secret_key){{script_byte(script) % 4}};
        epoch_key_id(group, &key, &entry->epoch);
    }
    entry_associated_data(entry, &ad);
    crypto_seal(&key, no_nonce, buffer_bytes(&ad), plain, out);
    buffer_done(&ad);
}

static void forge_payload(const struct forge *forge, const struct hash *group, struct script *script,
                          struct entry *entry, struct buffer *out)
{
    struct buffer plain = {0};
    if (script_rarely(script)) {
        buffer_append(out, script_bytes(script));
    } else if (entry->type < ENTRY_MESSAGE) {
        forge_decree(forge, group, script, entry->type, out);
    } else {
        forge_plain(forge, script, entry->type, &plain);
        seal(group, script, entry, buffer_bytes(&plain), out);
    }
    buffer_done(&plain);
}

/* ---------------------------------------------------------------- entries */

static struct line *branch_off(struct forge *forge, const struct line *from, const struct entry *entry,
                               const struct hash *id)
{
    if (forge->line_count == FORGE_LINES)
        return NULL;
    struct line *line = &forge->lines[forge->line_count++];
    *line = *from;
    line->is_branch = true;
    line->base = entry->seq - 1;
    line->first = *id;
    log_branch_id(&line->root, id, &line->log.id);
    return line;
}

/* Keeps it where it belongs: the next of its line, or the first of a branch.  What follows nothing stays with it. */
static void keep(struct forge *forge, struct line *line, const struct forged *behind, const struct entry *entry,
                 const struct hash *id, struct buffer *wire)
{
    bool is_chained = !behind || (entry->seq == behind->seq + 1 && same_hash(&entry->previous, &behind->id));
    bool is_next = entry->seq == line->log.head_seq + 1 && same_hash(&entry->previous, &line->log.head_id);
    if (!is_next && behind && is_chained)
        line = branch_off(forge, line, entry, id);
    if (line && (is_next || line->is_branch)) {
        line->log.head_seq = entry->seq;
        line->log.head_id = *id;
    }
    struct forged *kept = &forge->entries[forge->entry_count++];
    *kept = (struct forged){.line = line ? (size_t)(line - forge->lines) : FORGE_LOGS - 1, .seq = entry->seq};
    kept->id = *id;
    kept->wire = *wire;
    kept->bare = wire->size - entry->payload.size;
    log_branch_id(&forge->lines[kept->line].root, id, &kept->branch);
}

static const struct sign_secret *author_of(const struct line *line)
{
    const struct mallory *mallory = scene_mallory();
    if (same_key(&line->log.name.device, &mallory->root))
        return mallory->office == OFFICE_OF_ALICE ? &mallory->den_secret : &mallory->root_secret;
    for (size_t i = 0; i < SCENE_GUESTS; i++)
        if (same_key(&line->log.name.device, &mallory->guests[i].device))
            return &mallory->guests[i].secret;
    return same_key(&line->log.name.device, &mallory->den.root) ? &mallory->den_secret : &mallory->secret;
}

static void write_entry(struct forge *forge, struct line *line, const struct forged *behind, struct entry *entry)
{
    struct buffer wire = {0};
    struct hash id;
    if (entry->seq == 0 || forge->entry_count == FORGE_ENTRIES ||
        entry_encode(entry, author_of(line), &wire, &id) != OK) {
        buffer_done(&wire);
        return;
    }
    keep(forge, line, behind, entry, &id, &wire);
}

/* What it is to follow: an earlier entry of the line, or its very beginning.  NULL: the head. */
static const struct forged *some_place_in(const struct forge *forge, struct script *script, size_t line)
{
    static const struct forged beginning;
    uint8_t choice = script_byte(script);
    if (choice >= 248)
        return &beginning;
    if (choice < 200 || !forge->entry_count)
        return NULL;
    const struct forged *entry = &forge->entries[script_below(script, forge->entry_count)];
    return entry->line == line ? entry : NULL;
}

#define UNKNOWN_DECREE 40

static uint64_t some_type(struct script *script, enum log_kind kind)
{
    static const uint64_t contents[] = {ENTRY_MESSAGE, ENTRY_MESSAGE, ENTRY_PROFILE, ENTRY_TITLE,
                                        200,           ENTRY_NOTE,    ENTRY_INVITEE, ENTRY_LABEL};
    static const uint64_t decrees[] = {
        ENTRY_EPOCH,  ENTRY_KEYSHARE, ENTRY_ADD,   ENTRY_CLOCK,  ENTRY_GENESIS,  ENTRY_LINK,       UNKNOWN_DECREE,
        ENTRY_REMOVE, ENTRY_POLICY,   ENTRY_GRANT, ENTRY_REVOKE, ENTRY_HANDOVER, ENTRY_GENERATION, ENTRY_LETTER,
    };
    return kind == KIND_CONTENT ? contents[script_below(script, sizeof contents / sizeof *contents)]
                                : decrees[script_below(script, sizeof decrees / sizeof *decrees)];
}

static void write_in(struct forge *forge, struct script *script, size_t index)
{
    struct line *line = &forge->lines[index];
    const struct forged *behind = some_place_in(forge, script, index);
    struct buffer deps = {0}, payload = {0};
    struct entry entry = {.type = some_type(script, line->log.name.kind), .log = line->root};
    if (line->log.name.kind == KIND_CONTENT)
        entry.epoch = key_of(&line->log.name.group)->id;
    entry.seq = script_number(script, (behind ? behind->seq : line->log.head_seq) + 1);
    entry.previous = script_hash(script, behind ? &behind->id : &line->log.head_id);
    entry.hlc = script_number(script, hlc_make(host_now_ms(forge->victim), forge->entry_count & 0xffff));
    for (size_t count = script_below(script, 5); count > 0; count--) {
        struct dep dep = forge_place(forge, script);
        dep_append(&dep, &deps);
    }
    entry.deps = buffer_bytes(&deps);
    forge_payload(forge, &line->log.name.group, script, &entry, &payload);
    entry.payload = buffer_bytes(&payload);
    write_entry(forge, line, behind, &entry);
    buffer_done(&deps);
    buffer_done(&payload);
}

void forge_entry(struct forge *forge, struct script *script)
{
    write_in(forge, script, script_below(script, forge->line_count));
}

void forge_messages(struct forge *forge, size_t line, size_t count)
{
    struct script nothing = {{0}};
    for (; count > 0; count--)
        write_in(forge, &nothing, line);
}

/* ---------------------------------------------------------------- who comes */

/* Behind the head of her governance. */
static void write_decree(struct forge *forge, enum entry_type type, uint16_t count, struct bytes payload)
{
    struct line *line = &forge->lines[1];
    struct entry entry = {.type = type, .log = line->root, .seq = line->log.head_seq + 1, .payload = payload};
    entry.previous = line->log.head_id;
    entry.hlc = hlc_make(host_now_ms(forge->victim), count);
    write_entry(forge, line, NULL, &entry);
}

void forge_guest(struct forge *forge, size_t guest, bool is_alices)
{
    const struct mallory *mallory = scene_mallory();
    const struct guest *comes = &mallory->guests[guest];
    struct add add = {.member = {.device = comes->device, .person = mallory->alice, .box = mallory->box}};
    struct linkage linkage = {.device = comes->device, .person = mallory->person, .box = mallory->box};
    struct buffer payload = {0};
    add.member.instance = 1;
    add.member.role = ROLE_MEMBER;
    linkage.number = 1 + guest;
    membership_sign(&mallory->group, &add.member, &comes->secret);
    linkage_sign(&mallory->group, &mallory->device, &linkage, &comes->secret);
    if (is_alices)
        add_encode(&add, &payload);
    else
        linkage_encode(&linkage, &payload);
    write_decree(forge, is_alices ? ENTRY_ADD : ENTRY_LINK, (uint16_t)guest, buffer_bytes(&payload));
    buffer_done(&payload);
}

void forge_newcomer(struct forge *forge, uint8_t number, struct sign_public *ret, struct signature *ret_proof)
{
    const struct mallory *mallory = scene_mallory();
    const uint8_t seed[32] = {number, 1};
    struct add add = {.member = {.box = mallory->box, .instance = 1, .role = ROLE_MEMBER}};
    struct sign_secret secret;
    struct buffer payload = {0};
    crypto_sign_keypair_from(seed, &add.member.device, &secret);
    add.member.person.bytes[0] = number;
    membership_sign(&mallory->group, &add.member, &secret);
    add_encode(&add, &payload);
    *ret = add.member.device;
    presence_prove(&secret, &mallory->group, 1, ret_proof);
    write_decree(forge, ENTRY_ADD, number, buffer_bytes(&payload));
    buffer_done(&payload);
}
