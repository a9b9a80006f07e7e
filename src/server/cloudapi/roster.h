/* roster.h: the skill groups of an app and who is in them, read once for an action that lists many agents. Layer: server. */
#ifndef TCCC_SERVER_CLOUDAPI_ROSTER_H
#define TCCC_SERVER_CLOUDAPI_ROSTER_H

#include "server/cloudapi/action.h"

typedef struct {
    char *user_id;
    int64_t group_id;
    int priority;
} roster_member;

typedef struct {
    store_group *groups;              /* by id */
    int n_groups;
    roster_member *members;           /* by agent, then priority, then group */
    int n_members;
} roster;

/* False: the call has failed; there is nothing to free. */
bool roster_load(roster *r, action_call *call, int64_t app_id);
void roster_free(roster *r);
const store_group *roster_group(const roster *r, int64_t id);          /* NULL: there is none */
const store_group *roster_group_named(const roster *r, const char *name);
/* The memberships of an agent, and how many. */
const roster_member *roster_of(const roster *r, const char *user_id, int *n);
bool roster_has(const roster *r, const char *user_id, int64_t group_id);

#endif
