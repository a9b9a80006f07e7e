/* test_store.c: agents, groups, lines, tokens and groups of writes, on SQLite and on PostgreSQL. Layer: tests. */
#include "../cmocka_all.h"
#include "store_backends.h"
#include "server/store/staff.h"
#include "tccc/error.h"

#define APP TEST_APP

static int open_store(void **state) {
    return fresh_store(state) || store_put_agent(*state, &(store_agent){ .app_id = APP, .user_id = "a@b.c", .name = "Ann" });
}

static void an_agent_is_found_again_and_changed(void **state) {
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

static void an_agent_of_an_unknown_app_is_refused(void **state) {
    assert_int_equal(store_put_agent(*state, &(store_agent){ .app_id = 7, .user_id = "x" }), TCCC_E_NOT_FOUND);
}

static bool count_first(void *ctx, const store_agent *agent) {
    (void)agent;
    ++*(int *)ctx;
    return false;
}

static void a_list_that_is_stopped_early_leaves_the_store_writable(void **state) {
    int n = 0;
    store_put_agent(*state, &(store_agent){ .app_id = APP, .user_id = "b@b.c" });
    assert_int_equal(store_list_agents(*state, APP, count_first, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(store_begin(*state), 0);
    assert_int_equal(store_end(*state), 0);
}

static bool see_member(void *ctx, const store_agent *agent, int priority) {
    snprintf(ctx, 2 * STORE_TEXT, "%s/%d", agent->user_id, priority);
    return true;
}

static void a_group_keeps_its_id_and_lists_its_members(void **state) {
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

static void a_number_needs_its_trunk(void **state) {
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

static void a_token_works_once(void **state) { /* SDK-006 */
    int64_t app = 0;
    char user[STORE_TEXT];
    assert_int_equal(store_put_token(*state, "00112233445566778899aabbccddeeff", APP, "a@b.c", 1000), 0);
    assert_int_equal(store_use_token(*state, "00112233445566778899aabbccddeeff", 999, &app, user, sizeof user), 0);
    assert_int_equal(app, APP);
    assert_string_equal(user, "a@b.c");
    assert_int_equal(store_use_token(*state, "00112233445566778899aabbccddeeff", 999, &app, user, sizeof user), TCCC_E_TOKEN_USED);
}

static void a_token_ends_and_is_forgotten_a_day_later(void **state) { /* SDK-006 */
    int64_t app;
    char user[STORE_TEXT];
    assert_int_equal(store_put_token(*state, "t", APP, "a@b.c", 1000), 0);
    assert_int_equal(store_use_token(*state, "t", 1000, &app, user, sizeof user), TCCC_E_TOKEN_EXPIRED);
    assert_int_equal(store_use_token(*state, "t", 1000 + 86401, &app, user, sizeof user), TCCC_E_TOKEN_INVALID);
    assert_int_equal(store_use_token(*state, "other", 1, &app, user, sizeof user), TCCC_E_TOKEN_INVALID);
}

static void a_group_of_writes_is_all_or_none(void **state) {
    store_agent a;
    assert_int_equal(store_begin(*state), 0);
    assert_int_equal(store_put_agent(*state, &(store_agent){ .app_id = APP, .user_id = "new" }), 0);
    assert_int_equal(store_put_agent(*state, &(store_agent){ .app_id = 7, .user_id = "x" }), TCCC_E_NOT_FOUND);
    assert_int_equal(store_end(*state), TCCC_E_NOT_FOUND);
    assert_int_equal(store_get_agent(*state, APP, "new", &a), TCCC_E_NOT_FOUND);
}

/* ---- agents ---- */

static void every_member_of_an_agent_comes_back(void **state) {
    store_agent a = { .app_id = APP, .user_id = "x@b.c", .name = "安", .nick = "An", .staff_number = "7", .phone = "+4915112345678", .role = STAFF_INSPECTOR,
                      .mobile_accept = STAFF_MOBILE_ALWAYS, .mobile_call_out = true, .forward = STAFF_FORWARD_CANNOT_ANSWER, .forward_to = STAFF_TO_GROUP,
                      .forward_target = "12", .forbidden = true }, b;
    assert_int_equal(store_put_agent(*state, &a), 0);
    assert_int_equal(store_get_agent(*state, APP, "x@b.c", &b), 0);
    assert_string_equal(b.name, "安");
    assert_string_equal(b.nick, "An");
    assert_string_equal(b.staff_number, "7");
    assert_string_equal(b.phone, "+4915112345678");
    assert_int_equal(b.role, STAFF_INSPECTOR);
    assert_int_equal(b.mobile_accept, STAFF_MOBILE_ALWAYS);
    assert_true(b.mobile_call_out);
    assert_int_equal(b.forward, STAFF_FORWARD_CANNOT_ANSWER);
    assert_int_equal(b.forward_to, STAFF_TO_GROUP);
    assert_string_equal(b.forward_target, "12");
    assert_true(b.forbidden);
    assert_true(b.created_ms > 1600000000000 && b.modified_ms >= b.created_ms);
    assert_string_equal(b.extension, "");
}

static void an_agent_without_a_role_is_a_plain_agent(void **state) {
    store_agent a;
    assert_int_equal(store_get_agent(*state, APP, "a@b.c", &a), 0);
    assert_int_equal(a.role, STAFF_AGENT);
    a.role = 4;
    assert_int_equal(store_put_agent(*state, &a), TCCC_E_NOT_FOUND);
}

static void an_agent_shows_its_extension(void **state) {
    store_agent a;
    assert_int_equal(store_put_extension(*state, &(store_extension){ .app_id = APP, .extension = "2002", .user_id = "a@b.c" }), 0);
    assert_int_equal(store_put_extension(*state, &(store_extension){ .app_id = APP, .extension = "1001", .user_id = "a@b.c" }), 0);
    assert_int_equal(store_get_agent(*state, APP, "a@b.c", &a), 0);
    assert_string_equal(a.extension, "1001");
    assert_int_equal(store_delete_extension(*state, "1001"), 0);
    assert_int_equal(store_delete_extension(*state, "1001"), TCCC_E_NOT_FOUND);
    assert_int_equal(store_get_agent(*state, APP, "a@b.c", &a), 0);
    assert_string_equal(a.extension, "2002");
}

static void a_deleted_agent_leaves_nothing_that_acts_for_it(void **state) {
    int64_t app;
    char text[STORE_TEXT];
    store_agent a;
    store_extension e;
    store_group g = { .app_id = APP, .name = "sales" };
    assert_int_equal(store_put_group(*state, &g), 0);
    assert_int_equal(store_put_member(*state, g.id, APP, "a@b.c", 1), 0);
    assert_int_equal(store_put_token(*state, "t", APP, "a@b.c", 1000), 0);
    assert_int_equal(store_put_password(*state, APP, "a@b.c", "scrypt$1"), 0);
    assert_int_equal(store_put_extension(*state, &(store_extension){ .app_id = APP, .extension = "1001", .user_id = "a@b.c" }), 0);
    assert_int_equal(store_delete_agent(*state, APP, "a@b.c"), 0);
    assert_int_equal(store_delete_agent(*state, APP, "a@b.c"), TCCC_E_NOT_FOUND);
    assert_int_equal(store_get_agent(*state, APP, "a@b.c", &a), TCCC_E_NOT_FOUND);
    assert_int_equal(store_use_token(*state, "t", 1, &app, text, sizeof text), TCCC_E_TOKEN_INVALID);
    assert_int_equal(store_get_password(*state, APP, "a@b.c", text, sizeof text), TCCC_E_NOT_FOUND);
    assert_int_equal(store_delete_member(*state, g.id, APP, "a@b.c"), TCCC_E_NOT_FOUND);
    assert_int_equal(store_get_extension(*state, "1001", &e), 0);
    assert_string_equal(e.user_id, "");
}

static void a_password_is_kept_beside_the_row(void **state) {
    char hash[STORE_TEXT], small[4];
    store_agent a;
    assert_int_equal(store_get_password(*state, APP, "a@b.c", hash, sizeof hash), 0);
    assert_string_equal(hash, "");
    assert_int_equal(store_put_password(*state, APP, "a@b.c", "scrypt$abc"), 0);
    assert_int_equal(store_get_agent(*state, APP, "a@b.c", &a), 0);
    assert_int_equal(store_put_agent(*state, &a), 0);
    assert_int_equal(store_get_password(*state, APP, "a@b.c", hash, sizeof hash), 0);
    assert_string_equal(hash, "scrypt$abc");
    assert_int_equal(store_get_password(*state, APP, "a@b.c", small, sizeof small), TCCC_E_TOO_LARGE);
    assert_int_equal(store_put_password(*state, APP, "nobody", "x"), TCCC_E_NOT_FOUND);
}

/* ---- groups ---- */

static void a_group_is_changed_listed_and_deleted_without_its_agents(void **state) {
    store_agent a;
    store_number n = { .app_id = APP, .number = "+49301", .trunk = "t1", .inbound = true, .outbound = true }, found;
    store_group g = { .app_id = APP, .name = "sales" }, again = { .app_id = APP, .name = "sales", .type = GROUP_VIDEO }, back;
    assert_int_equal(store_put_group(*state, &g), 0);
    assert_int_equal(store_put_group(*state, &again), 0);      /* found, not changed */
    assert_int_equal(store_get_group(*state, g.id, &back), 0);
    assert_int_equal(back.type, GROUP_PHONE);
    assert_int_equal(back.max_concurrency, 1);
    back.type = GROUP_AUDIO;
    back.max_concurrency = 5;
    back.ring_all = true;
    snprintf(back.alias, sizeof back.alias, "8001");
    snprintf(back.name, sizeof back.name, "Sales");
    assert_int_equal(store_put_group(*state, &back), 0);
    assert_int_equal(store_get_group(*state, g.id, &g), 0);
    assert_string_equal(g.name, "Sales");
    assert_string_equal(g.alias, "8001");
    assert_int_equal(g.max_concurrency, 5);
    assert_true(g.ring_all && g.modified_ms > 0);
    assert_int_equal(store_put_member(*state, g.id, APP, "a@b.c", 1), 0);
    assert_int_equal(store_put_trunk(*state, &(store_trunk){ .name = "t1" }), 0);
    n.group_id = n.outbound_groups[0] = g.id;
    n.n_outbound_groups = 1;
    assert_int_equal(store_put_number(*state, &n), 0);
    assert_int_equal(store_delete_group(*state, g.id), 0);
    assert_int_equal(store_delete_group(*state, g.id), TCCC_E_NOT_FOUND);
    assert_int_equal(store_get_agent(*state, APP, "a@b.c", &a), 0);
    assert_int_equal(store_get_number(*state, "+49301", &found), 0);
    assert_int_equal(found.group_id, 0);
    assert_int_equal(found.n_outbound_groups, 0);
}

static bool add_name(void *ctx, const store_group *group) {
    strcat(strcat(ctx, group->name), " ");
    return true;
}

static void a_taken_name_of_a_group_is_refused(void **state) {
    char seen[100] = "";
    store_group one = { .app_id = APP, .name = "one" }, two = { .app_id = APP, .name = "two" };
    assert_int_equal(store_put_group(*state, &one), 0);
    assert_int_equal(store_put_group(*state, &two), 0);
    snprintf(two.name, sizeof two.name, "one");
    assert_int_equal(store_put_group(*state, &two), TCCC_E_NOT_FOUND);
    two.id = 999;
    assert_int_equal(store_put_group(*state, &two), TCCC_E_NOT_FOUND);
    assert_int_equal(store_list_groups(*state, APP, add_name, seen), 0);
    assert_string_equal(seen, "one two ");
}

static bool add_membership(void *ctx, const store_membership *m) {
    char *seen = ctx;
    snprintf(seen + strlen(seen), 40, "%s/%d ", m->group_name, m->priority);
    return true;
}

static bool add_member(void *ctx, int64_t group_id, const char *user_id, int priority) {
    char *seen = ctx;
    (void)group_id;
    snprintf(seen + strlen(seen), 40, "%s/%d ", user_id, priority);
    return true;
}

static void memberships_come_by_priority(void **state) { /* ACD-032 */
    char seen[200] = "", all[200] = "";
    store_agent before, after;
    store_group one = { .app_id = APP, .name = "one" }, two = { .app_id = APP, .name = "two" };
    store_put_group(*state, &one);
    store_put_group(*state, &two);
    store_put_agent(*state, &(store_agent){ .app_id = APP, .user_id = "b@b.c" });
    store_get_agent(*state, APP, "a@b.c", &before);
    assert_int_equal(store_put_member(*state, one.id, APP, "a@b.c", 2), 0);
    assert_int_equal(store_put_member(*state, two.id, APP, "a@b.c", 1), 0);
    assert_int_equal(store_put_member(*state, one.id, APP, "b@b.c", 9), 0);
    assert_int_equal(store_put_member(*state, one.id, APP, "b@b.c", 1), 0);
    assert_int_equal(store_list_memberships(*state, APP, "a@b.c", add_membership, seen), 0);
    assert_string_equal(seen, "two/1 one/2 ");
    assert_int_equal(store_list_app_members(*state, APP, add_member, all), 0);
    assert_string_equal(all, "b@b.c/1 a@b.c/2 a@b.c/1 ");
    assert_int_equal(store_delete_member(*state, two.id, APP, "a@b.c"), 0);
    store_get_agent(*state, APP, "a@b.c", &after);
    assert_true(after.modified_ms >= before.modified_ms);
}

/* ---- status history ---- */

static bool add_status(void *ctx, const store_status *row) {
    char *seen = ctx;
    snprintf(seen + strlen(seen), 60, "%s@%d%s%s ", row->status, (int)row->from_ms, row->reason, row->session_id);
    return true;
}

static void the_status_in_force_comes_first(void **state) {
    char seen[300] = "", none[300] = "", late[300] = "";
    static const struct { const char *status; int from; } rows[] = { { "offline", 100 }, { "free", 200 }, { "busy", 200 }, { "free", 300 }, { "rest", 400 } };
    for (int i = 0; i < 5; i++) {
        store_status row = { .app_id = APP, .user_id = "a@b.c", .from_ms = rows[i].from };
        snprintf(row.status, sizeof row.status, "%s", rows[i].status);
        if (i == 2) snprintf(row.session_id, sizeof row.session_id, "+s1");
        if (i == 4) snprintf(row.reason, sizeof row.reason, "+lunch");
        assert_int_equal(store_put_status(*state, &row), 0);
    }
    assert_int_equal(store_list_status(*state, APP, "a@b.c", 250, 400, add_status, seen), 0);
    assert_string_equal(seen, "busy@200+s1 free@300 ");
    assert_int_equal(store_list_status(*state, APP, "a@b.c", 0, 100, add_status, none), 0);
    assert_string_equal(none, "");
    assert_int_equal(store_list_status(*state, APP, "a@b.c", 900, 1000, add_status, late), 0);
    assert_string_equal(late, "rest@400+lunch ");
}

static void put_status(store *s, const char *user_id, const char *status, int from) {
    store_status row = { .app_id = APP, .from_ms = from };
    snprintf(row.user_id, sizeof row.user_id, "%s", user_id);
    snprintf(row.status, sizeof row.status, "%s", status);
    assert_int_equal(store_put_status(s, &row), 0);
}

/* All the history of an agent. */
static void assert_history(store *s, const char *user_id, const char *expected) {
    char seen[300] = "";
    assert_int_equal(store_list_status(s, APP, user_id, 0, 100000, add_status, seen), 0);
    assert_string_equal(seen, expected);
}

static void the_history_is_trimmed_to_what_was_in_force(void **state) {
    int64_t after = 0;
    put_status(*state, "gone", "offline", 50);     /* the newest of one who did nothing since */
    put_status(*state, "a@b.c", "offline", 100);
    put_status(*state, "a@b.c", "free", 200);
    put_status(*state, "other", "free", 250);
    put_status(*state, "a@b.c", "busy", 300);
    put_status(*state, "other", "rest", 400);
    put_status(*state, "a@b.c", "free", 500);
    assert_int_equal(store_forget_status(*state, 50, 100, &after), 0);
    assert_int_equal(after, 0);
    assert_history(*state, "a@b.c", "offline@100 free@200 busy@300 free@500 ");
    int steps = 0;
    do {                                           /* 7 rows, two at a time */
        assert_int_equal(store_forget_status(*state, 350, 2, &after), 0);
    } while (after && ++steps < 10);
    assert_int_equal(steps, 3);                    /* the fourth sees free@500 alone, which is younger */
    assert_history(*state, "gone", "offline@50 ");
    assert_history(*state, "a@b.c", "busy@300 free@500 ");
    assert_history(*state, "other", "free@250 rest@400 ");
    do {
        assert_int_equal(store_forget_status(*state, 90000, 100, &after), 0);
    } while (after);
    assert_history(*state, "gone", "offline@50 ");
    assert_history(*state, "a@b.c", "free@500 ");
    assert_history(*state, "other", "rest@400 ");
}

/* ---- lines ---- */

static void a_number_keeps_its_groups_in_order(void **state) { /* ACD-034 */
    store_group g[3] = { { .app_id = APP, .name = "a" }, { .app_id = APP, .name = "b" }, { .app_id = APP, .name = "c" } };
    store_number n = { .app_id = APP, .number = "+49302", .trunk = "t1", .outbound = true, .call_in_url = "https://example.com/in", .n_outbound_groups = 3 }, found;
    assert_int_equal(store_put_trunk(*state, &(store_trunk){ .name = "t1" }), 0);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(store_put_group(*state, &g[i]), 0);
        n.outbound_groups[2 - i] = g[i].id;
    }
    assert_int_equal(store_put_number(*state, &n), 0);
    assert_int_equal(store_get_number(*state, "+49302", &found), 0);
    assert_int_equal(found.n_outbound_groups, 3);
    assert_int_equal(found.outbound_groups[0], g[2].id);
    assert_int_equal(found.state, NUMBER_NORMAL);
    assert_string_equal(found.call_in_url, "https://example.com/in");
    n.n_outbound_groups = 1;
    n.outbound_groups[0] = 4711;
    assert_int_equal(store_put_number(*state, &n), TCCC_E_NOT_FOUND); /* there is no such group: nothing changes */
    assert_int_equal(store_get_number(*state, "+49302", &found), 0);
    assert_int_equal(found.n_outbound_groups, 3);
    n.n_outbound_groups = NUMBER_GROUPS_MAX + 1;
    assert_int_equal(store_put_number(*state, &n), TCCC_E_TOO_LARGE);
    assert_int_equal(store_delete_trunk(*state, "t1"), TCCC_E_NOT_FOUND);
    assert_int_equal(store_delete_number(*state, APP, "+49302"), 0);
    assert_int_equal(store_delete_number(*state, APP, "+49302"), TCCC_E_NOT_FOUND);
    assert_int_equal(store_delete_trunk(*state, "t1"), 0);
}

static bool add_secret(void *ctx, const char *secret_id, const store_key *key) {
    char *seen = ctx;
    snprintf(seen + strlen(seen), 60, "%s/%d%s/%s ", secret_id, key->app_id != 0, key->created_ms > 0 ? "" : "!", key_role_names[key->role]);
    return true;
}

static void keys_belong_to_an_app_or_to_all(void **state) {
    char key[STORE_TEXT], seen[200] = "", *large = calloc(1, STORE_TEXT + 1);
    store_key found;
    memset(large, 'x', STORE_TEXT);
    assert_int_equal(store_put_secret(*state, "AKIDa", &(store_key){ .app_id = APP }, "k1"), 0);
    assert_int_equal(store_put_secret(*state, "AKIDb", &(store_key){ .role = KEY_SIGN_IN }, "k2"), 0);
    assert_int_equal(store_put_secret(*state, "AKIDc", &(store_key){ .app_id = APP + 1 }, "k3"), 0);
    assert_int_equal(store_put_secret(*state, "AKIDd", &(store_key){ .app_id = 0 }, large), TCCC_E_TOO_LARGE);
    assert_int_equal(store_put_secret(*state, large, &(store_key){ .app_id = 0 }, "k"), TCCC_E_TOO_LARGE);
    assert_int_equal(store_get_secret(*state, "AKIDa", &found, key, sizeof key), 0);
    assert_int_equal(found.app_id, APP);
    assert_int_equal(found.role, KEY_ADMIN);
    assert_int_equal(store_put_secret(*state, "AKIDa", &(store_key){ .app_id = APP, .role = KEY_OPERATOR }, "k1"), 0);
    assert_int_equal(store_get_secret(*state, "AKIDa", &found, key, sizeof key), 0);
    assert_int_equal(found.role, KEY_OPERATOR);
    assert_string_equal(key, "k1");
    assert_int_equal(store_get_secret(*state, "AKIDa", NULL, key, 2), TCCC_E_TOO_LARGE);
    assert_int_equal(store_list_secrets(*state, APP, add_secret, seen), 0);
    assert_string_equal(seen, "AKIDa/1/operator AKIDb/0/signIn ");
    assert_int_equal(store_delete_secret(*state, "AKIDa"), 0);
    assert_int_equal(store_get_secret(*state, "AKIDa", NULL, key, sizeof key), TCCC_E_NOT_FOUND);
    free(large);
}

/* ---- values ---- */

static void text_that_looks_like_sql_is_only_text(void **state) {
    static const char *const nasty[] = { "'; DROP TABLE agent; --", "\"x\" OR 1=1", "$1 ?1 ?2 %s %n", "\\'; DELETE FROM app; --", "a\tb\nc", "x' || (SELECT 1) || '" };
    store_agent a;
    for (size_t i = 0; i < sizeof nasty / sizeof *nasty; i++) {
        store_agent row = { .app_id = APP };
        snprintf(row.user_id, sizeof row.user_id, "%s", nasty[i]);
        snprintf(row.name, sizeof row.name, "%s", nasty[i]);
        assert_int_equal(store_put_agent(*state, &row), 0);
        assert_int_equal(store_get_agent(*state, APP, nasty[i], &a), 0);
        assert_string_equal(a.name, nasty[i]);
        assert_int_equal(store_delete_agent(*state, APP, nasty[i]), 0);
    }
    assert_int_equal(store_get_agent(*state, APP, "a@b.c", &a), 0);
}

static void bytes_that_are_no_utf8_are_replaced(void **state) {
    store_agent a;
    assert_int_equal(store_put_agent(*state, &(store_agent){ .app_id = APP, .user_id = "u", .name = "a\xff" "b\xc3" }), 0);
    assert_int_equal(store_get_agent(*state, APP, "u", &a), 0);
    assert_string_equal(a.name, "a\xef\xbf\xbd" "b\xef\xbf\xbd");
}

static bool add_user(void *ctx, const store_agent *agent) {
    strcat(strcat(ctx, agent->user_id), " ");
    return true;
}

static void lists_are_in_the_order_of_bytes(void **state) {
    static const char *const users[] = { "b", "B", "ä", "a", "_" };
    char seen[100] = "";
    for (int i = 0; i < 5; i++) {
        store_agent row = { .app_id = APP };
        snprintf(row.user_id, sizeof row.user_id, "%s", users[i]);
        assert_int_equal(store_put_agent(*state, &row), 0);
    }
    assert_int_equal(store_list_agents(*state, APP, add_user, seen), 0);
    assert_string_equal(seen, "B _ a a@b.c b ä ");
}

static bool read_again(void *ctx, const store_agent *agent) {
    store_agent a;
    store *s = *(store **)ctx;
    int n = 0;
    assert_int_equal(store_get_agent(s, APP, agent->user_id, &a), 0);
    assert_int_equal(store_list_agents(s, APP, count_first, &n), 0);
    assert_int_equal(n, 1);
    return true;
}

static void a_list_may_be_read_inside_a_list(void **state) {
    assert_int_equal(store_put_agent(*state, &(store_agent){ .app_id = APP, .user_id = "b@b.c" }), 0);
    assert_int_equal(store_list_agents(*state, APP, read_again, state), 0);
}

/* ---- groups of writes ---- */

static void a_group_inside_a_group_belongs_to_the_outer_one(void **state) {
    store_agent a;
    assert_int_equal(store_begin(*state), 0);
    assert_int_equal(store_begin(*state), 0);
    assert_int_equal(store_put_agent(*state, &(store_agent){ .app_id = APP, .user_id = "new" }), 0);
    assert_int_equal(store_end(*state), 0);
    assert_int_equal(store_put_agent(*state, &(store_agent){ .app_id = 7, .user_id = "x" }), TCCC_E_NOT_FOUND);
    assert_int_equal(store_get_agent(*state, APP, "a@b.c", &a), TCCC_E_NOT_FOUND); /* the error is everybody's from here on */
    assert_int_equal(store_end(*state), TCCC_E_NOT_FOUND);
    assert_int_equal(store_get_agent(*state, APP, "new", &a), TCCC_E_NOT_FOUND);
    assert_int_equal(store_get_agent(*state, APP, "a@b.c", &a), 0);
    assert_int_equal(store_begin(*state), 0);
    assert_int_equal(store_put_agent(*state, &(store_agent){ .app_id = APP, .user_id = "new" }), 0);
    assert_int_equal(store_end(*state), 0);
    assert_int_equal(store_get_agent(*state, APP, "new", &a), 0);
}

static void a_write_that_is_too_large_undoes_its_group(void **state) {
    store_agent a;
    store_number n = { .app_id = APP, .number = "1", .n_outbound_groups = NUMBER_GROUPS_MAX + 1 };
    assert_int_equal(store_begin(*state), 0);
    assert_int_equal(store_put_agent(*state, &(store_agent){ .app_id = APP, .user_id = "new" }), 0);
    assert_int_equal(store_put_number(*state, &n), TCCC_E_TOO_LARGE);
    assert_int_equal(store_put_agent(*state, &(store_agent){ .app_id = APP, .user_id = "newer" }), TCCC_E_TOO_LARGE);
    assert_int_equal(store_end(*state), TCCC_E_TOO_LARGE);
    assert_int_equal(store_get_agent(*state, APP, "new", &a), TCCC_E_NOT_FOUND);
}

static void a_row_that_is_not_there_fails_no_group(void **state) {
    store_agent a;
    assert_int_equal(store_begin(*state), 0);
    assert_int_equal(store_put_agent(*state, &(store_agent){ .app_id = APP, .user_id = "new" }), 0);
    assert_int_equal(store_delete_agent(*state, APP, "nobody"), TCCC_E_NOT_FOUND);
    assert_int_equal(store_delete_extension(*state, "1"), TCCC_E_NOT_FOUND);
    assert_int_equal(store_end(*state), 0);
    assert_int_equal(store_get_agent(*state, APP, "new", &a), 0);
}

static void what_was_written_is_there_after_opening_again(void **state) {
    store_agent a;
    store *other = backend_store();
    assert_int_equal(store_get_agent(other, APP, "a@b.c", &a), 0);
    store_close(other);
    assert_int_equal(store_get_agent(*state, APP, "a@b.c", &a), 0);
}
static void a_file_that_cannot_be_opened_is_named(void **state) {
    (void)state;
    char err[400] = "";
    assert_null(store_open("/proc/none/x.sqlite", &quiet, err, sizeof err));
    assert_non_null(strstr(err, "/proc/none/x.sqlite"));
}

#define T(test) cmocka_unit_test_setup_teardown(test, open_store, close_store)

static void a_protected_number_keeps_what_it_is_shown_as(void **state) {
    char shown[STORE_NUMBER], number[STORE_NUMBER];
    assert_int_equal(store_protect_number(*state, APP, "13811118000", "138****8000", shown), 0);
    assert_string_equal(shown, "138****8000");
    assert_int_equal(store_protect_number(*state, APP, "13822228000", "138****8000", shown), 0);
    assert_string_equal(shown, "138****8000-2");
    assert_int_equal(store_protect_number(*state, APP, "13811118000", "138****8000", shown), 0);
    assert_string_equal(shown, "138****8000");
    assert_int_equal(store_find_protected(*state, APP, "138****8000-2", number), 0);
    assert_string_equal(number, "13822228000");
    assert_int_equal(store_find_protected(*state, APP, "138****8000", number), 0);
    assert_string_equal(number, "13811118000");
    assert_int_equal(store_find_protected(*state, APP, "138****8000-3", number), TCCC_E_NOT_FOUND);
    assert_int_equal(store_find_protected(*state, APP + 1, "138****8000", number), TCCC_E_NOT_FOUND);
    assert_int_equal(store_find_protected(*state, APP, "138****8000-99999999999999999999", number), TCCC_E_NOT_FOUND);
    assert_int_equal(store_protect_number(*state, APP, "1", "12345678901234567890123456789012", shown), TCCC_E_TOO_LARGE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        T(an_agent_is_found_again_and_changed), T(an_agent_of_an_unknown_app_is_refused),
        T(a_list_that_is_stopped_early_leaves_the_store_writable), T(a_group_keeps_its_id_and_lists_its_members),
        T(a_number_needs_its_trunk), T(a_protected_number_keeps_what_it_is_shown_as), T(a_token_works_once), T(a_token_ends_and_is_forgotten_a_day_later),
        T(a_group_of_writes_is_all_or_none), T(every_member_of_an_agent_comes_back), T(an_agent_without_a_role_is_a_plain_agent),
        T(an_agent_shows_its_extension), T(a_deleted_agent_leaves_nothing_that_acts_for_it),
        T(a_password_is_kept_beside_the_row), T(a_group_is_changed_listed_and_deleted_without_its_agents),
        T(a_taken_name_of_a_group_is_refused), T(memberships_come_by_priority), T(the_status_in_force_comes_first),
        T(the_history_is_trimmed_to_what_was_in_force),
        T(a_number_keeps_its_groups_in_order), T(keys_belong_to_an_app_or_to_all), T(text_that_looks_like_sql_is_only_text),
        T(bytes_that_are_no_utf8_are_replaced), T(lists_are_in_the_order_of_bytes), T(a_list_may_be_read_inside_a_list),
        T(a_group_inside_a_group_belongs_to_the_outer_one), T(a_write_that_is_too_large_undoes_its_group), T(a_row_that_is_not_there_fails_no_group),
        T(what_was_written_is_there_after_opening_again),
    };
    const struct CMUnitTest files[] = { cmocka_unit_test(a_file_that_cannot_be_opened_is_named) };
    return cmocka_run_group_tests_name("store on SQLite", tests, use_sqlite, backend_close)
         + cmocka_run_group_tests_name("store on PostgreSQL", tests, use_postgres, backend_close)
         + cmocka_run_group_tests_name("store files", files, NULL, NULL);
}
