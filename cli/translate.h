/* SPDX-License-Identifier: MIT
 * Sentences in the language of the person: gettext.  The source strings are English. */
#pragma once
#include <libintl.h>

#define _(text) gettext(text)
#define N_(text) text /* marks a string that is translated where it is shown */

/* Takes the locale from the environment and finds the translations: beside the program in a build tree, else in
 * ../share/locale as seen from it, else where the package installs them. */
void translate_init(void);
