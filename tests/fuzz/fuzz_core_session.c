/* SPDX-License-Identifier: MIT
 * A member of the office, or its admin, who says whatever the fuzzer wants.  The input is a script: messages of every
 * type with fields from what the office knows, entries that are validly signed and otherwise false, histories that
 * fork, payloads that come later or not at all, true answers to what was asked, raw frames, several connections at
 * once; and meanwhile disks that fail or fill, crashes, colleagues who write.  Afterwards the node that heard it all
 * must still serve a good colleague and hold the same entries as he, with nothing of its own lost or changed, and no
 * more memory than the script could honestly cost. */
#include "colleagues.h"
#include "crowd.h"
#include "session.h"
#include <stdlib.h>

#define STEPS_MAX 80
#define MEMORY_MAX ((size_t)24 << 20)
#define MANY 240

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* ---------------------------------------------------------------- connections */

static void say_hello(struct session *session)
{
    session_say_hello(session, (uint8_t)script_below(&session->script, 6));
}

/* As Mallory, or as a device that has the workspace's key and is no member. */
static void call_again(struct session *session)
{
    const struct mallory *mallory = scene_mallory();
    const uint8_t seed[32] = {7};
    struct sign_public device = mallory->device;
    struct sign_secret secret = mallory->secret;
    if (script_rarely(&session->script))
        crypto_sign_keypair_from(seed, &device, &secret);
    session_hang_up(session);
    session_call(session, &device, &secret);
    say_hello(session);
}

static void take_turns(struct session *session)
{
    session->caller = &session->callers[script_below(&session->script, SESSION_CALLERS)];
    if (!caller_stands(session->caller))
        call_again(session);
}

/* ---------------------------------------------------------------- saying */

static void say_raw(struct session *session)
{
    struct bytes raw = script_bytes(&session->script);
    struct buffer plain = {0};
    buffer_append(&plain, raw);
    session_say_plain(session, &plain);
    buffer_done(&plain);
}

static void say_forged(struct session *session)
{
    struct wire_message message;
    struct buffer rows = {0};
    forge_message(&session->forge, &session->script, &rows, &message);
    session_say(session, &message);
    buffer_done(&rows);
}

static void say_entries(struct session *session)
{
    struct wire_message message = {.type = WIRE_ENTRIES};
    message.entries.number = script_byte(&session->script) % 16;
    message.entries.flags = script_byte(&session->script) % 8;
    message.entries.items = buffer_bytes(&session->items);
    session_say(session, &message);
    session->items.size = 0;
}

/* An entry that Alice has, as it is or damaged. */
static void repeat_entry(struct session *session)
{
    struct stored_entry stored;
    struct buffer *items = &session->items;
    uint64_t arrival = 1 + script_byte(&session->script) % medium_entry_count(session->scene.alice->disk);
    if (medium_arrival(session->scene.alice->disk, arrival, &stored) != OK)
        abort();
    if (items->size + stored.wire.size + 16 > WIRE_PLAIN_MAX - 64)
        items->size = 0;
    buffer_append_u16(items, (uint16_t)stored.wire.size);
    buffer_append(items, stored.wire);
    size_t at = (size_t)script_byte(&session->script) * 4;
    if (at < stored.wire.size)
        items->data[items->size - stored.wire.size + at] ^= script_byte(&session->script);
}

/* Any message, of known or unknown type, with items of any kind. */
static void say_anything(struct session *session)
{
    struct buffer plain = {0};
    forge_anything(&session->forge, &session->script, buffer_bytes(&session->items), &plain);
    session_say_plain(session, &plain);
    buffer_done(&plain);
    session->items.size = 0;
}

/* What a node says that has written something: where its logs stand. */
static void tell_places(struct session *session)
{
    struct wire_message message = {.type = WIRE_HAVE, .have = {.group = forge_group(&session->script)}};
    struct buffer rows = {0};
    message.have.kind = script_byte(&session->script) & 1 ? KIND_GOVERNANCE : KIND_CONTENT;
    message.have.flags = HAVE_FLAG_LAST;
    for (size_t i = 0; i < session->forge.line_count; i++) {
        const struct line *line = &session->forge.lines[i];
        struct dep row = {.log = line->log.id, .seq = script_number(&session->script, line->log.head_seq)};
        memcpy(row.id, line->log.head_id.bytes, sizeof row.id);
        bool is_there = same_hash(&line->log.name.group, &message.have.group) && line->log.head_seq;
        if (is_there && line->log.name.kind == message.have.kind)
            dep_append(&row, &rows);
    }
    message.have.rows = buffer_bytes(&rows);
    session_say(session, &message);
    buffer_done(&rows);
}

static void write_entries(struct session *session)
{
    uint8_t choice = script_byte(&session->script);
    if (choice == UINT8_MAX)
        forge_messages(&session->forge, 0, MANY);
    else
        for (size_t count = 1 + choice % 4; count > 0; count--)
            forge_entry(&session->forge, &session->script);
}

/* ---------------------------------------------------------------- meanwhile */

static void let_the_disk_fail(struct session *session)
{
    static const enum error errors[] = {ERR_DISK, ERR_DISK_FULL, ERR_CORRUPT};
    struct host *alice = session->scene.alice;
    uint8_t choice = script_byte(&session->script);
    if (choice & 1) {
        alice->fail_commits = 1 + (choice >> 1) % 3;
        alice->fail_with = errors[(choice >> 3) % 3];
    } else {
        alice->free_disk = (uint64_t)(choice >> 1) << 22;
    }
}

static void make_room(struct session *session)
{
    const struct command command = {.type = COMMAND_CARRIER_QUOTA, .quota = UINT64_MAX};
    session->scene.alice->fail_commits = 0;
    session->scene.alice->free_disk = UINT64_C(50) << 30;
    world_ask(&session->scene.world, "alice", &command);
}

static bool look_at(void *arg, const struct message *message)
{
    (void)arg;
    return message->wire.size > 0 || message->early;
}

static void count_log(void *arg, const struct hash *log, uint64_t seq)
{
    *(size_t *)arg += log && seq;
}

static void read_one(struct session *session)
{
    struct node *node = session->scene.alice->node;
    struct dep place = forge_place(&session->forge, &session->script);
    struct message_ref ref = {place.log, place.seq};
    struct message message;
    struct receipt receipt;
    struct buffer id = {0};
    size_t logs = 0;
    uint32_t number;
    node_message_id(node, &ref, script_byte(&session->script) & 1, &id);
    enum error err = node_message_find(node, buffer_bytes(&id), &ref, &number);
    if (!err)
        err = node_message(node, number, ref.seq, &message);
    if (!err)
        err = node_message_clock(node, number, ref.seq, count_log, &logs);
    if (!err)
        err = node_receipt(node, &ref, &receipt);
    scene_require(&session->scene, err || receipt.with <= receipt.persons, "a receipt counts persons");
    buffer_done(&id);
}

static void require_clean(const struct session *session, struct bytes name)
{
    struct buffer clean = {0};
    bool is_clean = !name.size || (text_clean_name(name, &clean) == OK && bytes_equal(buffer_bytes(&clean), name));
    scene_require(&session->scene, is_clean, "names are short, and seen whole");
    buffer_done(&clean);
}

static void look_at_groups(struct session *session)
{
    const struct node *node = session->scene.alice->node;
    struct node_group group;
    struct node_person person;
    struct node_invitee invitee;
    struct node_invitation invitation;
    size_t groups = 0, invitations = 0;
    for (; node_group_at(node, groups, &group); groups++) {
        require_clean(session, group.name);
        scene_require(&session->scene, group.folder.size <= PATH_MAX_SIZE, "paths are bounded");
        for (size_t i = 0; node_person_at(node, group.number, i, &person); i++)
            require_clean(session, person.name);
        for (size_t i = 0; node_invitee_at(node, group.number, i, &invitee); i++)
            require_clean(session, invitee.name);
    }
    for (; node_invitation_at(node, invitations, &invitation); invitations++)
        require_clean(session, invitation.name);
    scene_require(&session->scene, groups <= 512 && invitations <= 512, "groups are bounded");
}

static void look_at_root(struct session *session)
{
    struct node *node = session->scene.alice->node;
    struct node_charter charter;
    struct node_root root;
    struct hash found;
    for (size_t i = 0; node_charter_at(node, i, &charter); i++) {
        require_clean(session, charter.name);
        bool is_found = node_find_charter(node, charter.name, &found) != ERR_NOT_FOUND;
        scene_require(&session->scene, is_found, "a charter is found by its name");
    }
    if (node_root(node, &root))
        scene_require(&session->scene, root.shares_needed <= root.shares, "fewer shares restore it than there are");
}

/* As the local API does. */
static void read_all(struct session *session)
{
    struct node *node = session->scene.alice->node;
    struct message_query query = {.group = 1, .topic = BYTES_TEXT("Topic")};
    struct node_forked_log forked;
    struct node_peer peer;
    size_t peers = 0;
    world_texts(&session->scene.world, "alice");
    query.backward = script_byte(&session->script) & 1;
    bool fine = node_messages(node, &query, look_at, NULL) == OK && node_arrivals(node, 0, look_at, NULL) == OK &&
                node_early_messages(node, 1, look_at, NULL) == OK;
    scene_require(&session->scene, fine, "all can be read");
    read_one(session);
    while (node_peer_at(node, peers, &peer))
        peers++;
    scene_require(&session->scene, peers <= 1024, "addresses are bounded");
    for (size_t i = 0; node_forked_log_at(node, i, &forked); i++)
        scene_require(&session->scene, forked.group > 0, "forked logs have a group");
    look_at_groups(session);
    look_at_root(session);
}

static void wait(struct session *session)
{
    uint8_t choice = script_byte(&session->script);
    world_run(&session->scene.world, choice < 240 ? choice : (uint64_t)choice * 100);
}

/* ---------------------------------------------------------------- the script */

static void flip_next(struct session *session)
{
    session->flip_at = script_byte(&session->script);
    session->flip = script_byte(&session->script);
}

static void restart(struct session *session)
{
    scene_restart_alice(&session->scene, script_byte(&session->script) & 1);
}

static void take_step(struct session *session)
{
    static void (*const steps[])(struct session *) = {
        say_raw,           wait,
        call_again,        take_turns,
        flip_next,         repeat_entry,
        say_anything,      colleagues_talk,
        say_forged,        say_forged,
        say_entries,       write_entries,
        write_entries,     session_hand_out,
        session_hand_out,  session_hand_out_tail,
        tell_places,       session_hand_out_payloads,
        session_answer,    session_answer,
        let_the_disk_fail, restart,
        read_all,          crowd_come,
        colleagues_gather, colleagues_keep_house,
        crowd_talk,
    };
    steps[script_below(&session->script, sizeof steps / sizeof *steps)](session);
}

static void require_all_well(struct session *session)
{
    struct scene *scene = &session->scene;
    make_room(session);
    world_run(&scene->world, 1000);
    for (size_t i = 0; i < SESSION_CALLERS; i++)
        caller_done(&session->callers[i]);
    bool is_whole = scene_is_whole(scene) && !session->is_crowded;
    if (is_whole && !scene->alice->node->workspace->roster.needs_newer)
        scene_must_work(scene);
    if (is_whole)
        scene_must_agree(scene);
    read_all(session);
    scene_restart_alice(scene, false);
    if (is_whole)
        scene_must_agree(scene);
    scene_must_be_intact(scene);
    scene_must_be_small(scene, MEMORY_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct session session = {.script = {.left = {data, size}}};
    if (size < 4)
        return 0;
    scene_open(&session.scene, (enum scene_office)script_below(&session.script, OFFICES), true);
    forge_init(&session.forge, session.scene.alice);
    session.caller = &session.callers[0];
    session_call(&session, &scene_mallory()->device, &scene_mallory()->secret);
    if (script_byte(&session.script))
        say_hello(&session);
    for (int i = 0; i < STEPS_MAX && session.script.left.size; i++)
        take_step(&session);
    require_all_well(&session);
    buffer_done(&session.items);
    forge_done(&session.forge);
    scene_close(&session.scene);
    return 0;
}
