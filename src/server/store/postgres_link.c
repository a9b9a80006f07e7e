/* postgres_link.c: the connection to PostgreSQL. Layer: server. */
#include "server/store/postgres_link.h"

#include "tccc/error.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool link_is_url(const char *where) {
    return !strncmp(where, "postgres://", 11) || !strncmp(where, "postgresql://", 13);
}

bool link_wait(PGconn *conn, bool also_write, uint64_t deadline_ms) {
    uint64_t now = clock_ms();
    struct pollfd one = { .fd = PQsocket(conn), .events = (short)(POLLIN | (also_write ? POLLOUT : 0)) };
    return one.fd >= 0 && poll(&one, 1, now < deadline_ms ? (int)(deadline_ms - now) : 0) > 0;
}

/* ---- what may be told ---- */

static const char *option(const postgres_link *link, const char *name) {
    for (const PQconninfoOption *o = link->options; o && o->keyword; o++)
        if (!strcmp(o->keyword, name)) return o->val ? o->val : "";
    return "";
}

static void hide(char *text, const char *secret) {
    size_t n = strlen(secret);
    for (char *at = text; n && (at = strstr(at, secret));) memset(at, '*', n), at += n;
}

const char *link_reason(postgres_link *link) {
    snprintf(link->reason, sizeof link->reason, "%s", link->conn ? PQerrorMessage(link->conn) : "no memory");
    hide(link->reason, option(link, "password"));
    hide(link->reason, option(link, "sslpassword"));
    for (char *at = link->reason; (at = strchr(at, '\n'));) *at = at[1] ? ' ' : 0;
    return link->reason;
}

/* ---- opening ---- */

enum { OPTIONS_MAX = 64 };

static PGconn *start_connecting(const postgres_link *link) {
    const char *names[OPTIONS_MAX] = { "client_encoding", "fallback_application_name", "tcp_user_timeout", "keepalives_idle" };
    const char *values[OPTIONS_MAX] = { "UTF8", "tcccd", "6000", "10" };
    int n = 4;
    for (const PQconninfoOption *o = link->options; o->keyword && n < OPTIONS_MAX - 1; o++)
        if (o->val && strcmp(o->keyword, "client_encoding")) {
            names[n] = o->keyword;
            values[n++] = o->val;
        }
    return PQconnectStartParams(names, values, 0);
}

static void ignore_notice(void *ctx, const char *message) {
    (void)ctx;
    (void)message;
}

/* One that worked is made anew at once; between attempts that fail is a pause. */
static void drop(postgres_link *link) {
    PQfinish(link->conn);
    link->conn = NULL;
    link->next_ms = link->ready ? 0 : clock_ms() + CONNECT_PAUSE_MS;
    link->ready = false;
}

void link_lose(store *s, const char *reason) {
    postgres_link *link = s->db;
    if (link->ready) LOG(s->log, LOG_LEVEL_ERROR, "store.lost", log_text("reason", reason));
    drop(link);
}

/* Goes on with an attempt until it has come to an end, or the deadline. */
static PostgresPollingStatusType advance(PGconn *conn, PostgresPollingStatusType *wanted, uint64_t deadline_ms) {
    do {
        if (!link_wait(conn, *wanted == PGRES_POLLING_WRITING, deadline_ms)) return *wanted;
        *wanted = PQconnectPoll(conn);
    } while (*wanted == PGRES_POLLING_READING || *wanted == PGRES_POLLING_WRITING);
    return *wanted;
}

/* What every connection is told first. */
static int greet(store *s) {
    char text[256];
    snprintf(text, sizeof text, "SET statement_timeout=%d; SET lock_timeout=%d; SET idle_in_transaction_session_timeout=%d;"
             " SET client_min_messages=error; SET standard_conforming_strings=on", STATEMENT_MS, LOCK_MS, 2 * REPLY_MS);
    return s->driver->script(s, text);
}

static int begin_use(store *s) {
    postgres_link *link = s->db;
    (void)PQsetnonblocking(link->conn, 1);
    PQsetNoticeProcessor(link->conn, ignore_notice, NULL);
    link->ready = true;
    link->generation++;
    int error = greet(s);
    if (error && link->conn) drop(link);
    return error;
}

/* The running attempt, or a new one; waits for it until the deadline. 0: ready. */
static int connect_until(store *s, uint64_t deadline_ms) {
    postgres_link *link = s->db;
    if (!link->conn) {
        link->conn = start_connecting(link);
        link->wanted = PGRES_POLLING_WRITING;
        link->give_up_ms = clock_ms() + CONNECT_MS;
    }
    bool started = link->conn && PQstatus(link->conn) != CONNECTION_BAD;
    PostgresPollingStatusType state = started ? advance(link->conn, &link->wanted, deadline_ms) : PGRES_POLLING_FAILED;
    if (state == PGRES_POLLING_OK) return begin_use(s);
    if (state == PGRES_POLLING_FAILED || clock_ms() >= link->give_up_ms) {
        (void)link_reason(link);
        if (state != PGRES_POLLING_FAILED) snprintf(link->reason, sizeof link->reason, "it did not answer in time");
        drop(link);
    }
    return TCCC_E_IO;
}

/* NULL with a sentence; libpq's own quotes the URL with its password. */
static PQconninfoOption *read_url(const char *where, char *err, size_t capacity) {
    char *complaint = NULL;
    PQconninfoOption *options = PQconninfoParse(where, &complaint);
    PQfreemem(complaint);
    if (!options)
        snprintf(err, capacity, "The store's URL (data) cannot be read: it must have the form postgresql://user:password@host:port/database?option=value,"
                                " with %%-codes for other characters.");
    return options;
}

int link_check(const char *where, char *err, size_t capacity) {
    PQconninfoOption *options = read_url(where, err, capacity);
    PQconninfoFree(options);
    return options ? 0 : TCCC_E_FORMAT;
}

int postgres_link_open(store *s, const char *where, char *err, size_t capacity) {
    postgres_link *link = s->db = calloc(1, sizeof *link);
    snprintf(err, capacity, "The store cannot be opened: no memory.");
    if (!link) return TCCC_E_NO_MEMORY;
    link->reply_ms = REPLY_MS;
    link->options = read_url(where, err, capacity);
    if (!link->options) return TCCC_E_FORMAT;
    uint64_t deadline_ms = clock_ms() + OPEN_MS;
    int error = connect_until(s, deadline_ms);
    if (error)
        snprintf(err, capacity, "The database %s on %s cannot be opened: %s.", option(link, "dbname"), option(link, "host"), link->reason);
    return error;
}

void link_close(store *s) {
    postgres_link *link = s->db;
    if (!link) return;
    PQfinish(link->conn);
    PQconninfoFree(link->options);
    free(link);
}

/* An idle connection has next to nothing to say: what can be read is likely its last words, which its end follows. */
static bool is_alive(PGconn *conn) {
    uint64_t until_ms = 0;
    for (int i = 0; i < 4 && PQstatus(conn) == CONNECTION_OK && link_wait(conn, false, until_ms); i++) {
        if (!PQconsumeInput(conn)) return false;
        until_ms = clock_ms() + LAST_WORDS_MS;
    }
    return PQstatus(conn) == CONNECTION_OK;
}

int link_ready(store *s) {
    postgres_link *link = s->db;
    if (link->ready && is_alive(link->conn)) return 0;
    if (link->ready) link_lose(s, link_reason(link));
    if (link->in_group) return sql_fail(s, TCCC_E_IO, "the connection was lost inside a group of writes", "08006");
    uint64_t now = clock_ms();
    bool first = !link->conn;
    if (first && link->generation && now < link->next_ms) return TCCC_E_IO; /* told by store.lost */
    if (connect_until(s, now + (first ? CONNECT_WAIT_MS : 0))) return TCCC_E_IO;
    LOG(s->log, LOG_LEVEL_INFO, "store.back", log_integer("connection", link->generation));
    return 0;
}
