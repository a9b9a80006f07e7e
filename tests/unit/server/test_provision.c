/* test_provision.c: what the configuration's instances make of the store, at the first start and at later ones. Layer: tests. */
#include "../cmocka_all.h"
#include "server/config.h"
#include "server/provision.h"
#include "server/store/flow.h"
#include "server/store/staff.h"
#include "tccc/error.h"

#include <stdio.h>
#include <string.h>

enum { APP = 1400000001 };

static const logger silent = { .sink = NULL };

static int open_store(void **state) {
    char err[200];
    *state = store_open(":memory:", &silent, err, sizeof err);
    return *state ? 0 : -1;
}

static int close_store(void **state) {
    store_close(*state);
    return 0;
}

static int put(store *db, const char *members, char *err) {
    char text[8192], message[400];
    config c;
    config_init(&c);
    snprintf(text, sizeof text, "{\"instances\":[{\"sdkAppId\":1400000001,%s}]}", members);
    assert_int_equal(config_parse(&c, "test", text, strlen(text), message, sizeof message), 0);
    int error = provision(db, c.provision, "realm", err, 400);
    config_free(&c);
    return error;
}

static void expect_good(store *db, const char *members) {
    char err[400] = "";
    if (put(db, members, err))
        fail_msg("%s", err);
}

/* On a store of its own: a failure leaves it inside a group of writes. */
static void expect_error(const char *members, int error, const char *sentence) {
    char err[400] = "";
    void *db;
    assert_int_equal(open_store(&db), 0);
    assert_int_equal(put(db, members, err), error);
    assert_string_equal(err, sentence);
    close_store(&db);
}

#define AGENTS "\"agents\":[{\"userId\":\"ann@b.c\",\"name\":\"Ann\",\"nick\":\"An\",\"number\":\"7\",\"phone\":\"+491\",\"role\":\"inspector\"},{\"userId\":\"bob@b.c\"}]"
#define TRUNKS "\"trunks\":[{\"name\":\"t\",\"host\":\"192.0.2.1\"}]"
#define FLOWS "\"flows\":[{\"name\":\"Main\",\"document\":{\"start\":\"s\",\"modules\":[{\"id\":\"s\",\"type\":\"start\",\"next\":\"e\"},{\"id\":\"e\",\"type\":\"end\"}]}}]"

static void agents_get_what_the_file_gives(void **state) {
    store_agent a;
    expect_good(*state, AGENTS);
    assert_int_equal(store_get_agent(*state, APP, "ann@b.c", &a), 0);
    assert_string_equal(a.name, "Ann");
    assert_string_equal(a.nick, "An");
    assert_string_equal(a.staff_number, "7");
    assert_string_equal(a.phone, "+491");
    assert_int_equal(a.role, STAFF_INSPECTOR);
    assert_int_equal(store_get_agent(*state, APP, "bob@b.c", &a), 0);
    assert_string_equal(a.name, "bob@b.c");
    assert_int_equal(a.role, STAFF_AGENT);
}

static void a_later_start_keeps_what_the_api_has_changed(void **state) {
    store_agent a = { 0 }, again = { 0 };
    expect_good(*state, AGENTS);
    assert_int_equal(store_get_agent(*state, APP, "bob@b.c", &a), 0);
    a.forbidden = true;
    a.role = STAFF_ADMIN;
    a.forward = STAFF_FORWARD_ALWAYS;
    snprintf(a.nick, sizeof a.nick, "Bobby");
    snprintf(a.name, sizeof a.name, "Robert");
    assert_int_equal(store_put_agent(*state, &a), 0);
    assert_int_equal(store_get_agent(*state, APP, "bob@b.c", &a), 0);
    expect_good(*state, AGENTS);
    assert_int_equal(store_get_agent(*state, APP, "bob@b.c", &again), 0);
    assert_memory_equal(&a, &again, sizeof a); /* not even modified_ms */
    assert_int_equal(store_get_agent(*state, APP, "ann@b.c", &a), 0);
    snprintf(a.name, sizeof a.name, "Anna");
    assert_int_equal(store_put_agent(*state, &a), 0);
    expect_good(*state, AGENTS); /* what the file gives holds again */
    assert_int_equal(store_get_agent(*state, APP, "ann@b.c", &a), 0);
    assert_string_equal(a.name, "Ann");
}

static bool add_membership(void *ctx, const store_membership *m) {
    char *seen = ctx;
    snprintf(seen + strlen(seen), 60, "%s/%d ", m->group_name, m->priority);
    return true;
}

static void expect_groups(store *db, const char *user_id, const char *groups) {
    char seen[200] = "";
    assert_int_equal(store_list_memberships(db, APP, user_id, add_membership, seen), 0);
    assert_string_equal(seen, groups);
}

static void groups_have_members_with_priorities(void **state) { /* ACD-032 */
    static const char groups[] = AGENTS ",\"skillGroups\":[{\"name\":\"Sales\",\"agents\":[{\"userId\":\"ann@b.c\",\"priority\":3},\"bob@b.c\"],\"maxConcurrency\":2,"
                                 "\"ringAll\":true,\"type\":\"video\",\"alias\":\"8001\"},{\"name\":\"Help\",\"agents\":[{\"userId\":\"ann@b.c\",\"priority\":2}]}]";
    store_group g = { .app_id = APP, .name = "Sales" }, row;
    expect_good(*state, groups);
    expect_groups(*state, "ann@b.c", "Help/2 Sales/3 ");
    expect_groups(*state, "bob@b.c", "Sales/1 ");
    assert_int_equal(store_put_group(*state, &g), 0);
    assert_int_equal(store_get_group(*state, g.id, &row), 0);
    assert_true(row.max_concurrency == 2 && row.ring_all && row.type == GROUP_VIDEO);
    assert_string_equal(row.alias, "8001");
    assert_int_equal(store_put_member(*state, g.id, APP, "bob@b.c", 5), 0);
    assert_int_equal(store_put_member(*state, g.id, APP, "ann@b.c", 5), 0);
    expect_good(*state, groups);
    expect_groups(*state, "bob@b.c", "Sales/5 "); /* the file names no priority */
    expect_groups(*state, "ann@b.c", "Help/2 Sales/3 ");
}

static void a_number_has_groups_and_a_flow(void **state) {
    static const char numbers[] = TRUNKS "," FLOWS ",\"skillGroups\":[{\"name\":\"Sales\"}],\"numbers\":[{\"number\":\"+4930\",\"trunk\":\"t\",\"skillGroup\":\"Sales\",\"flow\":\"Main\"},"
                                  "{\"number\":\"+4931\",\"trunk\":\"t\",\"direction\":\"in\",\"skillGroup\":\"New\"},"
                                  "{\"number\":\"+4932\",\"trunk\":\"t\",\"outboundGroups\":[\"New\",\"Sales\"]}]";
    store_number n, again;
    store_flow f;
    expect_good(*state, numbers);
    assert_int_equal(store_get_number(*state, "+4930", &n), 0);
    assert_true(n.inbound && n.outbound && n.group_id > 0 && n.flow_id > 0);
    assert_int_equal(n.n_outbound_groups, 1);
    assert_int_equal(n.outbound_groups[0], n.group_id);
    assert_int_equal(store_get_flow(*state, n.flow_id, &f), 0);
    assert_string_equal(f.name, "Main");
    assert_true(f.published);
    assert_int_equal(store_get_number(*state, "+4931", &again), 0);
    assert_true(again.inbound && !again.outbound && again.group_id != n.group_id && again.n_outbound_groups == 0);
    assert_int_equal(store_get_number(*state, "+4932", &again), 0);
    assert_int_equal(again.n_outbound_groups, 2);
    assert_int_equal(again.outbound_groups[1], n.group_id);
    snprintf(n.call_in_url, sizeof n.call_in_url, "https://example.com");
    n.state = NUMBER_STOPPED;
    n.n_outbound_groups = 0;
    assert_int_equal(store_put_number(*state, &n), 0);
    expect_good(*state, numbers);
    assert_int_equal(store_get_number(*state, "+4930", &again), 0);
    assert_string_equal(again.call_in_url, "https://example.com");
    assert_int_equal(again.state, NUMBER_STOPPED);
    assert_int_equal(again.n_outbound_groups, 0);
}

static void a_flow_that_is_there_is_not_made_again(void **state) {
    store_flow f;
    expect_good(*state, FLOWS);
    assert_int_equal(store_get_flow(*state, 1, &f), 0);
    assert_int_equal(store_set_flow_published(*state, 1, false), 0);
    expect_good(*state, FLOWS "," TRUNKS ",\"numbers\":[{\"number\":\"1\",\"trunk\":\"t\",\"flow\":\"Main\"}]");
    assert_int_equal(store_get_flow(*state, 1, &f), 0);
    assert_true(!f.published && f.version == 1);
    assert_int_equal(store_get_flow(*state, 2, &f), TCCC_E_NOT_FOUND);
}

static void an_extension_keeps_its_name_and_forgets_a_made_up_password(void **state) {
    store_extension e = { .app_id = APP, .extension = "1001", .password = "made up", .name = "Desk", .groups = "1" };
    expect_good(*state, AGENTS);
    assert_int_equal(store_put_extension(*state, &e), 0);
    expect_good(*state, "\"extensions\":[{\"number\":\"1001\",\"password\":\"secret\",\"agent\":\"ann@b.c\"}]");
    assert_int_equal(store_get_extension(*state, "1001", &e), 0);
    assert_string_equal(e.password, "");
    assert_string_equal(e.name, "Desk");
    assert_string_equal(e.groups, "1");
    assert_string_equal(e.user_id, "ann@b.c");
    assert_string_equal(e.ha1_md5, "8909868842fd0e4f03ba53a994dca76a"); /* md5 of 1001:realm:secret */
}

static void a_key_belongs_to_its_instance(void **state) {
    char key[STORE_TEXT];
    store_key found;
    expect_good(*state, "\"credentials\":[{\"secretId\":\"id\",\"secretKey\":\"k\"}]},{\"sdkAppId\":1400000002,\"credentials\":[{\"secretId\":\"b\",\"secretKey\":\"k\",\"role\":\"signIn\"},"
                        "{\"secretId\":\"id\",\"secretKey\":\"k2\"}]");
    assert_int_equal(store_get_secret(*state, "b", &found, key, sizeof key), 0);
    assert_int_equal(found.app_id, 1400000002);
    assert_int_equal(found.role, KEY_SIGN_IN);
    assert_int_equal(store_get_secret(*state, "id", &found, key, sizeof key), 0); /* given in both */
    assert_int_equal(found.app_id, 0);
    assert_int_equal(found.role, KEY_ADMIN);
    assert_string_equal(key, "k2");
}

static void every_mistake_is_told_with_its_place(void **state) {
    (void)state;
    expect_error("\"agents\":[{\"userId\":\"a\"},{}]", TCCC_E_ARG_MISSING, "instances[0].agents[1]: userId is missing.");
    expect_error("\"agents\":[{\"userId\":\"a\",\"relo\":1}]", TCCC_E_ARG_RANGE, "instances[0].agents[0]: relo is no option.");
    expect_error("\"agents\":[{\"userId\":\"a\",\"role\":\"\"}]", TCCC_E_ARG_RANGE, "instances[0].agents[0]: role must be one of admin, inspector, agent.");
    expect_error("\"agents\":[\"a\"]", TCCC_E_ARG_TYPE, "instances[0].agents[0]: The value must be an object.");
    expect_error("\"agnets\":[]", TCCC_E_ARG_RANGE, "instances[0]: agnets is no option.");
    expect_error("\"skillGroups\":[{\"name\":\"s\",\"agents\":[\"nobody\"]}]", TCCC_E_NOT_FOUND,
                 "instances[0].skillGroups[0].agents: each must be the userId of an agent, or { \"userId\", \"priority\" }.");
    expect_error("\"skillGroups\":[{\"name\":\"s\",\"agents\":[{\"userId\":\"a\",\"priority\":0}]}]", TCCC_E_ARG_RANGE,
                 "instances[0].skillGroups[0]: priority must be a whole number from 1 to 100.");
    expect_error("\"skillGroups\":[{\"name\":\"s\",\"type\":\"\"}]", TCCC_E_ARG_RANGE, "instances[0].skillGroups[0]: type must be phone, online, audio or video.");
    expect_error("\"numbers\":[{\"number\":\"1\",\"trunk\":\"none\"}]", TCCC_E_NOT_FOUND,
                 "instances[0].numbers[0]: The store refuses it: something that it names is missing, or its name is taken.");
    expect_error(TRUNKS ",\"numbers\":[{\"number\":\"1\",\"trunk\":\"t\",\"flow\":\"none\"}]", TCCC_E_NOT_FOUND,
                 "instances[0].numbers[0].flow: must be the name of one of this instance's flows.");
    expect_error(TRUNKS ",\"numbers\":[{\"number\":\"1\",\"trunk\":\"t\",\"outboundGroups\":[1]}]", TCCC_E_ARG_TYPE,
                 "instances[0].numbers[0].outboundGroups: each must be the name of a skill group.");
    expect_error("\"extensions\":[{\"number\":\"1001\",\"password\":\"p\"}]},{\"sdkAppId\":2,\"extensions\":[{\"number\":\"1001\",\"password\":\"p\"}]", TCCC_E_ARG_RANGE,
                 "instances[1].extensions[0].number: this extension belongs to another instance.");
}

static void a_flow_that_cannot_run_is_told(void **state) {
    char err[400] = "";
    assert_int_equal(put(*state, "\"flows\":[{\"name\":\"Main\",\"document\":{\"start\":\"x\",\"modules\":[]}}]", err), TCCC_E_ARG_RANGE);
    assert_memory_equal(err, "instances[0].flows[0].document: ", 32);
}

#define T(test) cmocka_unit_test_setup_teardown(test, open_store, close_store)

int main(void) {
    const struct CMUnitTest tests[] = {
        T(agents_get_what_the_file_gives), T(a_later_start_keeps_what_the_api_has_changed), T(groups_have_members_with_priorities),
        T(a_number_has_groups_and_a_flow), T(a_flow_that_is_there_is_not_made_again), T(an_extension_keeps_its_name_and_forgets_a_made_up_password),
        T(a_key_belongs_to_its_instance), T(every_mistake_is_told_with_its_place), T(a_flow_that_cannot_run_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
