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
