/* test_number_choice.c: which number an outbound call shows, in the documented order. Layer: tests. */
#include "server/call/number_choice.h"

#include "../cmocka_all.h"

#include <stdio.h>
#include <string.h>

enum { SALES = 1, SERVICE = 2, OTHERS = 3 };

static store_number number(const char *text, int64_t group) {
    static const store_number blank;
    store_number n = blank;
    snprintf(n.number, sizeof n.number, "%s", text);
    n.outbound = true;
    n.state = NUMBER_NORMAL;
    n.n_outbound_groups = group ? 1 : 0;
    n.outbound_groups[0] = group;
    return n;
}

/* Of these, in this order; "" when none may be shown. */
static const char *chosen(const number_wish *wish) {
    static number_choice choice;
    store_number all[] = { number("100", 0), number("200", OTHERS), number("300", SERVICE), number("400", SALES), number("401", SALES), number("500", 0) };
    all[5].outbound = false;
    number_choice_begin(&choice, wish);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        number_choice_consider(&choice, &all[i]);
    return choice.found ? choice.best.number : "";
}

static const int64_t sales_then_service[] = { SALES, SERVICE };

static void the_documented_order(void **state) {
    (void)state;
    static const char *const ids[] = { "2", "400" }, *const unknown[] = { "77" };
    number_wish wish = { .groups = sales_then_service, .n_groups = 2 };
    assert_string_equal(chosen(&wish), "400"); /* the agent's first group, its first number */
    wish.group_id = SERVICE;
    assert_string_equal(chosen(&wish), "300");
    wish.ids = ids;
    wish.n_ids = 2;
    assert_string_equal(chosen(&wish), "300"); /* bound to the first of the ids */
    wish.wanted = "100";
    assert_string_equal(chosen(&wish), "100");
    wish = (number_wish){ .groups = sales_then_service, .n_groups = 2, .ids = unknown, .n_ids = 1 };
    assert_string_equal(chosen(&wish), "");
}

static void a_number_of_another_group_is_not_shown(void **state) {
    (void)state;
    number_wish wish = { .wanted = "200", .groups = sales_then_service, .n_groups = 2 };
    assert_string_equal(chosen(&wish), "");
    wish.any_group = true;
    assert_string_equal(chosen(&wish), "200");
    wish.wanted = "500"; /* for inbound calls only */
    assert_string_equal(chosen(&wish), "");
}

static void an_agent_of_no_group_shows_what_is_everybodys(void **state) {
    (void)state;
    number_wish wish = { .groups = NULL };
    assert_string_equal(chosen(&wish), "100");
}

static void a_number_in_arrears_is_not_shown(void **state) {
    (void)state;
    number_choice choice;
    store_number one = number("100", 0);
    one.state = NUMBER_ARREARS;
    number_choice_begin(&choice, &(number_wish){ .groups = NULL });
    number_choice_consider(&choice, &one);
    assert_false(choice.found);
}

/* PUSH-014 */
static void the_queue_of_an_outbound_record(void **state) {
    (void)state;
    store_number service = number("300", SERVICE), everybodys = number("100", 0);
    assert_int_equal(number_queue_group(&service, sales_then_service, 1), SALES);
    assert_int_equal(number_queue_group(&service, sales_then_service, 2), SERVICE);
    assert_int_equal(number_queue_group(&everybodys, sales_then_service, 2), SALES);
    assert_int_equal(number_queue_group(&everybodys, NULL, 0), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_documented_order),
        cmocka_unit_test(a_number_of_another_group_is_not_shown),
        cmocka_unit_test(an_agent_of_no_group_shows_what_is_everybodys),
        cmocka_unit_test(a_number_in_arrears_is_not_shown),
        cmocka_unit_test(the_queue_of_an_outbound_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
