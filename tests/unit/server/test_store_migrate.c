/* test_store_migrate.c: a store of an earlier schema is brought up to date with its rows, one of a later schema is refused, and
 * several that start at once do not get in each other's way. Layer: tests. */
#include "../cmocka_all.h"
#include "store_backends.h"
#include "server/store/cdr.h"
#include "server/store/staff.h"
#include "tccc/error.h"

#include <sqlite3.h>

#define APP TEST_APP
#define VERSION_2 TCCC_SOURCE_DIR "/tests/unit/server/store_version2.sql"

static void sqlite_do(const char *text) {
    sqlite3 *db;
    char *complaint = NULL;
    assert_int_equal(sqlite3_open(at.where, &db), SQLITE_OK);
    if (sqlite3_exec(db, text, NULL, NULL, &complaint)) fail_msg("%s", complaint);
    sqlite3_close(db);
}

static void make_version_2(void) {
    static char text[16384];
    FILE *file = fopen(VERSION_2, "r");
    assert_non_null(file);
    size_t n = fread(text, 1, sizeof text - 1, file);
    assert_in_range(n, 1000, sizeof text - 2);
    text[n] = 0;
    fclose(file);
    backend_clear();
    sqlite_do(text);
}

static bool add_member(void *ctx, const store_agent *agent, int priority) {
    char *seen = ctx;
    snprintf(seen + strlen(seen), 60, "%s/%d ", agent->name, priority);
    return true;
}

static void version_2_keeps_agents_groups_and_keys(void **state) {
    store_key found;
    store_agent a;
    store_group g;
    store_extension e;
    char seen[100] = "", key[32], user[STORE_TEXT];
    int64_t app = -1;
    (void)state;
    make_version_2();
    store *s = backend_store();
    assert_int_equal(store_get_agent(s, APP, "ann@example.com", &a), 0);
    assert_string_equal(a.name, "安");
    assert_string_equal(a.phone, "+491510000001");
    assert_string_equal(a.extension, "1001");
    assert_int_equal(a.role, STAFF_AGENT);
    assert_false(a.forbidden);
    assert_int_equal(store_get_group(s, 7, &g), 0);
    assert_string_equal(g.name, "Sales");
    assert_int_equal(g.max_concurrency, 1);
    assert_int_equal(store_list_members(s, 7, add_member, seen), 0);
    assert_string_equal(seen, "安/3 ");
    assert_int_equal(store_get_extension(s, "1001", &e), 0);
    assert_string_equal(e.ha1_sha256, "bb");
    assert_int_equal(store_get_secret(s, "AKIDexample", &found, key, sizeof key), 0);
    assert_string_equal(key, "key");
    assert_int_equal(found.app_id, 0);
    assert_int_equal(found.role, KEY_ADMIN);
    assert_int_equal(store_use_token(s, "unknown", 1, &app, user, sizeof user), TCCC_E_TOKEN_INVALID);
    store_close(s);
}

static void version_2_keeps_lines(void **state) {
    store_number n;
    store_trunk t;
    (void)state;
    make_version_2();
    store *s = backend_store();
    assert_int_equal(store_get_trunk(s, "carrier", &t), 0);
    assert_true(t.registers && t.srtp && t.qualify_s == 30);
    assert_int_equal(store_get_number(s, "+4930", &n), 0);
    assert_int_equal(n.group_id, 7);
    assert_int_equal(n.n_outbound_groups, 1); /* group_id meant both */
    assert_int_equal(n.outbound_groups[0], 7);
    assert_int_equal(n.state, NUMBER_NORMAL);
    assert_int_equal(store_get_number(s, "+4931", &n), 0);
    assert_int_equal(n.group_id, 9);
    assert_int_equal(n.n_outbound_groups, 0);
    assert_int_equal(store_get_number(s, "+4932", &n), 0);
    assert_int_equal(n.group_id + n.n_outbound_groups, 0);
    store_close(s);
}

static void version_2_keeps_calls_as_records(void **state) {
    static store_cdr c;
    char user[STORE_TEXT];
    (void)state;
    make_version_2();
    store *s = backend_store();
    assert_int_equal(store_get_cdr(s, "in-1", &c), 0);
    assert_true(c.inbound && c.type == CDR_IN && c.hung_up_by == CDR_USER && c.end_status == 1);
    assert_true(c.start_ms == 1000 && c.ring_ms == 1100 && c.accept_ms == 1200 && c.end_ms == 61200);
    assert_string_equal(c.uui, "uui");
    assert_int_equal(c.n_steps, 1);
    assert_true(c.steps[0].type == CDR_STAFF_SEAT && c.steps[0].accept_ms == 1200 && c.steps[0].transfer_to_type == -1);
    assert_string_equal(c.steps[0].user_id, "ann@example.com");
    assert_int_equal(store_get_cdr(s, "in-2", &c), 0);
    assert_true(c.hung_up_by == CDR_SYSTEM && c.end_status == 102 && c.n_steps == 0);
    assert_int_equal(store_get_cdr(s, "out-1", &c), 0);
    assert_true(!c.inbound && c.type == CDR_OUT && c.hung_up_by == CDR_SEAT && c.steps[0].type == CDR_OUTBOUND_SEAT);
    assert_int_equal(store_last_agent(s, APP, "+493", user, sizeof user), 0);
    assert_string_equal(user, "bob@example.com");
    store_close(s);
}

static void an_upgrade_that_fails_changes_nothing(void **state) {
    char err[400] = "";
    (void)state;
    make_version_2();
    sqlite_do("CREATE TABLE push (x INTEGER)"); /* in the way of the last step */
    assert_null(store_open(at.where, &quiet, err, sizeof err));
    assert_non_null(strstr(err, "step 4"));
    sqlite_do("DROP TABLE push; SELECT session_id FROM call");
    store *s = backend_store();
    static store_cdr c;
    assert_int_equal(store_get_cdr(s, "in-1", &c), 0);
    store_close(s);
}

/* ---- on both ---- */

static int sqlite_version(void) {
    sqlite3 *db;
    sqlite3_stmt *row;
    assert_int_equal(sqlite3_open(at.where, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &row, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(row), SQLITE_ROW);
    int version = sqlite3_column_int(row, 0);
    sqlite3_finalize(row);
    sqlite3_close(db);
    return version;
}

static void a_later_schema_is_refused_and_left_alone(void **state) {
    char err[400] = "", back[64];
    store_close(*state);
    snprintf(back, sizeof back, "PRAGMA user_version=%d", on_postgres() ? 0 : sqlite_version());
    if (on_postgres()) backend_sql("INSERT INTO tcccd_schema VALUES (99)");
    else sqlite_do("PRAGMA user_version=99");
    assert_null(store_open(at.where, &quiet, err, sizeof err));
    assert_non_null(strstr(err, "newer tcccd"));
    assert_non_null(strstr(err, "99"));
    if (on_postgres()) backend_sql("DELETE FROM tcccd_schema WHERE version=99");
    else sqlite_do(back);
    *state = backend_store();
    assert_true(store_has_app(*state, APP));
}

static void stores_that_start_at_once_all_open(void **state) {
    enum { STARTS = 6 };
    pid_t children[STARTS];
    int status;
    (void)state;
    backend_clear();
    for (int i = 0; i < STARTS; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            char err[400];
            store *s = store_open(at.where, &quiet, err, sizeof err);
            if (!s) fprintf(stderr, "%s\n", err);
            _exit(s && store_put_app(s, APP + i, "test") == 0 ? 0 : 1);
        }
    }
    for (int i = 0; i < STARTS; i++) {
        waitpid(children[i], &status, 0);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    store *s = backend_store();
    for (int i = 0; i < STARTS; i++) assert_true(store_has_app(s, APP + i));
    store_close(s);
}

int main(void) {
    const struct CMUnitTest files[] = {
        cmocka_unit_test(version_2_keeps_agents_groups_and_keys), cmocka_unit_test(version_2_keeps_lines),
        cmocka_unit_test(version_2_keeps_calls_as_records), cmocka_unit_test(an_upgrade_that_fails_changes_nothing),
    };
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_later_schema_is_refused_and_left_alone, fresh_store, close_store),
        cmocka_unit_test(stores_that_start_at_once_all_open),
    };
    return cmocka_run_group_tests_name("migrations of SQLite files", files, use_sqlite, backend_close)
         + cmocka_run_group_tests_name("migrations on SQLite", tests, use_sqlite, backend_close)
         + cmocka_run_group_tests_name("migrations on PostgreSQL", tests, use_postgres, backend_close);
}
