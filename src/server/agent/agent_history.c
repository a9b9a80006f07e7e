/* agent_history.c: changes of status into the store, gathered: one write to the disk for many. Layer: server. */
#include "server/agent/agent_state.h"

#include <stdio.h>
#include <string.h>

/* 0 or the error of the first row that was refused; then none is stored. */
static int write_together(agents *all) {
    if (store_begin(all->db))
        return TCCC_E_IO;
    for (int i = 0; i < all->history.n; i++)
        (void)store_put_status(all->db, &all->history.rows[i]); /* store_end tells */
    return store_end(all->db);
}

static void write_one(agents *all, const store_status *row) {
    int error = store_put_status(all->db, row);
    if (error)
        LOG(all->log, LOG_LEVEL_ERROR, "agent.history", log_text("user", row->user_id), log_text("status", row->status), log_error("error", error));
}

void history_write(agents *all) {
    agent_history *h = &all->history;
    deadline_clear(all->timers, &h->due);
    store_behind(all->db, true);
    if (h->n && write_together(all))
        for (int i = 0; i < h->n; i++)
            write_one(all, &h->rows[i]);
    store_behind(all->db, false);
    h->n = 0;
}

static void write_due(void *owner) { history_write(owner); }

void history_put(agent *a) {
    agents *all = a->all;
    agent_history *h = &all->history;
    if (h->n == HISTORY_WAITING)
        history_write(all);
    store_status *row = &h->rows[h->n++];
    *row = (store_status){ .app_id = a->row.app_id, .from_ms = a->since_ms };
    snprintf(row->user_id, sizeof row->user_id, "%s", a->row.user_id);
    snprintf(row->status, sizeof row->status, "%s", agent_status_name(agent_status_of(a)));
    snprintf(row->reason, sizeof row->reason, "%s", agent_reason(a));
    snprintf(row->session_id, sizeof row->session_id, "%s", a->session);
    today_changed(a);
    if (h->n == 1 && deadline_set(all->timers, &h->due, HISTORY_DELAY_MS, write_due, all))
        history_write(all);
}

static void trim(void *owner) {
    agents *all = owner;
    agent_history *h = &all->history;
    int error = store_forget_status(all->db, clock_unix_ms() - HISTORY_KEPT_DAYS * INT64_C(86400000), TRIM_ROWS, &h->trimmed_id);
    if (error)
        LOG(all->log, LOG_LEVEL_WARNING, "agent.history_not_trimmed", log_error("error", error));
    (void)deadline_set(all->timers, &h->trim, h->trimmed_id ? TRIM_STEP_MS : TRIM_EVERY_MS, trim, all);
}

int history_trim_daily(agents *all) { return deadline_set(all->timers, &all->history.trim, TRIM_FIRST_MS, trim, all); }

void history_forget(agent *a) {
    agent_history *h = &a->all->history;
    int kept = 0;
    for (int i = 0; i < h->n; i++)
        if (h->rows[i].app_id != a->row.app_id || strcmp(h->rows[i].user_id, a->row.user_id))
            h->rows[kept++] = h->rows[i];
    h->n = kept;
    if (!kept)
        deadline_clear(a->all->timers, &h->due);
}

static bool note_online(void *ctx, const store_status *row) {
    *(bool *)ctx = strcmp(row->status, agent_status_name(AGENT_STATUS_OFFLINE)) != 0;
    return true;
}

void history_close(agent *a) {
    bool online = false;
    (void)store_list_status(a->all->db, a->row.app_id, a->row.user_id, a->since_ms, a->since_ms + 1, note_online, &online);
    if (online)
        history_put(a);
}
