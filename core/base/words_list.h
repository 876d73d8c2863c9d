/* SPDX-License-Identifier: MIT
 * The table behind words.h: sorted, each word at most 8 letters, none shares its first four with another. */
#pragma once

#define WORDS_COUNT 2048
#define WORD_SIZE_MAX 8

extern const char words_list[WORDS_COUNT][WORD_SIZE_MAX + 1];
