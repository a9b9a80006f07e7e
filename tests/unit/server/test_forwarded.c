/* test_forwarded.c: who asks, by what trusted proxies say. Layer: tests. RFC 7239 section 8.1. */
#include "server/edge/forwarded.h"

#include "tccc/error.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "../cmocka_all.h"

static proxies trusting(const char *const *list) {
    proxies out = { 0 };
    for (; *list; list++)
        assert_int_equal(proxies_add(&out, *list), 0);
    return out;
}

static ip_address address(const char *text) {
    ip_address out;
    assert_true(ip_read(text, &out));
    return out;
}

static const char *asker(const proxies *trusted, const char *peer, const char *header) {
    static char text[IP_TEXT_MAX];
    ip_address from = address(peer), who = forwarded_asker(trusted, &from, header);
    ip_write(&who, text);
    return text;
}

static void the_last_address_that_is_no_proxys_asks(void **state) {
    (void)state;
    proxies p = trusting((const char *const[]){ "10.0.0.0/8", "2001:db8:1::/48", "192.0.2.1", NULL });
    static const struct { const char *peer, *header, *asker; } cases[] = {
        { "203.0.113.9", "198.51.100.1", "203.0.113.9" },                       /* not a proxy of ours */
        { "10.1.2.3", "", "10.1.2.3" },
        { "10.1.2.3", "198.51.100.1", "198.51.100.1" },
        { "10.1.2.3", "1.2.3.4, 198.51.100.1", "198.51.100.1" },                /* the asker invented the first */
        { "10.1.2.3", "1.2.3.4, 198.51.100.1, 192.0.2.1,10.9.9.9", "198.51.100.1" },
        { "10.1.2.3", "10.9.9.9, 192.0.2.1", "10.9.9.9" },                      /* proxies alone: the first of them */
        { "10.1.2.3", "\t 198.51.100.1 \t", "198.51.100.1" },
        { "10.1.2.3", "198.51.100.1:65535", "198.51.100.1" },
        { "10.1.2.3", "2001:db8:2::1", "2001:db8:2::1" },
        { "10.1.2.3", "[2001:db8:2::1]", "2001:db8:2::1" },
        { "10.1.2.3", "[2001:db8:2::1]:443", "2001:db8:2::1" },
        { "2001:db8:1:2::3", "198.51.100.1, 2001:db8:1:ffff::1", "198.51.100.1" },
        { "::ffff:10.1.2.3", "::ffff:198.51.100.1", "198.51.100.1" },           /* a socket for both families */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(asker(&p, cases[i].peer, cases[i].header), cases[i].asker);
}

static void what_cannot_be_read_is_the_proxy_that_passed_it_on(void **state) {
    (void)state;
    proxies p = trusting((const char *const[]){ "10.0.0.0/8", NULL });
    static const char *const hostile[] = { "unknown", "_hidden", "198.51.100.1,", ",", "  ", "198.51.100", "198.51.100.1.1", "198.51.100.256", "0198.51.100.1",
        "0xc6336401", "3325256705", "198.51.100.1:", "198.51.100.1:x", "198.51.100.1:123456", "[198.51.100.1]", "[2001:db8::1", "2001:db8::1]", "[2001:db8::1]x",
        "[2001:db8::1]:", "fe80::1%eth0", "[::1", "[]", "[]:1", ":", "::1::", "\"198.51.100.1\"", "198.51.100.1;x", "for=198.51.100.1", "198.51.100.1\n",
        "2001:0db8:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0001" };
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
        char header[200];
        assert_string_equal(asker(&p, "10.1.2.3", hostile[i]), "10.1.2.3");
        snprintf(header, sizeof header, "198.51.100.9, %s, 10.7.7.7", hostile[i]); /* behind the second proxy it is that one */
        if (!strchr(hostile[i], ','))
            assert_string_equal(asker(&p, "10.1.2.3", header), "10.7.7.7");
    }
}

static void networks_are_read_strictly(void **state) {
    (void)state;
    proxies p = { 0 };
    static const char *const wrong[] = { "", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8 ", "10.0.0.0/08x", "10.0.0.0/8/8", "2001:db8::/129", "localhost", "*",
        "2001:0db8:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0001/64" };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(proxies_add(&p, wrong[i]), TCCC_E_FORMAT);
    assert_int_equal(proxies_add(&p, "0.0.0.0/0"), TCCC_E_ARG_RANGE);
    assert_int_equal(proxies_add(&p, "::/0"), TCCC_E_ARG_RANGE);
    for (int i = 0; i < PROXIES_MAX; i++)
        assert_int_equal(proxies_add(&p, "172.16.0.0/12"), 0);
    assert_int_equal(proxies_add(&p, "172.16.0.0/12"), TCCC_E_LIMIT);
    ip_address in = address("172.31.255.255"), out = address("172.32.0.0"), v6 = address("ac10::1");
    assert_true(proxies_trust(&p, &in));
    assert_false(proxies_trust(&p, &out));
    assert_false(proxies_trust(&p, &v6));
}

static void a_place_is_an_ipv4_address_or_a_64_of_ipv6(void **state) {
    (void)state;
    char text[IP_TEXT_MAX];
    static const struct { const char *one, *other, *place; int same; } cases[] = {
        { "198.51.100.1", "198.51.100.2", "198.51.100.1", 0 },
        { "198.51.100.1", "::ffff:198.51.100.1", "198.51.100.1", 1 },
        { "2001:db8:0:7::1", "2001:db8:0:7:ffff::", "2001:db8:0:7::/64", 1 },
        { "2001:db8:0:7::1", "2001:db8:0:8::1", "2001:db8:0:7::/64", 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ip_address one = address(cases[i].one), other = address(cases[i].other);
        ip_write_place(&one, text);
        assert_string_equal(text, cases[i].place);
        assert_int_equal(ip_place(&one) == ip_place(&other), cases[i].same);
        assert_true(ip_place(&one) != 0);
    }
    ip_address loopback = address("127.9.9.9"), loopback6 = address("::1");
    assert_true(!ip_place(&loopback) && !ip_place(&loopback6));
}

static void a_socket_address_is_read_by_its_family(void **state) {
    (void)state;
    struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(0xc6336401) };
    struct sockaddr none = { .sa_family = AF_UNSPEC };
    ip_address a = ip_of((struct sockaddr *)&v4), b = address("198.51.100.1"), c = ip_of(&none);
    assert_memory_equal(&a, &b, sizeof a);
    assert_true(IN6_IS_ADDR_UNSPECIFIED(&c));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_address_that_is_no_proxys_asks),
        cmocka_unit_test(what_cannot_be_read_is_the_proxy_that_passed_it_on),
        cmocka_unit_test(networks_are_read_strictly),
        cmocka_unit_test(a_place_is_an_ipv4_address_or_a_64_of_ipv6),
        cmocka_unit_test(a_socket_address_is_read_by_its_family),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
