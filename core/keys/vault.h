/* SPDX-License-Identifier: MIT
 * Local rows: what this node keeps beside the log, sealed under the store key (XChaCha20-Poly1305, the row's key as
 * associated data), so that a copied disk tells nothing. */
#pragma once
#include "core/state.h"

/* A row's key: a short text, then up to 64 bytes that tell rows of that kind apart. */
struct vault_key {
    uint8_t bytes[96];
    size_t size;
};
struct vault_key vault_key(const char *kind, struct bytes which);

void vault_put(struct node *node, const struct vault_key *key, struct bytes plain); /* into this step's batch */
void vault_delete(struct node *node, const struct vault_key *key);
/* Appends the plaintext.  ERR_NOT_FOUND; ERR_CORRUPT: it does not open. */
MUST_USE enum error vault_get(struct node *node, const struct vault_key *key, struct buffer *ret);

/* Calls `visit` with what follows `kind` in the key, and the plaintext. */
typedef void (*vault_visitor)(struct node *node, struct bytes which, struct bytes plain);
MUST_USE enum error vault_each(struct node *node, const char *kind, vault_visitor visit);
