/* SPDX-License-Identifier: MIT
 * What the stories share. */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "world.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK_OK(expression) assert_string_equal(error_code(expression), "ok")
#define CHECK_ERROR(expression, err) assert_string_equal(error_code(expression), error_code(err))
#define CHECK_HOLDS(world) assert_string_equal((world)->failure, "")

/* The first founds a workspace, the others join it, and all have the same. */
static inline void begin_story(struct world *world, uint64_t seed, const char *founder, const char *const *guests)
{
    world_init(world, seed);
    world_add(world, founder);
    CHECK_OK(world_found(world, founder, "Office"));
    for (; guests && *guests; guests++) {
        world_add(world, *guests);
        CHECK_OK(world_meet(world, founder, *guests));
    }
    world_settle(world);
    CHECK_HOLDS(world);
}
#define GUESTS(...) ((const char *const[]){__VA_ARGS__, NULL})

static inline void end_story(struct world *world)
{
    world_check_end(world);
    CHECK_HOLDS(world);
    world_done(world);
}
