/* test_engine_supervise.c: supervisors and third parties through the engine: what a page may ask when, and what it is told. Layer: tests. */
#include "cmocka_all.h"
#include "seat_simulation.h"

#define EVENT TCCC_OUT_EVENT
#define MEDIA TCCC_OUT_MEDIA

static void assert_has(const char *text, const char *part) {
    if (text && strstr(text, part)) return;
    print_error("expected %s in %s\n", part, text ? text : "(nothing)");
    fail();
}

/* What the page asks, and what becomes of it. */
static const char *asked(sim *m, const char *command, const char *args) {
    uint32_t id = sim_command(m, command, args);
    sim_run(m, 100);
    return sim_result(m, id);
}

static const char one[] = "{\"sessionId\":\"session-1\"}", whisper[] = "{\"sessionId\":\"session-1\",\"on\":true}";

/* A call of another agent's runs, and this page listens to it. */
static server_call *listens(sim *m) {
    server_call *call = server_new_call(&m->server, WIRE_WAY_IN, "13900000009");
    call->state = WIRE_TALKING;
    assert_has(asked(m, "Call.monitor", one), "\"callerPhoneNumber\":\"13900000009\"");
    server_media_event(&m->server, call, WIRE_MEDIA_START);
    sim_run(m, 100);
    return call;
}

static void who_listens_may_whisper_take_over_or_leave_and_nothing_else(void **state) {
    (void)state;
    sim *m = sim_ready(1);
    listens(m);
    assert_has(sim_find(m, MEDIA, "\"prepare\""), "prepare");
    assert_has(sim_find(m, MEDIA, "\"open\""), "\"channel\":0");
    assert_has(asked(m, "Session.list", "{}"), "\"state\":\"monitoring\"");
    static const char *const refused[] = { "Call.accept", "Call.hold", "Call.unHold", "Call.deleteCall" };
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) assert_has(asked(m, refused[i], one), "\"code\":\"STATE\"");
    assert_has(asked(m, "Call.consult.start", "{\"sessionId\":\"session-1\",\"userId\":\"b\"}"), "\"code\":\"STATE\"");
    assert_has(asked(m, "Call.whisper", whisper), "success");
    assert_int_equal(m->server.executed[WIRE_CALL_WHISPER], 1);
    assert_int_equal(m->server.executed[WIRE_CALL_HOLD] + m->server.executed[WIRE_CALL_ACCEPT] + m->server.executed[WIRE_CALL_CONSULT], 0);
    assert_has(asked(m, "Call.unmonitor", one), "success");
    assert_has(asked(m, "Session.list", "{}"), "\"sessions\":[]");
    assert_has(asked(m, "Call.whisper", whisper), "the session is not being monitored by voice");
    sim_free(m);
}

static void a_call_that_ends_for_who_listens_is_gone_with_its_sound(void **state) {
    (void)state;
    sim *m = sim_ready(2);
    server_call *call = listens(m);
    wire_event event = { .name = WIRE_EV_MONITOR_ENDED, .session_id = call->id, .reason = "ended" };
    server_media_event(&m->server, call, WIRE_MEDIA_STOP);
    server_event(&m->server, &event);
    sim_run(m, 100);
    assert_has(sim_find(m, EVENT, "monitorEnded"), "\"reason\":\"ended\"");
    assert_has(sim_find(m, MEDIA, "\"close\""), "\"channel\":0");
    assert_has(asked(m, "Session.list", "{}"), "\"sessions\":[]");
    assert_has(asked(m, "Call.intercept", one), "\"code\":\"STATE\"");
    assert_int_equal(m->server.executed[WIRE_CALL_INTERCEPT], 0);
    sim_free(m);
}

static void who_takes_over_talks_and_serves_from_then_on(void **state) {
    (void)state;
    sim *m = sim_ready(3);
    server_call *call = listens(m);
    assert_has(asked(m, "Call.intercept", one), "success");
    server_simple(&m->server, call, WIRE_EV_USER_ACCESSED);
    sim_run(m, 100);
    assert_has(asked(m, "Session.list", "{}"), "\"state\":\"talking\"");
    assert_has(asked(m, "Call.hold", one), "success");
    assert_has(asked(m, "Call.whisper", whisper), "not being monitored");
    assert_has(asked(m, "Call.hungUp", one), "success");
    assert_has(sim_find(m, EVENT, "sessionEnded"), "session-1");
    sim_free(m);
}

static void who_reads_along_has_no_session_and_gets_the_transcript(void **state) {
    (void)state;
    sim *m = sim_ready(4);
    server_call *call = server_new_call(&m->server, WIRE_WAY_IN, "13900000009");
    call->state = WIRE_TALKING;
    assert_has(asked(m, "Call.monitor", "{\"sessionId\":\"session-1\",\"textOnly\":true}"), "\"textOnly\":true");
    assert_int_equal(sim_count(m, MEDIA, "\"prepare\""), 0);
    assert_has(asked(m, "Session.list", "{}"), "\"sessions\":[]");
    assert_has(asked(m, "Call.whisper", whisper), "not being monitored");
    wire_event event = { .name = WIRE_EV_ASR, .session_id = call->id };
    event.asr = (wire_asr){ .slice = WIRE_SLICE_END, .text = "good morning", .end_ms = 900 };
    server_event(&m->server, &event);
    sim_run(m, 100);
    assert_has(sim_find(m, EVENT, "asr"), "good morning");
    sim_free(m);
}

/* An agent in a call asks a colleague, who has answered. */
static server_call *advised(sim *m) {
    server_call *call = server_call_in(&m->server, "13900000001");
    sim_run(m, 100);
    assert_has(asked(m, "Call.consult.start", "{\"sessionId\":\"session-1\",\"userId\":\"b\"}"), "\"code\":\"STATE\""); /* not answered */
    sim_session_command(m, "Call.accept", call->id);
    sim_run(m, 100);
    assert_has(asked(m, "Call.consult.complete", one), "\"code\":\"STATE\""); /* nobody was asked */
    assert_has(asked(m, "Call.consult.start", "{\"sessionId\":\"session-1\",\"userId\":\"b\"}"), "\"consultSessionId\":\"session-1\"");
    server_held(&m->server, call, true);
    server_consult(&m->server, call, WIRE_CONSULT_RINGING, NULL);
    server_consult(&m->server, call, WIRE_CONSULT_TALKING, NULL);
    sim_run(m, 100);
    assert_has(sim_find(m, EVENT, "\"consult\""), "\"state\":\"talking\"");
    return call;
}

static void a_third_party_is_asked_and_leaves_and_the_customer_is_on_hold(void **state) {
    (void)state;
    sim *m = sim_ready(5);
    server_call *call = advised(m);
    static const char *const refused[] = { "Call.unHold", "Call.hold", "Call.accept" };
    unsigned before = m->server.executed[WIRE_CALL_HOLD] + m->server.executed[WIRE_CALL_UNHOLD] + m->server.executed[WIRE_CALL_ACCEPT];
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) assert_has(asked(m, refused[i], one), "\"code\":\"STATE\"");
    assert_int_equal(m->server.executed[WIRE_CALL_HOLD] + m->server.executed[WIRE_CALL_UNHOLD] + m->server.executed[WIRE_CALL_ACCEPT], before);
    assert_has(asked(m, "Session.list", "{}"), "\"held\":true");
    server_consult(&m->server, call, WIRE_CONSULT_ENDED, "hungUp");
    sim_run(m, 100);
    assert_has(sim_find(m, EVENT, "\"consult\""), "\"state\":\"ended\",\"reason\":\"hungUp\"");
    assert_has(asked(m, "Call.conference", one), "there is no such command"); /* it is in Call.consult */
    assert_has(asked(m, "Call.consult.conference", one), "\"code\":\"STATE\"");
    assert_has(asked(m, "Call.unHold", one), "success");
    assert_has(asked(m, "Session.list", "{}"), "\"held\":false");
    sim_free(m);
}

static void a_conference_is_left_once_and_the_others_go_on(void **state) {
    (void)state;
    sim *m = sim_ready(6);
    server_call *call = advised(m);
    assert_has(asked(m, "Call.consult.conference", one), "success");
    server_held(&m->server, call, false);
    server_consult(&m->server, call, WIRE_CONSULT_CONFERENCE, NULL);
    sim_run(m, 100);
    assert_has(sim_find(m, EVENT, "\"consult\""), "\"state\":\"conference\"");
    assert_has(asked(m, "Call.hold", one), "\"code\":\"STATE\"");
    assert_has(asked(m, "Call.consult.leave", one), "success");
    assert_int_equal(m->server.executed[WIRE_CALL_CONFERENCE_LEAVE], 1);
    server_end(&m->server, call, WIRE_BY_SEAT, NULL, NULL);
    sim_run(m, 100);
    assert_has(sim_find(m, EVENT, "sessionEnded"), "session-1");
    sim_free(m);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_listens_may_whisper_take_over_or_leave_and_nothing_else),
        cmocka_unit_test(a_call_that_ends_for_who_listens_is_gone_with_its_sound),
        cmocka_unit_test(who_takes_over_talks_and_serves_from_then_on),
        cmocka_unit_test(who_reads_along_has_no_session_and_gets_the_transcript),
        cmocka_unit_test(a_third_party_is_asked_and_leaves_and_the_customer_is_on_hold),
        cmocka_unit_test(a_conference_is_left_once_and_the_others_go_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
