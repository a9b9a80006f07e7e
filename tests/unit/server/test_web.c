/* test_web.c: which addresses tcccd connects to for others, and what a call-in interface may say. Layer: tests. */
#include "server/cloudapi/call_in.h"
#include "server/cloudapi/web.h"
#include "tccc/error.h"

#include "../cmocka_all.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <re.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_public(const char *text) {
    struct sockaddr_in four = { .sin_family = AF_INET };
    struct sockaddr_in6 six = { .sin6_family = AF_INET6 };
    if (inet_pton(AF_INET, text, &four.sin_addr) == 1) return web_address_is_public((const struct sockaddr *)&four);
    assert_int_equal(inet_pton(AF_INET6, text, &six.sin6_addr), 1);
    return web_address_is_public((const struct sockaddr *)&six);
}

/* Each first and last address of the IANA registries' blocks, and their neighbours. */
static void special_addresses_are_not_public(void **state) {
    (void)state;
    static const char *const special[] = {
        "0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.127.255.255", "127.0.0.1", "127.255.255.255", "169.254.0.0",
        "169.254.169.254", "172.16.0.0", "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.88.99.1", "192.168.0.0", "192.168.255.255", "198.18.0.0",
        "198.19.255.255", "198.51.100.7", "203.0.113.7", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
        "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "3fff::1", "fc00::1",
        "fdff:ffff::1", "fe80::1", "febf::1", "ff02::1", "::7f00:1", "4000::1",
    };
    static const char *const open[] = {
        "1.0.0.0", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0", "169.253.255.255", "169.255.0.0", "172.15.255.255",
        "172.32.0.0", "192.0.1.0", "192.0.3.0", "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255", "8.8.8.8",
        "2001:4860:4860::8888", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2001:200::1",
    };
    for (size_t i = 0; i < sizeof special / sizeof *special; i++)
        if (is_public(special[i])) fail_msg("%s is taken for public", special[i]);
    for (size_t i = 0; i < sizeof open / sizeof *open; i++)
        if (!is_public(open[i])) fail_msg("%s is taken for special", open[i]);
    struct sockaddr other = { .sa_family = AF_UNIX };
    assert_false(web_address_is_public(&other));
}

typedef struct {
    const web *web;
    web_request request;
    int error;
    char sentence[WEB_SENTENCE_MAX];
    bool done;
} trial;

static void fetch(void *arg) {
    trial *t = arg;
    web_answer answer;
    t->error = web_fetch(t->web, &t->request, &answer);
    snprintf(t->sentence, sizeof t->sentence, "%s", answer.sentence);
    if (!t->error) free(answer.body);
}

/* The error of a GET, from a thread of the pool, as it is in use; web_free waits for it. */
static int error_of(const char *url, bool private_allowed, char sentence[WEB_SENTENCE_MAX]) {
    web *w = web_new(1, private_allowed);
    trial t = { .web = w, .request = { .url = url, .max_bytes = 100, .timeout_ms = 2000 } };
    assert_non_null(w);
    fetch(&t);
    web_free(w);
    memcpy(sentence, t.sentence, sizeof t.sentence);
    return t.error;
}

static void a_fetch_goes_to_no_private_address_and_no_other_protocol(void **state) {
    (void)state;
    char sentence[WEB_SENTENCE_MAX];
    static const char *const refused[] = { "http://127.0.0.1:1/", "http://localhost:1/", "http://[::1]:1/", "http://0x7f000001:1/", "http://2130706433:1/" };
    static const char *const broken[] = { "file:///etc/passwd", "ftp://example.com/a.wav", "gopher://127.0.0.1/", "http://", "not a url", "http://127.0.0.1:1/" };
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        assert_int_equal(error_of(refused[i], false, sentence), TCCC_E_ARG_RANGE);
        assert_non_null(strstr(sentence, "cloudApi.privateUrls"));
    }
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) assert_int_equal(error_of(broken[i], true, sentence), TCCC_E_IO);
}

/* Accepts by the kernel's backlog and never says anything. */
static int silent_server(char url[64]) {
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(fd, 8), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    snprintf(url, 64, "http://127.0.0.1:%d/", ntohs(address.sin_port));
    return fd;
}

static void a_server_that_says_nothing_is_given_up(void **state) {
    (void)state;
    char url[64], sentence[WEB_SENTENCE_MAX];
    int fd = silent_server(url);
    assert_int_equal(error_of(url, true, sentence), TCCC_E_TIMEOUT);
    assert_string_equal(sentence, "There was no whole answer within 2 s.");
    close(fd);
}

static void told(void *arg, int started) {
    trial *t = arg;
    assert_true(started);
    t->done = true;
}

/* web_free comes back long before the 600 s that this fetch would wait. */
static void web_free_breaks_a_fetch_off(void **state) {
    (void)state;
    char url[64];
    int fd = silent_server(url);
    web *w = web_new(1, true);
    trial t = { .web = w, .request = { .url = url, .max_bytes = 100, .timeout_ms = 600000 } };
    assert_int_equal(web_do(w, fetch, told, &t), 0);
    assert_int_equal(accept(fd, NULL, NULL) >= 0, 1); /* it runs */
    web_free(w);
    assert_true(t.done);
    assert_int_equal(t.error, TCCC_E_SHUTTING_DOWN);
    close(fd);
}

static call_in_kind reads(const char *text, int64_t *flow) {
    return call_in_read(text, strlen(text), flow);
}

static void an_interface_may_choose_a_flow_or_end_the_call(void **state) {
    (void)state;
    int64_t flow;
    assert_int_equal(reads("{\"CallInBound\":{\"OverrideIvrId\":435,\"Variables\":[{\"Key\":\"name\",\"Value\":\"x\"}]}}", &flow), CALL_IN_FLOW);
    assert_int_equal(flow, 435);
    assert_int_equal(reads("{\"CallInBound\":null}", &flow), CALL_IN_HANG_UP);
    static const char *const as_bound[] = { "", "[]", "{}", "null", "{\"CallInBound\":{}}", "{\"CallInBound\":7}", "{\"CallInBound\":{\"OverrideIvrId\":\"435\"}}",
                                            "{\"CallInBound\":{\"OverrideIvrId\":-1}}", "{\"CallInBound\":{\"OverrideAIAgentId\":388}}", "<html>" };
    for (size_t i = 0; i < sizeof as_bound / sizeof *as_bound; i++) assert_int_equal(reads(as_bound[i], &flow), CALL_IN_AS_BOUND);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(special_addresses_are_not_public),
        cmocka_unit_test(a_fetch_goes_to_no_private_address_and_no_other_protocol),
        cmocka_unit_test(a_server_that_says_nothing_is_given_up),
        cmocka_unit_test(web_free_breaks_a_fetch_off),
        cmocka_unit_test(an_interface_may_choose_a_flow_or_end_the_call),
    };
    libre_init();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    libre_close();
    return failed;
}
