/* test_hearing.c: what is passed on, what is mixed. Layer: tests. */
#include "server/bridge/hearing.h"

#include "../cmocka_all.h"

#include <string.h>

static bridge_side sides[BRIDGE_SIDES];

static hearing_order order_of(unsigned a, unsigned b, unsigned c, unsigned d) {
    hearing_order order = { .hears = { a, b, c, d } };
    for (int i = 0; i < BRIDGE_SIDES; i++)
        order.sides[i] = sides[i].kind == BRIDGE_NONE ? NULL : &sides[i];
    return order;
}

static bridge_side side(enum bridge_kind kind, enum tccc_codec codec) {
    return (bridge_side){ .kind = kind, .codec = codec, .payload_type = codec == TCCC_CODEC_OPUS ? 111 : 8, .dtmf_payload_type = 101 };
}

static bridge_side keyed(bridge_side one, uint8_t send, uint8_t receive) {
    one.srtp = TCCC_SRTP_AES128_SHA1_80;
    memset(one.srtp_send_key, send, sizeof one.srtp_send_key);
    memset(one.srtp_receive_key, receive, sizeof one.srtp_receive_key);
    return one;
}

static int set(void **state) {
    (void)state;
    memset(sides, 0, sizeof sides);
    sides[0] = side(BRIDGE_PAGE, TCCC_CODEC_PCMA);
    sides[1] = side(BRIDGE_PHONE, TCCC_CODEC_PCMA);
    return 0;
}

static void two_of_the_same_codec_pass(void **state) {
    (void)state;
    hearing plan[BRIDGE_SIDES];
    hearing_order order = order_of(2, 1, 0, 0);
    hearing_plan(&order, plan);
    assert_int_equal(plan[0].how, HEARING_RELAY);
    assert_int_equal(plan[0].from, 1);
    assert_true(plan[0].passes);
    assert_int_equal(plan[1].how, HEARING_RELAY);
    assert_int_equal(hearing_mixed(plan), 0);
    assert_int_equal(hearing_heard(plan), 3);
}

static void other_codecs_are_mixed(void **state) {
    (void)state;
    hearing plan[BRIDGE_SIDES];
    sides[1].codec = TCCC_CODEC_OPUS;
    hearing_order order = order_of(2, 1, 0, 0);
    hearing_plan(&order, plan);
    assert_int_equal(plan[0].how, HEARING_MIX);
    assert_int_equal(plan[0].mixed, 2);
    assert_int_equal(plan[1].how, HEARING_MIX);
    assert_int_equal(plan[1].mixed, 1);
}

static void who_listens_to_both_changes_nothing_for_them(void **state) {
    (void)state;
    hearing plan[BRIDGE_SIDES];
    sides[3] = side(BRIDGE_PAGE, TCCC_CODEC_OPUS);
    hearing_order order = order_of(2, 1, 0, 3);
    hearing_plan(&order, plan);
    assert_true(plan[0].how == HEARING_RELAY && plan[0].passes);
    assert_true(plan[1].how == HEARING_RELAY && plan[1].passes);
    assert_int_equal(plan[3].how, HEARING_MIX);
    assert_int_equal(plan[3].mixed, 3);
    assert_int_equal(hearing_heard(plan), 3);
}

static void a_whisper_is_mixed_for_the_agent_only(void **state) {
    (void)state;
    hearing plan[BRIDGE_SIDES];
    sides[3] = side(BRIDGE_PAGE, TCCC_CODEC_OPUS);
    hearing_order order = order_of(2 | 8, 1, 0, 3);
    hearing_plan(&order, plan);
    assert_int_equal(plan[0].mixed, 2 | 8);
    assert_true(plan[1].how == HEARING_RELAY && plan[1].passes);
}

static void keys_of_the_telephone_pass_to_its_page_and_are_opened_for_anybody_else(void **state) {
    (void)state;
    hearing plan[BRIDGE_SIDES];
    sides[1] = keyed(sides[1], 1, 2);
    hearing_order legacy = order_of(2, 1, 0, 0); /* a page whose keys the bridge was not told */
    hearing_plan(&legacy, plan);
    assert_true(plan[0].passes && plan[1].passes);
    sides[0] = keyed(sides[0], 2, 1);
    hearing_plan(&legacy, plan);
    assert_true(plan[0].passes && plan[1].passes);
    sides[0] = keyed(sides[0], 7, 8);
    hearing_plan(&legacy, plan);
    assert_true(plan[0].how == HEARING_RELAY && !plan[0].passes && !plan[1].passes);
    sides[0] = keyed(sides[0], 2, 1);
    sides[2] = side(BRIDGE_PAGE, TCCC_CODEC_PCMA);
    hearing_order consult = order_of(4, 0, 1, 0);
    hearing_plan(&consult, plan);
    assert_true(plan[0].how == HEARING_RELAY && plan[0].from == 2 && !plan[0].passes);
    assert_true(plan[2].how == HEARING_RELAY && plan[2].from == 0 && !plan[2].passes);
    hearing_order both = order_of(2, 1, 1, 0); /* closed for the telephone, so that the third hears a copy */
    hearing_plan(&both, plan);
    assert_true(plan[1].passes);
    assert_int_equal(plan[2].how, HEARING_MIX);
}

static void who_hears_a_program_of_its_own_is_not_heard(void **state) {
    (void)state;
    hearing plan[BRIDGE_SIDES];
    sides[2] = side(BRIDGE_PHONE, TCCC_CODEC_PCMA);
    hearing_order order = order_of(2 | 4, 1, 1, 0);
    order.played = 2;
    hearing_plan(&order, plan);
    assert_true(plan[0].how == HEARING_RELAY && plan[0].from == 2);
    assert_int_equal(plan[1].how, HEARING_NOTHING);
    assert_true(plan[2].how == HEARING_RELAY && plan[2].from == 0);
}

static void a_program_is_heard_where_nobody_else_is(void **state) {
    (void)state;
    hearing plan[BRIDGE_SIDES];
    sides[1] = side(BRIDGE_PROGRAM, TCCC_CODEC_PCMA);
    hearing_order order = order_of(2, 1, 0, 0);
    hearing_plan(&order, plan);
    assert_true(plan[0].how == HEARING_PROGRAM && plan[0].from == 1);
    assert_int_equal(plan[1].how, HEARING_NOTHING);
    sides[2] = side(BRIDGE_PHONE, TCCC_CODEC_PCMA);
    order = order_of(2 | 4, 1, 0, 0);
    hearing_plan(&order, plan);
    assert_true(plan[0].how == HEARING_RELAY && plan[0].from == 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(two_of_the_same_codec_pass, set),
        cmocka_unit_test_setup(other_codecs_are_mixed, set),
        cmocka_unit_test_setup(who_listens_to_both_changes_nothing_for_them, set),
        cmocka_unit_test_setup(a_whisper_is_mixed_for_the_agent_only, set),
        cmocka_unit_test_setup(keys_of_the_telephone_pass_to_its_page_and_are_opened_for_anybody_else, set),
        cmocka_unit_test_setup(who_hears_a_program_of_its_own_is_not_heard, set),
        cmocka_unit_test_setup(a_program_is_heard_where_nobody_else_is, set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
