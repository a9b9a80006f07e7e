/* test_config.c: defaults, every section, and sentences that name file, line and member. Layer: tests. */
#include "server/store/flow.h"
#include "server/config.h"

#include "server/provision.h"
#include "server/sip/end_status.h"
#include "tccc/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static int parse(config *c, const char *text, char *err) { return config_parse(c, "tcccd.json", text, strlen(text), err, 400); }

static void nothing_has_to_be_configured(void **state) {
    (void)state;
    config c;
    char err[400];
    config_init(&c);
    assert_int_equal(c.http.port, 8080);
    assert_int_equal(c.sip.port, 5060);
    assert_int_equal(c.calls.ring_s, 20);
    assert_int_equal(parse(&c, "{}", err), 0);
    assert_int_equal(c.calls.resume_s, 60);
    assert_int_equal(c.calls.stop_limit_s, 30);
    config_free(&c);
}

static void a_file_lies_over_the_defaults(void **state) {
    (void)state;
    config c;
    char err[400];
    config_init(&c);
    assert_int_equal(parse(&c, "{\"http\":{\"port\":0,\"host\":\"127.0.0.1\"},\"sip\":{\"tlsPort\":-1,\"digestSha256\":true},\"rtp\":{\"min\":20000,\"max\":20100},"
                               "\"calls\":{\"ringSeconds\":5},\"log\":\"warning\",\"data\":\":memory:\"}", err), 0);
    assert_int_equal(c.http.port, 0);
    assert_string_equal(c.http.host, "127.0.0.1");
    assert_int_equal(c.sip.tls_port, -1);
    assert_int_equal(c.sip.port, 5060);
    assert_true(c.sip.digest_sha256);
    assert_int_equal(c.rtp.max, 20100);
    assert_int_equal(c.calls.ring_s, 5);
    assert_int_equal(c.log_level, LOG_LEVEL_WARNING);
    config_free(&c);
}

static void mistakes_are_told_with_file_line_and_member(void **state) {
    (void)state;
    static const struct { const char *text, *sentence; } cases[] = {
        { "{\n \"sip\": {\n  \"port\": 70000\n }\n}", "tcccd.json, line 3: sip.port must be a whole number from 0 to 65535." },
        { "{\n \"calls\": { \"ringSecond\": 5 }\n}", "tcccd.json, line 2: calls.ringSecond is no option." },
        { "{ \"prompts\": { \"speechUrl\": \"file:///etc/passwd\" } }", "tcccd.json, line 1: prompts.speechUrl must begin with http:// or https://." },
        { "{ \"prompts\": { \"speechMegabytes\": 0 } }", "tcccd.json, line 1: prompts.speechMegabytes must be a whole number from 1 to 100000." },
        { "{\"colour\":1}", "tcccd.json, line 1: colour is no option." },
        { "[]", "tcccd.json: not a JSON object (or larger than 1 MiB)" },
        { "{", "tcccd.json: not a JSON object (or larger than 1 MiB)" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        config c;
        char err[400] = "";
        config_init(&c);
        assert_int_not_equal(parse(&c, cases[i].text, err), 0);
        assert_string_equal(err, cases[i].sentence);
        config_free(&c);
    }
}

static void a_missing_file_is_told(void **state) {
    (void)state;
    config c;
    char err[400];
    config_init(&c);
    assert_int_equal(config_load(&c, "/nowhere/tcccd.json", err, sizeof err), TCCC_E_IO);
    assert_string_equal(err, "/nowhere/tcccd.json cannot be read");
}

static int provision_text(store *db, const char *text, char *err) {
    config c;
    config_init(&c);
    assert_int_equal(parse(&c, text, err), 0);
    int error = provision(db, c.provision, "realm", err, 400);
    config_free(&c);
    return error;
}

static void instances_are_written_into_the_store(void **state) {
    (void)state;
    char err[400] = "";
    logger silent = { .sink = NULL };
    store *db = store_open(":memory:", &silent, err, sizeof err);
    const char *text = "{\"instances\":[{\"sdkAppId\":1400000001,\"credentials\":[{\"secretId\":\"id\",\"secretKey\":\"key\"}],"
        "\"agents\":[{\"userId\":\"a@b.c\",\"name\":\"A\",\"number\":\"8001\"}],\"skillGroups\":[{\"name\":\"sales\",\"agents\":[\"a@b.c\"]}],"
        "\"trunks\":[{\"name\":\"t\",\"host\":\"192.0.2.1\",\"transport\":\"tls\",\"srtp\":\"required\",\"qualifySeconds\":30}],"
        "\"numbers\":[{\"number\":\"02011110001\",\"trunk\":\"t\",\"direction\":\"in\",\"skillGroup\":\"sales\"}],"
        "\"extensions\":[{\"number\":\"1001\",\"password\":\"secret\"}]}]}";
    assert_int_equal(provision_text(db, text, err), 0);
    assert_int_equal(provision_text(db, text, err), 0); /* the next start finds everything there */
    store_number number;
    store_trunk trunk;
    store_extension extension;
    assert_int_equal(store_get_number(db, "02011110001", &number), 0);
    assert_true(number.inbound && !number.outbound && number.group_id != 0);
    assert_int_equal(store_get_trunk(db, "t", &trunk), 0);
    assert_true(trunk.srtp && trunk.transport == STORE_TLS && trunk.qualify_s == 30);
    assert_int_equal(store_get_extension(db, "1001", &extension), 0);
    assert_string_equal(extension.ha1_md5, "8909868842fd0e4f03ba53a994dca76a"); /* md5 of 1001:realm:secret */
    store_close(db);
}

static bool keep_flow(void *ctx, const store_flow *row) {
    store_flow *found = ctx;
    assert_int_equal(found->id, 0); /* there is one only */
    *found = *row;
    return true;
}

static bool keep_group(void *ctx, const store_group *row) {
    store_group *found = ctx;
    assert_int_equal(found->id, 0);
    *found = *row;
    return true;
}

/* IVR-042, ADM-021 */
static void an_instance_with_a_number_has_a_default_group_and_flow(void **state) {
    (void)state;
    char err[400] = "";
    logger silent = { .sink = NULL };
    store *db = store_open(":memory:", &silent, err, sizeof err);
    const char *text = "{\"instances\":[{\"sdkAppId\":1400000001,\"agents\":[{\"userId\":\"a@b.c\"}],\"trunks\":[{\"name\":\"t\",\"host\":\"192.0.2.1\"}],"
        "\"numbers\":[{\"number\":\"02011110001\",\"trunk\":\"t\"}]},{\"sdkAppId\":1400000002}]}";
    for (int start = 0; start < 2; start++) {
        store_flow flow = { .id = 0 }, none = { .id = 0 };
        store_group group = { .id = 0 };
        assert_int_equal(provision_text(db, text, err), 0);
        assert_int_equal(store_list_flows(db, 1400000001, keep_flow, &flow), 0);
        assert_int_equal(store_list_groups(db, 1400000001, keep_group, &group), 0);
        assert_string_equal(flow.name, "Default");
        assert_true(flow.published);
        assert_string_equal(group.name, "Default");
        assert_int_equal(store_list_flows(db, 1400000002, keep_flow, &none), 0);
        assert_int_equal(none.id, 0); /* it has no number */
    }
    store_close(db);
}

static void a_wrong_instance_is_told(void **state) {
    (void)state;
    char err[400] = "";
    logger silent = { .sink = NULL };
    store *db = store_open(":memory:", &silent, err, sizeof err);
    assert_int_not_equal(provision_text(db, "{\"instances\":[{\"sdkAppId\":1,\"trunks\":[{\"name\":\"t\"}]}]}", err), 0);
    assert_non_null(strstr(err, "trunks"));
    assert_non_null(strstr(err, "host"));
    store_close(db);
}

static void sip_statuses_become_end_statuses(void **state) {
    (void)state;
    static const struct { int sip; const char *name; } cases[] = {
        { 486, "busy" }, { 600, "busy" }, { 603, "userReject" }, { 408, "notAnswer" }, { 480, "notAnswer" }, { 404, "numberNotExist" }, { 410, "numberNotExist" },
        { 604, "numberNotExist" }, { 484, "numberInvalid" }, { 403, "carrierBlocked" }, { 503, "operatorError" }, { 500, "operatorError" }, { 302, "operatorError" }, { 0, "operatorError" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(end_status_name(end_status_of_sip(cases[i].sip)), cases[i].name);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_has_to_be_configured),
        cmocka_unit_test(a_file_lies_over_the_defaults),
        cmocka_unit_test(mistakes_are_told_with_file_line_and_member),
        cmocka_unit_test(a_missing_file_is_told),
        cmocka_unit_test(instances_are_written_into_the_store),
        cmocka_unit_test(an_instance_with_a_number_has_a_default_group_and_flow),
        cmocka_unit_test(a_wrong_instance_is_told),
        cmocka_unit_test(sip_statuses_become_end_statuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
