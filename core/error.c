/* SPDX-License-Identifier: MIT */
#include "error.h"

#include <assert.h>

static const struct {
    const char *code;
    const char *sentence;
} table[] = {
#define X(name, code, sentence) [name] = {code, sentence},
    ERROR_TABLE(X)
#undef X
};

const char *error_sentence(enum error err)
{
    assert((unsigned)err < ERROR_COUNT);
    return table[err].sentence;
}

const char *error_code(enum error err)
{
    assert((unsigned)err < ERROR_COUNT);
    return table[err].code;
}
