/* SPDX-License-Identifier: MIT */
#include "share_sheet.h"
#include "core/base/words.h"
#include "output.h"
#include "translate.h"
#include <string.h>

#define WORDS_A_LINE 4
#define COLUMN 12

static void print_words(FILE *stream, const struct share *share)
{
    struct buffer text = {0};
    size_t count = 0;

    share_encode(share, &text);
    buffer_append_byte(&text, '\0');
    char *rest = (char *)text.data;
    for (const char *word; (word = strsep(&rest, "-")) != NULL; count++) {
        bool is_first = count % WORDS_A_LINE == 0, is_last = (count + 1) % WORDS_A_LINE == 0;
        fprintf(stream, "%s%s%*s%s", is_first ? "      " : "", word, is_last ? 0 : COLUMN - (int)strlen(word), "",
                is_last ? "\n" : "");
    }
    buffer_wipe(&text);
}

void share_sheet_print(FILE *stream, const struct share *share, const char *workspace, const char *day)
{
    fprintf(stream, _("ZURUF - share %u of %u of the root key of:\n"), share->number, share->of);
    fputs("  ", stream);
    output_name(stream, workspace);
    fputs("\n\n", stream);
    fprintf(stream,
            _("This sheet is a part of the key that stands above all admins of the workspace.\n"
              "Any %u of the %u sheets together restore it when the computers that had it are\n"
              "lost; fewer tell nothing about it. Keep yours where nobody else gets at it, apart\n"
              "from the others, and neither copy nor photograph it.\n"
              "\n"
              "To restore the key: call `zuruf root recover` on the computer of a member of the\n"
              "workspace and type these words, line by line, the sheets in any order.\n"),
            share->need, share->of);
    fputc('\n', stream);
    print_words(stream, share);
    fprintf(stream, _("\nMade on %s. Sheets made at another time do not fit these (set %02x%02x).\n"), day,
            share->set[0], share->set[1]);
}
