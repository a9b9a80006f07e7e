/* agent_times.c: sums over an agent's history. Layer: server. */
#include "server/agent/agent_times.h"

#include "server/agent/agent_state.h"

#include <string.h>

typedef struct {
    agent_times *out;
    enum agent_status status;
    int64_t at_ms;                   /* everything before is counted */
} sum;

/* A status that a newer server wrote counts as offline. */
static enum agent_status status_named(const char *name) {
    for (int i = 0; i < AGENT_STATUSES; i++)
        if (!strcmp(agent_status_names[i], name))
            return (enum agent_status)i;
    return AGENT_STATUS_OFFLINE;
}

static void count_until(sum *s, int64_t ms) {
    if (ms <= s->at_ms)
        return;
    s->out->ms[s->status] += ms - s->at_ms;
    s->at_ms = ms;
}

static bool add_row(void *ctx, const store_status *row) {
    sum *s = ctx;
    enum agent_status status = status_named(row->status);
    count_until(s, row->from_ms);
    if (status == AGENT_STATUS_OFFLINE)
        s->out->online_since_ms = 0;
    else if (s->status == AGENT_STATUS_OFFLINE)
        s->out->online_since_ms = row->from_ms;
    s->status = status;
    s->out->status_since_ms = row->from_ms;
    return true;
}

int agent_times_of(agents *all, int64_t app_id, const char *user_id, int64_t from_ms, int64_t to_ms, agent_times *out) {
    sum s = { .out = out, .status = AGENT_STATUS_OFFLINE, .at_ms = from_ms };
    int64_t now_ms = clock_unix_ms();
    memset(out, 0, sizeof *out);
    to_ms = to_ms < now_ms ? to_ms : now_ms;
    agents_write_history(all);
    int error = store_list_status(all->db, app_id, user_id, from_ms, to_ms, add_row, &s);
    count_until(&s, to_ms);
    return error;
}

/* ---- today ---- */

typedef struct {
    bool known, online;              /* whether there was a row before, and what it said */
    int64_t came_ms;                 /* the last change from offline to anything else; 0: none */
} coming;

static bool note_coming(void *ctx, const store_status *row) {
    coming *c = ctx;
    bool online = status_named(row->status) != AGENT_STATUS_OFFLINE;
    if (c->known && online && !c->online)
        c->came_ms = row->from_ms;
    c->known = true;
    c->online = online;
    return true;
}

/* Looked for today, in the last week, and as far back as is shown. */
static int read_coming(const agent *a, int64_t begin_ms, int64_t now_ms, int64_t *came_ms) {
    const int64_t day_ms = 24 * 3600 * 1000, from_ms[] = { begin_ms, now_ms - 7 * day_ms, now_ms - TODAY_CAME_DAYS * day_ms };
    coming c = { 0 };
    int error = 0;
    for (int i = 0; i < 3 && !error && !c.came_ms && (i == 0 || a->row.created_ms < from_ms[i - 1]); i++) {
        c = (coming){ .known = a->row.created_ms >= from_ms[i] }; /* a new agent began offline */
        error = store_list_status(a->all->db, a->row.app_id, a->row.user_id, from_ms[i], now_ms + 1, note_coming, &c);
    }
    *came_ms = c.came_ms;
    return error;
}

static int today_read(agent *a) {
    agent_day *day = &a->today;
    int64_t now_ms = clock_unix_ms();
    (void)agents_day(a->all);
    *day = (agent_day){ .begin_ms = a->all->day_begin_ms, .at_ms = now_ms, .status = agent_status_of(a) };
    int error = agent_times_of(a->all, a->row.app_id, a->row.user_id, day->begin_ms, now_ms, &day->times);
    if (!error)
        error = read_coming(a, day->begin_ms, now_ms, &day->came_ms);
    day->known = !error;
    return error;
}

/* The day may have changed since, and the clock may have been set back. */
static void today_roll(agent *a) {
    agent_day *day = &a->today;
    (void)agents_day(a->all);
    int64_t begin_ms = a->all->day_begin_ms;
    if (day->known && day->begin_ms != begin_ms) {
        int64_t since_ms = day->times.status_since_ms;
        *day = (agent_day){ .known = day->at_ms <= begin_ms, .begin_ms = begin_ms, .at_ms = begin_ms, .status = day->status, .came_ms = day->came_ms };
        day->times.status_since_ms = since_ms;
        day->times.online_since_ms = day->status == AGENT_STATUS_OFFLINE ? 0 : since_ms; /* as agent_times_of tells it */
    }
}

static void today_count(agent_day *day, int64_t now_ms) {
    if (now_ms > day->at_ms) {
        day->times.ms[day->status] += now_ms - day->at_ms;
        day->at_ms = now_ms;
    }
}

void today_changed(agent *a) {
    agent_day *day = &a->today;
    today_roll(a);
    if (!day->known)
        return;
    enum agent_status now = agent_status_of(a);
    today_count(day, a->since_ms);
    if (now != AGENT_STATUS_OFFLINE && day->status == AGENT_STATUS_OFFLINE)
        day->came_ms = day->times.online_since_ms = a->since_ms;
    if (now == AGENT_STATUS_OFFLINE)
        day->times.online_since_ms = 0;
    day->times.status_since_ms = a->since_ms;
    day->status = now;
}

int agent_today(agent *a, agent_times *out, int64_t *came_ms) {
    today_roll(a);
    int error = a->today.known ? 0 : today_read(a);
    agent_day until_now = a->today;
    today_count(&until_now, clock_unix_ms());
    *out = until_now.times;
    *came_ms = until_now.came_ms;
    return error;
}

typedef struct {
    int left;
    bool failed;
} reading_step;

static bool read_unknown(void *ctx, agent *a) {
    reading_step *step = ctx;
    if (a->today.known)
        return true;
    step->failed = today_read(a) != 0;
    return --step->left > 0 && !step->failed;
}

/* A store that fails is asked again by whoever wants to know. */
static void read_some(void *owner) {
    agents *all = owner;
    reading_step step = { .left = TODAY_STEP_AGENTS };
    agents_each(all, 0, read_unknown, &step);
    if (!step.left && !step.failed)
        (void)deadline_set(all->timers, &all->today, TODAY_STEP_MS, read_some, all);
}

int today_start(agents *all) { return deadline_set(all->timers, &all->today, TODAY_FIRST_MS, read_some, all); }
