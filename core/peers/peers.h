/* SPDX-License-Identifier: MIT
 * Where others can be reached: set by hand, seen by mDNS, remembered, told by members.  All are hints: identity is the
 * key.  Known addresses are redialled, since mDNS does not tell of a mended network. */
#pragma once
#include "core/state.h"

MUST_USE enum error peers_load(struct node *node);
void peers_done(struct node *node);

MUST_USE enum error peers_add_by_hand(struct node *node, const struct address *address);
MUST_USE enum error peers_remove(struct node *node, const struct address *address);
/* Discovery shows a beacon at an address: dials it if it means us. */
void peers_seen(struct node *node, const struct address *address, const struct beacon *beacon);
void peers_told(struct node *node, struct bytes rows); /* a member told ADDRESS_ROWs */
/* A device is wanted and was told to live there: dialled, after `delay_ms` if the address is new. */
void peers_want(struct node *node, const struct address *address, const struct sign_public *device, uint64_t delay_ms);
/* Somebody told who lives there, in case the address is one that we know. */
void peers_recognise(struct node *node, const struct address *address, const struct sign_public *device);
void peers_rows(const struct node *node, struct buffer *rows); /* ADDRESS_ROWs of members that have answered */
void peers_network_changed(struct node *node);
void peers_time(struct node *node); /* dials what is due */

/* A candidate for joining with a code. */
void peers_try_join(struct node *node, const struct address *address);
void peers_forget_joins(struct node *node);

struct peer *peers_dialled(struct node *node, uint64_t dial); /* the dial succeeded; NULL: no longer wanted */
void peers_dial_failed(struct node *node, uint64_t dial);
const struct secret_key *peers_key(const struct node *node, const struct peer *peer); /* psk; NULL: none */
void peers_proved(struct node *node, struct link *link); /* HELLO came: this device lives there */
void peers_is_myself(struct node *node, struct link *link);
void peers_link_gone(struct node *node, struct link *link);

void peers_beacon(const struct node *node, struct beacon *ret); /* what this node announces */
void peers_announce(struct node *node, bool again);
