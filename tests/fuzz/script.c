/* SPDX-License-Identifier: MIT */
#include "script.h"

uint8_t script_byte(struct script *script)
{
    if (!script->left.size)
        return 0;
    script->left.size--;
    return *script->left.data++;
}

size_t script_below(struct script *script, size_t bound)
{
    return bound ? script_byte(script) % bound : 0;
}

bool script_rarely(struct script *script)
{
    return script_byte(script) >= 224;
}

struct bytes script_bytes(struct script *script)
{
    size_t size = (size_t)script_byte(script) * 4;
    struct bytes taken = {script->left.data, size < script->left.size ? size : script->left.size};
    if (!taken.size)
        return (struct bytes){0}; /* no offset into a script that is none */
    script->left.data += taken.size;
    script->left.size -= taken.size;
    return taken;
}

uint64_t script_number(struct script *script, uint64_t true_one)
{
    static const uint64_t extremes[] = {
        1, 256, 1000, 4096, 65536, UINT64_C(1) << 32, UINT64_C(1) << 63, UINT64_MAX,
    };
    uint8_t choice = script_byte(script);
    if (choice < 128)
        return true_one;
    if (choice < 160)
        return true_one + choice - 144;
    if (choice < 200)
        return choice - 160u;
    return extremes[choice % (sizeof extremes / sizeof *extremes)] - (choice < 220 ? 1 : 0);
}

struct hash script_hash(struct script *script, const struct hash *true_one)
{
    struct hash hash = {{0}};
    uint8_t choice = script_byte(script);
    if (choice < 192)
        hash = *true_one;
    else if (choice < 240)
        memset(&hash, choice, sizeof hash);
    return hash;
}
