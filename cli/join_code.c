/* SPDX-License-Identifier: MIT */
#include "join_code.h"
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
        fprintf(stream, "%s%s", i ? "-" : "", word);
    }
    if (fclose(stream) != 0)
        abort();
    return text;
}
