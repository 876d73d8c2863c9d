/* SPDX-License-Identifier: MIT
 * A secret under a passphrase, for the disk:
 *
 *     "ZURUFPW1" ‖ passes(4) ‖ memory in KiB(4) ‖ salt(16) ‖ nonce(24) ‖ ciphertext ‖ tag(16)
 *
 * XChaCha20-Poly1305 under the Argon2id key of passphrase, salt and cost, with all before the nonce as associated
 * data.  What is written costs 256 MiB and 3 passes, half a second or more: whoever runs on a loop knows. */
#pragma once
#include "core/crypto.h"

#define PASSPHRASE_SIZE_MIN 8
#define PASSPHRASE_SIZE_MAX 1024
#define PASSPHRASE_SALT_SIZE 16
#define PASSPHRASE_OVERHEAD (32 + SEALED_OVERHEAD)

/* Appends the sealed secret.  `random` is fresh: salt, then nonce.  ERR_CRYPTO: not enough memory. */
MUST_USE enum error passphrase_seal(struct bytes passphrase, struct bytes secret,
                                    const uint8_t random[PASSPHRASE_SALT_SIZE + SEALED_NONCE_SIZE], struct buffer *ret);
/* Appends the secret.  ERR_BAD_PASSPHRASE; ERR_CORRUPT: not of this form; ERR_CRYPTO: not enough memory. */
MUST_USE enum error passphrase_open(struct bytes passphrase, struct bytes sealed, struct buffer *ret);
