/* test_call_history.c: what a call record will say: steps, transfers, keys, events. Layer: tests. */
#include "server/call/call_history.h"

#include "../cmocka_all.h"

#include <stdio.h>
#include <string.h>

static const cdr_step blank;

static void begin(call_history *h, enum cdr_step_type type, const char *user, int64_t at_ms) {
    cdr_step step = blank;
    step.type = type;
    step.start_ms = at_ms;
    snprintf(step.user_id, sizeof step.user_id, "%s", user);
    assert_non_null(call_history_begin(h, &step));
}

static store_cdr *written(const call_history *h) {
    static store_cdr cdr;
    memset(&cdr, 0, sizeof cdr);
    call_history_write(h, &cdr);
    return &cdr;
}

static void an_agent_who_lets_it_ring_and_one_who_serves_are_two_steps(void **state) {
    (void)state;
    call_history h = { 0 };
    begin(&h, CDR_STAFF_SEAT, "anna", 1000);
    call_history_rang(&h, 1100);
    call_history_rang(&h, 1200); /* the first ring counts */
    call_history_ended(&h, 17, 4000);
    assert_null(call_history_step(&h));
    begin(&h, CDR_STAFF_SEAT, "ben", 4000);
    call_history_accepted(&h, 5000);
    call_history_accepted(&h, 6000);
    call_history_ended(&h, 1, 9000);
    const store_cdr *cdr = written(&h);
    assert_int_equal(cdr->n_steps, 2);
    assert_int_equal(cdr->steps[0].ring_ms, 1100);
    assert_int_equal(cdr->steps[0].accept_ms, 0);
    assert_int_equal(cdr->steps[0].end_status, 17);
    assert_int_equal(cdr->steps[1].accept_ms, 5000);
    assert_int_equal(cdr->steps[1].end_ms, 9000);
    call_history_free(&h);
}

/* -1: there was no transfer; 0 would be staffSeat. */
static void without_a_transfer_no_step_names_one(void **state) {
    (void)state;
    call_history h = { 0 };
    begin(&h, CDR_STAFF_SEAT, "anna", 1000);
    call_history_accepted(&h, 2000);
    const store_cdr *cdr = written(&h);
    assert_int_equal(cdr->steps[0].transfer_from_type, -1);
    assert_int_equal(cdr->steps[0].transfer_to_type, -1);
    assert_string_equal(cdr->steps[0].transfer_to, "");
    call_history_free(&h);
}

/* One who was asked in between, and did not take it, is neither end of the transfer. */
static void a_transfer_joins_who_handed_over_and_who_took_it(void **state) {
    (void)state;
    call_history h = { 0 };
    begin(&h, CDR_STAFF_SEAT, "anna", 1000);
    call_history_accepted(&h, 2000);
    call_history_ended(&h, 1, 3000);
    call_history_hands_over(&h);
    begin(&h, CDR_STAFF_SEAT, "ben", 3000);
    call_history_ended(&h, 17, 4000);
    begin(&h, CDR_STAFF_EXTENSION_SEAT, "", 4000);
    snprintf(call_history_step(&h)->extension, sizeof call_history_step(&h)->extension, "1001");
    call_history_accepted(&h, 5000);
    const store_cdr *cdr = written(&h);
    assert_string_equal(cdr->steps[0].transfer_to, "1001");
    assert_int_equal(cdr->steps[0].transfer_to_type, CDR_STAFF_EXTENSION_SEAT);
    assert_string_equal(cdr->steps[1].transfer_from, "");
    assert_int_equal(cdr->steps[1].transfer_to_type, -1);
    assert_string_equal(cdr->steps[2].transfer_from, "anna");
    assert_int_equal(cdr->steps[2].transfer_from_type, CDR_STAFF_SEAT);
    call_history_free(&h);
}

static void keys_and_events_keep_their_order(void **state) {
    (void)state;
    call_history h = { 0 };
    for (int i = 0; i < 10; i++) {
        cdr_key key = { .at_ms = i, .after_call = i > 7 };
        snprintf(key.key, sizeof key.key, "%d", i);
        call_history_key(&h, &key);
        call_history_event(&h, i % 2 ? "StaffUnhold" : "StaffHold", "anna", i);
    }
    const store_cdr *cdr = written(&h);
    assert_int_equal(cdr->n_keys, 10);
    assert_int_equal(cdr->n_events, 10);
    for (int i = 0; i < 10; i++) {
        assert_int_equal(cdr->keys[i].at_ms, i);
        assert_int_equal(cdr->keys[i].after_call, i > 7);
        assert_string_equal(cdr->events[i].type, i % 2 ? "StaffUnhold" : "StaffHold");
    }
    call_history_free(&h);
}

/* The record has room for so many; the call goes on, and its last step is told. */
static void what_is_too_much_takes_the_last_place(void **state) {
    (void)state;
    call_history h = { 0 };
    char user[16];
    for (int i = 0; i < 3 * CDR_STEPS_MAX; i++) {
        snprintf(user, sizeof user, "agent%d", i);
        begin(&h, CDR_STAFF_SEAT, user, i);
        call_history_ended(&h, 17, i + 1);
    }
    for (int i = 0; i < 2 * CDR_KEYS_MAX; i++)
        call_history_key(&h, &(cdr_key){ .at_ms = i });
    for (int i = 0; i < 2 * CDR_EVENTS_MAX; i++)
        call_history_event(&h, "StaffMute", "anna", i);
    const store_cdr *cdr = written(&h);
    assert_int_equal(cdr->n_steps, CDR_STEPS_MAX);
    assert_int_equal(cdr->n_keys, CDR_KEYS_MAX);
    assert_int_equal(cdr->n_events, CDR_EVENTS_MAX);
    assert_string_equal(cdr->steps[0].user_id, "agent0");
    snprintf(user, sizeof user, "agent%d", 3 * CDR_STEPS_MAX - 1);
    assert_string_equal(cdr->steps[CDR_STEPS_MAX - 1].user_id, user);
    assert_int_equal(cdr->events[CDR_EVENTS_MAX - 1].at_ms, 2 * CDR_EVENTS_MAX - 1);
    call_history_free(&h);
}

static void a_history_without_steps_writes_an_empty_record(void **state) {
    (void)state;
    call_history h = { 0 };
    call_history_rang(&h, 1);
    call_history_accepted(&h, 2);
    call_history_ended(&h, 1, 3);
    assert_int_equal(written(&h)->n_steps, 0);
    call_history_free(&h);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_agent_who_lets_it_ring_and_one_who_serves_are_two_steps),
        cmocka_unit_test(without_a_transfer_no_step_names_one),
        cmocka_unit_test(a_transfer_joins_who_handed_over_and_who_took_it),
        cmocka_unit_test(keys_and_events_keep_their_order),
        cmocka_unit_test(what_is_too_much_takes_the_last_place),
        cmocka_unit_test(a_history_without_steps_writes_an_empty_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
