/* SPDX-License-Identifier: MIT
 * Where the codes of libuv and errno stop. */
#pragma once
#include "core/error.h"

/* `status`: a libuv result, which is a negated errno on Linux, or one of UV_EOF, UV_ECANCELED and so on. */
enum error loop_error(int status);
