/* SPDX-License-Identifier: MIT
 * What a node knows of who is there: presence.h fills it, neighbours.h chooses links by it.  Nobody else looks into it.
 */
#pragma once
#include "core/base/table.h"
#include "core/crypto.h"
#include "core/node.h"

/* A device of which others may tell that it is there (presence.h). */
enum presence_state {
    PRESENCE_AWAY, /* nothing known but perhaps an address; never told as news */
    PRESENCE_GONE, /* for a while, so that older news do not bring it back */
    PRESENCE_UP,
};
struct presence {
    struct sign_public device;
    enum presence_state state;
    uint64_t incarnation;   /* counted by the device itself: the larger one is the newer news */
    struct signature proof; /* GONE, UP: that it has counted so far */
    bool is_member;
    bool chosen;      /* this node wants a link to it (neighbours.h) */
    bool is_news;     /* to be told to the others */
    uint64_t teller;  /* link that told the newest; 0: none */
    size_t links;     /* open ones from here */
    uint64_t gone_ms; /* GONE: when it was; UP: told as gone then, if no link stands; 0: nobody doubts */
    bool suspected;   /* UP: told gone by others; it is at gone_ms, unless it refutes that */
    bool refutes;     /* it did so when it was told gone last: others are not believed at once any more */
    uint64_t patience_ms;
    struct address address; /* port 0: unknown */
};
struct office {
    struct presence **presences;
    size_t count, capacity;
    struct table by_device;
    uint64_t incarnation;   /* own */
    uint64_t proven;        /* the one of `proof`; 0: none */
    struct signature proof; /* own */
    unsigned twin_signs;    /* how often others told of what another home of this device alone could have said */
    bool runs_twice;        /* there is one: told once */
    bool self_is_news, has_news;
    uint64_t news_ms;    /* when they are told */
    uint64_t check_ms;   /* next look at who is doubted */
    uint64_t compare_ms; /* next comparison with a neighbour */
    bool changed;        /* who is there, since the last choice */
    uint64_t changed_ms; /* when it last did */
    uint64_t choose_ms;  /* earliest next choice */
    size_t online;       /* others, at the last choice */
    size_t chosen;       /* of them */
    bool sparse;         /* too many for a link to each */
    bool trimmed;        /* no link is left that nobody chose */
    bool crowded;        /* too many addresses to try them all */
    size_t trials;       /* addresses that may be tried all the same, in this step */
    uint64_t probe_ms;   /* next trial of an address of nobody known */
};
