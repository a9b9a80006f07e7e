/* postgres.c: the store on PostgreSQL by libpq. Layer: server.
 *
 * libpq is used in its asynchronous form with deadlines of our own, because the store is called on the control thread: a database
 * that says nothing must not hold calls up for longer than REPLY_MS (at start there are none yet: UPGRADE_MS), and one that cannot be reached only for CONNECT_WAIT_MS. */
#include "server/store/postgres_link.h"

#include "tccc/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- answers ---- */

/* Sends what is waiting and reads until an answer is there. False: the connection is lost or silent. */
static bool await(PGconn *conn, uint64_t deadline_ms) {
    for (;;) {
        int unsent = PQflush(conn);
        if (unsent < 0) return false;
        if (!unsent && !PQisBusy(conn)) return true;
        if (!link_wait(conn, unsent > 0, deadline_ms) || !PQconsumeInput(conn)) return false;
    }
}

static int judge(store *s, PGresult *result) {
    ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY) return 0;
    const char *code = PQresultErrorField(result, PG_DIAG_SQLSTATE), *reason = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    bool refused = code && !strncmp(code, "23", 2); /* integrity constraint violation */
    return sql_fail(s, refused ? TCCC_E_NOT_FOUND : TCCC_E_IO, reason ? reason : "no reason given", code ? code : "-");
}

/* The answer to what was sent: the last result, or the first that is an error. */
static int collect(store *s, int sent, PGresult **answer) {
    postgres_link *link = s->db;
    uint64_t deadline_ms = clock_ms() + link->reply_ms;
    int error = 0;
    *answer = NULL;
    while (sent) {
        sent = await(link->conn, deadline_ms);
        PGresult *result = sent ? PQgetResult(link->conn) : NULL;
        if (sent && !result) break;
        if (sent && !error) error = judge(s, result);
        PQclear(*answer);
        *answer = result;
    }
    if (!sent || PQstatus(link->conn) == CONNECTION_BAD) {
        link_lose(s, clock_ms() >= deadline_ms ? "no answer in time" : link_reason(link));
        error = error ? error : sql_fail(s, TCCC_E_IO, "the connection was lost", "08006");
    }
    if (!error) return 0;
    PQclear(*answer);
    *answer = NULL;
    return error;
}

/* ---- queries ---- */

enum { INTEGER_TEXT = 24, INT8_OID = 20, TEXT_OID = 25 }; /* numbers of types: PostgreSQL's pg_type */

/* Values in libpq's form: parallel arrays, numbers as text. */
typedef struct {
    Oid types[SQL_VALUES_MAX];
    const char *texts[SQL_VALUES_MAX];
    char numbers[SQL_VALUES_MAX][INTEGER_TEXT];
} parameters;

static void set_parameters(parameters *p, const sql_value *values, int n) {
    for (int i = 0; i < n; i++) {
        p->types[i] = values[i].is_text ? TEXT_OID : INT8_OID;
        p->texts[i] = values[i].is_null ? NULL : values[i].is_text ? values[i].text : p->numbers[i];
        if (!values[i].is_text) snprintf(p->numbers[i], INTEGER_TEXT, "%lld", (long long)values[i].integer);
    }
}

/* ?1 becomes $1; no text between quotes has a question mark. */
static char *translate(const char *text) {
    char *out = strdup(text);
    for (char *at = out; at && (at = strchr(at, '?'));) *at = '$';
    return out;
}

static int prepare(query *q, const char *name, const parameters *p, int n) {
    postgres_link *link = q->owner->db;
    PGresult *answer;
    char *text = translate(q->text);
    if (!text) return TCCC_E_NO_MEMORY;
    int error = collect(q->owner, PQsendPrepare(link->conn, name, text, n, p->types), &answer);
    free(text);
    PQclear(answer);
    return error;
}

/* Prepared statements belong to a connection: after a new one they are prepared again, under a new name. */
static int send_kept(query *q, const parameters *p, int n) {
    postgres_link *link = q->owner->db;
    char name[32];
    if (q->generation != link->generation) {
        q->prepared = (void *)(uintptr_t)++link->n_names;
        snprintf(name, sizeof name, "q%zu", (size_t)(uintptr_t)q->prepared);
        int error = prepare(q, name, p, n);
        if (error) return error;
        q->generation = link->generation;
    }
    snprintf(name, sizeof name, "q%zu", (size_t)(uintptr_t)q->prepared);
    PGresult *answer;
    int error = collect(q->owner, PQsendQueryPrepared(link->conn, name, n, p->texts, NULL, NULL, 0), &answer);
    q->rows = answer;
    return error;
}

static int send_once(query *q, const parameters *p, int n) {
    postgres_link *link = q->owner->db;
    PGresult *answer;
    char *text = translate(q->text);
    if (!text) return TCCC_E_NO_MEMORY;
    int error = collect(q->owner, PQsendQueryParams(link->conn, text, n, p->types, p->texts, NULL, NULL, 0), &answer);
    free(text);
    q->rows = answer;
    return error;
}

static int start(query *q, const sql_value *values, int n) {
    parameters p;
    int error = link_ready(q->owner);
    if (error) return error;
    set_parameters(&p, values, n);
    error = q->kept ? send_kept(q, &p, n) : send_once(q, &p, n);
    q->row = -1;
    q->n_rows = error ? 0 : PQntuples(q->rows);
    return error;
}

static int step(query *q) {
    return ++q->row < q->n_rows ? SQL_ROW : SQL_DONE;
}

static const char *text(query *q, int column) {
    return PQgetisnull(q->rows, q->row, column) ? NULL : PQgetvalue(q->rows, q->row, column);
}

static void reset(query *q) {
    PQclear(q->rows);
    q->rows = NULL;
}

static void forget(query *q) {
    reset(q); /* the connection's end frees the prepared statement */
}

static int script(store *s, const char *text) {
    postgres_link *link = s->db;
    PGresult *answer;
    int error = link_ready(s);
    if (error) return error;
    error = collect(s, PQsendQuery(link->conn, text), &answer);
    PQclear(answer);
    return error;
}

/* ---- groups of writes ---- */

static int begin(store *s) {
    postgres_link *link = s->db;
    int error = script(s, "BEGIN");
    link->in_group = !error;
    return error;
}

/* A group whose connection was lost has not been written; link_ready refuses inside a group, so COMMIT cannot reach another one. */
static int commit(store *s) {
    postgres_link *link = s->db;
    int error = link_ready(s);
    if (!error && PQtransactionStatus(link->conn) != PQTRANS_INTRANS) error = sql_fail(s, TCCC_E_IO, "the group of writes was aborted", "25P02");
    if (!error) error = script(s, "COMMIT");
    if (!error) link->in_group = false;
    return error;
}

static void rollback(store *s) {
    postgres_link *link = s->db;
    if (link->conn && link->ready) (void)script(s, "ROLLBACK");
    link->in_group = false;
}

/* ---- schema ---- */

/* What SQLite's words are in PostgreSQL's; the longer first. Texts compare by their bytes, as in SQLite. */
static const struct { const char *sqlite, *postgres; } words[] = {
    { " STRICT, WITHOUT ROWID", "" }, { " STRICT", "" },
    { "INTEGER PRIMARY KEY", "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY" }, { "INTEGER", "BIGINT" },
    { "TEXT", "TEXT COLLATE \"C\"" },
};

static char *translate_schema(const char *text) {
    size_t capacity = 4 * strlen(text) + 1, used = 0;
    char *out = malloc(capacity);
    while (out && *text) {
        size_t i = 0, n = sizeof words / sizeof *words;
        while (i < n && strncmp(text, words[i].sqlite, strlen(words[i].sqlite))) i++;
        if (i < n) {
            used += (size_t)snprintf(out + used, capacity - used, "%s", words[i].postgres);
            text += strlen(words[i].sqlite);
        } else {
            out[used++] = *text++;
        }
    }
    if (out) out[used] = 0;
    return out;
}

/* Two tcccd that start at the same moment come one after the other; also CREATE TABLE IF NOT EXISTS fails when both do it at once. */
static const char alone[] = "SET LOCAL statement_timeout=0; SET LOCAL lock_timeout=0; SELECT pg_advisory_xact_lock(1952670564)";

static int version(store *s, int *version) {
    postgres_link *link = s->db;
    int64_t number = 0;
    link->reply_ms = UPGRADE_MS;
    int error = store_begin(s);
    if (!error) error = script(s, alone);
    if (!error) error = script(s, "CREATE TABLE IF NOT EXISTS tcccd_schema (version BIGINT NOT NULL)");
    if (!error) error = sql_only_integer(sql_query(s, "SELECT coalesce(max(version),0) FROM tcccd_schema", ""), &number);
    int ended = store_end(s);
    link->reply_ms = REPLY_MS;
    *version = (int)number;
    return error ? error : ended;
}

/* Another may have done the step meanwhile. */
static int run_step(store *s, int to, const char *text) {
    int64_t present = 0;
    int error = script(s, alone);
    if (!error) error = sql_only_integer(sql_query(s, "SELECT coalesce(max(version),0) FROM tcccd_schema", ""), &present);
    if (!error && present < to) error = script(s, text);
    if (!error && present < to) error = sql_run(sql_query(s, "INSERT INTO tcccd_schema (version) VALUES (?1)", "i", (int64_t)to));
    return error;
}

static int upgrade(store *s, int to, const char *text) {
    postgres_link *link = s->db;
    char *translated = translate_schema(text);
    if (!translated) return TCCC_E_NO_MEMORY;
    link->reply_ms = UPGRADE_MS;
    int error = store_begin(s);
    if (!error) error = run_step(s, to, translated);
    int ended = store_end(s);
    link->reply_ms = REPLY_MS;
    free(translated);
    return error ? error : ended;
}

static int open_database(store *s, const char *where, char *err, size_t capacity) {
    int error = postgres_link_open(s, where, err, capacity);
    return error ? error : migrate(s, err, capacity);
}

const sql_driver postgres_driver = {
    .open = open_database, .close = link_close, .start = start, .step = step, .text = text, .reset = reset, .forget = forget,
    .script = script, .version = version, .upgrade = upgrade, .begin = begin, .commit = commit, .rollback = rollback,
};
