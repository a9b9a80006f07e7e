/* test_outbox.c: numbered events, acknowledgements, replay, answers once more. Layer: tests. */
#include "core/outbox.h"

#include <string.h>

#include "cmocka_all.h"
#include "tccc/error.h"

static void put(outbox *box, int n) {
    const char *text;
    size_t length;
    wire_event event = { .name = WIRE_EV_STATUS_CHANGED, .changed = { .status = AGENT_STATUS_FREE } };
    while (n-- > 0) assert_int_equal(outbox_event(box, &event, &text, &length), 0);
}

static void assert_text(const outbox *box, uint64_t seq, const char *expected) {
    size_t length = 0;
    const char *text = outbox_text(box, seq, &length);
    if (!expected) {
        assert_null(text);
        return;
    }
    assert_string_equal(text, expected);
    assert_int_equal(length, strlen(expected));
}

static void events_are_numbered_from_one_and_kept(void **state) {
    (void)state;
    outbox *box = outbox_new();
    assert_int_equal(outbox_last_seq(box), 0);
    put(box, 3);
    assert_int_equal(outbox_last_seq(box), 3);
    assert_text(box, 0, NULL);
    assert_text(box, 2, "{\"t\":\"ev\",\"seq\":2,\"e\":\"statusChanged\",\"d\":{\"status\":\"free\"}}");
    assert_text(box, 4, NULL);
    outbox_free(box);
}

static void of_what_is_acknowledged_the_last_64_are_kept(void **state) {
    (void)state;
    outbox *box = outbox_new();
    put(box, 3);
    assert_int_equal(outbox_ack(box, 3), 0);
    assert_true(outbox_replays(box, 0)); /* another page may have handled less */
    put(box, OUTBOX_ACKED_KEPT);
    assert_int_equal(outbox_ack(box, 3 + OUTBOX_ACKED_KEPT), 0);
    put(box, 2);
    assert_int_equal(outbox_ack(box, 2), 0); /* late, harmless */
    assert_int_equal(outbox_ack(box, 6 + OUTBOX_ACKED_KEPT), TCCC_E_PROTOCOL);
    assert_text(box, 3, NULL);
    assert_true(outbox_text(box, 4, &(size_t){ 0 }) != NULL);
    assert_false(outbox_replays(box, 2));
    assert_true(outbox_replays(box, 3));
    assert_true(outbox_replays(box, 5 + OUTBOX_ACKED_KEPT));
    assert_false(outbox_replays(box, 6 + OUTBOX_ACKED_KEPT));
    outbox_free(box);
    outbox_free(NULL);
}

static void the_1025th_unacknowledged_event_pushes_out_the_first(void **state) {
    (void)state;
    outbox *box = outbox_new();
    put(box, OUTBOX_EVENTS_MAX);
    assert_true(outbox_replays(box, 0));
    put(box, 1);
    assert_false(outbox_replays(box, 0));
    assert_true(outbox_replays(box, 1));
    assert_text(box, 1, NULL);
    for (uint64_t seq = 2; seq <= OUTBOX_EVENTS_MAX + 1; seq++) assert_true(outbox_text(box, seq, &(size_t){ 0 }) != NULL);
    outbox_free(box);
}

static enum outbox_request ask(outbox *box, uint32_t id, uint64_t *ticket, const char **text) {
    size_t length = 0;
    enum outbox_request found = outbox_request(box, id, ticket, text, &length);
    if (found == OUTBOX_ANSWERED) assert_int_equal(length, strlen(*text));
    return found;
}

static void answer(outbox *box, uint64_t ticket) {
    const char *text;
    size_t length;
    assert_int_equal(outbox_answer(box, ticket, &(wire_answer){ .ok = true, .method = WIRE_CALL_ACCEPT }, &text, &length), 0);
}

static void a_request_is_new_then_pending_then_answered(void **state) {
    (void)state;
    outbox *box = outbox_new();
    uint64_t ticket = 0;
    const char *text = NULL;
    assert_int_equal(ask(box, 7, &ticket, &text), OUTBOX_NEW);
    assert_int_equal(ask(box, 7, &ticket, &text), OUTBOX_PENDING);
    answer(box, ticket);
    assert_int_equal(ask(box, 7, &ticket, &text), OUTBOX_ANSWERED);
    assert_string_equal(text, "{\"t\":\"res\",\"id\":7,\"ok\":true,\"r\":{}}");
    assert_int_equal(outbox_answer(box, ticket, &(wire_answer){ 0 }, &text, &(size_t){ 0 }), TCCC_E_NOT_FOUND); /* once */
    outbox_free(box);
}

/* After a restart of the server a client sends again what had no answer, and something new may come before that. */
static void one_of_the_last_64_numbers_that_was_not_seen_is_new(void **state) {
    (void)state;
    outbox *box = outbox_new();
    uint64_t ticket = 0;
    const char *text = NULL;
    assert_int_equal(ask(box, 100, &ticket, &text), OUTBOX_NEW);
    assert_int_equal(ask(box, 98, &ticket, &text), OUTBOX_NEW);
    assert_int_equal(ask(box, 98, &ticket, &text), OUTBOX_PENDING);
    answer(box, ticket);
    assert_int_equal(ask(box, 98, &ticket, &text), OUTBOX_ANSWERED);
    assert_int_equal(ask(box, 37, &ticket, &text), OUTBOX_NEW);
    assert_int_equal(ask(box, 36, &ticket, &text), OUTBOX_FORGOTTEN);
    assert_int_equal(ask(box, 101, &ticket, &text), OUTBOX_NEW);
    outbox_free(box);
}

static void the_answers_to_the_last_64_requests_are_kept(void **state) {
    (void)state;
    outbox *box = outbox_new();
    uint64_t ticket = 0;
    const char *text;
    for (uint32_t id = 1; id <= OUTBOX_ANSWERS_MAX + 1; id++) {
        assert_int_equal(ask(box, id, &ticket, &text), OUTBOX_NEW);
        answer(box, ticket);
    }
    assert_int_equal(ask(box, 1, &ticket, &text), OUTBOX_FORGOTTEN);
    assert_int_equal(ask(box, 2, &ticket, &text), OUTBOX_ANSWERED);
    outbox_free(box);
}

static void a_reloaded_page_gets_no_answer_to_what_it_never_asked(void **state) {
    (void)state;
    outbox *box = outbox_new();
    uint64_t before = 0, after = 0;
    const char *text;
    assert_int_equal(ask(box, 1, &before, &text), OUTBOX_NEW);
    outbox_forget_requests(box);
    assert_int_equal(ask(box, 1, &after, &text), OUTBOX_NEW);
    assert_int_equal(outbox_answer(box, before, &(wire_answer){ .ok = true }, &text, &(size_t){ 0 }), TCCC_E_NOT_FOUND);
    answer(box, after);
    outbox_free(box);
}

static void an_event_that_is_too_large_has_no_number(void **state) {
    (void)state;
    static char huge[WIRE_TEXT_MAX];
    const char *text;
    size_t length;
    outbox *box = outbox_new();
    memset(huge, 'x', sizeof huge - 1);
    wire_event event = { .name = WIRE_EV_KICKED_OUT, .reason = huge };
    assert_int_equal(outbox_event(box, &event, &text, &length), TCCC_E_TOO_LARGE);
    assert_int_equal(outbox_last_seq(box), 0);
    outbox_free(box);
}

static void an_event_that_its_client_cannot_read_has_no_number(void **state) {
    (void)state;
    const char *text;
    size_t length;
    outbox *box = outbox_new();
    wire_event event = { .name = WIRE_EV_CALL_IN, .session_id = "s1" };
    event.call_in = (wire_call_in){ .callee = "1", .caller = "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff" }; /* no UTF-8: three bytes each */
    assert_int_equal(outbox_event(box, &event, &text, &length), TCCC_E_ARG_RANGE);
    event.call_in.caller = "2";
    assert_int_equal(outbox_event(box, &event, &text, &length), 0);
    assert_int_equal(outbox_last_seq(box), 1);
    outbox_free(box);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_are_numbered_from_one_and_kept),
        cmocka_unit_test(of_what_is_acknowledged_the_last_64_are_kept),
        cmocka_unit_test(the_1025th_unacknowledged_event_pushes_out_the_first),
        cmocka_unit_test(a_request_is_new_then_pending_then_answered),
        cmocka_unit_test(one_of_the_last_64_numbers_that_was_not_seen_is_new),
        cmocka_unit_test(the_answers_to_the_last_64_requests_are_kept),
        cmocka_unit_test(a_reloaded_page_gets_no_answer_to_what_it_never_asked),
        cmocka_unit_test(an_event_that_is_too_large_has_no_number),
        cmocka_unit_test(an_event_that_its_client_cannot_read_has_no_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
