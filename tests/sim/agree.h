/* SPDX-License-Identifier: MIT
 * What nodes with the same entries must agree about: what each shows of it (agree_views.c), and in which of it two
 * differ (agree.c). */
#pragma once
#include "world.h"

enum matter { MATTER_CLOCK, MATTER_VISIT, MATTER_STANDING, MATTER_TITLE, MATTER_PEOPLE, MATTER_MESSAGES, MATTER_COUNT };

/* What a host shows of a group, as digests that are made when they are asked for. */
struct view_group {
    uint32_t number; /* the host's own */
    struct hash id;
    bool is_chat;   /* of some, who take the host for a member: not the workspace */
    bool is_direct; /* of two people */
    bool has_left;  /* this host has */
    bool carries;   /* it keeps and passes on what it cannot read */
    bool is_begun;  /* somebody wrote there, and it is durable here; once MATTER_CLOCK was asked for */
    bool described[MATTER_COUNT];
    struct hash digests[MATTER_COUNT];
};

/* What a host shows at one moment of virtual time. */
struct view {
    struct host *host;
    struct sign_public device;
    struct view_group workspace;
    struct view_group *groups; /* all but that; NULL: not looked at yet */
    size_t group_count;
    struct buffer *scratch;
};

/* Of all who run and are in a workspace.  Views die with the next step of their hosts. */
struct views {
    struct view *items;
    size_t count;
    bool rolled_back; /* somebody's disk was */
    struct buffer scratch;
};

/* It runs, and is in a workspace from which it was not removed. */
bool agree_takes_part(const struct host *host);
/* It takes part, and takes the other one for a member of the group in which that log is. */
bool agree_gives(const struct host *host, const struct hash *log, const struct host *other);
void views_init(struct views *views, struct world *world);
void views_done(struct views *views);
void views_see_groups(struct views *views);
/* Whether the host takes that device for a member. */
bool view_names(const struct view *view, const struct view_group *group, const struct sign_public *device);
/* Whether the host tells that device, which is no member, what governs the group. */
bool view_lets_in(const struct view *view, const struct view_group *group, const struct sign_public *device);
bool view_is_invited(const struct host *host, const struct hash *group);
/* Borrowed. */
const struct hash *view_digest(const struct view *view, struct view_group *group, enum matter matter);
