/* test_store.c: the store on SQLite, in memory and on a file. Layer: tests. */
#include "server/store/cdr.h"
#include "tccc/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { APP = 1400000001 };

static const logger quiet = { 0 };

static int open_store(void **state)
{
    char err[256] = "";
    store *s = store_open(":memory:", &quiet, err, sizeof err);
    if (!s) return -1;
    assert_int_equal(store_put_app(s, APP, "test"), 0);
    assert_int_equal(store_put_agent(s, &(store_agent){ .app_id = APP, .user_id = "a@b.c", .name = "Ann" }), 0);
    *state = s;
    return 0;
}

static int close_store(void **state)
{
    store_close(*state);
    return 0;
}

static void an_agent_is_found_again_and_changed(void **state)
{
    store_agent a;
    assert_int_equal(store_get_agent(*state, APP, "a@b.c", &a), 0);
    assert_string_equal(a.name, "Ann");
    snprintf(a.name, sizeof a.name, "安");
    assert_int_equal(store_put_agent(*state, &a), 0);
    assert_int_equal(store_get_agent(*state, APP, "a@b.c", &a), 0);
    assert_string_equal(a.name, "安");
    assert_int_equal(store_get_agent(*state, APP, "nobody", &a), TCCC_E_NOT_FOUND);
    assert_true(store_has_app(*state, APP));
    assert_false(store_has_app(*state, APP + 1));
}

static void an_agent_of_an_unknown_app_is_refused(void **state)
{
    assert_int_equal(store_put_agent(*state, &(store_agent){ .app_id = 7, .user_id = "x" }), TCCC_E_NOT_FOUND);
}

static bool count_first(void *ctx, const store_agent *agent)
{
    (void)agent;
    ++*(int *)ctx;
    return false;
}

static void a_list_that_is_stopped_early_leaves_the_store_writable(void **state)
{
    int n = 0;
    store_put_agent(*state, &(store_agent){ .app_id = APP, .user_id = "b@b.c" });
    assert_int_equal(store_list_agents(*state, APP, count_first, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(store_begin(*state), 0);
    assert_int_equal(store_end(*state), 0);
}

static bool see_member(void *ctx, const store_agent *agent, int priority)
{
    snprintf(ctx, 2 * STORE_TEXT, "%s/%d", agent->user_id, priority);
    return true;
}

static void a_group_keeps_its_id_and_lists_its_members(void **state)
{
    char seen[2 * STORE_TEXT] = "";
    store_group g = { .app_id = APP, .name = "sales" }, again = g;
    assert_int_equal(store_put_group(*state, &g), 0);
    assert_int_equal(store_put_group(*state, &again), 0);
    assert_int_equal(g.id, again.id);
    assert_int_equal(store_put_member(*state, g.id, APP, "a@b.c", 3), 0);
    assert_int_equal(store_put_member(*state, g.id, APP, "nobody", 1), TCCC_E_NOT_FOUND);
    assert_int_equal(store_list_members(*state, g.id, see_member, seen), 0);
    assert_string_equal(seen, "a@b.c/3");
}

static void a_number_needs_its_trunk(void **state)
{
    store_number n = { .app_id = APP, .number = "+4930123", .trunk = "t1", .outbound = true }, found;
    assert_int_equal(store_put_number(*state, &n), TCCC_E_NOT_FOUND);
    store_trunk t = { .name = "t1", .host = "192.0.2.1", .transport = STORE_TLS, .srtp = true, .allow = "192.0.2.1" }, back;
    assert_int_equal(store_put_trunk(*state, &t), 0);
    assert_int_equal(store_put_number(*state, &n), 0);
    assert_int_equal(store_get_number(*state, "+4930123", &found), 0);
    assert_true(found.outbound);
    assert_false(found.inbound);
    assert_int_equal(found.group_id, 0);
    assert_int_equal(store_get_trunk(*state, "t1", &back), 0);
    assert_int_equal(back.transport, STORE_TLS);
    assert_true(back.srtp);
}

static void a_token_works_once(void **state) /* SDK-006 */
{
    int64_t app = 0;
    char user[STORE_TEXT];
    assert_int_equal(store_put_token(*state, "00112233445566778899aabbccddeeff", APP, "a@b.c", 1000), 0);
    assert_int_equal(store_use_token(*state, "00112233445566778899aabbccddeeff", 999, &app, user, sizeof user), 0);
    assert_int_equal(app, APP);
    assert_string_equal(user, "a@b.c");
    assert_int_equal(store_use_token(*state, "00112233445566778899aabbccddeeff", 999, &app, user, sizeof user), TCCC_E_TOKEN_USED);
}

static void a_token_ends_and_is_forgotten_a_day_later(void **state) /* SDK-006 */
{
    int64_t app;
    char user[STORE_TEXT];
    assert_int_equal(store_put_token(*state, "t", APP, "a@b.c", 1000), 0);
    assert_int_equal(store_use_token(*state, "t", 1000, &app, user, sizeof user), TCCC_E_TOKEN_EXPIRED);
    assert_int_equal(store_use_token(*state, "t", 1000 + 86401, &app, user, sizeof user), TCCC_E_TOKEN_INVALID);
    assert_int_equal(store_use_token(*state, "other", 1, &app, user, sizeof user), TCCC_E_TOKEN_INVALID);
}

static void a_group_of_writes_is_all_or_none(void **state)
{
    store_agent a;
    assert_int_equal(store_begin(*state), 0);
    assert_int_equal(store_put_agent(*state, &(store_agent){ .app_id = APP, .user_id = "new" }), 0);
    assert_int_equal(store_put_agent(*state, &(store_agent){ .app_id = 7, .user_id = "x" }), TCCC_E_NOT_FOUND);
    assert_int_equal(store_end(*state), TCCC_E_NOT_FOUND);
    assert_int_equal(store_get_agent(*state, APP, "new", &a), TCCC_E_NOT_FOUND);
}

static bool see_cdr(void *ctx, const store_cdr *cdr)
{
    strcat(ctx, cdr->session_id);
    return true;
}

static void records_are_listed_newest_first(void **state)
{
    char seen[64] = "";
    int total = 0;
    static store_cdr c = { .app_id = APP, .inbound = true, .type = CDR_IN, .caller = "1", .callee = "2", .end_status = 1 };
    for (int i = 0; i < 3; i++) {
        snprintf(c.session_id, sizeof c.session_id, "%c", 'c' - i);
        c.start_ms = 1000 - i;
        assert_int_equal(store_put_cdr(*state, &c), 0);
    }
    c.accept_ms = 5000;
    assert_int_equal(store_put_cdr(*state, &c), 0); /* changed, not doubled */
    cdr_filter f = { .app_id = APP, .to_ms = 1000, .limit = 10 };
    assert_int_equal(store_list_cdrs(*state, &f, &total, see_cdr, seen), 0);
    assert_string_equal(seen, "ba");
    assert_int_equal(total, 2);
    assert_int_equal(store_get_cdr(*state, "a", &c), 0);
    assert_int_equal(c.accept_ms, 5000);
}

/* A child writes records and tells each one's number after it was written, until it is killed. */
static void write_until_killed(const char *path, int told)
{
    char err[256];
    store *s = store_open(path, &quiet, err, sizeof err);
    if (!s || store_put_app(s, APP, "test") < 0) _exit(1);
    static store_cdr c = { .app_id = APP, .end_status = 1 };
    for (int i = 0;; i++) {
        snprintf(c.session_id, sizeof c.session_id, "%d", i);
        if (store_put_cdr(s, &c) < 0 || write(told, &i, sizeof i) != sizeof i) _exit(1);
    }
}

static void a_record_that_was_written_survives_a_kill(void **state)
{
    (void)state;
    char path[] = "/tmp/tccc-store-XXXXXX", err[256], id[16];
    int fds[2], last = -1;
    close(mkstemp(path));
    for (int round = 0; round < 5; round++) {
        assert_int_equal(pipe(fds), 0);
        pid_t child = fork();
        if (child == 0) write_until_killed(path, fds[1]);
        close(fds[1]);
        for (int i = 0; i <= round * 7; i++) assert_int_equal(read(fds[0], &last, sizeof last), sizeof last);
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        while (read(fds[0], &last, sizeof last) == sizeof last) {}
        close(fds[0]);
        store *s = store_open(path, &quiet, err, sizeof err);
        assert_non_null(s);
        static store_cdr c;
        snprintf(id, sizeof id, "%d", last);
        assert_int_equal(store_get_cdr(s, id, &c), 0);
        store_close(s);
    }
    unlink(path);
}

static void a_file_that_is_no_store_is_refused_with_its_name(void **state)
{
    (void)state;
    char err[256] = "";
    assert_null(store_open("/proc/none/x.sqlite", &quiet, err, sizeof err));
    assert_non_null(strstr(err, "/proc/none/x.sqlite"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_agent_is_found_again_and_changed, open_store, close_store),
        cmocka_unit_test_setup_teardown(an_agent_of_an_unknown_app_is_refused, open_store, close_store),
        cmocka_unit_test_setup_teardown(a_list_that_is_stopped_early_leaves_the_store_writable, open_store, close_store),
        cmocka_unit_test_setup_teardown(a_group_keeps_its_id_and_lists_its_members, open_store, close_store),
        cmocka_unit_test_setup_teardown(a_number_needs_its_trunk, open_store, close_store),
        cmocka_unit_test_setup_teardown(a_token_works_once, open_store, close_store),
        cmocka_unit_test_setup_teardown(a_token_ends_and_is_forgotten_a_day_later, open_store, close_store),
        cmocka_unit_test_setup_teardown(a_group_of_writes_is_all_or_none, open_store, close_store),
        cmocka_unit_test_setup_teardown(records_are_listed_newest_first, open_store, close_store),
        cmocka_unit_test(a_record_that_was_written_survives_a_kill),
        cmocka_unit_test(a_file_that_is_no_store_is_refused_with_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
