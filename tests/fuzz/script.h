/* SPDX-License-Identifier: MIT
 * The fuzzer's input as a script: bytes that choose among what is true, nearly true, extreme and nonsense.  A script
 * ends in zeros, which choose the truth. */
#pragma once
#include "core/crypto.h"

struct script {
    struct bytes left;
};

uint8_t script_byte(struct script *script);
size_t script_below(struct script *script, size_t bound); /* 0 where `bound` is 0 */
bool script_rarely(struct script *script);                /* one of eight */
struct bytes script_bytes(struct script *script);         /* as many as its next byte says, four times that; borrowed */
uint64_t script_number(struct script *script, uint64_t true_one);
struct hash script_hash(struct script *script, const struct hash *true_one);
