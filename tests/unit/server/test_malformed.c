/* test_malformed.c: what is answered to requests that libre cannot read. Layer: tests. Values by hand from RFC 3261 and RFC 4475. */
#include "../cmocka_all.h"

#include "server/sip/malformed.h"

#include <string.h>

#define REST "From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>;tag=2\r\nCall-ID: x\r\nCSeq: 1 OPTIONS\r\n"

static char text[1024];

static malformed_verdict answer(const char *request, bool unreadable) {
    struct mbuf *mb = mbuf_alloc(64);
    malformed_verdict verdict = malformed_answer(request, strlen(request), unreadable, mb);
    memcpy(text, mb->buf, mb->end);
    text[mb->end] = 0;
    mem_deref(mb);
    return verdict;
}

static void another_version_is_answered_505_to_the_port_of_the_via(void **state) {
    (void)state;
    malformed_verdict verdict = answer("OPTIONS sip:c@d SIP/7.0\r\nVia: SIP/7.0/UDP c.example.com:5070;branch=z9hG4bKa\r\n" REST "Subject: no\r\n\r\n", true);
    assert_int_equal(verdict.status, 505);
    assert_int_equal(verdict.port, 5070);
    assert_string_equal(text, "SIP/2.0 505 Version Not Supported\r\nVia: SIP/7.0/UDP c.example.com:5070;branch=z9hG4bKa\r\n" REST "Content-Length: 0\r\n\r\n");
}

static void an_unreadable_request_is_answered_400_and_a_readable_one_is_left_alone(void **state) {
    (void)state;
    const char *request = "OPTIONS sip:c@d SIP/2.0\r\nv: SIP/2.0/UDP 192.0.2.5\r\n" REST "\r\n";
    assert_int_equal(answer(request, false).status, 0);
    malformed_verdict verdict = answer(request, true);
    assert_int_equal(verdict.status, 400);
    assert_int_equal(verdict.port, 5060);
}

static void rport_sends_the_answer_to_where_the_request_came_from(void **state) {
    (void)state;
    assert_int_equal(answer("OPTIONS sip:c@d SIP/7.0\r\nVia: SIP/2.0/UDP [2001:db8::9]:5099;rport;branch=z9hG4bKa\r\n\r\n", true).port, 0);
    assert_int_equal(answer("OPTIONS sip:c@d SIP/7.0\r\nVia: SIP/2.0/UDP [2001:db8::9]:5099;branch=z9hG4bKa\r\n\r\n", true).port, 5099);
    assert_int_equal(answer("OPTIONS sip:c@d SIP/7.0\r\nVia: SIP/2.0/UDP h:99999\r\n\r\n", true).port, 5060);
}

static void to_gets_a_tag_at_its_end_even_when_it_is_folded(void **state) {
    (void)state;
    assert_int_equal(answer("OPTIONS sip:c@d SIP/2.0\r\nVia: SIP/2.0/UDP h\r\nTo:\r\n <sip:c@d>\r\nCSeq: 1 OPTIONS\r\n\r\n", true).status, 400);
    const char *tag = strstr(text, "To: <sip:c@d>;tag=");
    assert_non_null(tag);
    assert_memory_equal(tag + strlen("To: <sip:c@d>;tag=") + 8, "\r\nCSeq: 1 OPTIONS\r\n", 19);
}

static void the_headers_of_the_body_are_not_repeated(void **state) {
    (void)state;
    assert_int_equal(answer("OPTIONS sip:c@d SIP/7.0\r\nVia: SIP/2.0/UDP h\r\n\r\nVia: SIP/2.0/UDP other\r\n\r\n", true).status, 505);
    assert_null(strstr(text, "other"));
}

static void nothing_is_answered_to_acknowledgements_responses_and_what_is_not_sip(void **state) {
    (void)state;
    static const char *const silent[] = {
        "ACK sip:c@d SIP/7.0\r\nVia: SIP/2.0/UDP h\r\n\r\n", "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP h\r\n\r\n", "OPTIONS sip:c@d SIP/7.0\r\n" REST "\r\n",
        "GET / HTTP/1.1\r\nVia: 1.1 h\r\n\r\n", "SIP/7.0\r\nVia: SIP/2.0/UDP h\r\n\r\n", "OPTIONS SIP/7.0", "", "\r\n\r\n",
    };
    for (size_t i = 0; i < sizeof silent / sizeof *silent; i++)
        assert_int_equal(answer(silent[i], true).status, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_version_is_answered_505_to_the_port_of_the_via),
        cmocka_unit_test(an_unreadable_request_is_answered_400_and_a_readable_one_is_left_alone),
        cmocka_unit_test(rport_sends_the_answer_to_where_the_request_came_from),
        cmocka_unit_test(to_gets_a_tag_at_its_end_even_when_it_is_folded),
        cmocka_unit_test(the_headers_of_the_body_are_not_repeated),
        cmocka_unit_test(nothing_is_answered_to_acknowledgements_responses_and_what_is_not_sip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
