/* SPDX-License-Identifier: MIT */
#include "crowd.h"

#include "core/peers/office.h"

#define CROWD 60
#define ROUNDS 3
#define ROUND_MS 100 /* in which so many have to have said so much */
#define SAYINGS 8

/* ---------------------------------------------------------------- those who are there */

void crowd_come(struct session *session)
{
    struct wire_message message = {.type = WIRE_PRESENCE};
    struct buffer rows = {0};
    if (session->is_crowded)
        return;
    session->is_crowded = true;
    for (uint8_t i = 0; i < CROWD; i++) {
        struct sign_public device;
        struct signature proof;
        const uint8_t ip[16] = {[10] = 255, [11] = 255, [12] = 10, [14] = 9, [15] = i};
        forge_newcomer(&session->forge, i, &device, &proof);
        buffer_append(&rows, BYTES_OF(device.bytes));
        buffer_append_u64(&rows, 1);
        buffer_append_byte(&rows, PRESENCE_UP);
        buffer_append(&rows, BYTES_OF(ip));
        buffer_append_u16(&rows, 4000);
        buffer_append(&rows, BYTES_OF(proof.bytes));
    }
    session_hand_out(session);
    message.presence.rows = buffer_bytes(&rows);
    session_say(session, &message);
    buffer_done(&rows);
}

/* ---------------------------------------------------------------- those who talk */

/* On two links of Mallory's, and one of each guest. */
static void call_as(struct session *session, size_t talker)
{
    const struct mallory *mallory = scene_mallory();
    bool is_guest = talker < SCENE_GUESTS;
    session->caller = &session->callers[talker];
    session_hang_up(session);
    session_call(session, is_guest ? &mallory->guests[talker].device : &mallory->device,
                 is_guest ? &mallory->guests[talker].secret : &mallory->secret);
    session_say_hello(session, (uint8_t)talker);
}

static void bring_guests(struct session *session)
{
    bool is_alices = script_rarely(&session->script);
    if (session->has_guests)
        return;
    session->has_guests = true;
    for (size_t i = 0; i < SCENE_GUESTS; i++)
        forge_guest(&session->forge, i, is_alices);
    call_as(session, SESSION_CALLERS - 1);
    session_tell(session, 1);
}

static void talk(struct session *session, size_t talker, enum lie lie)
{
    static const size_t lines[] = {0, 2}; /* Mallory's */
    size_t line = talker < SCENE_GUESTS ? forge_guest_line(talker) : lines[talker - SCENE_GUESTS];
    uint64_t from = session->forge.lines[line].log.head_seq + 1;
    session->caller = &session->callers[talker];
    forge_messages(&session->forge, line, SAYINGS + script_below(&session->script, SAYINGS));
    session_say_live(session, line, from, lie);
}

void crowd_talk(struct session *session)
{
    struct script *script = &session->script;
    size_t liar = script_below(script, 2 * SESSION_CALLERS);
    enum lie lie = (enum lie)script_below(script, LIES);
    bring_guests(session);
    for (size_t talker = 0; talker < SESSION_CALLERS; talker++)
        call_as(session, talker);
    for (size_t round = 1; round <= ROUNDS; round++) {
        for (size_t talker = 0; talker < SESSION_CALLERS; talker++)
            talk(session, talker, round == ROUNDS && talker == liar ? lie : LIE_NONE);
        if (round < ROUNDS)
            world_run(&session->scene.world, ROUND_MS + script_below(script, ROUND_MS));
    }
}
