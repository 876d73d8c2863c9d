/* SPDX-License-Identifier: MIT
 * Who is there, without a link to everybody: whoever has a link to a device, or should have one and cannot, tells the
 * others, and news spread over all links.  After SWIM (Das, Gupta, Motivala, 2002): a device counts its own
 * incarnations, and signs each; of two news the larger incarnation holds, at the same one "gone" before "up"; a device
 * that hears itself told gone refutes it with the next incarnation.  So nobody can say that another one is there, or
 * further than it is; that it is gone he can say once, and is not believed when it was refuted.  Nothing is sent while
 * nothing changes, but for one hash to one neighbour every ten seconds.  PROTOCOL.md, "Presence". */
#pragma once
#include "core/state.h"
#include "office.h"

struct office *presence_new(void);
void presence_free(struct office *office); /* NULL is fine */
void presence_start(struct node *node);

/* A link opened: its device is there, and is told who else is. */
void presence_link_open(struct node *node, struct link *link);
/* An open link is gone; link->farewell tells whether its device is, too. */
void presence_link_gone(struct node *node, const struct link *link);
/* ERR_BAD_SIGNATURE: the news of a device without its proof. */
MUST_USE enum error presence_told(struct node *node, struct link *link, const struct wire_message *message);
/* Where a device could once be reached. */
void presence_hint(struct node *node, const struct sign_public *device, const struct address *address);
/* There is another home of this device: tells so, once. */
void presence_runs_twice(struct node *node);
bool presence_has_twin(const struct node *node); /* it was told so */
void presence_roster_changed(struct node *node);
void presence_time(struct node *node);

/* What a device's row carries: that it has itself counted so far, in that workspace. */
void presence_prove(const struct sign_secret *secret, const struct hash *workspace, uint64_t incarnation,
                    struct signature *ret);

struct presence *presence_find(const struct node *node, const struct sign_public *device); /* NULL: unknown */
/* A link stands, or its neighbours told that it is there (and did not tell otherwise).  Without any link nobody is. */
bool presence_is_online(const struct presence *presence);
