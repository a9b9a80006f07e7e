/* agents.c: all agents: read from the store, found by userId or extension, days of counting. Layer: server. */
#include "server/agent/agent_state.h"

#include "server/store/cdr.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* ---- found ---- */

typedef struct {
    int64_t app_id;
    const char *user_id;
} agent_key;

static bool is_agent(struct le *le, void *arg) {
    const agent *a = le->data;
    const agent_key *key = arg;
    return a->row.app_id == key->app_id && !strcmp(a->row.user_id, key->user_id);
}

agent *agents_find(agents *all, int64_t app_id, const char *user_id) {
    agent_key key = { app_id, user_id };
    return list_ledata(hash_lookup(all->by_id, hash_joaat_str(user_id), is_agent, &key));
}

agent *agents_of_extension(agents *all, const char *extension) {
    store_extension found;
    if (store_get_extension(all->db, extension, &found) || !found.user_id[0])
        return NULL;
    return agents_find(all, found.app_id, found.user_id);
}

void agents_each(agents *all, int64_t app_id, bool (*each)(void *ctx, agent *a), void *ctx) {
    for (struct le *le = all->list.head; le;) {
        agent *a = le->data;
        le = le->next;
        if ((!app_id || a->row.app_id == app_id) && !each(ctx, a))
            return;
    }
}

/* ---- read ---- */

typedef struct {                     /* one reading of an app: nothing changes before all of it is there */
    agents *all;
    store_group *groups;             /* by id */
    store_agent *rows;
    int n_groups, n_rows;
    bool failed;                     /* no memory */
} reading;

/* Room for one element more; grows in powers of two. */
static void *make_room(bool *failed, void *array, int n, size_t size) {
    if (n & (n - 1))
        return array;
    void *grown = realloc(array, (n ? 2 * (size_t)n : 1) * size);
    *failed = *failed || !grown;
    return grown;
}

static bool take_group(void *ctx, const store_group *group) {
    reading *r = ctx;
    store_group *grown = make_room(&r->failed, r->groups, r->n_groups, sizeof *grown);
    if (!grown)
        return false;
    r->groups = grown;
    grown[r->n_groups++] = *group;
    return true;
}

static bool take_row(void *ctx, const store_agent *row) {
    reading *r = ctx;
    store_agent *grown = make_room(&r->failed, r->rows, r->n_rows, sizeof *grown);
    if (!grown)
        return false;
    r->rows = grown;
    grown[r->n_rows++] = *row;
    return true;
}

/* An agent for every row. */
static void make_agents(reading *r) {
    for (int i = 0; i < r->n_rows && !r->failed; i++) {
        agent *a = agents_find(r->all, r->rows[i].app_id, r->rows[i].user_id);
        if (!a)
            a = agent_make(r->all, &r->rows[i]);
        r->failed = !a;
    }
}

static int by_id(const void *key, const void *element) {
    int64_t id = *(const int64_t *)key, other = ((const store_group *)element)->id;
    return id < other ? -1 : id > other;
}

typedef struct {
    reading *r;
    int64_t app_id;
} member_reading;

static bool take_member(void *ctx, int64_t group_id, const char *user_id, int priority) {
    member_reading *m = ctx;
    reading *r = m->r;
    agent *a = agents_find(r->all, m->app_id, user_id);
    const store_group *group = r->n_groups ? bsearch(&group_id, r->groups, (size_t)r->n_groups, sizeof *r->groups, by_id) : NULL;
    if (!a || !group)
        return true;
    store_membership *grown = make_room(&r->failed, a->fresh, a->n_fresh, sizeof *grown);
    if (!grown)
        return false;
    a->fresh = grown;
    grown[a->n_fresh] = (store_membership){ .group_id = group_id, .priority = priority, .max_chats = group->type == GROUP_ONLINE ? group->max_concurrency : 0 };
    snprintf(grown[a->n_fresh++].group_name, sizeof grown->group_name, "%s", group->name);
    return true;
}

static int by_priority(const void *left, const void *right) {
    const store_membership *a = left, *b = right;
    if (a->priority != b->priority)
        return a->priority < b->priority ? -1 : 1;
    return a->group_id < b->group_id ? -1 : a->group_id > b->group_id;
}

/* How often it has answered since midnight is in the call records. */
static void count_answered(agent *a) {
    uint64_t day = agents_day(a->all);
    if (a->answered_day == 0 && !store_count_answered(a->all->db, a->row.app_id, a->row.user_id, a->all->day_begin_ms, &a->answered))
        a->answered_day = day;
}

static bool begin_reading(void *ctx, agent *a) {
    (void)ctx;
    a->seen = false;
    free(a->fresh); /* of a reading that failed */
    a->fresh = NULL;
    a->n_fresh = 0;
    return true;
}

static int read_app(reading *r, int64_t app_id) {
    agents *all = r->all;
    member_reading members = { r, app_id };
    agents_each(all, app_id, begin_reading, NULL);
    int error = store_list_groups(all->db, app_id, take_group, r);
    if (!error && !r->failed)
        error = store_list_agents(all->db, app_id, take_row, r);
    if (!error && !r->failed)
        make_agents(r);
    if (!error && !r->failed)
        error = store_list_app_members(all->db, app_id, take_member, &members);
    return error ? error : r->failed ? TCCC_E_NO_MEMORY : 0;
}

static void refresh(agent *a, const store_agent *row) {
    free(a->groups);
    a->groups = a->fresh;
    a->n_groups = a->n_fresh;
    a->fresh = NULL;
    a->seen = true;
    if (a->n_groups)
        qsort(a->groups, (size_t)a->n_groups, sizeof *a->groups, by_priority);
    if (a->answered_day == 0) {
        count_answered(a);
        history_close(a);
    }
    agent_refresh(a, row);
}

static bool remove_unseen(void *ctx, agent *a) {
    (void)ctx;
    if (!a->seen)
        agent_unmake(a);
    return true;
}

int agents_reload(agents *all, int64_t app_id) {
    reading r = { .all = all };
    int error = read_app(&r, app_id);
    for (int i = 0; i < r.n_rows && !error; i++)
        refresh(agents_find(all, app_id, r.rows[i].user_id), &r.rows[i]);
    if (!error)
        agents_each(all, app_id, remove_unseen, NULL);
    else
        LOG(all->log, LOG_LEVEL_ERROR, "agents.reload", log_error("error", error));
    free(r.groups);
    free(r.rows);
    return error;
}

/* ---- days ---- */

/* Unix ms of a local midnight: the one before, or `days` later. */
static int64_t midnight_ms(int64_t now_ms, int days) {
    time_t now_s = (time_t)(now_ms / 1000);
    struct tm local;
    localtime_r(&now_s, &local);
    local.tm_mday += days;
    local.tm_hour = local.tm_min = local.tm_sec = 0;
    local.tm_isdst = -1;
    return (int64_t)mktime(&local) * 1000;
}

uint64_t agents_day(agents *all) {
    int64_t now_ms = clock_unix_ms();
    if (now_ms < all->day_begin_ms || now_ms >= all->day_end_ms) {
        all->day_begin_ms = midnight_ms(now_ms, 0);
        all->day_end_ms = midnight_ms(now_ms, 1);
        all->day++;
    }
    return all->day;
}

/* ---- life ---- */

void agents_listen(agents *all, const agent_handler *handler, void *ctx) {
    if (all->n_listeners == AGENT_LISTENERS) {
        LOG(all->log, LOG_LEVEL_ERROR, "agents.listen", log_integer("limit", AGENT_LISTENERS));
        abort(); /* a fault of the program, seen at its first start */
    }
    all->listeners[all->n_listeners].handler = *handler;
    all->listeners[all->n_listeners++].ctx = ctx;
}

static bool change_reach(void *ctx, agent *a) {
    (void)ctx;
    agent_reach_changed(a);
    return true;
}

void agents_set_reach(agents *all, unsigned (*reach)(void *ctx, const agent *a), void *ctx) {
    all->reach = reach;
    all->reach_ctx = ctx;
    agents_each(all, 0, change_reach, NULL);
}

void agents_write_history(agents *all) { history_write(all); }

typedef struct {
    int64_t *ids;
    int n;
    bool failed;
} apps;

static bool take_app(void *ctx, int64_t app_id, const char *name) {
    apps *list = ctx;
    (void)name;
    int64_t *grown = make_room(&list->failed, list->ids, list->n, sizeof *grown);
    if (!grown)
        return false;
    list->ids = grown;
    grown[list->n++] = app_id;
    return true;
}

static int read_all(agents *all) {
    apps list = { .n = 0 };
    int error = store_list_apps(all->db, take_app, &list);
    if (!error && list.failed)
        error = TCCC_E_NO_MEMORY;
    for (int i = 0; i < list.n && !error; i++)
        error = agents_reload(all, list.ids[i]);
    free(list.ids);
    return error;
}

agents *agents_new(store *db, settings *rules, deadlines *timers, const logger *log) {
    agents *all = calloc(1, sizeof *all);
    if (!all)
        return NULL;
    all->db = db;
    all->settings = rules;
    all->timers = timers;
    all->log = log;
    list_init(&all->list);
    if (!hash_alloc(&all->by_id, AGENT_BUCKETS) && !read_all(all) && !history_trim_daily(all) && !today_start(all))
        return all;
    agents_free(all);
    return NULL;
}

static bool note_offline(void *ctx, agent *a) {
    (void)ctx;
    if (agent_status_of(a) == AGENT_STATUS_OFFLINE)
        return true;
    a->state = AGENT_OFFLINE; /* nobody is told any more */
    a->since_ms = clock_unix_ms();
    a->session[0] = 0;
    history_put(a);
    return true;
}

void agents_free(agents *all) {
    if (!all)
        return;
    agents_each(all, 0, note_offline, NULL);
    history_write(all);
    deadline_clear(all->timers, &all->history.trim);
    deadline_clear(all->timers, &all->today);
    list_flush(&all->list);
    mem_deref(all->by_id);
    free(all);
}
