/* SPDX-License-Identifier: MIT */
#include "core/base/alloc.h"
#include "core/crypto.h"
#include "process.h"
#include "yard.h"
#include <stdlib.h>
#include <unistd.h>

static void verify(size_t count, struct bytes message, const struct sign_public *public,
                   const struct signature *signature)
{
    for (size_t i = 0; i < count; i++)
        if (crypto_verify(public, BYTES_TEXT("bench"), message, signature) != OK)
            die("a signature does not verify");
}

double yard_verify(size_t count, size_t size, size_t processes)
{
    static const uint8_t seed[32] = {9};
    uint8_t *filler = alloc_zero(1, size);
    struct bytes message = {filler, size};
    struct sign_public public;
    struct sign_secret secret;
    struct signature signature;
    pid_t children[64];

    if (processes > sizeof children / sizeof children[0])
        processes = sizeof children / sizeof children[0];
    crypto_sign_keypair_from(seed, &public, &secret);
    crypto_sign(&secret, BYTES_TEXT("bench"), message, &signature);
    uint64_t start = now_ns();
    for (size_t i = 0; i < processes; i++) {
        children[i] = process_fork();
        if (children[i] == 0) {
            verify(count / processes, message, &public, &signature);
            _exit(0);
        }
    }
    for (size_t i = 0; i < processes; i++)
        process_join(children[i]);
    double seconds = seconds_since(start);
    free(filler);
    return (double)(count / processes * processes) / seconds;
}
