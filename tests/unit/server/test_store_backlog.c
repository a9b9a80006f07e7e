/* test_store_backlog.c: finished calls while the database is locked, away or full, on SQLite and on PostgreSQL. Layer: tests. */
#include "../cmocka_all.h"
#include "server/libre.h"
#include "store_backends.h"
#include "store_records.h"
#include "server/store/backlog.h"
#include "server/store/finished_call.h"
#include "tccc/error.h"

#include <sqlite3.h>
#include <sys/resource.h>

#define APP TEST_APP

typedef struct {
    store *db;
    deadlines *timers;
    backlog *calls;
    char journal[160];
    int stored;                       /* pushes that were told */
    sqlite3 *holder;                  /* holds SQLite's lock during an outage */
    deadline look;
    bool (*met)(void);
} fixture;

static fixture f;

static void on_stored(void *ctx) { ++*(int *)ctx; }

static void make_backlog(void) {
    char err[200] = "";
    f.calls = backlog_new(f.db, f.timers, f.journal, on_stored, &f.stored, &quiet, err, sizeof err);
    if (!f.calls) fail_msg("%s", err);
}

static int setup(void **state) {
    f = (fixture){ .timers = deadlines_new() };
    backend_clear();
    f.db = backend_store();
    *state = f.db;
    SET(f.journal, "%s/journal", at.folder);
    unlink(f.journal);
    assert_int_equal(store_put_app(f.db, APP, "test"), 0);
    make_backlog();
    return 0;
}

static int teardown(void **state) {
    (void)state;
    backlog_free(f.calls);
    store_close(f.db);
    deadlines_free(f.timers);
    return 0;
}

static void begin_outage(void) {
    if (on_postgres()) {
        backend_stop(SIGQUIT);
    } else {
        assert_int_equal(sqlite3_open(at.where, &f.holder), SQLITE_OK);
        assert_int_equal(sqlite3_exec(f.holder, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    }
}

static void end_outage(void) {
    if (f.holder) {
        sqlite3_close(f.holder);
        f.holder = NULL;
    } else {
        backend_launch();
        assert_true(backend_wait());
    }
}

static backlog_counters counts(void) {
    backlog_counters c;
    backlog_count(f.calls, &c);
    return c;
}

/* ---- waiting for a condition ---- */

static void look(void *owner) {
    (void)owner;
    if (f.met()) re_cancel();
    else (void)deadline_set(f.timers, &f.look, 5, look, NULL);
}

static void wait_until(bool (*met)(void)) {
    f.met = met;
    look(NULL);
    if (!met()) (void)re_main(NULL);
    deadline_clear(f.timers, &f.look);
}

static bool is_empty(void) { return counts().waiting == 0; }

/* ---- */

static int keep(const char *id, int seed) {
    static store_cdr c;
    full_cdr(&c, id, seed);
    store_push p = push_of(&c);
    return store_keep_cdr(f.calls, &c, &p, "{\"a\":\"line\\nend\"}");
}

static void expect_stored(const char *id, int seed) {
    static store_cdr want, found;
    char *body = NULL;
    full_cdr(&want, id, seed);
    store_push p = push_of(&want);
    memset(&found, 0, sizeof found);
    assert_int_equal(store_get_cdr(f.db, id, &found), 0);
    assert_memory_equal(&want, &found, sizeof want);
    assert_int_equal(store_get_push_body(f.db, p.uuid, &body), 0);
    assert_string_equal(body, "{\"a\":\"line\\nend\"}");
    free(body);
}

static bool exists(const char *path) { return access(path, F_OK) == 0; }

static void a_call_goes_into_the_store_at_once(void **state) {
    (void)state;
    assert_int_equal(keep("s", 64), 0);
    expect_stored("s", 64);
    assert_int_equal(counts().kept, 1);
    assert_int_equal(counts().waiting, 0);
    assert_int_equal(f.stored, 1);
    assert_false(exists(f.journal));
}

static void calls_of_an_outage_come_later_in_order_and_whole(void **state) {
    char id[16];
    (void)state;
    begin_outage();
    for (int i = 0; i < 40; i++) {
        SET(id, "s%d", i);
        assert_int_equal(keep(id, i), 0);
    }
    assert_int_equal(keep("s0", 50), 0); /* the same session again: the later one counts */
    assert_int_equal(counts().waiting, 41);
    assert_int_equal(counts().waiting_unsafe, 0);
    assert_true(exists(f.journal));
    end_outage();
    wait_until(is_empty);
    for (int i = 1; i < 40; i++) {
        SET(id, "s%d", i);
        expect_stored(id, i);
    }
    expect_stored("s0", 50);
    assert_int_equal(counts().delayed, 41);
    assert_int_equal(f.stored, 41);
    assert_false(exists(f.journal));
    assert_int_equal(keep("after", 1), 0);
    assert_int_equal(counts().kept, 1);
}

static void a_restart_during_an_outage_loses_nothing(void **state) {
    (void)state;
    begin_outage();
    assert_int_equal(keep("one", 1), 0);
    assert_int_equal(keep("two", 2), 0);
    backlog_free(f.calls);
    make_backlog();
    assert_int_equal(counts().waiting, 2);
    assert_int_equal(keep("three", 3), 0);
    end_outage();
    wait_until(is_empty);
    expect_stored("one", 1);
    expect_stored("two", 2);
    expect_stored("three", 3);
}

static void a_push_that_was_sent_meanwhile_stays_sent(void **state) {
    static store_cdr c;
    size_t length;
    bool has_push;
    (void)state;
    full_cdr(&c, "s", 1);
    store_push p = push_of(&c), back;
    assert_int_equal(store_keep_cdr(f.calls, &c, &p, "{}"), 0);
    char *line = finished_call_write(&c, &p, "{}", &length);
    p.state = PUSH_DONE;
    assert_int_equal(store_put_push(f.db, &p, NULL), 0);
    assert_int_equal(finished_call_put_line(f.db, line, length, &has_push), 0);
    assert_int_equal(store_get_push(f.db, p.uuid, &back), 0);
    assert_int_equal(back.state, PUSH_DONE);
    free(line);
}

static size_t size_of(const char *path) {
    struct stat about;
    return stat(path, &about) == 0 ? (size_t)about.st_size : 0;
}

static void a_call_of_no_app_is_set_aside_and_holds_nobody_up(void **state) {
    static store_cdr c;
    char refused[200];
    (void)state;
    SET(refused, "%s.refused", f.journal);
    unlink(refused);
    full_cdr(&c, "lost", 1);
    c.app_id = 7;
    assert_int_equal(store_keep_cdr(f.calls, &c, NULL, NULL), TCCC_E_NOT_FOUND);
    size_t first = size_of(refused);
    assert_true(first > 500);
    begin_outage();
    assert_int_equal(store_keep_cdr(f.calls, &c, NULL, NULL), 0); /* nobody can know yet */
    assert_int_equal(keep("next", 2), 0);
    end_outage();
    wait_until(is_empty);
    expect_stored("next", 2);
    assert_int_equal(size_of(refused), 2 * first);
    assert_int_equal(counts().refused, 2);
}

static void append(const char *path, const char *text, size_t length) {
    FILE *file = fopen(path, "a");
    assert_int_equal(fwrite(text, 1, length, file), length);
    fclose(file);
}

static void what_a_crash_cut_off_is_ignored_and_garbage_set_aside(void **state) {
    static store_cdr c;
    size_t length;
    char refused[200];
    (void)state;
    SET(refused, "%s.refused", f.journal);
    unlink(refused);
    backlog_free(f.calls);
    full_cdr(&c, "whole", 3);
    store_push p = push_of(&c);
    char *line = finished_call_write(&c, &p, "{\"a\":\"line\\nend\"}", &length);
    append(f.journal, "{\"cdr\":{\"session_id\":7}}\n", 25);
    append(f.journal, line, length);
    append(f.journal, "\xff\x00{\n", 4);
    append(f.journal, "[]\n", 3);
    append(f.journal, line, length / 2);
    make_backlog();
    wait_until(is_empty);
    expect_stored("whole", 3);
    assert_int_equal(counts().refused, 3);
    assert_int_equal(size_of(refused), 25 + 4 + 3);
    assert_false(exists(f.journal));
    free(line);
}

static void a_journal_cut_anywhere_gives_whole_calls_only(void **state) {
    static store_cdr c, back;
    size_t length;
    (void)state;
    full_cdr(&c, "cut", 1);
    char *line = finished_call_write(&c, NULL, NULL, &length);
    for (size_t n = 0; n < length; n += 37) {
        backlog_free(f.calls);
        append(f.journal, line, n);
        make_backlog();
        assert_int_equal(counts().waiting, 0);
        assert_int_equal(counts().refused, 0);
    }
    assert_int_equal(store_get_cdr(f.db, "cut", &back), TCCC_E_NOT_FOUND);
    free(line);
}

static void without_a_journal_calls_wait_in_memory(void **state) {
    (void)state;
    backlog_free(f.calls);
    SET(f.journal, "%s/none/journal", at.folder);
    make_backlog();
    begin_outage();
    assert_int_equal(keep("one", 1), 0);
    assert_int_equal(counts().waiting_unsafe, 1);
    end_outage();
    wait_until(is_empty);
    expect_stored("one", 1);
    assert_int_equal(counts().waiting_unsafe, 0);
}

static void set_file_limit(rlim_t bytes) {
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* A limit of the size of files stands for a full disk: writes fail half done, in the database and in the journal. */
static void a_full_disk_loses_nothing(void **state) {
    char id[16];
    (void)state;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(keep("before", 1), 0);
    for (rlim_t size = 0; size < 6000; size += 1000) {
        set_file_limit(size);
        SET(id, "s%d", (int)size);
        int error = keep(id, 5);
        SET(id, "t%d", (int)size);
        int again = keep(id, 6);
        set_file_limit(RLIM_INFINITY);
        assert_int_equal(error, 0);
        assert_int_equal(again, 0);
        assert_int_equal(counts().waiting, 2);
        wait_until(is_empty);
    }
    for (int size = 0; size < 6000; size += 1000) {
        SET(id, "s%d", size);
        expect_stored(id, 5);
        SET(id, "t%d", size);
        expect_stored(id, 6);
    }
}

static void a_line_of_a_call_reads_back_whatever_its_texts(void **state) {
    static store_cdr c;
    size_t length;
    bool has_push;
    (void)state;
    full_cdr(&c, "odd", 9);
    memset(c.uui, '"', sizeof c.uui - 1);
    memset(c.remark, '\x01', sizeof c.remark - 1);
    char *line = finished_call_write(&c, NULL, NULL, &length);
    static store_cdr back;
    assert_int_equal(finished_call_put_line(f.db, line, length, &has_push), 0);
    assert_false(has_push);
    assert_int_equal(store_get_cdr(f.db, "odd", &back), 0);
    assert_string_equal(back.uui, c.uui);
    assert_string_equal(back.remark, c.remark);
    free(line);
}

#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        T(a_call_goes_into_the_store_at_once), T(calls_of_an_outage_come_later_in_order_and_whole), T(a_restart_during_an_outage_loses_nothing),
        T(a_push_that_was_sent_meanwhile_stays_sent), T(a_call_of_no_app_is_set_aside_and_holds_nobody_up),
        T(what_a_crash_cut_off_is_ignored_and_garbage_set_aside), T(a_journal_cut_anywhere_gives_whole_calls_only),
        T(without_a_journal_calls_wait_in_memory), T(a_line_of_a_call_reads_back_whatever_its_texts),
    };
    const struct CMUnitTest files[] = { T(a_full_disk_loses_nothing) };
    libre_init();
    int failed = cmocka_run_group_tests_name("backlog on SQLite", tests, use_sqlite, backend_close)
               + cmocka_run_group_tests_name("backlog on SQLite and a full disk", files, use_sqlite, backend_close)
               + cmocka_run_group_tests_name("backlog on PostgreSQL", tests, use_postgres, backend_close);
    libre_close();
    return failed;
}
