/* SPDX-License-Identifier: MIT
 * A connection that a node dials.  The first byte says what it dials for: a member seeks the others, and meets somebody
 * who knows the workspace's key; or a newcomer has a code, and meets whoever knows that.  The rest is what he says: the
 * payload of the second message, and messages that a script makes or raw frames.  Afterwards the node is as it was, or
 * has joined, and holds no more memory than before. */
#include "core/members/identity.h"
#include "forge.h"
#include "sim/stranger.h"
#include <stdlib.h>

#define MEMORY_MAX ((size_t)4 << 20)
#define STEPS_MAX 20

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct address mallorys = {.ip = {[10] = 255, [11] = 255, [12] = 10, [13] = 9, [15] = 9}, .port = 4000};

struct meeting {
    struct scene scene;
    struct caller caller;
    struct forge forge;
    struct script script;
    uint64_t dial; /* that of mallory's address; 0: none yet */
};

static void overhear(void *arg, const struct effects *effects, const struct effect *effect)
{
    struct meeting *meeting = arg;
    bool is_mallorys = memcmp(effect->address.ip, mallorys.ip, sizeof mallorys.ip) == 0;
    if (effect->type == EFFECT_DIAL && is_mallorys && !meeting->dial)
        meeting->dial = effect->dial;
    callers_overhear(&meeting->scene, effects, effect);
}

static void must_dial(struct meeting *meeting, struct command *command)
{
    command->addresses[0] = mallorys;
    command->address_count = 1;
    world_ask(&meeting->scene.world, meeting->scene.alice->name, command);
    for (int i = 0; i < 100 && !meeting->dial; i++)
        world_run(&meeting->scene.world, 50);
    scene_require(&meeting->scene, meeting->dial != 0, "the address is dialled");
}

/* Takes alice's place. */
static void add_newcomer(struct scene *scene)
{
    struct command command = {.type = COMMAND_IDENTITY_CREATE, .name = BYTES_TEXT("zoe")};
    struct asked asked;
    struct host *host = host_new(&scene->world, "zoe");
    scene->world.hosts[scene->world.host_count++] = host;
    scene->alice = host;
    host_start(host);
    scene_require(scene, world_command(&scene->world, "zoe", &command, 5000, &asked) == OK, "zoe is somebody");
}

/* The proof is the true one with the input's first bytes laid over it, or the input itself. */
static void prove(struct meeting *meeting, bool is_overlay)
{
    struct buffer proof = {0};
    struct bytes said = script_bytes(&meeting->script);
    if (is_overlay)
        caller_proof(&meeting->caller, &scene_mallory()->device, &scene_mallory()->secret, &proof);
    else
        buffer_append(&proof, said);
    for (size_t i = 0; is_overlay && i < said.size && i < proof.size; i++)
        proof.data[i] ^= said.data[i];
    caller_respond(&meeting->caller, buffer_bytes(&proof));
    buffer_done(&proof);
}

static void say(struct meeting *meeting)
{
    struct wire_message message = {0};
    struct buffer rows = {0}, plain = {0};
    uint8_t choice = script_byte(&meeting->script);
    if (choice < 64)
        buffer_append(&plain, script_bytes(&meeting->script));
    else if (choice < 80)
        forge_anything(&meeting->forge, &meeting->script, (struct bytes){0}, &plain);
    else {
        forge_message(&meeting->forge, &meeting->script, &rows, &message);
        wire_encode(&message, &plain);
    }
    if (plain.size && plain.size <= WIRE_PLAIN_MAX && caller_stands(&meeting->caller))
        caller_send_sealed(&meeting->caller, buffer_bytes(&plain));
    buffer_done(&rows);
    buffer_done(&plain);
}

static void open_meeting(struct meeting *meeting, bool is_new, bool links, struct command *command)
{
    scene_open(&meeting->scene, OFFICE_OF_ALICE, false);
    forge_init(&meeting->forge, meeting->scene.alice); /* before zoe, who knows of no logs */
    if (is_new)
        add_newcomer(&meeting->scene);
    meeting->scene.alice->overhear = overhear;
    meeting->scene.alice->overhear_arg = meeting;
    command->type = is_new ? COMMAND_JOIN : COMMAND_PEER_ADD;
    command->links = links;
    must_dial(meeting, command);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct meeting meeting;
    struct command command = {.code = {.words = {1, 2, 3, 4, 5, 6}}};
    if (size < 2)
        return 0;
    meeting = (struct meeting){.script = {.left = {data, size}}};
    uint8_t choice = script_byte(&meeting.script);
    struct secret_key code_key = stranger_key_of_code(&command.code);
    open_meeting(&meeting, choice & 1, choice & 4, &command);
    bool fits = caller_dialled(&meeting.caller, &meeting.scene, meeting.dial,
                               choice & 1 ? &code_key : &scene_mallory()->workspace_key);
    scene_require(&meeting.scene, fits, "alice begins under the key that is meant");
    prove(&meeting, choice & 2);
    for (int i = 0; i < STEPS_MAX && meeting.script.left.size && meeting.caller.is_sealed; i++)
        say(&meeting);
    world_run(&meeting.scene.world, 6000); /* longer than a handshake may take */
    caller_done(&meeting.caller);
    world_run(&meeting.scene.world, 20000); /* longer than a joining may take */
    scene_must_be_small(&meeting.scene, MEMORY_MAX);
    meeting.scene.alice->overhear = NULL;
    forge_done(&meeting.forge);
    scene_close(&meeting.scene);
    return 0;
}
