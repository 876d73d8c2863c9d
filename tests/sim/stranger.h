/* SPDX-License-Identifier: MIT
 * Somebody on the network who runs no node: says any bytes, and hears what comes back.  With a key he can do the
 * handshake as a node would, and say inside the link what no node would. */
#pragma once
#include "core/link/noise.h"
#include "core/link/wire.h"
#include "world.h"

struct stranger {
    struct world *world;
    struct host *host;
    struct cable *cable;
    struct sign_public device;
    struct sign_secret secret;
    struct noise_handshake noise;
    struct noise_cipher send, receive;
    size_t read;         /* of host->heard */
    struct buffer plain; /* of the frame at hand, */
    size_t said;         /* read up to here */
};

void stranger_init(struct stranger *stranger, struct world *world, const char *name);
void stranger_done(struct stranger *stranger);

/* Connects, dropping an earlier connection. */
void stranger_dial(struct stranger *stranger, const char *whom);
void stranger_send(struct stranger *stranger, struct bytes bytes);
size_t stranger_heard(const struct stranger *stranger);  /* bytes, on this connection */
bool stranger_was_left(const struct stranger *stranger); /* the other side hung up */

/* The first message of a handshake under that key, as a frame. */
void stranger_first_message(struct stranger *stranger, const struct secret_key *psk, struct buffer *out);
/* Dials and does two thirds of the handshake.  ERR_CLOSED: the other side hung up. */
enum error stranger_begin(struct stranger *stranger, const char *whom, const struct secret_key *psk);
enum error stranger_finish(struct stranger *stranger);
/* Both. */
enum error stranger_greet(struct stranger *stranger, const char *whom, const struct secret_key *psk);
/* Joins by that code as a joiner would, and is a member then. */
enum error stranger_join(struct stranger *stranger, const char *whom, const struct code *code);
void stranger_say(struct stranger *stranger, const struct wire_message *message);
void stranger_say_plain(struct stranger *stranger, struct bytes plain);
/* HELLO, so that the other side takes this for a member's link. */
void stranger_hello(struct stranger *stranger);
/* The next message of that type among those that came; others are passed over.  Valid until the next call. */
bool stranger_hears(struct stranger *stranger, enum wire_type type, struct wire_message *ret);

/* What only a member can know. */
struct secret_key stranger_key_of_code(const struct code *code);
struct secret_key stranger_steal_key(const struct host *host);
struct hash stranger_steal_group(const struct host *host);
struct sign_public stranger_steal_root(const struct host *host);
