/* SPDX-License-Identifier: MIT */
#include "join_code.h"
#include "core/base/words.h"
#include "refusal.h"
#include "translate.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

char *join_code_of(char *const *words, size_t count)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);

    if (!stream)
        abort();
    for (size_t i = 0; i < count; i++) {
        const char *word = words[i];
        if (strncasecmp(word, JOIN_LINK, strlen(JOIN_LINK)) == 0)
            word += strlen(JOIN_LINK);
        else if (strncasecmp(word, DEVICE_LINK, strlen(DEVICE_LINK)) == 0)
            word += strlen(DEVICE_LINK);
        fprintf(stream, "%s%s", i ? "-" : "", word);
    }
    if (fclose(stream) != 0)
        abort();
    return text;
}

#define SEPARATORS " \t-"

static bool is_code(const char *text, size_t size)
{
    struct code code;

    return words_code_parse((struct bytes){(const uint8_t *)text, size}, &code) == OK;
}

/* Whether the list has the word: six times the same is a code, too. */
static bool is_word(const char *word, size_t size)
{
    char six[256] = "";
    size_t used = 0;

    if (size >= sizeof six / CODE_WORDS - 1)
        return false;
    for (size_t i = 0; i < CODE_WORDS; i++)
        used += (size_t)snprintf(six + used, sizeof six - used, "%.*s ", (int)size, word);
    return is_code(six, used - 1);
}

bool join_code_check(const struct context *context, const char *code)
{
    unsigned long count = 0;

    if (is_code(code, strlen(code)))
        return true;
    for (const char *word = code + strspn(code, SEPARATORS); *word; word += strspn(word, SEPARATORS)) {
        size_t size = strcspn(word, SEPARATORS);
        if (!is_word(word, size)) {
            refusal_say(context, EXIT_FAILED, "malformed",
                        _("\"%.*s\" is none of the words that codes are made of. Check it with the person who invites "
                          "you."),
                        (int)size, word);
            return false;
        }
        word += size;
        count++;
    }
    refusal_say(context, EXIT_FAILED, "malformed",
                ngettext("A code has six words; this is %lu.", "A code has six words; these are %lu.", count), count);
    return false;
}
