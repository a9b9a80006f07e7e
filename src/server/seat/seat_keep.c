/* seat_keep.c: seats that outlive the server: written with each hello, read at the start. Layer: server. Source: docs/protocol.md. */
#include "server/seat/seat_state.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SAVE_DELAY_MS = 100 };        /* changes of status: many in one write */

void seat_hash(const char *token, char hash[SEAT_HASH_LEN + 1]) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    EVP_Digest(token, strlen(token), digest, NULL, EVP_sha256(), NULL);
    for (int i = 0; i < SEAT_HASH_LEN / 2; i++)
        snprintf(hash + 2 * i, 3, "%02x", digest[i]);
}

/* ---- written ---- */

store_seat seat_row(const seat *s) {
    store_seat row = { .app_id = s->agent ? agent_row(s->agent)->app_id : visitor_of(s->visitor)->app_id, .is_visitor = s->visitor != NULL };
    snprintf(row.id, sizeof row.id, "%s", s->id);
    snprintf(row.name, sizeof row.name, "%s", seat_name(s));
    snprintf(row.resume, sizeof row.resume, "%s", s->resume);
    snprintf(row.earlier, sizeof row.earlier, "%s", s->earlier);
    snprintf(row.tab, sizeof row.tab, "%s", s->tab);
    if (!s->agent)
        return row;
    enum agent_status status = agent_status_to_keep(s->agent);
    snprintf(row.status, sizeof row.status, "%s", agent_status_name(status));
    snprintf(row.reason, sizeof row.reason, "%s", status == AGENT_STATUS_REST ? agent_reason(s->agent) : "");
    row.microphone = (int)agent_microphone_of(s->agent);
    return row;
}

int seat_keep(seat *s) {
    store_seat row = seat_row(s);
    store_behind(s->all->store, true);
    int error = store_put_seat(s->all->store, &row);
    store_behind(s->all->store, false);
    if (error)
        LOG(s->all->log, LOG_LEVEL_ERROR, "seat.keep", log_text("user", seat_name(s)), log_error("error", error));
    s->kept = s->kept || !error;
    if (s->agent)
        s->kept_status = agent_status_to_keep(s->agent);
    s->changed = false;
    return error;
}

void seats_save(seats *all) {
    deadline_clear(all->timers, &all->save);
    store_behind(all->store, true);
    if (store_begin(all->store)) {
        store_behind(all->store, false);
        return; /* the next change, or hello, tries again */
    }
    for (struct le *le = all->seats.head; le; le = le->next)
        if (((seat *)le->data)->changed)
            (void)seat_keep(le->data);
    (void)store_end(all->store);
    store_behind(all->store, false);
}

static void save_due(void *owner) { seats_save(owner); }

void seat_note_change(seat *s) {
    if (!s->kept || s->all->stopping)
        return;
    s->changed = true;
    if (!deadline_is_set(&s->all->save) && deadline_set(s->all->timers, &s->all->save, SAVE_DELAY_MS, save_due, s->all))
        seats_save(s->all);
}

void seat_unkeep(seat *s) {
    if (s->kept && !s->all->stopping)
        (void)store_delete_seat(s->all->store, s->id);
}

/* ---- read ---- */

typedef struct {
    seats *all;
    store_seat *rows;
    int n, capacity;
} reading;

static bool take(void *ctx, const store_seat *row) {
    reading *r = ctx;
    if (r->n == r->capacity) {
        int capacity = r->capacity ? 2 * r->capacity : 16;
        store_seat *grown = realloc(r->rows, (size_t)capacity * sizeof *grown);
        if (!grown)
            return false; /* the others sign in anew */
        r->rows = grown;
        r->capacity = capacity;
    }
    r->rows[r->n++] = *row;
    return true;
}

static enum agent_status status_named(const char *name) {
    for (int i = 0; i < AGENT_STATUSES; i++)
        if (!strcmp(agent_status_names[i], name))
            return (enum agent_status)i;
    return AGENT_STATUS_OFFLINE;
}

seat *seat_from_row(seats *all, const store_seat *row) {
    agent *a = row->is_visitor ? NULL : agents_find(all->agents, row->app_id, row->name);
    visitor *v = row->is_visitor ? all->handler.visitor_who_stays(all->ctx, row->app_id, row->name) : NULL;
    if ((a && agent_seat(a)) || (!a && !v))
        return NULL;
    seat *s = seat_make(all, a, v);
    if (!s)
        return NULL;
    s->kept = s->restored = true;
    s->restored_ms = clock_ms();
    str_ncpy(s->id, row->id, sizeof s->id);
    str_ncpy(s->resume, row->resume, sizeof s->resume);
    str_ncpy(s->earlier, row->earlier, sizeof s->earlier);
    str_ncpy(s->tab, row->tab, sizeof s->tab);
    return s;
}

void seat_restore_status(seat *s, const store_seat *row) {
    agent_restore(s->agent, status_named(row->status), row->reason, (enum agent_microphone)row->microphone);
}

static void restore(seats *all, const store_seat *row) {
    seat *s = seat_from_row(all, row);
    if (!s) {
        (void)store_delete_seat(all->store, row->id);
        return;
    }
    seat_start_window(s, false);
    if (s->agent)
        seat_restore_status(s, row);
}

void seats_restore(seats *all) {
    reading r = { .all = all };
    int error = store_list_seats(all->store, take, &r);
    for (int i = 0; i < r.n && !error; i++)
        restore(all, &r.rows[i]);
    LOG(all->log, error ? LOG_LEVEL_ERROR : LOG_LEVEL_INFO, "seats.restored", log_integer("seats", all->n_seats), log_error("error", error));
    free(r.rows);
}
