/* SPDX-License-Identifier: MIT
 * Many nodes in one process, in virtual time.  The same seed gives the same run, byte for byte.
 *
 *     struct world world;
 *     world_init(&world, 1);
 *     world_add(&world, "alice");
 *     world_found(&world, "alice", "Office");
 *     world_add(&world, "bob");
 *     world_meet(&world, "alice", "bob");
 *     world_say(&world, "alice", "merhaba");
 *     world_settle(&world);                       all that can meet has the same
 *     assert_string_equal(world_texts(&world, "bob"), "alice: merhaba\n");
 *     world_done(&world);
 *
 * The first thing that goes wrong stands in world.failure. */
#pragma once
#include "agenda.h"
#include "core/base/random.h"
#include "core/base/table.h"
#include "core/node_query.h"
#include "host.h"

#define WORLD_HOSTS_MAX 1024

struct weather {
    uint64_t delay_us, jitter_us;
    uint64_t bytes_per_ms;
    uint64_t commit_us;
    size_t segment_max;          /* of the first pieces of what is written at once; 0: 64 KiB */
    uint64_t resets_per_million; /* of writes */
};

/* A command, and what came of it. */
struct asked {
    struct host *host;
    enum command_type type;
    bool answered;
    bool excused; /* no computer holds it any more, by a rollback */
    enum error error;
    struct code code;
    struct message_ref message;
    size_t remaining; /* of GROUP_LEAVE */
    char text[64];
};

struct world {
    uint64_t seed;
    struct random random;
    uint64_t now_us;
    struct agenda agenda;
    struct weather weather;
    const struct medium_kind *medium; /* of hosts that come; by default memory, or as SIM_STORE says */
    bool mdns;                        /* beacons are seen */
    bool echo;                        /* also one's own */
    struct host *hosts[WORLD_HOSTS_MAX];
    size_t host_count, strangers;
    struct cable **cables;
    size_t cable_count, cable_capacity;
    bool cut[WORLD_HOSTS_MAX][WORLD_HOSTS_MAX]; /* nothing comes through from, to */
    struct asked **asked;                       /* by command id - 1 */
    size_t asked_count, asked_capacity;
    struct table durable; /* (log, seq) → the id stored first, owned; and every id that was stored */
    struct table names;   /* hash of an entry's bytes → struct entry_name (check.h), owned */
    bool forks_allowed;   /* to everybody; else to these devices: */
    struct table forkers;
    uint64_t bytes_sent;
    bool tapped;          /* the wire is read along (tap.h); set before anybody starts */
    uint64_t fingerprint; /* of all that happened */
    /* While all wait for agreement, or NULL. */
    void (*meanwhile)(struct world *world);
    bool loud; /* tells the nodes' logs on standard error */
    struct buffer scratch;
    char failure[200]; /* empty: none */
};

void world_init(struct world *world, uint64_t seed);
void world_done(struct world *world);

/* ---------------------------------------------------------------- time */

void world_run(struct world *world, uint64_t ms);
typedef bool (*world_predicate)(struct world *world);
/* False: it did not come true in time. */
bool world_until(struct world *world, world_predicate predicate, uint64_t ms);

/* ---------------------------------------------------------------- people */

struct host *world_host(const struct world *world, const char *name);
struct host *world_add(struct world *world, const char *name); /* started, with an identity */
enum error world_found(struct world *world, const char *name, const char *workspace);
enum error world_invite(struct world *world, const char *name, struct code *ret);
enum error world_invite_as(struct world *world, const char *name, enum role role, struct code *ret);
enum error world_join(struct world *world, const char *name, const struct code *code);
/* `guest` joins by a code of `inviter`'s and waits until it may write. */
enum error world_meet(struct world *world, const char *inviter, const char *guest);

/* Says it and waits until it is durable. */
enum error world_say(struct world *world, const char *name, const char *text);
struct saying {
    const char *text, *topic, *client_id;
    const char *to; /* "@bob", or a group's name; NULL: to everybody */
    struct message_ref reply_to;
    bool urgent;
};
enum error world_say_more(struct world *world, const char *name, const struct saying *saying, struct message_ref *ret);
/* Says it and does not wait; the answer comes into *ret. */
const struct asked *world_post(struct world *world, const char *name, const char *text);
const struct asked *world_post_more(struct world *world, const char *name, const struct saying *saying);
/* Says it to them, and waits until it is durable. */
enum error world_say_to(struct world *world, const char *name, const char *to, const char *text);
/* Any command, without waiting. */
const struct asked *world_ask(struct world *world, const char *name, const struct command *command);
/* Any command; waits for the answer up to `ms`.  ERR_TIMEOUT: none came. */
enum error world_command(struct world *world, const char *name, const struct command *command, uint64_t ms,
                         struct asked *ret);

/* "alice: hello\nbob: hi\n", in the order of the screen; valid until the next call. */
const char *world_texts(struct world *world, const char *name);
const char *world_texts_in(struct world *world, const char *name, const char *chat); /* as saying.to */
size_t world_text_count(struct world *world, const char *name, const char *text);

/* ---------------------------------------------------------------- weather and accidents */

void world_cut(struct world *world, const char *a, const char *b); /* both ways */
void world_isolate(struct world *world, const char *name);
void world_heal(struct world *world);
void world_crash(struct world *world, const char *name, bool power_cut);
void world_restart(struct world *world, const char *name); /* crashed before, or not */
void world_stop(struct world *world, const char *name);    /* in good order */
void world_lock(struct world *world, const char *name);    /* until all that it had to write is durable */
void world_unlock(struct world *world, const char *name);  /* until it has begun again */
/* Its disk is an old copy that lies in another place, so the program can tell. */
void world_restore(struct world *world, const char *name, const struct medium *backup);

/* ---------------------------------------------------------------- questions */

/* All running hosts with a workspace hold the same entries, in the same order, and can read them; in each group those
 * that its members take for members. */
bool world_agrees(struct world *world);
/* Waits until they do, at most 60 virtual seconds; else world.failure says who lacks what.  What they show then becomes
 * part of the fingerprint. */
bool world_settle(struct world *world);
size_t world_links(const struct world *world, const char *a, const char *b); /* open between the two */
size_t world_connections(const struct world *world, const char *name);       /* that it has had, ended ones too */
void world_check_end(struct world *world);                                   /* what was acknowledged is there */

/* ---------------------------------------------------------------- for the simulator's own files */

uint64_t world_below(struct world *world, uint64_t bound);
bool world_is_cut(const struct world *world, const struct host *from, const struct host *to);
struct host *world_at_address(const struct world *world, const struct address *address); /* who listens there */
bool world_is_dark(const struct world *world, const struct address *address);            /* that computer is off */
void world_fail(struct world *world, const char *format, ...) __attribute__((format(printf, 2, 3)));
void world_log(struct host *host, enum error err, struct bytes text);
void world_note_event(struct host *host, const struct event *event);
void world_mix(struct world *world, struct bytes bytes); /* into the fingerprint */
void world_answered(struct world *world, const struct effect *effect, enum error err);
