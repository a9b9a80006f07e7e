/* test_store_postgres.c: what only a database elsewhere can do: go away, come back, say nothing; and its password. Layer: tests. */
#include "../cmocka_all.h"
#include "store_backends.h"
#include "server/store/staff.h"
#include "tccc/error.h"

#define APP TEST_APP

static char lines[16384];             /* what was logged */

static void take_line(void *ctx, enum log_level level, const char *line, size_t length) {
    (void)ctx;
    (void)level;
    (void)length;
    size_t used = strlen(lines);
    snprintf(lines + used, sizeof lines - used, "%s\n", line);
}

static const logger loud = { .sink = take_line };

static int open_loud(void **state) {
    char err[400] = "";
    backend_clear();
    lines[0] = 0;
    *state = store_open(at.where, &loud, err, sizeof err);
    return !*state || store_put_app(*state, APP, "test") || store_put_agent(*state, &(store_agent){ .app_id = APP, .user_id = "ann" });
}

static void end_connections(void) {
    backend_sql("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name='tcccd'");
}

static int put_agent(store *s, const char *user_id) {
    store_agent a = { .app_id = APP };
    snprintf(a.user_id, sizeof a.user_id, "%s", user_id);
    return store_put_agent(s, &a);
}

static bool is_there(store *s, const char *user_id) {
    store_agent a;
    return store_get_agent(s, APP, user_id, &a) == 0;
}

static void a_lost_connection_is_made_again_by_the_next_call(void **state) {
    end_connections();
    assert_true(is_there(*state, "ann")); /* with statements that the old one had prepared */
    end_connections();
    assert_int_equal(put_agent(*state, "bob"), 0);
    end_connections();
    assert_int_equal(store_begin(*state), 0);
    assert_int_equal(put_agent(*state, "carl"), 0);
    assert_int_equal(store_end(*state), 0);
    assert_true(is_there(*state, "bob") && is_there(*state, "carl"));
    assert_non_null(strstr(lines, "store.lost"));
    assert_non_null(strstr(lines, "store.back"));
}

static void a_connection_lost_inside_a_group_undoes_the_group(void **state) {
    assert_int_equal(store_begin(*state), 0);
    assert_int_equal(put_agent(*state, "bob"), 0);
    end_connections();
    assert_int_equal(put_agent(*state, "carl"), TCCC_E_IO);
    assert_false(is_there(*state, "ann")); /* nothing is read past the group either */
    assert_int_equal(store_end(*state), TCCC_E_IO);
    assert_false(is_there(*state, "bob") || is_there(*state, "carl"));
    assert_true(is_there(*state, "ann"));
    assert_int_equal(store_begin(*state), 0);
    assert_int_equal(put_agent(*state, "bob"), 0);
    assert_int_equal(store_end(*state), 0);
    assert_true(is_there(*state, "bob"));
}

static void a_connection_lost_before_commit_is_no_commit(void **state) {
    assert_int_equal(store_begin(*state), 0);
    assert_int_equal(put_agent(*state, "bob"), 0);
    end_connections();
    assert_int_equal(store_end(*state), TCCC_E_IO);
    assert_false(is_there(*state, "bob"));
}

static void a_database_that_is_away_is_told_at_once(void **state) {
    backend_stop(SIGQUIT);
    /* a thousand time-outs would be longer than ctest waits */
    for (int i = 0; i < 1000; i++) assert_int_equal(put_agent(*state, "bob"), TCCC_E_IO);
    assert_int_equal(store_begin(*state), TCCC_E_IO);
    assert_int_equal(store_end(*state), TCCC_E_IO);
    backend_launch();
    assert_true(backend_wait());
    while (put_agent(*state, "bob")) usleep(5000);
    assert_true(is_there(*state, "bob") && is_there(*state, "ann"));
}

/* The server's process of our connection stands still: no answer, no end of the connection. */
static void a_database_that_says_nothing_is_given_up(void **state) {
    PGconn *conn = PQconnectdb(at.where);
    PGresult *result = PQexec(conn, "SELECT pid FROM pg_stat_activity WHERE application_name='tcccd'");
    assert_int_equal(PQntuples(result), 1);
    pid_t server = atoi(PQgetvalue(result, 0, 0));
    kill(server, SIGSTOP);
    int error = put_agent(*state, "bob");
    kill(server, SIGCONT);
    assert_int_equal(error, TCCC_E_IO);
    assert_non_null(strstr(lines, "no answer in time"));
    while (put_agent(*state, "carl")) usleep(5000);
    PQclear(result);
    PQfinish(conn);
}

static void a_locked_table_is_given_up(void **state) {
    PGconn *conn = PQconnectdb(at.where);
    PQclear(PQexec(conn, "BEGIN; LOCK TABLE agent"));
    assert_int_equal(put_agent(*state, "bob"), TCCC_E_IO);
    PQclear(PQexec(conn, "ROLLBACK"));
    PQfinish(conn);
    assert_int_equal(put_agent(*state, "bob"), 0);
}

/* ---- the URL ---- */

static void expect_refused(const char *url, const char *secret, const char *sentence) {
    char err[400] = "";
    lines[0] = 0;
    assert_null(store_open(url, &loud, err, sizeof err));
    if (!strstr(err, sentence)) fail_msg("\"%s\" is not in: %s", sentence, err);
    if (strstr(err, secret) || strstr(lines, secret)) fail_msg("the password shows: %s %s", err, lines);
}

static void no_password_shows_in_an_error(void **state) {
    (void)state;
    expect_refused("postgresql://u:hush-hush@/db?host=/nowhere", "hush", "The database db on /nowhere cannot be opened: ");
    expect_refused("postgresql://u:hush-hush@h:bad:port/db", "hush", "cannot be opened");
    expect_refused("postgresql://u:hush-hush@[::1/db", "hush", "cannot be read");
    expect_refused("postgres://u:hush%ZZhush@h/db", "hush", "cannot be read");
    expect_refused("postgres://u@/db?host=/nowhere&password=hush-hush", "hush", "cannot be opened");
    expect_refused("postgres://u@/db?host=/nowhere&pasword=hush-hush", "hush", "cannot be read");
    expect_refused("postgresql://u:hush-hush@127.0.0.1:1/db", "hush", "The database db on 127.0.0.1 cannot be opened: ");
}

static void a_refused_sign_in_is_told_without_the_password(void **state) {
    (void)state;
    char url[200], rules[100];
    snprintf(rules, sizeof rules, "%s/data/pg_hba.conf", at.folder);
    FILE *file = fopen(rules, "w");
    fprintf(file, "local all guest scram-sha-256\nlocal all all trust\n");
    fclose(file);
    backend_sql("CREATE USER guest PASSWORD 'right'");
    backend_sql("SELECT pg_reload_conf()");
    snprintf(url, sizeof url, "postgresql://guest:hush-hush@/postgres?host=%s", at.folder);
    for (bool let_in = true; let_in;) { /* until the new rules hold */
        PGconn *conn = PQconnectdb(url);
        let_in = PQstatus(conn) == CONNECTION_OK;
        PQfinish(conn);
    }
    expect_refused(url, "hush", "password authentication failed");
    snprintf(url, sizeof url, "postgresql://guest:hush-hush@/none?host=%s", at.folder);
    expect_refused(url, "hush", "The database none on ");
}

#define T(test) cmocka_unit_test_setup_teardown(test, open_loud, close_store)

int main(void) {
    const struct CMUnitTest tests[] = {
        T(a_lost_connection_is_made_again_by_the_next_call), T(a_connection_lost_inside_a_group_undoes_the_group),
        T(a_connection_lost_before_commit_is_no_commit), T(a_database_that_is_away_is_told_at_once), T(a_database_that_says_nothing_is_given_up),
        T(a_locked_table_is_given_up), cmocka_unit_test(no_password_shows_in_an_error), cmocka_unit_test(a_refused_sign_in_is_told_without_the_password),
    };
    return cmocka_run_group_tests_name("PostgreSQL", tests, use_postgres, backend_close);
}
