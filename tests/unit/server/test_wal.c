/* test_wal.c: writes that do not wait for the disk are there for everybody at once, become durable by themselves, and the log stays small. Layer: tests. */
#include "../cmocka_all.h"

#include "server/deadline.h"
#include "server/store/store.h"
#include "server/store/push.h"
#include "server/store/wal.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DEADLINE_MS = 20000 };

static const logger silent;
static char path[256];

static store *open_new(void) {
    char err[256], folder[] = "/tmp/tccc-wal-XXXXXX";
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/store.sqlite", folder);
    store *s = store_open(path, &silent, err, sizeof err);
    assert_non_null(s);
    assert_int_equal(store_put_app(s, 1, "test"), 0);
    return s;
}

static void put(store *s, int n) {
    store_push p = { .app_id = 1, .state = PUSH_WAITING, .created_ms = n, .next_ms = n };
    static char body[8 << 10];
    memset(body, 'b', sizeof body - 1);
    snprintf(p.uuid, sizeof p.uuid, "%08d-0000-4000-8000-000000000000", n);
    snprintf(p.kind, sizeof p.kind, "cdr");
    assert_int_equal(store_put_push(s, &p, body), 0);
}

static void settle(store *s) {
    uint64_t end = clock_ms() + DEADLINE_MS;
    while (!store_is_settled(s) && clock_ms() < end) sched_yield();
    assert_true(store_is_settled(s));
}

static int count(store *s) {
    int64_t n = 0;
    assert_int_equal(store_count_pushes(s, PUSH_WAITING, &n), 0);
    return (int)n;
}

static void what_is_written_behind_is_there_at_once_and_durable_soon(void **state) {
    (void)state;
    char err[256];
    store *s = open_new(), *other;
    assert_true(store_is_settled(s));
    store_behind(s, true);
    for (int n = 0; n < 50; n++) put(s, n);
    store_behind(s, false);
    other = store_open(path, &silent, err, sizeof err);
    assert_non_null(other);
    assert_int_equal(count(other), 50);
    settle(s);
    put(s, 50); /* this one has waited itself */
    assert_true(store_is_settled(s));
    store_close(other);
    store_close(s);
    s = store_open(path, &silent, err, sizeof err);
    assert_int_equal(count(s), 51);
    store_close(s);
}

/* In a group, and in memory, there is nothing to be behind with. */
static void a_group_is_one_write_whether_behind_or_not(void **state) {
    (void)state;
    char err[256];
    store *s = open_new();
    store_behind(s, true);
    assert_int_equal(store_begin(s), 0);
    put(s, 1);
    store_behind(s, false); /* too late for this one */
    put(s, 2);
    assert_int_equal(store_end(s), 0);
    store_behind(s, false);
    settle(s);
    assert_int_equal(count(s), 2);
    store_close(s);
    s = store_open(":memory:", &silent, err, sizeof err);
    assert_int_equal(store_put_app(s, 1, "test"), 0);
    store_behind(s, true);
    put(s, 1);
    store_behind(s, false);
    assert_true(store_is_settled(s));
    store_close(s);
}

/* More than 60 MiB go through the log as fast as they can; it begins again when it has been brought into the database file, at 32 MiB at the latest. */
static void the_log_stays_small(void **state) {
    (void)state;
    char name[300];
    struct stat file;
    store *s = open_new();
    for (int n = 0; n < 5000; n++) {
        store_behind(s, true);
        put(s, n);
        store_behind(s, false);
        if (n % 500 == 0) settle(s);
    }
    settle(s);
    snprintf(name, sizeof name, "%s-wal", path);
    assert_int_equal(stat(name, &file), 0);
    print_message("the log has %lld KiB\n", (long long)file.st_size / 1024);
    assert_true(file.st_size < 40 << 20);
    assert_int_equal(count(s), 5000);
    store_close(s);
    assert_int_not_equal(stat(name, &file), 0); /* the last connection takes it away */
}

static void a_log_that_cannot_be_synced_is_not_trusted_again(void **state) {
    (void)state;
    store *s = open_new();
    wal *w = wal_new(path, &silent);
    assert_non_null(w);
    assert_true(wal_works(w));
    char name[300];
    snprintf(name, sizeof name, "%s-wal", path);
    (void)unlink(name); /* of an empty store: nothing is lost */
    wal_wrote(w, 1, false);
    uint64_t end = clock_ms() + DEADLINE_MS;
    while (!wal_is_settled(w) && clock_ms() < end) sched_yield();
    assert_true(wal_is_settled(w));
    assert_false(wal_works(w));
    wal_free(w);
    store_close(s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_behind_is_there_at_once_and_durable_soon),
        cmocka_unit_test(a_group_is_one_write_whether_behind_or_not),
        cmocka_unit_test(the_log_stays_small),
        cmocka_unit_test(a_log_that_cannot_be_synced_is_not_trusted_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
