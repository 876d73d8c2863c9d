/* SPDX-License-Identifier: MIT
 * The links that this node wants: mesh.h applied to who is there (presence.h).  Who was chosen is dialled; a link that
 * neither side chose is closed by the side that dialled it; links from others are always accepted. */
#pragma once
#include "core/state.h"

void neighbours_time(struct node *node); /* after presence_time(), before peers_time() */

/* Before a round of dialling: how many addresses may be tried that nobody chose. */
void neighbours_before_dialling(struct node *node, size_t dialling);
/* Whether an address that is due is to be dialled now; uses up what neighbours_before_dialling() allowed. */
bool neighbours_take_dial(struct node *node, const struct peer *peer);

/* Everybody who is there has a link to this node. */
bool neighbours_are_all(const struct node *node);
