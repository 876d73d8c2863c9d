/* SPDX-License-Identifier: MIT
 * The Noise Protocol Framework, revision 34: pattern XX with an optional psk modifier, suite 25519_ChaChaPoly_BLAKE2b.
 * Zuruf speaks psk0; XX and psk3 exist for the published vectors, from the same code. */
#pragma once
#include "core/crypto.h"

enum noise_psk { NOISE_XX = -1, NOISE_XXPSK0 = 0, NOISE_XXPSK3 = 3 };
enum noise_role { NOISE_INITIATOR, NOISE_RESPONDER };

#define NOISE_MESSAGE_MAX 65535
#define NOISE_HANDSHAKE_MESSAGES 3

struct noise_cipher {
    struct secret_key key;
    uint64_t counter;
    bool has_key;
};

struct noise_handshake {
    enum noise_role role;
    enum noise_psk psk_at;
    unsigned message; /* the next one: 0, 1, 2; 3 when done */
    uint8_t h[64], ck[64];
    struct noise_cipher cipher;
    struct dh_public s, e, rs, re; /* own static, own ephemeral, the peer's */
    struct dh_secret s_secret, e_secret;
    struct secret_key psk;
    bool has_rs, has_re;
};

/* `psk` may be NULL with NOISE_XX.  `ephemeral_seed` is 32 fresh random bytes (a test vector's private key). */
void noise_init(struct noise_handshake *noise, enum noise_role role, enum noise_psk psk_at, struct bytes prologue,
                const struct dh_public *s, const struct dh_secret *s_secret, const uint8_t ephemeral_seed[32],
                const struct secret_key *psk);
void noise_done(struct noise_handshake *noise); /* wipes */

/* The next message, appended to `out`, carrying `payload`.  ERR_CRYPTO: a DH gave zero. */
MUST_USE enum error noise_write(struct noise_handshake *noise, struct bytes payload, struct buffer *out);
/* The next message of the peer; its payload is appended to ret_payload.  ERR_CRYPTO: a MAC did not verify (the psk is
 * another, or the bytes are); ERR_MALFORMED: too short.  The handshake is dead after any error. */
MUST_USE enum error noise_read(struct noise_handshake *noise, struct bytes message, struct buffer *ret_payload);

/* As noise_write/read, but stops just before the payload is encrypted or decrypted, so that a payload can sign h:
 * noise_write_tokens, then h is noise->h, then noise_write_payload; the same for reading (`ret_rest` is borrowed
 * from `message`). */
MUST_USE enum error noise_write_tokens(struct noise_handshake *noise, struct buffer *out);
void noise_write_payload(struct noise_handshake *noise, struct bytes payload, struct buffer *out);
MUST_USE enum error noise_read_tokens(struct noise_handshake *noise, struct bytes message, struct bytes *ret_rest);
MUST_USE enum error noise_read_payload(struct noise_handshake *noise, struct bytes rest, struct buffer *ret_payload);

/* After message 3. */
void noise_split(const struct noise_handshake *noise, struct noise_cipher *ret_send, struct noise_cipher *ret_receive);

/* Transport: appends text.size + 16 bytes to `out`. */
void noise_encrypt(struct noise_cipher *cipher, struct bytes text, struct buffer *out);
MUST_USE enum error noise_decrypt(struct noise_cipher *cipher, struct bytes sealed,
                                  struct buffer *out); /* ERR_CRYPTO */
void noise_rekey(struct noise_cipher *cipher);         /* Noise §11.3: REKEY */
/* A cipher beside one that was just split, with a key and a counter of its own, for frames that may overtake others:
 * PROTOCOL.md, "Rekey, keep-alive, silence". */
void noise_life(const struct noise_cipher *transport, struct noise_cipher *ret);
