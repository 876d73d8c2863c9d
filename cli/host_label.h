/* SPDX-License-Identifier: MIT
 * What a computer is called among those of its owner, if nobody says otherwise: as its system calls it. */
#pragma once

struct client;

/* Tells the node that, in a workspace where this computer has no name yet.  Where that is not possible, as on a
 * carrier, it has none. */
void host_label_tell(struct client *client);
