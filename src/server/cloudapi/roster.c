/* roster.c: groups and memberships in two sorted arrays. Layer: server. */
#include "server/cloudapi/roster.h"

#include "server/store/staff.h"
#include "tccc/error.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    roster *r;
    bool full;
} loading;

/* Room for one more of `n`: arrays grow by doubling, at powers of two. */
static bool room(void **array, int n, size_t size) {
    if (n & (n - 1)) return true;
    void *grown = realloc(*array, size * (n ? 2 * (size_t)n : 1));
    if (grown) *array = grown;
    return grown != NULL;
}

static bool add_group(void *ctx, const store_group *group) {
    loading *l = ctx;
    void *array = l->r->groups;
    bool good = room(&array, l->r->n_groups, sizeof *group);
    l->r->groups = array;
    if (good) l->r->groups[l->r->n_groups++] = *group;
    l->full = !good;
    return good;
}

static bool add_member(void *ctx, int64_t group_id, const char *user_id, int priority) {
    loading *l = ctx;
    void *array = l->r->members;
    char *copy = strdup(user_id);
    bool good = copy && room(&array, l->r->n_members, sizeof *l->r->members);
    l->r->members = array;
    if (good) l->r->members[l->r->n_members++] = (roster_member){ copy, group_id, priority };
    else free(copy);
    l->full = !good;
    return good;
}

static int by_agent(const void *a, const void *b) {
    const roster_member *x = a, *y = b;
    int order = strcmp(x->user_id, y->user_id);
    if (order == 0) order = x->priority - y->priority;
    return order ? order : (x->group_id > y->group_id) - (x->group_id < y->group_id);
}

bool roster_load(roster *r, action_call *call, int64_t app_id) {
    loading l = { .r = r };
    *r = (roster){ 0 };
    int error = store_list_groups(call->api->store, app_id, add_group, &l);
    if (!error && !l.full) error = store_list_app_members(call->api->store, app_id, add_member, &l);
    if (l.full) action_fail(call, "InternalError", "Memory is exhausted.");
    action_store_failed(call, error);
    if (call->code) roster_free(r);
    else if (r->n_members) qsort(r->members, (size_t)r->n_members, sizeof *r->members, by_agent);
    return !call->code;
}

void roster_free(roster *r) {
    for (int i = 0; i < r->n_members; i++) free(r->members[i].user_id);
    free(r->members);
    free(r->groups);
    *r = (roster){ 0 };
}

static int by_id(const void *key, const void *element) {
    const int64_t *id = key;
    const store_group *group = element;
    return (*id > group->id) - (*id < group->id);
}

const store_group *roster_group(const roster *r, int64_t id) {
    return r->n_groups ? bsearch(&id, r->groups, (size_t)r->n_groups, sizeof *r->groups, by_id) : NULL;
}

const store_group *roster_group_named(const roster *r, const char *name) {
    for (int i = 0; i < r->n_groups; i++)
        if (strcmp(r->groups[i].name, name) == 0) return &r->groups[i];
    return NULL;
}

const roster_member *roster_of(const roster *r, const char *user_id, int *n) {
    int low = 0, high = r->n_members;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (strcmp(r->members[middle].user_id, user_id) < 0) low = middle + 1;
        else high = middle;
    }
    for (*n = 0; low + *n < r->n_members && strcmp(r->members[low + *n].user_id, user_id) == 0;) ++*n;
    return r->members ? r->members + low : NULL;
}

bool roster_has(const roster *r, const char *user_id, int64_t group_id) {
    int n;
    const roster_member *list = roster_of(r, user_id, &n);
    for (int i = 0; i < n; i++)
        if (list[i].group_id == group_id) return true;
    return false;
}
