/* test_store_crash.c: a program that writes finished calls is killed at random moments; nothing that it acknowledged is missing, and
 * nothing is half there. On SQLite, with and without the journal, and on PostgreSQL. Layer: tests.
 * TCCC_SEED=n repeats a run; TCCC_KILLS=n kills so often on each database (`make crash`: 200). */
#include "../cmocka_all.h"
#include "server/libre.h"
#include "store_backends.h"
#include "store_records.h"
#include "server/store/backlog.h"
#include "tccc/error.h"

#include <sqlite3.h>

/* PostgreSQL itself is not killed: the client's part is what is tried. */
enum { KILLS = 60, LOCKED_EVERY = 20, ACKS_MAX = 12, DELAY_US_MAX = 2500 };

static unsigned seed;

static unsigned next_random(unsigned below) {
    seed = seed * 1664525u + 1013904223u; /* Knuth and Lewis's generator */
    return (seed >> 8) % below;
}

static void describe(store_cdr *c, store_push *p, char body[64], int n) {
    char id[32];
    snprintf(id, sizeof id, "call-%d", n);
    full_cdr(c, id, n % 7); /* most calls are short */
    *p = push_of(c);
    snprintf(body, 64, "{\"n\":%d}", n);
}

/* ---- the program: calls first, first + 1, ..., each told by a line on stdout when it is kept ---- */

static char journal[100];

static int write_calls(int first) {
    static store_cdr c;
    store_push p;
    char err[400], body[64];
    libre_init();
    store *s = store_open(at.where, &quiet, err, sizeof err);
    backlog *calls = s ? backlog_new(s, deadlines_new(), journal, NULL, NULL, &quiet, err, sizeof err) : NULL;
    for (int n = first; calls; n++) {
        describe(&c, &p, body, n);
        if (store_keep_cdr(calls, &c, &p, body)) break;
        printf("%d\n", n);
        fflush(stdout);
    }
    fprintf(stderr, "%s\n", err);
    return 1;
}

/* ---- the test ---- */

static pid_t start_program(int first, int *told) {
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    pid_t child = fork();
    if (child == 0) {
        dup2(fds[1], 1);
        close(fds[0]);
        close(fds[1]);
        _exit(write_calls(first));
    }
    close(fds[1]);
    *told = fds[0];
    return child;
}

/* Kills it after a few acknowledgements and a moment. The last number it acknowledged, or first - 1. */
static int kill_program(pid_t child, int told, int first) {
    FILE *lines = fdopen(told, "r");
    int last = first - 1, n;
    for (unsigned wanted = next_random(ACKS_MAX); wanted && fscanf(lines, "%d", &n) == 1; wanted--) last = n;
    usleep(next_random(DELAY_US_MAX));
    kill(child, SIGKILL);
    while (fscanf(lines, "%d", &n) == 1) last = n;
    fclose(lines);
    int status;
    waitpid(child, &status, 0);
    assert_true(WIFSIGNALED(status)); /* it went on until it was killed */
    return last;
}

/* What the journal holds comes into the store. */
static void settle_journal(store *s) {
    backlog_counters counts;
    if (access(journal, F_OK)) return;
    libre_init(); /* not before: the program has one of its own */
    deadlines *timers = deadlines_new();
    do {
        char err[200] = "";
        backlog *calls = backlog_new(s, timers, journal, NULL, NULL, &quiet, err, sizeof err);
        if (!calls) fail_msg("%s", err);
        backlog_count(calls, &counts);
        backlog_free(calls);
        assert_int_equal(counts.refused, 0);
    } while (counts.waiting);
    deadlines_free(timers);
    libre_close();
}

/* Whole, or not at all. */
static bool is_there(store *s, int n) {
    static store_cdr want, found;
    store_push p, sent;
    char body[64], *text = NULL;
    describe(&want, &p, body, n);
    memset(&found, 0, sizeof found);
    int cdr = store_get_cdr(s, want.session_id, &found), push = store_get_push(s, p.uuid, &sent);
    if (cdr == TCCC_E_NOT_FOUND && push == TCCC_E_NOT_FOUND) return false;
    assert_int_equal(cdr, 0);
    assert_int_equal(push, 0);
    assert_memory_equal(&want, &found, sizeof want);
    assert_int_equal(store_get_push_body(s, p.uuid, &text), 0);
    assert_string_equal(text, body);
    free(text);
    return true;
}

/* The number of the next call. */
static int check(int first, int last) {
    store *s = backend_store();
    settle_journal(s);
    for (int n = first; n <= last; n++)
        if (!is_there(s, n)) fail_msg("call %d was acknowledged and is gone", n);
    int next = last + 1;
    while (is_there(s, next)) next++; /* kept, and killed before it said so */
    assert_in_range(next, last + 1, last + 2);
    store_close(s);
    return next;
}

static sqlite3 *lock(void) {
    sqlite3 *holder;
    assert_int_equal(sqlite3_open(at.where, &holder), SQLITE_OK);
    assert_int_equal(sqlite3_exec(holder, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    return holder;
}

static int wanted_kills(void) {
    const char *given = getenv("TCCC_KILLS");
    int kills = given ? atoi(given) : KILLS;
    return kills < LOCKED_EVERY ? LOCKED_EVERY : kills; /* one of them meets the journal */
}

static void a_kill_loses_no_acknowledged_call(void **state) {
    (void)state;
    const char *given = getenv("TCCC_SEED");
    unsigned first_seed = seed = given ? (unsigned)strtoul(given, NULL, 10) : (unsigned)clock_unix_ms();
    int next = 0, n_journal = 0, kills = wanted_kills();
    backend_clear();
    store *s = backend_store();
    assert_int_equal(store_put_app(s, TEST_APP, "test"), 0);
    store_close(s);
    snprintf(journal, sizeof journal, "%s/journal", at.folder);
    print_message("seed %u\n", first_seed);
    for (int round = 0; round < kills; round++) {
        int told, first = next;
        sqlite3 *holder = !on_postgres() && round % LOCKED_EVERY == LOCKED_EVERY - 1 ? lock() : NULL;
        pid_t child = start_program(first, &told);
        int last = kill_program(child, told, first);
        sqlite3_close(holder);
        n_journal += access(journal, F_OK) == 0;
        next = check(first, last);
    }
    s = backend_store();
    for (int n = 0; n < next; n++) assert_true(is_there(s, n));
    store_close(s);
    print_message("%d kills on %s: %d calls, none lost; %d times some were in the journal\n", kills, at.name, next, n_journal);
    assert_true(next > kills);
    assert_true(on_postgres() || n_journal > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_kill_loses_no_acknowledged_call) };
    int failed = cmocka_run_group_tests_name("kills on SQLite", tests, use_sqlite, backend_close)
               + cmocka_run_group_tests_name("kills on PostgreSQL", tests, use_postgres, backend_close);
    return failed;
}
