/* cdr.c: call records with their steps, keys and events. Layer: server. */
#include "server/store/cdr.h"
#include "server/store/cdr_row.h"

#include "tccc/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const row_field cdr_fields[] = {
    ROW_FIELD(store_cdr, session_id, ROW_TEXT, ROW_KEY),
    ROW_FIELD(store_cdr, app_id, ROW_NUMBER, 0),
    ROW_FIELD(store_cdr, type, ROW_NUMBER, 0),
    ROW_FIELD(store_cdr, inbound, ROW_NUMBER, 0),
    ROW_FIELD(store_cdr, caller, ROW_TEXT, 0),
    ROW_FIELD(store_cdr, callee, ROW_TEXT, 0),
    ROW_FIELD(store_cdr, protected_caller, ROW_TEXT, 0),
    ROW_FIELD(store_cdr, protected_callee, ROW_TEXT, 0),
    ROW_FIELD(store_cdr, user_id, ROW_TEXT, 0),
    ROW_FIELD(store_cdr, queued_group_id, ROW_NUMBER, 0),
    ROW_FIELD(store_cdr, queued_group_name, ROW_TEXT, 0),
    ROW_FIELD(store_cdr, uui, ROW_TEXT, 0),
    ROW_FIELD(store_cdr, remark, ROW_TEXT, 0),
    ROW_FIELD(store_cdr, start_ms, ROW_NUMBER, 0),
    ROW_FIELD(store_cdr, queued_ms, ROW_NUMBER, 0),
    ROW_FIELD(store_cdr, ring_ms, ROW_NUMBER, 0),
    ROW_FIELD(store_cdr, accept_ms, ROW_NUMBER, 0),
    ROW_FIELD(store_cdr, end_ms, ROW_NUMBER, 0),
    ROW_FIELD(store_cdr, end_status, ROW_NUMBER, 0),
    ROW_FIELD(store_cdr, hung_up_by, ROW_NUMBER, 0),
    ROW_FIELD(store_cdr, record_id, ROW_TEXT, 0),
    ROW_FIELD(store_cdr, flow_id, ROW_NUMBER, 0),
};

static const row_field step_fields[] = {
    ROW_FIELD(cdr_step, type, ROW_NUMBER, 0),
    ROW_FIELD(cdr_step, user_id, ROW_TEXT, 0),
    ROW_FIELD(cdr_step, phone, ROW_TEXT, 0),
    ROW_FIELD(cdr_step, extension, ROW_TEXT, 0),
    ROW_FIELD(cdr_step, group_id, ROW_NUMBER, 0),
    ROW_FIELD(cdr_step, group_name, ROW_TEXT, 0),
    ROW_FIELD(cdr_step, group_priority, ROW_NUMBER, 0),
    ROW_FIELD(cdr_step, start_ms, ROW_NUMBER, 0),
    ROW_FIELD(cdr_step, ring_ms, ROW_NUMBER, 0),
    ROW_FIELD(cdr_step, accept_ms, ROW_NUMBER, 0),
    ROW_FIELD(cdr_step, end_ms, ROW_NUMBER, 0),
    ROW_FIELD(cdr_step, transfer_from, ROW_TEXT, 0),
    ROW_FIELD(cdr_step, transfer_to, ROW_TEXT, 0),
    ROW_FIELD(cdr_step, transfer_from_type, ROW_NUMBER, 0),
    ROW_FIELD(cdr_step, transfer_to_type, ROW_NUMBER, 0),
    ROW_FIELD(cdr_step, end_status, ROW_NUMBER, 0),
    ROW_FIELD(cdr_step, record_id, ROW_TEXT, 0),
};

static const row_field key_fields[] = {
    ROW_FIELD(cdr_key, key, ROW_TEXT, 0),
    ROW_FIELD(cdr_key, label, ROW_TEXT, 0),
    ROW_FIELD(cdr_key, node, ROW_TEXT, 0),
    ROW_FIELD(cdr_key, at_ms, ROW_NUMBER, 0),
    ROW_FIELD(cdr_key, after_call, ROW_NUMBER, 0),
};

static const row_field event_fields[] = {
    ROW_FIELD(cdr_event, at_ms, ROW_NUMBER, 0),
    ROW_FIELD(cdr_event, type, ROW_TEXT, 0),
    ROW_FIELD(cdr_event, user_id, ROW_TEXT, 0),
};

const row_shape cdr_shape = ROW_SHAPE("cdr", cdr_fields);
static const row_shape step_shape = ROW_CHILD("cdr_step", step_fields, "session_id,n");
static const row_shape key_shape = ROW_CHILD("cdr_key", key_fields, "session_id,n");
static const row_shape event_shape = ROW_CHILD("cdr_event", event_fields, "session_id,n");

const cdr_list cdr_lists[CDR_LISTS] = {
    { "steps", &step_shape, offsetof(store_cdr, steps), sizeof(cdr_step), offsetof(store_cdr, n_steps), CDR_STEPS_MAX,
      "DELETE FROM cdr_step WHERE session_id=?1", "FROM cdr_step WHERE session_id=?1 ORDER BY n" },
    { "keys", &key_shape, offsetof(store_cdr, keys), sizeof(cdr_key), offsetof(store_cdr, n_keys), CDR_KEYS_MAX,
      "DELETE FROM cdr_key WHERE session_id=?1", "FROM cdr_key WHERE session_id=?1 ORDER BY n" },
    { "events", &event_shape, offsetof(store_cdr, events), sizeof(cdr_event), offsetof(store_cdr, n_events), CDR_EVENTS_MAX,
      "DELETE FROM cdr_event WHERE session_id=?1", "FROM cdr_event WHERE session_id=?1 ORDER BY n" },
};

static int put_list(store *s, const cdr_list *list, const store_cdr *cdr) {
    const char *at = (const char *)cdr + list->items;
    int n = *(const int *)((const char *)cdr + list->count);
    int error = sql_run(sql_query(s, list->clear, "t", cdr->session_id));
    for (int i = 0; i < n && !error; i++) error = row_add(s, list->shape, cdr->session_id, i, at + (size_t)i * list->size);
    return error;
}

int store_put_cdr(store *s, const store_cdr *cdr) {
    for (int i = 0; i < CDR_LISTS; i++) {
        int n = *(const int *)((const char *)cdr + cdr_lists[i].count);
        if (n < 0 || n > cdr_lists[i].max) return sql_refuse(s, TCCC_E_TOO_LARGE);
    }
    int error = store_begin(s);
    if (error) return error;
    error = row_put(s, &cdr_shape, cdr);
    for (int i = 0; i < CDR_LISTS && !error; i++) error = put_list(s, &cdr_lists[i], cdr);
    int ended = store_end(s);
    return error ? error : ended;
}

static int read_list(store *s, const cdr_list *list, store_cdr *cdr) {
    int error = 0, n = 0;
    char *at = (char *)cdr + list->items;
    query *q = row_query(s, list->shape, list->select, "t", cdr->session_id);
    while (n < list->max && row_next(q, list->shape, at + (size_t)n * list->size, &error)) n++;
    if (n == list->max) sql_end(q);
    *(int *)((char *)cdr + list->count) = n;
    return error;
}

static int read_lists(store *s, store_cdr *cdr) {
    int error = 0;
    for (int i = 0; i < CDR_LISTS && !error; i++) error = read_list(s, &cdr_lists[i], cdr);
    return error;
}

int store_get_cdr(store *s, const char *session_id, store_cdr *cdr) {
    int error = row_one(row_query(s, &cdr_shape, "FROM cdr WHERE session_id=?1", "t", session_id), &cdr_shape, cdr);
    return error ? error : read_lists(s, cdr);
}

/* ---- searching ---- */

typedef struct {
    char text[16 * CDR_FILTER_MAX + 1024];
    size_t used;
    sql_value values[2 * CDR_FILTER_MAX + 16];
    int n;
} search;

static void add(search *f, const char *text) {
    size_t n = strlen(text);
    memcpy(f->text + f->used, text, n + 1);
    f->used += n;
}

static void add_value(search *f, const sql_value value) {
    char place[16];
    f->values[f->n++] = value;
    snprintf(place, sizeof place, "?%d", f->n);
    add(f, place);
}

/* column IN (?5,?6,...) */
static void add_texts(search *f, const char *column, const char *const *texts, int n) {
    add(f, column);
    for (int i = 0; i < n; i++) {
        add(f, i ? "," : " IN (");
        add_value(f, (sql_value){ .is_text = true, .text = texts[i] });
    }
    add(f, ")");
}

/* The time's values have the places ?2 and ?3 everywhere. */
static void add_phones(search *f, const cdr_filter *filter) {
    int first = f->n;
    add(f, " AND session_id IN (SELECT session_id FROM cdr WHERE start_ms>=?2 AND start_ms<?3 AND ");
    add_texts(f, "caller", filter->phones, filter->n_phones);
    add(f, " UNION SELECT session_id FROM cdr WHERE start_ms>=?2 AND start_ms<?3 AND callee IN (");
    for (int i = 0; i < filter->n_phones; i++) {
        char place[16];
        snprintf(place, sizeof place, "%s?%d", i ? "," : "", first + 1 + i);
        add(f, place);
    }
    add(f, "))");
}

/* Of the record or of one of its steps, which begin after it. */
static void add_column(search *f, const char *of_record, const char *of_step, sql_value value) {
    add(f, " AND session_id IN (SELECT session_id FROM cdr WHERE start_ms>=?2 AND start_ms<?3 AND ");
    add(f, of_record);
    add_value(f, value);
    add(f, " UNION SELECT session_id FROM cdr_step WHERE start_ms>=?2 AND ");
    add(f, of_step);
    add_value(f, value);
    add(f, ")");
}

/* Each condition is a search of its own by an index, and leads: a + keeps SQLite from reading every record of the time instead. */
static void write_search(search *f, const cdr_filter *filter) {
    bool narrow = filter->n_phones || filter->n_session_ids || filter->group_id || filter->user_id;
    add(f, narrow ? "FROM cdr WHERE +app_id=" : "FROM cdr WHERE app_id=");
    add_value(f, (sql_value){ .integer = filter->app_id });
    add(f, narrow ? " AND +start_ms>=" : " AND start_ms>=");
    add_value(f, (sql_value){ .integer = filter->from_ms });
    add(f, narrow ? " AND +start_ms<" : " AND start_ms<");
    add_value(f, (sql_value){ .integer = filter->to_ms });
    if (filter->n_phones) add_phones(f, filter);
    if (filter->n_session_ids) {
        add(f, " AND ");
        add_texts(f, "session_id", filter->session_ids, filter->n_session_ids);
    }
    if (filter->group_id) add_column(f, "queued_group_id=", "group_id=", (sql_value){ .integer = filter->group_id });
    if (filter->user_id) add_column(f, "user_id=", "user_id=", (sql_value){ .is_text = true, .text = filter->user_id });
}

static int count(store *s, const search *f, bool kept, int *total) {
    char text[sizeof f->text + 32];
    int64_t n = 0;
    snprintf(text, sizeof text, "SELECT count(*) %s", f->text);
    int error = sql_only_integer(sql_query_values(s, text, kept, f->values, f->n), &n);
    *total = (int)n;
    return error;
}

static int list(store *s, search *f, bool kept, const cdr_filter *filter, store_cdr *cdr,
                bool (*each)(void *ctx, const store_cdr *cdr), void *ctx) {
    int error = 0;
    add(f, " ORDER BY start_ms DESC, session_id DESC LIMIT ");
    add_value(f, (sql_value){ .integer = sql_count(filter->limit) });
    add(f, " OFFSET ");
    add_value(f, (sql_value){ .integer = sql_count(filter->offset) });
    query *q = row_query_values(s, &cdr_shape, f->text, kept, f->values, f->n);
    while (row_next(q, &cdr_shape, cdr, &error)) {
        error = read_lists(s, cdr);
        if (!sql_goes_on(q, !error && each(ctx, cdr))) break;
    }
    return error;
}

int store_list_cdrs(store *s, const cdr_filter *filter, int *total, bool (*each)(void *ctx, const store_cdr *cdr), void *ctx) {
    bool kept = !filter->n_phones && !filter->n_session_ids;
    if (filter->n_phones > CDR_FILTER_MAX || filter->n_session_ids > CDR_FILTER_MAX) return TCCC_E_TOO_LARGE;
    search *f = calloc(1, sizeof *f);
    store_cdr *cdr = calloc(1, sizeof *cdr);
    int error = f && cdr ? 0 : TCCC_E_NO_MEMORY;
    if (!error) {
        write_search(f, filter);
        error = count(s, f, kept, total);
    }
    if (!error) error = list(s, f, kept, filter, cdr, each, ctx);
    free(cdr);
    free(f);
    return error;
}

/* Asked for each caller: both halves go by the number's index, newest first (a + keeps SQLite from taking the app's index). */
int store_last_agent(store *s, int64_t app_id, const char *number, char *user_id, size_t capacity) {
    int error = sql_only_text(sql_query(s, "SELECT user_id FROM ("
        "SELECT * FROM (SELECT user_id, start_ms FROM cdr WHERE caller=?2 AND +app_id=?1 AND inbound<>0 AND user_id<>'' AND accept_ms>0"
        " ORDER BY start_ms DESC LIMIT 1) a UNION ALL "
        "SELECT * FROM (SELECT user_id, start_ms FROM cdr WHERE callee=?2 AND +app_id=?1 AND inbound=0 AND user_id<>'' AND accept_ms>0"
        " ORDER BY start_ms DESC LIMIT 1) b) c ORDER BY start_ms DESC LIMIT 1", "it", app_id, number), user_id, capacity);
    if (error == TCCC_E_NOT_FOUND) {
        user_id[0] = 0;
        return 0;
    }
    return error;
}

int store_count_answered(store *s, int64_t app_id, const char *user_id, int64_t since_ms, int *count) {
    int64_t n = 0;
    int error = sql_only_integer(sql_query(s, "SELECT count(DISTINCT t.session_id) FROM cdr_step t JOIN cdr c ON c.session_id=t.session_id"
        " WHERE t.user_id=?2 AND t.accept_ms>0 AND t.accept_ms>=?3 AND c.app_id=?1", "iti", app_id, user_id, since_ms), &n);
    *count = (int)n;
    return error;
}

int store_sum_cdrs(store *s, int64_t app_id, int64_t from_ms, int64_t to_ms, cdr_usage *usage) {
    int64_t minutes, type;
    int error = 0;
    *usage = (cdr_usage){ 0 };
    query *q = sql_query(s, "SELECT type, inbound, sum((end_ms-accept_ms+59999)/60000) FROM cdr WHERE app_id=?1 AND start_ms>=?2 AND start_ms<?3"
                            " AND accept_ms>0 AND end_ms>accept_ms GROUP BY type, inbound", "iii", app_id, from_ms, to_ms);
    while (sql_row(q, &error)) {
        type = sql_integer(q, 0);
        minutes = sql_integer(q, 2);
        if (type == CDR_AUDIO_IN) usage->audio_minutes += minutes;
        else if (type != CDR_INTERNAL && sql_integer(q, 1)) usage->in_minutes += minutes;
        else if (type != CDR_INTERNAL) usage->out_minutes += minutes;
    }
    if (error) return error;
    return sql_only_integer(sql_query(s, "SELECT count(DISTINCT t.user_id) FROM cdr_step t JOIN cdr c ON c.session_id=t.session_id"
        " WHERE c.app_id=?1 AND c.start_ms>=?2 AND c.start_ms<?3 AND t.accept_ms>0 AND t.user_id<>''", "iii", app_id, from_ms, to_ms), &usage->seats);
}
