/* SPDX-License-Identifier: MIT */
#include "loop_error.h"
#include <uv.h>

enum error loop_error(int status)
{
    if (status >= 0)
        return OK;
    switch (status) {
    case UV_EOF:
    case UV_ECONNRESET:
    case UV_EPIPE:
    case UV_ECANCELED:
        return ERR_CLOSED;
    case UV_ETIMEDOUT:
        return ERR_TIMEOUT;
    case UV_EMFILE:
    case UV_ENFILE:
    case UV_ENOBUFS:
    case UV_ENOMEM:
        return ERR_LIMIT;
    case UV_EADDRINUSE:
        return ERR_BUSY;
    case UV_EACCES:
    case UV_EPERM:
        return ERR_NOT_PERMITTED;
    default:
        return ERR_NETWORK;
    }
}
