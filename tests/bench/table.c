/* SPDX-License-Identifier: MIT */
#include "table.h"
#include "aims.h"
#include <stdio.h>

struct words {
    char text[96];
};

/* Three digits that count; thousands apart. */
static struct words number(double value)
{
    struct words words;
    unsigned long whole = (unsigned long)(value + 0.5);

    if (value >= 1e6)
        snprintf(words.text, sizeof words.text, "%lu,%03lu,%03lu", whole / 1000000, whole / 1000 % 1000, whole % 1000);
    else if (value >= 1000)
        snprintf(words.text, sizeof words.text, "%lu,%03lu", whole / 1000, whole % 1000);
    else
        snprintf(words.text, sizeof words.text, "%.*f", value >= 100 || value <= 0 ? 0 : value >= 10 ? 1 : 2, value);
    return words;
}

static struct words bound(const struct bound *bound, const char *before)
{
    struct words words = {""};

    if (bound->kind != BOUND_NONE)
        snprintf(words.text, sizeof words.text, "%s%s %s", before, bound->kind == AT_LEAST ? "≥" : "≤",
                 number(bound->limit).text);
    return words;
}

void table_begin(const char *date, const char *processor, long cores, double load)
{
    printf("%s, %s, %ld cores, load %.1f:\n\n", date, processor, cores, load);
    puts("| figure | value | yardstick | ratio | aim | reached | note |\n|---|---|---|---|---|---|---|");
    fflush(stdout);
}

void table_row(const char *name, const char *unit, double value, double yardstick, const char *note)
{
    static const struct aim none;
    const struct aim *aim = aim_of(name);
    double ratio = yardstick > 0 ? value / yardstick : 0;
    const char *reached = !aim ? "" : "yes";

    aim = aim ? aim : &none;
    if (!bound_is_kept(&aim->value, value) || !bound_is_kept(&aim->ratio, ratio))
        reached = "no";
    printf("| `%s` | %s %s | %s | %s | %s%s%s | %s | %s |\n", name, number(value).text, unit,
           yardstick > 0 ? number(yardstick).text : "", yardstick > 0 ? number(ratio).text : "",
           bound(&aim->value, "").text, aim->value.kind && aim->ratio.kind ? ", " : "",
           bound(&aim->ratio, "ratio ").text, reached, note ? note : "");
    fflush(stdout);
}
