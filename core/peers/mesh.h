/* SPDX-License-Identifier: MIT
 * Who links to whom: a pure function of the devices that are there.  Up to 48 others each links to all.  Above, each
 * chooses its two neighbours on either side in key order (a ring, so that everybody is reached) and the six with the
 * smallest pair hashes (short ways through it); a link stands where either side chose it.  PROTOCOL.md, "Neighbours".
 */
#pragma once
#include "core/crypto.h"

#define MESH_FULL_MAX 48   /* others, up to which everybody links to everybody */
#define MESH_FULL_AGAIN 40 /* and down to which it takes to go back */
#define MESH_SIDE 2        /* neighbours on each side of the ring */
#define MESH_SHORT_WAYS 6  /* smallest pair hashes */
#define MESH_CHOSEN_MAX (2 * MESH_SIDE + MESH_SHORT_WAYS)

/* Whether a node that knows of `others` is in a sparse mesh, after it was in one or not. */
bool mesh_is_sparse(bool was_sparse, size_t others);

/* Orders keys as the functions below want them: for qsort(). */
int mesh_compare(const void *a, const void *b);

/* Which of `devices` (ascending, without repetition) `me` chooses, itself among them or not: *ret_chosen has `count`
 * places.  With few others that is all of them. */
void mesh_choose(const struct sign_public *devices, size_t count, const struct sign_public *me, bool *ret_chosen);
/* The places of the two on either side of `me` in the ring of `devices`, itself among them or not, at least one other;
 * both the same where that is the only one. */
void mesh_ring(const struct sign_public *devices, size_t count, const struct sign_public *me, size_t ret[2]);
/* Whether `who` chooses `whom`, which is one of `devices`. */
bool mesh_chooses(const struct sign_public *devices, size_t count, const struct sign_public *who,
                  const struct sign_public *whom);
