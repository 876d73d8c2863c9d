/* SPDX-License-Identifier: MIT */
#include "qr.h"
#include "output.h"
#include <qrencode.h>

#define QUIET 4 /* light modules around it, as the standard wants */

/* Outside of the code everything is light. */
static bool is_light(const QRcode *code, int x, int y)
{
    if (x < 0 || y < 0 || x >= code->width || y >= code->width)
        return true;
    return (code->data[y * code->width + x] & 1) == 0;
}

static void print_line(FILE *stream, const QRcode *code, int y)
{
    fputs(output_style(stream, STYLE_QR), stream);
    for (int x = -QUIET; x < code->width + QUIET; x++) {
        bool upper = is_light(code, x, y), lower = is_light(code, x, y + 1);
        fputs(upper && lower ? "\xe2\x96\x88" : upper ? "\xe2\x96\x80" : lower ? "\xe2\x96\x84" : " ", stream);
    }
    fprintf(stream, "%s\n", output_style(stream, STYLE_PLAIN));
}

bool qr_print(FILE *stream, const char *text)
{
    QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);

    if (!code)
        return false;
    for (int y = -QUIET; y < code->width + QUIET; y += 2)
        print_line(stream, code, y);
    QRcode_free(code);
    return true;
}
