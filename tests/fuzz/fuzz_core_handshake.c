/* SPDX-License-Identifier: MIT
 * A connection that a node accepts.  The first byte says who is at the other end: someone who knows nothing, someone
 * who knows the workspace's key (but may lie about the device), or someone with the code of an invitation.  The rest is
 * what he says: handshake bytes, the payload of the third message, and frames.  Afterwards the node answers a good
 * caller, and holds no more memory than before. */
#include "caller.h"
#include <stdlib.h>

#define MEMORY_MAX ((size_t)1 << 20)
#define CHUNK 48

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct bytes take(struct bytes *input, size_t most)
{
    struct bytes taken = {input->data, input->size < most ? input->size : most};
    input->data += taken.size;
    input->size -= taken.size;
    return taken;
}

/* Bytes as they are, in pieces. */
static void shout(struct caller *caller, struct bytes input)
{
    while (input.size && caller_stands(caller))
        caller_send(caller, take(&input, CHUNK));
}

/* After the handshake: frames of 1 to 256 bytes. */
static void talk(struct caller *caller, struct bytes input)
{
    while (input.size && caller_stands(caller)) {
        size_t most = (size_t)*take(&input, 1).data + 1;
        caller_send_sealed(caller, take(&input, most));
    }
}

/* The proof is the true one with the input's first bytes laid over it, or the input itself. */
static void prove(struct caller *caller, struct bytes *input, bool is_overlay)
{
    struct buffer proof = {0};
    size_t count = input->size ? *take(input, 1).data : 0;
    struct bytes said = take(input, count);
    if (is_overlay)
        caller_proof(caller, &scene_mallory()->device, &scene_mallory()->secret, &proof);
    else
        buffer_append(&proof, said);
    for (size_t i = 0; is_overlay && i < said.size && i < proof.size; i++)
        proof.data[i] ^= said.data[i];
    caller_finish(caller, buffer_bytes(&proof));
    buffer_done(&proof);
}

static void require_open_for_others(struct scene *scene)
{
    struct caller good;
    struct buffer proof = {0};
    caller_dial(&good, scene);
    if (!caller_begin(&good, CALLER_WORKSPACE))
        abort();
    caller_proof(&good, &scene_mallory()->device, &scene_mallory()->secret, &proof);
    caller_finish(&good, buffer_bytes(&proof));
    if (!caller_stands(&good))
        abort();
    buffer_done(&proof);
    caller_done(&good);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct scene scene;
    struct caller caller;
    struct bytes input = {data, size};
    if (size < 2)
        return 0;
    uint8_t choice = *take(&input, 1).data;
    scene_open(&scene, OFFICE_OF_ALICE, false);
    caller_dial(&caller, &scene);
    if (choice % 4 == 0) {
        shout(&caller, input);
    } else {
        if (!caller_begin(&caller, choice % 4 == 3 ? CALLER_INVITE : CALLER_WORKSPACE))
            abort();
        if (choice & 4) {
            shout(&caller, input);
        } else {
            prove(&caller, &input, choice & 8);
            talk(&caller, input);
        }
    }
    world_run(&scene.world, 6000); /* longer than a handshake may take */
    if (choice % 4 == 0 && caller_stands(&caller))
        abort();
    caller_done(&caller);
    require_open_for_others(&scene);
    scene_must_be_small(&scene, MEMORY_MAX);
    scene_close(&scene);
    return 0;
}
