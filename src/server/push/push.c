/* push.c: the outbox: what is sent when, and what becomes of it. Layer: server. */
#include "server/push/push.h"

#include "server/push/sender.h"
#include "tccc/error.h"

#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FLIGHTS_MAX = 64,                /* at one time */
    APP_FLIGHTS_MAX = 4,             /* of one app: its dead receiver must not hold up others */
    LOOK_MS = 1000,                  /* how often the outbox is looked at while something in it waits */
    LOOK_ANYWAY_MS = 60 * 1000,      /* and otherwise: a command beside us may have put something there */
    FORGET_MS = 3600 * 1000,         /* how often delivered ones are deleted */
    UNSETTLED_MS = 5, UNSETTLED_LOOKS = 200, /* what is not durable yet is not sent, for a second at most */
    STORE_PAUSE_MS = 10000           /* after the store refused a result: not to send the same over and over */
};
#define KEEP_MS (7 * 86400 * 1000LL) /* delivered ones are kept for so long */

typedef struct {                     /* one under way */
    char uuid[37];
    int64_t app_id;
} flight;

struct pushes {
    pushes_config config;
    store *db;
    settings *rules;
    deadlines *timers;
    const logger *log;
    sender *sender;
    deadline look, forget;
    flight flights[FLIGHTS_MAX];
    int n_flights, unsettled_looks;
    push_counters counters;
};

static void look(pushes *all);

/* ---- writing ---- */

static bool new_uuid(char uuid[37]) {
    unsigned char b[16];
    if (RAND_bytes(b, sizeof b) != 1)
        return false;
    b[6] = (unsigned char)((b[6] & 0x0f) | 0x40); /* RFC 9562 section 5.4 */
    b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
    snprintf(uuid, 37, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1], b[2], b[3], b[4], b[5], b[6],
             b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
    return true;
}

static bool is_wanted(const settings_push *receiver, const char *kind) {
    if (!receiver->url[0])
        return false;
    if (!strcmp(kind, "im"))
        return receiver->im;
    return !strcmp(kind, "cdr") ? receiver->cdr : !strcmp(kind, "record") ? receiver->record : receiver->voicemail;
}

bool push_prepare(pushes *all, int64_t app_id, const char *kind, const char *session_id, store_push *row) {
    *row = (store_push){ .app_id = app_id, .state = PUSH_WAITING, .created_ms = clock_unix_ms() };
    if (!is_wanted(settings_push_of(all->rules, app_id), kind))
        return false;
    row->next_ms = row->created_ms;
    snprintf(row->kind, sizeof row->kind, "%s", kind);
    snprintf(row->session_id, sizeof row->session_id, "%s", session_id);
    if (new_uuid(row->uuid))
        return true;
    LOG(all->log, LOG_LEVEL_ERROR, "push.uuid", log_text("session", session_id));
    return false;
}

int push_put(pushes *all, int64_t app_id, const char *kind, const char *session_id, const char *body) {
    store_push row;
    if (!push_prepare(all, app_id, kind, session_id, &row))
        return 0;
    store_behind(all->db, true); /* it is sent when it is durable */
    int error = store_put_push(all->db, &row, body);
    store_behind(all->db, false);
    return error;
}

int push_replay(pushes *all, int64_t app_id, const char *uuid) {
    store_push row;
    int error = store_get_push(all->db, uuid, &row);
    if (error || row.app_id != app_id)
        return error ? error : TCCC_E_NOT_FOUND;
    if (row.state != PUSH_FAILED)
        return TCCC_E_STATE;
    row.state = PUSH_WAITING;
    row.tries = 0;
    row.next_ms = clock_unix_ms();
    error = store_put_push(all->db, &row, NULL);
    pushes_wake(all);
    return error;
}

/* ---- results ---- */

static void land(pushes *all, const char *uuid) {
    for (int i = 0; i < all->n_flights; i++)
        if (!strcmp(all->flights[i].uuid, uuid)) {
            all->flights[i] = all->flights[--all->n_flights];
            return;
        }
}

static void note_success(store_push *row) {
    row->state = PUSH_DONE;
    row->tries++;
    row->last_error[0] = 0;
}

static void note_failure(const pushes *all, store_push *row, const char *sentence) {
    snprintf(row->last_error, sizeof row->last_error, "%s", sentence);
    row->tries++;
    if (row->tries > PUSH_RETRIES)
        row->state = PUSH_FAILED;
    else
        row->next_ms = clock_unix_ms() + all->config.retry_s[row->tries - 1] * 1000LL;
}

/* Once the store has it, so that who reads the log finds it there. */
static void tell_result(pushes *all, const store_push *row) {
    static const struct { const char *event; enum log_level level; } told[] = {
        [PUSH_WAITING] = { "push.retry", LOG_LEVEL_WARNING }, [PUSH_DONE] = { "push.sent", LOG_LEVEL_DEBUG }, [PUSH_FAILED] = { "push.lost", LOG_LEVEL_ERROR },
    };
    all->counters.retries += row->state == PUSH_WAITING;
    all->counters.sent += row->state == PUSH_DONE;
    all->counters.failed += row->state == PUSH_FAILED;
    LOG(all->log, told[row->state].level, told[row->state].event, log_text("uuid", row->uuid), log_text("kind", row->kind),
        log_text("session", row->session_id), log_integer("tries", row->tries), log_text("reason", row->last_error));
}

/* True when the store has it. */
static bool write_result(pushes *all, store_push *row, bool ok, const char *sentence) {
    if (ok)
        note_success(row);
    else
        note_failure(all, row, sentence);
    store_behind(all->db, true); /* lost by a power cut, it is sent again with its UUID */
    int error = store_put_push(all->db, row, NULL);
    store_behind(all->db, false);
    if (error)
        LOG(all->log, LOG_LEVEL_ERROR, "push.store", log_text("uuid", row->uuid), log_error("error", error));
    else
        tell_result(all, row);
    return !error;
}

static void on_timer(void *owner) { look(owner); }

static void pause_looking(pushes *all) { (void)deadline_set(all->timers, &all->look, STORE_PAUSE_MS, on_timer, all); }

static void on_done(void *ctx, push_job *job) {
    pushes *all = ctx;
    land(all, job->row.uuid);
    if (write_result(all, &job->row, job->ok, job->error))
        look(all);
    else
        pause_looking(all);
    push_job_free(job);
}

/* ---- sending ---- */

static int flights_of(const pushes *all, int64_t app_id) {
    int n = 0;
    for (int i = 0; i < all->n_flights; i++)
        n += all->flights[i].app_id == app_id;
    return n;
}

static bool is_flying(const pushes *all, const char *uuid) {
    for (int i = 0; i < all->n_flights; i++)
        if (!strcmp(all->flights[i].uuid, uuid))
            return true;
    return false;
}

static void take_off(pushes *all, const store_push *row) {
    push_job *job = calloc(1, sizeof *job);
    int error = job ? store_get_push_body(all->db, row->uuid, &job->body) : TCCC_E_NO_MEMORY;
    if (error) {
        LOG(all->log, LOG_LEVEL_ERROR, "push.store", log_text("uuid", row->uuid), log_error("error", error));
        push_job_free(job);
        pause_looking(all);
        return;
    }
    job->row = *row;
    job->receiver = *settings_push_of(all->rules, row->app_id);
    flight *f = &all->flights[all->n_flights++];
    snprintf(f->uuid, sizeof f->uuid, "%s", row->uuid);
    f->app_id = row->app_id;
    sender_post(all->sender, job);
}

typedef struct {
    pushes *all;
    store_push rows[APP_FLIGHTS_MAX];
    int n, capacity;
} batch;

static bool add_to_batch(void *ctx, const store_push *row) {
    batch *b = ctx;
    if (!is_flying(b->all, row->uuid))
        b->rows[b->n++] = *row;
    return b->n < b->capacity;
}

static void send_app(pushes *all, int64_t app_id, int64_t now_ms) {
    int busy = flights_of(all, app_id);
    batch b = { .all = all, .capacity = APP_FLIGHTS_MAX - busy };
    if (b.capacity <= 0)
        return;
    if (b.capacity > FLIGHTS_MAX - all->n_flights)
        b.capacity = FLIGHTS_MAX - all->n_flights;
    (void)store_list_due_pushes(all->db, app_id, now_ms, busy + b.capacity, add_to_batch, &b);
    bool off = !settings_push_of(all->rules, app_id)->url[0];
    for (int i = 0; i < b.n; i++) {
        if (off) {
            b.rows[i].tries = PUSH_RETRIES; /* to nowhere: no use in trying again */
            if (!write_result(all, &b.rows[i], false, "The app has no push.url any more."))
                return;
        } else
            take_off(all, &b.rows[i]);
    }
}

typedef struct {
    int64_t ids[FLIGHTS_MAX];
    int n;
} app_list;

static bool add_app(void *ctx, int64_t app_id) {
    app_list *list = ctx;
    list->ids[list->n++] = app_id;
    return list->n < FLIGHTS_MAX;
}

/* Sends what is due and durable, and looks again when more will be. */
static void look(pushes *all) {
    app_list apps = { .n = 0 };
    int64_t now_ms = clock_unix_ms(), next_ms = 0;
    deadline_clear(all->timers, &all->look);
    if (!store_is_settled(all->db) && all->unsettled_looks++ < UNSETTLED_LOOKS) {
        (void)deadline_set(all->timers, &all->look, UNSETTLED_MS, on_timer, all);
        return;
    }
    all->unsettled_looks = 0;
    (void)store_list_push_apps(all->db, now_ms, add_app, &apps);
    for (int i = 0; i < apps.n && all->n_flights < FLIGHTS_MAX; i++)
        send_app(all, apps.ids[i], now_ms);
    int error = store_next_push(all->db, &next_ms);
    if (deadline_is_set(&all->look))
        return;
    int64_t wait_ms = !next_ms ? LOOK_ANYWAY_MS : next_ms - now_ms;
    if (wait_ms < LOOK_MS || wait_ms > LOOK_ANYWAY_MS)
        wait_ms = wait_ms < LOOK_MS ? LOOK_MS : LOOK_ANYWAY_MS;
    (void)deadline_set(all->timers, &all->look, error ? STORE_PAUSE_MS : (uint64_t)wait_ms, on_timer, all);
}

void pushes_wake(pushes *all) { look(all); }

static void forget(void *owner) {
    pushes *all = owner;
    (void)store_forget_pushes(all->db, clock_unix_ms() - KEEP_MS);
    (void)deadline_set(all->timers, &all->forget, FORGET_MS, forget, all);
}

/* ---- life ---- */

pushes *pushes_new(const pushes_config *config, store *db, settings *rules, deadlines *timers, const logger *log) {
    pushes *all = calloc(1, sizeof *all);
    if (!all)
        return NULL;
    all->config = *config;
    all->db = db;
    all->rules = rules;
    all->timers = timers;
    all->log = log;
    all->sender = sender_new(&(transfer_limits){ config->timeout_s, config->tls_ca }, on_done, all);
    if (all->sender && !deadline_set(timers, &all->forget, FORGET_MS, forget, all))
        return all;
    pushes_free(all);
    return NULL;
}

void pushes_free(pushes *all) {
    if (!all)
        return;
    deadline_clear(all->timers, &all->look);
    deadline_clear(all->timers, &all->forget);
    sender_free(all->sender);
    free(all);
}

void push_count(const pushes *all, push_counters *out) {
    *out = all->counters;
    (void)store_count_pushes(all->db, PUSH_WAITING, &out->waiting);
    (void)store_count_pushes(all->db, PUSH_FAILED, &out->lost);
}
