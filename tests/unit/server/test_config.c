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
        { "{\n \"sip\": {\n  \"port\": 70000\n }\n}", "tcccd.json:3: sip.port must be a whole number from 0 to 65535." },
        { "{\n \"calls\": { \"ringSecond\": 5 }\n}", "tcccd.json:2: calls.ringSecond is no option." },
        { "{ \"prompts\": { \"speechUrl\": \"file:///etc/passwd\" } }", "tcccd.json:1: prompts.speechUrl must begin with http:// or https://." },
        { "{ \"http\": { \"trustedProxies\": [\"10.0.0.0/33\"] } }", "tcccd.json:1: http.trustedProxies must hold addresses or networks, such as 192.0.2.7 or 10.0.0.0/8." },
        { "{ \"http\": { \"trustedProxies\": [\"0.0.0.0/0\"] } }", "tcccd.json:1: http.trustedProxies must not be everybody: name the networks of your proxies." },
        { "{ \"prompts\": { \"speechMegabytes\": 0 } }", "tcccd.json:1: prompts.speechMegabytes must be a whole number from 1 to 100000." },
        { "{\"colour\":1}", "tcccd.json:1: colour is no option." },
        { "{\n \"sip\": { \"port\": 5060 },\n \"http\": {\n  \"port\": -1 } }", "tcccd.json:4: http.port must be a whole number from 0 to 65535." },
        { "{\n \"speech\":\n 5 }", "tcccd.json:2: speech must be a string." },
        { "{\n \"sip\": [] }", "tcccd.json:2: sip must be an object." },
        { "{\n \"push\": { \"retrySeconds\": [1,\n0,\n-1] } }", "tcccd.json:2: push.retrySeconds must hold whole numbers from 1 to 86400." },
        { "{\n \"rtp\": { \"max\": \"x\", \"min\": 7 } }", "tcccd.json:2: rtp.max must be a whole number from 0 to 65535." },
        { "", "tcccd.json:1: this is not JSON" },
        { "{\r\n \"demo\": true,\r\n \"data\" 5 }", "tcccd.json:3: this is not JSON" },
        { "{\n \"demo\": true,\n \"data\": \"\\x\" }", "tcccd.json:3: this is not JSON" },
        { "{\n \"demo\": true\n", "tcccd.json:2: this is not JSON" },
        { "{}\n\n}", "tcccd.json:3: this is not JSON" },
        { "[]", "tcccd.json:1: not a JSON object" },
        { "{", "tcccd.json:1: this is not JSON" },
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

static void at(const mistakes *m, int i, int line, const char *sentence) {
    assert_true(i < m->n);
    assert_string_equal(m->list[i].sentence, sentence);
    assert_int_equal(m->list[i].line, line);
}

/* What --check-config does, but for sections of settings. */
static void judge(const char *text, mistakes *found) {
    const char *name = "/tmp/tcccd_test_config.json";
    char err[200];
    logger silent = { .sink = NULL };
    config c;
    FILE *file = fopen(name, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    fclose(file);
    *found = (mistakes){ 0 };
    config_init(&c);
    config_read(&c, name, found);
    remove(name);
    store *db = store_open(":memory:", &silent, err, sizeof err);
    assert_non_null(db);
    if (c.provision)
        provision_check(db, c.provision, "realm", found);
    store_close(db);
    mistakes_order(found, c.text, c.text_length, c.tree);
    config_free(&c);
}

static void every_mistake_is_told_in_the_order_of_lines(void **state) {
    (void)state;
    mistakes m;
    judge("{ \"colour\": \"r\\\"\\\\: \\n\",\r\n"                                    /* 1 */
          "  \"prompts\": { \"speechUrl\": \"ftp:\", \"voice\":\r\n"               /* 2 */
          "    \"{[\\\"\xe8\xaf\xad\xe9\x9f\xb3\", \"speechMegabytes\": 0 },\r\n" /* 3: a voice in UTF-8 with brackets and a quote */
          "  \"sip\": { \"port\": 5060,\r\n"                                 /* 4 */
          "    \"port\": 5070, \"relam\": \"x\",\r\n"                        /* 5 */
          "    \"tlsPort\": \"no\" },\r\n"                                   /* 6 */
          "  \"calls\": null,\r\n"                                           /* 7 */
          "  \"http\": { \"port\": 1.5 },\r\n"                               /* 8 */
          "  \"heartbeatMs\": 1,\r\n"                                       /* 9 */
          "  \"dataChannel\": { \"iceServers\": [{ \"urls\": [\"stun:a\", \"http://b\"] }] } }", &m); /* 10 */
    at(&m, 0, 1, "colour is no option.");
    at(&m, 1, 2, "prompts.speechUrl must begin with http:// or https://.");
    at(&m, 2, 3, "prompts.speechMegabytes must be a whole number from 1 to 100000.");
    at(&m, 3, 5, "sip.port is given twice.");
    at(&m, 4, 5, "sip.relam is no option.");
    at(&m, 5, 6, "sip.tlsPort must be a whole number from -1 to 65535.");
    at(&m, 6, 7, "calls must be an object.");
    at(&m, 7, 8, "http.port must be a whole number from 0 to 65535.");
    at(&m, 8, 9, "heartbeatMs must be a whole number from 200 to 60000.");
    at(&m, 9, 10, "dataChannel.iceServers must hold objects with urls: stun:, stuns:, turn: or turns: addresses.");
    assert_int_equal(m.n, 10);
}

static void a_relay_has_a_credential_or_a_secret(void **state) {
    static const char *const wrong[] = { "\"username\":\"u\"", "\"credential\":\"c\"", "\"secret\":\"\"", "\"secret\":5",
                                         "\"secret\":\"s\",\"username\":\"u\",\"credential\":\"c\"" };
    static const char *const right[] = { "\"secret\":\"s\"", "\"username\":\"u\",\"credential\":\"c\"" };
    char text[256];
    mistakes m;
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong + 2; i++) {
        bool is_wrong = i < sizeof wrong / sizeof *wrong;
        snprintf(text, sizeof text, "{\"dataChannel\":{\"iceServers\":[{\"urls\":\"turn:a\",%s}]}}", is_wrong ? wrong[i] : right[i - sizeof wrong / sizeof *wrong]);
        judge(text, &m);
        assert_int_equal(m.n, is_wrong);
        if (is_wrong)
            at(&m, 0, 1, "dataChannel.iceServers must have username and credential together, or a secret in their place.");
    }
}

static void mistakes_within_instances_have_lines_and_no_echo(void **state) {
    (void)state;
    mistakes m;
    judge("{\"log\": \"loud\", \"instances\": [ { \"name\": \"no id\",\n"                     /* 1 */
          " \"agents\": [{},\n"                                                             /* 2 */
          "  { \"userId\": \"a\", \"role\": \"boss\",\n"                                      /* 3 */
          "    \"phone\": 5 }],\n"                                                          /* 4 */
          " \"skillGroups\": [{ \"name\": \"s\", \"agents\": [\"a\",\n"                       /* 5: a is wrong, which is told above */
          "   \"nobody\",\n"                                                                /* 6 */
          "   { \"userId\": \"a\",\n"                                                       /* 7 */
          "     \"priority\": 0 }] }] },\n"                                                 /* 8 */
          " { \"sdkAppId\": 2, \"agnets\": [],\n"                                           /* 9 */
          "   \"trunks\": [{ \"name\": \"t\" }, { \"name\": \"u\", \"host\": \"192.0.2.1\" }],\n" /* 10 */
          "   \"flows\": [{ \"name\": \"f\",\n"                                             /* 11 */
          "     \"document\": {} }],\n"                                                     /* 12 */
          "   \"numbers\": [{ \"number\": \"1\", \"trunk\": \"t\" },\n"                       /* 13: t is wrong, told above */
          "     { \"number\": \"2\", \"trunk\": \"none\" },\n"                                /* 14 */
          "     { \"number\": \"3\", \"trunk\": \"u\", \"flow\": \"f\" },\n"                  /* 15: f is wrong, told above */
          "     { \"number\": \"4\", \"trunk\": \"u\", \"flow\": \"g\" }] },\n"               /* 16 */
          " 7 ] }", &m);                                                                   /* 17 */
    at(&m, 0, 1, "log must be one of debug, info, warning, error.");
    at(&m, 1, 1, "instances[0]: sdkAppId is missing.");
    at(&m, 2, 2, "instances[0].agents[0]: userId is missing.");
    at(&m, 3, 3, "instances[0].agents[1]: role must be one of admin, inspector, agent.");
    at(&m, 4, 4, "instances[0].agents[1]: phone must be a string.");
    at(&m, 5, 6, "instances[0].skillGroups[0].agents: each must be the userId of an agent, or { \"userId\", \"priority\" }.");
    at(&m, 6, 8, "instances[0].skillGroups[0]: priority must be a whole number from 1 to 100.");
    at(&m, 7, 9, "instances[1]: agnets is no option.");
    at(&m, 8, 10, "instances[1].trunks[0]: host is missing.");
    assert_int_equal(m.list[9].line, 12);
    assert_memory_equal(m.list[9].sentence, "instances[1].flows[0].document: ", 32);
    at(&m, 10, 14, "instances[1].numbers[1]: The store refuses it: something that it names is missing, or its name is taken.");
    at(&m, 11, 16, "instances[1].numbers[3].flow: must be the name of one of this instance's flows.");
    at(&m, 12, 17, "instances[2]: The value must be an object.");
    assert_int_equal(m.n, 13);
}

static void mistakes_beyond_fifty_are_counted(void **state) {
    (void)state;
    mistakes m;
    char text[4000] = "{\"instances\":[{\"sdkAppId\":1,\"agents\":[", printed[8000] = "";
    for (int i = 0; i < 60; i++)
        strcat(text, i ? ",\n{}" : "{}");
    strcat(text, "]}]}");
    judge(text, &m);
    assert_int_equal(m.n, 50);
    assert_int_equal(m.n_more, 10);
    at(&m, 49, 50, "instances[0].agents[49]: userId is missing.");
    FILE *to = fmemopen(printed, sizeof printed, "w");
    mistakes_print(&m, "f.json", to);
    fclose(to);
    assert_memory_equal(printed, "f.json:1: instances[0].agents[0]: userId is missing.\nf.json:2: ", 63);
    assert_non_null(strstr(printed, "agents[49]: userId is missing.\nf.json: and 10 more\n"));
}

static void a_start_tells_the_first_and_how_many_more(void **state) {
    (void)state;
    config c;
    char err[400] = "";
    config_init(&c);
    assert_int_equal(parse(&c, "{\n\"http\": {\"port\": \"x\"},\n\"sip\": 1, \"demo\": 2}", err), TCCC_E_ARG_TYPE);
    assert_string_equal(err, "tcccd.json:2: http.port must be a whole number from 0 to 65535. (2 more; --check-config tells all)");
    config_free(&c);
}

static void a_missing_file_is_told(void **state) {
    (void)state;
    config c;
    char err[400];
    config_init(&c);
    assert_int_equal(config_load(&c, "/nowhere/tcccd.json", err, sizeof err), TCCC_E_IO);
    assert_string_equal(err, "/nowhere/tcccd.json: cannot be read");
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

static void sip_statuses_become_end_statuses(void **state) { /* AMB-28 */
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
        cmocka_unit_test(every_mistake_is_told_in_the_order_of_lines),
        cmocka_unit_test(a_relay_has_a_credential_or_a_secret),
        cmocka_unit_test(mistakes_within_instances_have_lines_and_no_echo),
        cmocka_unit_test(mistakes_beyond_fifty_are_counted),
        cmocka_unit_test(a_start_tells_the_first_and_how_many_more),
        cmocka_unit_test(a_missing_file_is_told),
        cmocka_unit_test(instances_are_written_into_the_store),
        cmocka_unit_test(an_instance_with_a_number_has_a_default_group_and_flow),
        cmocka_unit_test(a_wrong_instance_is_told),
        cmocka_unit_test(sip_statuses_become_end_statuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
