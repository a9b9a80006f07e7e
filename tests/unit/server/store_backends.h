/* store_backends.h: the databases that store tests run on: SQLite, and a PostgreSQL of their own on a private socket. Layer: tests. */
#ifndef TCCC_TESTS_STORE_BACKENDS_H
#define TCCC_TESTS_STORE_BACKENDS_H

#include "server/store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TEST_APP = 1400000001 };

typedef struct {
    const char *name;
    char folder[64];                  /* of the test program; removed by backend_close */
    char where[160];                  /* for store_open */
    pid_t server;                     /* PostgreSQL, or 0 */
} backend;

static backend at;                    /* what the tests of the moment run on */
static const char *backend_fsync = "fsync=off"; /* of PostgreSQL; benchmarks turn it on */

static bool backend_run(const char *const argv[], const char *output) {
    int status = -1;
    pid_t child = fork();
    if (child == 0) {
        int fd = open(output, O_WRONLY | O_CREAT | O_APPEND, 0666);
        dup2(fd, 1);
        dup2(fd, 2);
        execv(argv[0], (char *const *)argv);
        _exit(127);
    }
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* PostgreSQL refuses to run as root. */
static bool backend_leave_root(void) {
    const struct passwd *user = getpwnam("postgres");
    return geteuid() != 0 || (user && setgid(user->pw_gid) == 0 && setuid(user->pw_uid) == 0);
}

static bool backend_program(const char *name, char *path, size_t capacity) {
    glob_t found;
    char pattern[100];
    snprintf(pattern, sizeof pattern, "/usr/lib/postgresql/*/bin/%s", name);
    bool any = glob(pattern, 0, NULL, &found) == 0;
    if (any) snprintf(path, capacity, "%s", found.gl_pathv[found.gl_pathc - 1]);
    globfree(&found);
    return any;
}

static bool backend_make_folder(void) {
    const struct passwd *user = geteuid() == 0 ? getpwnam("postgres") : NULL;
    snprintf(at.folder, sizeof at.folder, "/tmp/tccc-store-XXXXXX");
    return mkdtemp(at.folder) && chmod(at.folder, 0777) == 0 && (!user || chown(at.folder, user->pw_uid, user->pw_gid) == 0);
}

static inline int use_sqlite(void **state) {
    (void)state;
    at = (backend){ .name = "sqlite" };
    return backend_make_folder() ? 0 : -1;
}

static void backend_launch(void) {
    char program[160], data[100], log[100];
    if (!backend_program("postgres", program, sizeof program)) return;
    snprintf(data, sizeof data, "%s/data", at.folder);
    snprintf(log, sizeof log, "%s/log", at.folder);
    pid_t parent = getpid();
    at.server = fork();
    if (at.server) return;
    int fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0666);
    if (!backend_leave_root() || dup2(fd, 1) < 0 || dup2(fd, 2) < 0) _exit(1);
    (void)prctl(PR_SET_PDEATHSIG, SIGQUIT); /* a test that dies takes it along */
    if (getppid() != parent) _exit(1);
    (void)setsid();
    execl(program, program, "-D", data, "-k", at.folder, "-c", "listen_addresses=", "-c", backend_fsync, "-c", "log_min_messages=error", (char *)NULL);
    _exit(127);
}

static bool backend_wait(void) {
    char where[100];
    int status;
    snprintf(where, sizeof where, "host=%s dbname=postgres user=tccc", at.folder);
    while (PQping(where) != PQPING_OK) {
        if (waitpid(at.server, &status, WNOHANG) == at.server) return false;
        usleep(5000);
    }
    return true;
}

static inline int use_postgres(void **state) {
    char program[160], data[100], log[100];
    (void)state;
    at = (backend){ .name = "postgres" };
    if (!backend_make_folder() || !backend_program("initdb", program, sizeof program)) return -1;
    snprintf(data, sizeof data, "%s/data", at.folder);
    snprintf(log, sizeof log, "%s/log", at.folder);
    pid_t child = fork();
    if (child == 0)
        _exit(backend_leave_root() && backend_run((const char *const[]){ program, "-D", data, "-U", "tccc", "-A", "trust", "-E", "UTF8", "--no-locale",
                                                  "--no-sync", NULL }, log) ? 0 : 1);
    int status;
    if (waitpid(child, &status, 0) != child || !WIFEXITED(status) || WEXITSTATUS(status)) return -1;
    snprintf(at.where, sizeof at.where, "postgresql://tccc:a%%20secret@/postgres?host=%s", at.folder);
    backend_launch();
    return at.server > 0 && backend_wait() ? 0 : -1;
}

static inline bool on_postgres(void) { return at.server > 0; }

/* SQL past the store. */
static inline void backend_sql(const char *text) {
    PGconn *conn = PQconnectdb(at.where);
    PGresult *result = PQexec(conn, text);
    ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) fail_msg("%s: %s", text, PQerrorMessage(conn));
    PQclear(result);
    PQfinish(conn);
}

static void backend_stop(int how) {
    if (!at.server) return;
    kill(at.server, how);
    waitpid(at.server, NULL, 0);
    at.server = 0;
}

static inline int backend_close(void **state) {
    (void)state;
    backend_stop(SIGQUIT);
    return backend_run((const char *const[]){ "/bin/rm", "-rf", at.folder, NULL }, "/dev/null") ? 0 : -1;
}

/* An empty database. */
static inline void backend_clear(void) {
    static int n;
    if (on_postgres()) backend_sql("SET client_min_messages=error; DROP SCHEMA public CASCADE; CREATE SCHEMA public");
    else snprintf(at.where, sizeof at.where, "%s/%d.sqlite", at.folder, ++n);
}

static const logger quiet = { 0 };

static inline store *backend_store(void) {
    char err[400] = "";
    store *s = store_open(at.where, &quiet, err, sizeof err);
    if (!s) fail_msg("%s", err);
    return s;
}

/* For cmocka: an empty store with one app. */
static inline int fresh_store(void **state) {
    backend_clear();
    store *s = backend_store();
    *state = s;
    return store_put_app(s, TEST_APP, "test");
}

static inline int close_store(void **state) {
    store_close(*state);
    return 0;
}

#endif
