/* test_engine.c: sign-in, calls and their endings through the engine, against a server of the server's own parts. Layer: tests. */
#include "cmocka_all.h"
#include "seat_simulation.h"

#include <math.h>

#define EVENT TCCC_OUT_EVENT
#define MEDIA TCCC_OUT_MEDIA
#define RESULT TCCC_OUT_RESULT

static void assert_has(const char *text, const char *part) {
    if (text && strstr(text, part)) return;
    print_error("expected %s in %s\n", part, text ? text : "(nothing)");
    fail();
}

static void assert_error(const sim *m, uint32_t id, const char *code) {
    char part[64];
    snprintf(part, sizeof part, "\"code\":\"%s\"", code);
    assert_has(sim_result(m, id), "\"status\":\"error\"");
    assert_has(sim_result(m, id), part);
}

static void assert_success(const sim *m, uint32_t id) { assert_has(sim_result(m, id), "\"status\":\"success\""); }

/* What the page was told is what the server said, in order. */
static void assert_told_all(const sim *m) {
    int next = 0;
    for (int i = 0; i < m->n_records; i++) {
        const char *text = m->records[i].text;
        if (m->records[i].kind != EVENT || next >= m->server.n_log || strcmp(text, m->server.log[next]) != 0) continue;
        next++;
    }
    if (next < m->server.n_log) print_error("not told: %s\n", m->server.log[next]);
    assert_int_equal(next, m->server.n_log);
}

/* An answered outbound call; its session's id is in session[]. */
static server_call *talking(sim *m) {
    sim_command(m, "Call.startOutboundCall", "{\"phoneNumber\":\"13800000001\"}");
    sim_run(m, 200);
    server_call *call = &m->server.calls[0];
    assert_true(call->used && call->state == WIRE_DIALING);
    server_progress(&m->server, call, false);
    server_talk(&m->server, call);
    sim_run(m, 200);
    return call;
}

static void ready_fires_once_with_the_tab_and_the_agent_goes_online(void **state) {
    (void)state;
    sim *m = sim_new(1);
    sim_run(m, 3000);
    assert_int_equal(sim_count(m, EVENT, "\"event\":\"ready\""), 1);
    assert_string_equal(sim_find(m, EVENT, "\"event\":\"ready\""), "{\"event\":\"ready\",\"data\":{\"tabUUID\":\"" SIM_TAB "\"}}");
    assert_int_equal(sim_count(m, EVENT, "statusChanged"), 1);
    assert_has(sim_find(m, EVENT, "statusChanged"), "{\"status\":\"free\"}");
    assert_int_equal(m->server.executed[WIRE_AGENT_ONLINE], 1);
    sim_cut(m, true);
    sim_run(m, 3000);
    assert_int_equal(sim_count(m, EVENT, "\"event\":\"ready\""), 1);
    sim_free(m);
}

static void a_call_out_tells_its_events_in_order(void **state) {
    (void)state;
    sim *m = sim_ready(2);
    uint32_t id = sim_command(m, "Call.startOutboundCall", "{\"phoneNumber\":\"13800000001\",\"uui\":\"order 7\"}");
    sim_run(m, 200);
    assert_has(sim_result(m, id), "\"sessionId\":\"session-1\",\"callerPhoneNumber\":\"075500000001\","
                                  "\"calleePhoneNumber\":\"13800000001\",\"calleeLocation\":\"Beijing\",\"serverType\":\"staffSeat\"");
    assert_int_not_equal(sim_place(m, MEDIA, "prepare"), -1);
    server_call *call = &m->server.calls[0];
    server_progress(&m->server, call, false);
    sim_run(m, 100);
    assert_has(sim_find(m, MEDIA, "tone"), "ringback");
    server_talk(&m->server, call);
    sim_run(m, 100);
    assert_has(sim_find(m, MEDIA, "tone"), "none");
    assert_has(sim_find(m, MEDIA, "\"open\""), "{\"op\":\"open\",\"channel\":0,\"sessionId\":\"session-1\",\"config\":{\"codec\":\"PCMA\","
               "\"payloadType\":8,\"dtmfPayloadType\":101,\"dtmfRate\":8000,\"ptimeMs\":20}}");
    assert_has(sim_find(m, MEDIA, "direct"), "{\"op\":\"direct\",\"channel\":0,\"send\":true,\"receive\":true,\"muted\":false}");
    server_end(&m->server, call, WIRE_BY_CLIENT, NULL, NULL);
    sim_run(m, 100);
    assert_has(sim_find(m, MEDIA, "close"), "{\"op\":\"close\",\"channel\":0}");
    int outed = sim_place(m, EVENT, "callOuted"), accepted = sim_place(m, EVENT, "calloutAccepted"), ended = sim_place(m, EVENT, "sessionEnded");
    assert_true(0 <= outed && outed < accepted && accepted < ended);
    assert_has(m->records[ended].text, "\"data\":{\"sessionId\":\"session-1\",\"type\":\"phone\",\"duration\":9.614,\"closeBy\":\"client\"}");
    assert_told_all(m);
    sim_free(m);
}

static void a_call_in_rings_is_accepted_and_tells_its_events_in_order(void **state) {
    (void)state;
    sim *m = sim_ready(3);
    server_call *call = server_call_in(&m->server, "13900000002");
    sim_run(m, 100);
    assert_has(sim_find(m, EVENT, "callIn"), "\"data\":{\"sessionId\":\"session-1\",\"type\":\"phone\",\"timeout\":20,"
               "\"calleePhoneNumber\":\"4001234567\",\"callerPhoneNumber\":\"13900000002\",\"callerLocation\":\"Shenzhen\","
               "\"remark\":\"a \\\"good\\\" customer\",\"ivrPath\":[{\"key\":\"1\",\"label\":\"sales\"},{\"key\":\"0\",\"label\":\"\xe4\xba\xba\"}],"
               "\"serverType\":\"staffSeat\"}");
    assert_has(sim_find(m, MEDIA, "tone"), "\"ring\"");
    assert_true(sim_place(m, MEDIA, "prepare") >= 0);
    uint32_t id = sim_command(m, "Call.accept", "\"session-1\"");
    assert_has(sim_find(m, MEDIA, "tone"), "none");
    sim_run(m, 100);
    assert_success(m, id);
    assert_has(sim_find(m, EVENT, "userAccessed"), "\"data\":{\"sessionId\":\"session-1\"}");
    assert_int_equal(call->state, WIRE_TALKING);
    assert_error(m, sim_session_command(m, "Call.accept", "session-1"), "STATE");
    assert_has(sim_result(m, m->next_id), "Call.accept: the call is talking.");
    sim_session_command(m, "Call.hungUp", "session-1");
    sim_run(m, 100);
    assert_has(sim_find(m, EVENT, "sessionEnded"), "\"closeBy\":\"seat\"");
    assert_told_all(m);
    sim_free(m);
}

static void every_ending_reaches_the_page_with_its_reasons(void **state) {
    (void)state;
    static const struct { enum wire_close_by by; const char *main_reason, *sub_reason, *part; } endings[] = {
        { WIRE_BY_CLIENT, NULL, NULL, "\"closeBy\":\"client\"}" },
        { WIRE_BY_ADMIN, "busy", NULL, "\"closeBy\":\"admin\",\"mainReason\":\"busy\"}" },
        { WIRE_BY_ADMIN, "userReject", NULL, "\"mainReason\":\"userReject\"" },
        { WIRE_BY_ADMIN, "notAnswer", NULL, "\"mainReason\":\"notAnswer\"" },
        { WIRE_BY_ADMIN, "numberNotExist", NULL, "\"mainReason\":\"numberNotExist\"" },
        { WIRE_BY_ADMIN, "operatorError", "503", "\"mainReason\":\"operatorError\",\"subReason\":\"503\"}" },
        { WIRE_BY_TIMER, NULL, NULL, "\"closeBy\":\"timer\"}" },
    };
    sim *m = sim_ready(4);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        sim_command(m, "Call.startOutboundCall", "{\"phoneNumber\":\"13800000001\"}");
        sim_run(m, 200);
        server_call *call = &m->server.calls[0];
        server_progress(&m->server, call, false);
        server_end(&m->server, call, endings[i].by, endings[i].main_reason, endings[i].sub_reason);
        sim_run(m, 200);
        assert_has(sim_find(m, EVENT, "sessionEnded"), endings[i].part);
        assert_has(sim_find(m, MEDIA, "tone"), "none");
        assert_success(m, sim_session_command(m, "Call.deleteCall", call->id) == 0 ? 0 : (sim_run(m, 100), m->next_id));
        assert_has(sim_find(m, EVENT, "sessionCompleted"), call->id);
    }
    assert_told_all(m);
    sim_free(m);
}

static void an_agent_cancels_while_it_rings(void **state) {
    (void)state;
    sim *m = sim_ready(5);
    sim_command(m, "Call.startOutboundCall", "{\"phoneNumber\":\"13800000001\"}");
    sim_run(m, 200);
    server_progress(&m->server, &m->server.calls[0], false);
    sim_run(m, 100);
    uint32_t id = sim_session_command(m, "Call.hungUp", "session-1");
    assert_has(sim_find(m, MEDIA, "tone"), "none");
    sim_run(m, 100);
    assert_success(m, id);
    assert_int_equal(m->server.executed[WIRE_CALL_HANGUP], 1);
    assert_int_equal(sim_count(m, EVENT, "sessionEnded"), 1);
    assert_success(m, sim_session_command(m, "Call.hungUp", "session-1"));
    assert_int_equal(m->server.executed[WIRE_CALL_HANGUP], 1);
    sim_free(m);
}

static void end_and_hung_up_reject_a_ringing_call(void **state) {
    (void)state;
    sim *m = sim_ready(6);
    server_call_in(&m->server, "13900000002");
    sim_run(m, 100);
    assert_int_equal(sim_session_command(m, "Call.end", "session-1"), 1);
    sim_run(m, 100);
    assert_success(m, 1);
    assert_int_equal(m->server.executed[WIRE_CALL_REJECT], 1);
    assert_has(sim_find(m, EVENT, "sessionEnded"), "\"closeBy\":\"seat\"");
    sim_free(m);
}

static void a_ringing_call_can_move_to_another_agent(void **state) {
    (void)state;
    sim *m = sim_ready(7);
    server_call *call = server_call_in(&m->server, "13900000002");
    sim_run(m, 100);
    server_simple(&m->server, call, WIRE_EV_AUTO_TRANSFER);
    sim_run(m, 100);
    assert_has(sim_find(m, EVENT, "autoTransfer"), "{\"sessionId\":\"session-1\"}");
    assert_has(sim_find(m, MEDIA, "tone"), "none");
    assert_error(m, sim_session_command(m, "Call.accept", "session-1"), "NOT_FOUND");
    sim_free(m);
}

/* Nobody took the transfer, and the queue brings the customer back to its first agent. */
static void a_session_that_was_handed_over_may_come_back(void **state) {
    (void)state;
    sim *m = sim_ready(8);
    server_call *call = server_call_in(&m->server, "13900000002");
    sim_run(m, 100);
    server_end(&m->server, call, WIRE_BY_SEAT, NULL, NULL);
    sim_run(m, 100);
    assert_has(sim_find(m, EVENT, "sessionEnded"), "\"closeBy\":\"seat\"");
    wire_event again = { .name = WIRE_EV_CALL_IN, .session_id = call->id };
    again.call_in = (wire_call_in){ .timeout_s = 17, .callee = "4001234567", .caller = "13900000002" };
    call->state = WIRE_OFFERED;
    server_event(&m->server, &again);
    sim_run(m, 100);
    assert_has(sim_find(m, EVENT, "\"timeout\":17"), "\"sessionId\":\"session-1\"");
    assert_success(m, (sim_session_command(m, "Call.accept", "session-1"), sim_run(m, 100), m->next_id));
    assert_int_equal(call->state, WIRE_TALKING);
    sim_free(m);
}

static void muting_works_at_once_and_without_a_connection(void **state) {
    (void)state;
    sim *m = sim_ready(8);
    talking(m);
    assert_success(m, sim_session_command(m, "Call.muteMic", "session-1"));
    assert_has(sim_find(m, MEDIA, "direct"), "\"send\":true,\"receive\":true,\"muted\":true");
    assert_has(sim_result(m, sim_session_command(m, "Call.isMicMuted", "session-1")), "\"data\":{\"isMicMuted\":true}");
    m->down = true;
    sim_cut(m, true);
    assert_success(m, sim_session_command(m, "Call.unmuteMic", "session-1"));
    assert_has(sim_find(m, MEDIA, "direct"), "\"muted\":false");
    assert_has(sim_result(m, sim_session_command(m, "Call.isMicMuted", "session-1")), "\"data\":{\"isMicMuted\":false}");
    m->down = false;
    sim_run(m, 9000);
    assert_int_equal(m->server.executed[WIRE_CALL_MUTE], 2);
    sim_free(m);
}

static void hold_asks_the_server_and_then_stops_the_sound(void **state) {
    (void)state;
    sim *m = sim_ready(9);
    talking(m);
    uint32_t id = sim_session_command(m, "Call.hold", "session-1");
    assert_has(sim_find(m, MEDIA, "direct"), "\"send\":true,\"receive\":true");
    sim_run(m, 100);
    assert_success(m, id);
    assert_has(sim_find(m, MEDIA, "direct"), "\"send\":false,\"receive\":false");
    assert_int_equal(sim_count(m, EVENT, "\"event\":\"held\""), 1);
    assert_success(m, sim_session_command(m, "Call.hold", "session-1"));
    sim_session_command(m, "Call.unHold", "session-1");
    sim_run(m, 100);
    assert_has(sim_find(m, MEDIA, "direct"), "\"send\":true,\"receive\":true");
    assert_int_equal(sim_count(m, EVENT, "\"event\":\"held\""), 2);
    assert_int_equal(m->server.executed[WIRE_CALL_HOLD], 1);
    sim_free(m);
}

static void digits_go_by_voice_or_by_the_server(void **state) {
    (void)state;
    sim *m = sim_ready(10);
    talking(m);
    assert_success(m, sim_command(m, "Call.sendDigits", "{\"sessionId\":\"session-1\",\"dtmfText\":\"12#A\"}"));
    assert_string_equal(sim_find(m, MEDIA, "digits"), "{\"op\":\"digits\",\"channel\":0,\"digits\":\"12#A\"}");
    assert_success(m, sim_command(m, "Call.sendDigits", "{\"sessionId\":\"session-1\"}"));
    assert_error(m, sim_command(m, "Call.sendDigits", "{\"sessionId\":\"session-1\",\"dtmfText\":\"12x\"}"), "ARG_RANGE");
    assert_has(sim_result(m, m->next_id), "Call.sendDigits: dtmfText must be of 0-9, *, # and A-D.");
    m->server.dtmf_payload_type = 0;
    server_media_event(&m->server, &m->server.calls[0], WIRE_MEDIA_UPDATE);
    sim_run(m, 100);
    uint32_t id = sim_command(m, "Call.sendDigits", "{\"sessionId\":\"session-1\",\"dtmfText\":\"90\"}");
    sim_run(m, 100);
    assert_success(m, id);
    assert_string_equal(m->server.digits, "90");
    sim_free(m);
}

static void commands_before_ready_are_refused_and_never_hang(void **state) {
    (void)state;
    sim *m = sim_new(11);
    m->down = true;
    assert_error(m, sim_command(m, "Call.startOutboundCall", "{\"phoneNumber\":\"1\"}"), "NOT_READY");
    assert_error(m, sim_command(m, "Session.list", "{}"), "NOT_READY");
    assert_has(sim_result(m, sim_command(m, "Agent.getStatus", "{}")), "\"data\":{\"status\":\"offline\"}");
    sim_run(m, 60000);
    assert_error(m, sim_command(m, "Agent.online", "{}"), "NOT_READY");
    m->down = false;
    sim_run(m, 10000);
    assert_int_equal(sim_count(m, EVENT, "\"event\":\"ready\""), 1);
    sim_free(m);
}

static void options_are_checked_and_named(void **state) {
    (void)state;
    sim *m = sim_ready(12);
    assert_error(m, sim_command(m, "Call.startOutboundCall", "{}"), "ARG_MISSING");
    assert_has(sim_result(m, m->next_id), "Call.startOutboundCall: phoneNumber is missing.");
    assert_error(m, sim_command(m, "Call.startOutboundCall", "{\"phoneNumber\":13800000001}"), "ARG_TYPE");
    assert_error(m, sim_command(m, "Call.accept", "{}"), "ARG_MISSING");
    assert_error(m, sim_command(m, "Call.accept", "\"\""), "ARG_RANGE");
    assert_error(m, sim_command(m, "Call.accept", "\"nobody\""), "NOT_FOUND");
    assert_error(m, sim_command(m, "Agent.setStatus", "{\"status\":\"busy\"}"), "ARG_RANGE");
    assert_has(sim_result(m, m->next_id), "Agent.setStatus: status must be one of free, rest, arrange, notReady, stopNotReady.");
    assert_error(m, sim_command(m, "Call.fly", "{}"), "ARG_RANGE");
    assert_int_equal(tccc_engine_command(m->engine, "{\"cmd\":\"Call.accept\"}", 21, m->now_ms), TCCC_E_FORMAT);
    assert_int_equal(tccc_engine_command(m->engine, "nonsense", 8, m->now_ms), TCCC_E_FORMAT);
    sim_free(m);
}

static void a_start_in_the_same_tick_as_online_goes_behind_it(void **state) {
    (void)state;
    sim *m = sim_ready(13);
    sim_command(m, "Agent.offline", "{}");
    sim_run(m, 200);
    assert_has(sim_find(m, EVENT, "statusChanged"), "offline");
    sim_command(m, "Agent.online", "{}");
    uint32_t id = sim_command(m, "Call.startOutboundCall", "{\"phoneNumber\":\"13800000001\"}");
    sim_run(m, 200);
    assert_success(m, id);
    assert_int_equal(sim_count(m, EVENT, "\"status\":\"free\""), 2);
    assert_int_equal(sim_count(m, EVENT, "\"status\":\"busy\""), 1);
    sim_free(m);
}

static void status_changes_are_told_exactly_once(void **state) {
    (void)state;
    sim *m = sim_ready(14);
    uint32_t id = sim_command(m, "Agent.setStatus", "{\"status\":\"rest\",\"restReason\":\"meal\"}");
    sim_run(m, 100);
    assert_has(sim_result(m, id), "\"data\":{\"status\":\"rest\"}");
    assert_has(sim_result(m, sim_command(m, "Agent.getStatus", "{}")), "\"rest\"");
    sim_command(m, "Agent.setStatus", "{\"status\":\"notReady\"}");
    sim_command(m, "Agent.setStatus", "{\"status\":\"stopNotReady\"}");
    sim_cut(m, true);
    sim_run(m, 500);
    assert_has(sim_result(m, sim_command(m, "Agent.getStatus", "{}")), "\"free\"");
    assert_int_equal(sim_count(m, EVENT, "statusChanged"), 4); /* free rest notReady free */
    assert_told_all(m);
    sim_free(m);
}

static void a_request_without_an_answer_times_out_after_ten_seconds(void **state) {
    (void)state;
    sim *m = sim_ready(15);
    m->server.slow = true;
    uint32_t id = sim_command(m, "Call.startOutboundCall", "{\"phoneNumber\":\"13800000001\"}");
    sim_run(m, 9900);
    assert_null(sim_result(m, id));
    sim_run(m, 200);
    assert_error(m, id, "TIMEOUT");
    server_answer_waiting(&m->server);
    sim_run(m, 200);
    assert_int_equal(m->server.executed[WIRE_CALL_HANGUP], 1); /* the call that started after all does not stay */
    assert_int_equal(m->server.calls[0].state, WIRE_ENDED);
    sim_free(m);
}

static void a_start_that_is_lost_with_its_connection_is_hung_up_when_it_comes_back(void **state) {
    (void)state;
    sim *m = sim_ready(16);
    uint32_t id = sim_command(m, "Call.startOutboundCall", "{\"phoneNumber\":\"13800000001\"}");
    sim_run(m, 30); /* it arrives; neither the event nor the answer does */
    assert_int_equal(m->server.executed[WIRE_CALL_START], 1);
    m->down = true;
    sim_cut(m, true);
    sim_run(m, 12000);
    assert_error(m, id, "TIMEOUT");
    m->down = false;
    sim_run(m, 6000);
    assert_int_equal(m->server.calls[0].state, WIRE_ENDED);
    assert_int_equal(m->server.executed[WIRE_CALL_START], 1);
    uint32_t again = sim_command(m, "Call.startOutboundCall", "{\"phoneNumber\":\"13800000001\"}");
    sim_run(m, 1000);
    assert_success(m, again);
    assert_int_equal(m->server.calls[0].state, WIRE_DIALING);
    sim_free(m);
}

static void a_start_that_never_reached_the_server_is_not_sent_after_its_timeout(void **state) {
    (void)state;
    sim *m = sim_ready(17);
    m->down = true;
    sim_cut(m, true);
    uint32_t start = sim_command(m, "Call.startOutboundCall", "{\"phoneNumber\":\"13800000001\"}");
    sim_run(m, 12000);
    assert_error(m, start, "TIMEOUT");
    m->down = false;
    sim_run(m, 6000);
    assert_int_equal(m->server.executed[WIRE_CALL_START], 0);
    sim_free(m);
}

static void a_refused_token_fires_token_expired_with_a_message(void **state) {
    (void)state;
    sim *m = sim_new(18);
    m->server.refuse = TCCC_E_TOKEN_EXPIRED;
    sim_run(m, 5000);
    assert_string_equal(sim_find(m, EVENT, "tokenExpired"), "{\"event\":\"tokenExpired\",\"data\":{\"message\":\"The sign-in token has expired.\"}}");
    assert_error(m, sim_command(m, "Agent.online", "{}"), "TOKEN_EXPIRED");
    assert_int_equal(tccc_engine_next_ms(m->engine), TCCC_NEVER);
    sim_free(m);
}

static void a_second_sign_in_kicks_the_first_out(void **state) {
    (void)state;
    sim *m = sim_ready(19);
    talking(m);
    wire_event event = { .name = WIRE_EV_KICKED_OUT, .reason = "signed in elsewhere" };
    server_event(&m->server, &event);
    sim_run(m, 100);
    assert_int_equal(sim_count(m, EVENT, "\"event\":\"kickedOut\""), 1);
    assert_has(sim_find(m, EVENT, "\"event\":\"kickedOut\""), "{\"reason\":\"signed in elsewhere\"}");
    assert_has(sim_find(m, EVENT, "sessionEnded"), "\"closeBy\":\"admin\",\"mainReason\":\"kickedOut\"");
    assert_has(sim_find(m, MEDIA, "close"), "\"channel\":0");
    assert_has(sim_find(m, EVENT, "statusChanged"), "offline");
    assert_error(m, sim_command(m, "Agent.online", "{}"), "KICKED");
    assert_string_equal(m->store, "");
    assert_int_equal(tccc_engine_next_ms(m->engine), TCCC_NEVER);
    sim_free(m);
}

static void a_lost_connection_comes_back_without_losing_or_doubling_an_event(void **state) {
    (void)state;
    sim *m = sim_ready(20);
    server_call *call = talking(m);
    m->down = true;
    sim_cut(m, true);
    sim_run(m, 3000);
    assert_int_equal(sim_count(m, EVENT, "connectionLost"), 1);
    server_held(&m->server, call, true);
    server_held(&m->server, call, false);
    server_end(&m->server, call, WIRE_BY_CLIENT, NULL, NULL);
    m->down = false;
    sim_run(m, 6000);
    assert_has(sim_find(m, EVENT, "reconnected"), "\"replayed\":true");
    assert_true(sim_place(m, EVENT, "reconnected") < sim_place(m, EVENT, "sessionEnded"));
    assert_int_equal(m->server.welcomes, 2);
    assert_told_all(m);
    sim_free(m);
}

static void an_event_that_comes_twice_is_told_once_and_a_gap_is_closed_by_a_resume(void **state) {
    (void)state;
    sim *m = sim_ready(40);
    server_call *call = talking(m);
    size_t length;
    const char *text = outbox_text(m->server.box, outbox_last_seq(m->server.box), &length);
    if (!text) { /* acknowledged already */
        server_held(&m->server, call, true);
        text = outbox_text(m->server.box, outbox_last_seq(m->server.box), &length);
    }
    m->server.send(m, text, length);
    sim_run(m, 100);
    assert_int_equal(m->server.welcomes, 1);
    assert_told_all(m);
    int told = sim_count(m, EVENT, "");
    m->server.greeted = false; /* this one gets lost on an open connection */
    server_held(&m->server, call, true);
    m->server.greeted = true;
    server_held(&m->server, call, false);
    sim_run(m, 2000);
    assert_int_equal(m->server.welcomes, 2);
    assert_has(sim_find(m, EVENT, "connectionLost"), "fault");
    assert_true(sim_count(m, EVENT, "") > told);
    assert_told_all(m);
    sim_free(m);
}

static void silence_is_noticed_after_two_heartbeats(void **state) {
    (void)state;
    sim *m = sim_ready(21);
    m->down = true;
    sim_cut(m, false);
    sim_run(m, 8000);
    assert_int_equal(sim_count(m, EVENT, "connectionLost"), 0);
    sim_run(m, 3000);
    assert_has(sim_find(m, EVENT, "connectionLost"), "silent");
    m->down = false;
    sim_run(m, 6000);
    assert_int_equal(sim_count(m, EVENT, "\"event\":\"reconnected\""), 1);
    sim_free(m);
}

static void an_idle_connection_stays(void **state) {
    (void)state;
    sim *m = sim_ready(22);
    sim_run(m, 600000);
    assert_int_equal(sim_count(m, EVENT, "connectionLost"), 0);
    assert_int_equal(m->server.welcomes, 1);
    sim_free(m);
}

/* A laptop that slept over lunch, a network that was away for longer than the server keeps a seat. */
static void the_resume_window_ends_the_calls_and_not_the_sign_in(void **state) {
    (void)state;
    sim *m = sim_ready(23);
    server_call *call = talking(m);
    m->down = true;
    sim_cut(m, true);
    sim_run(m, 71000); /* the window, and what the server may need to see that the connection is lost */
    assert_int_equal(sim_count(m, EVENT, "sessionEnded"), 0);
    uint32_t waits = sim_command(m, "Agent.setStatus", "{\"status\":\"rest\"}");
    sim_run(m, 2000);
    assert_error(m, waits, "CONNECTION_LOST");
    assert_has(sim_find(m, EVENT, "sessionEnded"), "\"closeBy\":\"admin\",\"mainReason\":\"connectionLost\"");
    assert_has(sim_find(m, MEDIA, "close"), "\"channel\":0");
    assert_error(m, sim_command(m, "Agent.online", "{}"), "CONNECTION_LOST");
    assert_error(m, sim_command(m, "Call.startOutboundCall", "{\"phoneNumber\":\"1\"}"), "CONNECTION_LOST");
    assert_has(sim_find(m, EVENT, "\"event\":\"error\""), "CONNECTION_LOST");
    assert_has(sim_result(m, sim_command(m, "Agent.getStatus", "{}")), "offline");
    server_end(&m->server, call, WIRE_BY_SEAT, NULL, NULL);
    sim_run(m, 3600000);
    assert_string_equal(m->store, m->server.resume);
    m->down = false;
    tccc_engine_network(m->engine, m->now_ms);
    sim_run(m, 500);
    assert_int_equal(sim_count(m, EVENT, "\"event\":\"reconnected\""), 1);
    assert_int_equal(sim_count(m, EVENT, "sessionEnded"), 1);
    assert_has(sim_result(m, sim_command(m, "Agent.getStatus", "{}")), "free");
    uint32_t again = sim_command(m, "Call.startOutboundCall", "{\"phoneNumber\":\"13800000001\"}");
    sim_run(m, 200);
    assert_success(m, again);
    sim_free(m);
}

static void who_signed_in_elsewhere_while_this_page_was_away_kicks_it_out(void **state) {
    (void)state;
    sim *m = sim_ready(43);
    m->down = true;
    sim_cut(m, true);
    sim_run(m, 300000);
    m->server.refuse = TCCC_E_KICKED;
    m->down = false;
    sim_run(m, 20000);
    assert_int_equal(sim_count(m, EVENT, "\"event\":\"kickedOut\""), 1);
    assert_error(m, sim_command(m, "Agent.online", "{}"), "KICKED");
    assert_string_equal(m->store, "");
    sim_free(m);
}

static void a_server_that_lost_the_seat_ends_the_calls_at_once(void **state) {
    (void)state;
    sim *m = sim_ready(24);
    talking(m);
    server_forget(&m->server);
    sim_cut(m, true);
    sim_run(m, 1000);
    assert_has(sim_find(m, EVENT, "sessionEnded"), "\"closeBy\":\"admin\",\"mainReason\":\"connectionLost\"");
    assert_has(sim_find(m, EVENT, "\"event\":\"error\""), "TOKEN_INVALID");
    assert_int_equal(sim_count(m, EVENT, "tokenExpired"), 0);
    sim_free(m);
}

static void thirty_seconds_without_signalling_do_not_touch_the_sound(void **state) {
    (void)state;
    sim *m = sim_ready(25);
    talking(m);
    int orders = sim_count(m, MEDIA, "");
    m->down = true;
    sim_cut(m, true);
    for (unsigned i = 0; i < 1500; i++) {
        const uint8_t packet[3] = { 0x80, (uint8_t)(i >> 8), (uint8_t)i };
        assert_int_equal(tccc_engine_packet(m->engine, 0, packet, 3, m->now_ms), 0);
        sim_run(m, 20);
    }
    m->down = false;
    sim_run(m, 6000);
    assert_int_equal(m->packets_up, 1500);
    assert_int_equal(sim_count(m, MEDIA, ""), orders);
    assert_int_equal(sim_count(m, EVENT, "sessionEnded"), 0);
    sim_free(m);
}

static void a_reloaded_page_gets_its_talking_call_back(void **state) {
    (void)state;
    sim *m = sim_ready(26);
    m->server.srtp = true;
    talking(m);
    sim_reload(m);
    sim_run(m, 300);
    assert_has(sim_find(m, MEDIA, "\"open\""), "\"srtp\":{\"suite\":\"AES_CM_128_HMAC_SHA1_80\",\"sendKey\":\"AAAA");
    assert_true(sim_place(m, MEDIA, "\"open\"") < sim_place(m, EVENT, "\"event\":\"ready\""));
    assert_true(sim_place(m, EVENT, "\"event\":\"ready\"") < sim_place(m, EVENT, "userAccessed"));
    const char *list = sim_result(m, sim_command(m, "Session.list", "{}"));
    assert_has(list, "\"state\":\"talking\"");
    assert_null(strstr(list, "sendKey"));
    assert_has(sim_find(m, EVENT, "statusChanged"), "busy");
    uint32_t id = sim_session_command(m, "Call.hungUp", "session-1"); /* request numbers start anew */
    sim_run(m, 200);
    assert_success(m, id);
    assert_int_equal(sim_count(m, EVENT, "sessionEnded"), 1);
    sim_free(m);
}

static void a_reloaded_page_rings_again_for_a_ringing_call(void **state) {
    (void)state;
    sim *m = sim_ready(27);
    server_call_in(&m->server, "13900000002");
    sim_run(m, 100);
    sim_reload(m);
    sim_run(m, 300);
    assert_true(sim_place(m, EVENT, "\"event\":\"ready\"") < sim_place(m, EVENT, "callIn"));
    assert_has(sim_find(m, EVENT, "callIn"), "\"timeout\":15");
    assert_has(sim_find(m, MEDIA, "tone"), "\"ring\"");
    sim_session_command(m, "Call.accept", "session-1");
    sim_run(m, 100);
    assert_int_equal(sim_count(m, EVENT, "userAccessed"), 1);
    sim_free(m);
}

static void a_welcome_that_is_lost_does_not_lock_the_seat_out(void **state) {
    (void)state;
    sim *m = sim_ready(28);
    sim_cut(m, true);
    sim_run(m, 50); /* hello has arrived, the welcome is on its way */
    assert_int_equal(m->server.welcomes, 2);
    sim_cut(m, true);
    sim_run(m, 8000);
    assert_int_equal(m->server.welcomes, 3);
    assert_int_equal(sim_count(m, EVENT, "\"event\":\"reconnected\""), 1);
    sim_free(m);
}

static void events_that_are_too_many_to_keep_come_as_a_snapshot(void **state) {
    (void)state;
    sim *m = sim_ready(29);
    server_call *call = talking(m);
    m->down = true;
    sim_cut(m, true);
    for (int i = 0; i < 600; i++) {
        server_held(&m->server, call, true);
        server_held(&m->server, call, false);
    }
    server_end(&m->server, call, WIRE_BY_CLIENT, NULL, NULL);
    server_call *second = server_call_in(&m->server, "13900000003");
    m->down = false;
    sim_run(m, 6000);
    assert_has(sim_find(m, EVENT, "reconnected"), "\"replayed\":false");
    assert_has(sim_find(m, EVENT, "sessionEnded"), "connectionLost");
    assert_has(sim_find(m, EVENT, "callIn"), second->id);
    assert_has(sim_find(m, MEDIA, "tone"), "\"ring\"");
    sim_free(m);
}

static void a_peer_that_keeps_breaking_the_protocol_is_given_up(void **state) {
    (void)state;
    sim *m = sim_ready(30);
    for (int i = 0; i < 3; i++) {
        static const char bad[] = "{\"t\":\"ev\",\"seq\":1000,\"e\":\"nonsense\",\"d\":{}}";
        tccc_engine_wire_text(m->engine, bad, sizeof bad - 1, m->now_ms);
        sim_run(m, 3000);
    }
    assert_has(sim_find(m, EVENT, "\"event\":\"error\""), "PROTOCOL");
    assert_error(m, sim_command(m, "Agent.online", "{}"), "PROTOCOL");
    sim_free(m);
}

/* The number behind "name": in the result of a command. */
static double figure(const char *result, const char *name) {
    const char *at = result ? strstr(result, name) : NULL;
    if (!at) fail_msg("no %s in %s", name, result ? result : "(nothing)");
    return strtod(at + strlen(name) + 1, NULL);
}

static void the_media_paths_are_measured_as_a_call_would_use_them(void **state) {
    (void)state;
    sim *m = sim_ready(41);
    sim_run(m, 2000);
    m->delay_ms = 40;
    uint32_t id = sim_command(m, "Media.probe", "{\"seconds\":2}"), other = sim_command(m, "Media.probe", "{}");
    assert_error(m, other, "STATE");
    sim_run(m, 4000);
    const char *result = sim_result(m, id);
    assert_has(result, "\"path\":\"dataChannel\",\"sent\":100,\"received\":100,\"lossRatio\":0,\"rttMs\":80,\"rttMinMs\":80,\"rttMaxMs\":80,\"jitterMs\":0");
    m->loss_percent = 20; /* each way: 36 % of the round trips */
    m->jitter_ms = 20;
    id = sim_command(m, "Media.probe", "{\"seconds\":10}");
    sim_run(m, 12000);
    result = sim_result(m, id);
    assert_true(figure(result, "\"sent\"") == 500);
    assert_true(fabs(figure(result, "\"lossRatio\"") - 0.36) < 0.07); /* 3 sigma of 500 draws */
    assert_true(fabs(figure(result, "\"rttMs\"") - 99) < 3);
    assert_true(fabs(figure(result, "\"jitterMs\"") - 9.3) < 2); /* mean difference of two sums of two even draws of 0..19: 28/60 of 20 */
    sim_free(m);
}

static void without_a_path_the_measurement_says_so_and_an_end_of_the_seat_ends_it(void **state) {
    (void)state;
    sim *m = sim_ready(42);
    for (int path = 0; path < CARRIER_PATHS; path++) m->path_down[path] = true;
    sim_run(m, 20000);
    uint32_t id = sim_command(m, "Media.probe", "{}");
    sim_run(m, 7000);
    assert_error(m, id, "MEDIA_UNREACHABLE");
    id = sim_command(m, "Media.probe", "{\"seconds\":11}");
    assert_error(m, id, "ARG_RANGE");
    for (int path = 0; path < CARRIER_PATHS; path++) m->path_down[path] = false;
    sim_run(m, 40000);
    id = sim_command(m, "Media.probe", "{}");
    sim_run(m, 500);
    m->down = true;
    server_forget(&m->server);
    sim_cut(m, true);
    m->down = false;
    sim_run(m, 400);
    assert_error(m, id, "TOKEN_INVALID");
    sim_free(m);
}

static void a_64th_open_request_is_the_last(void **state) {
    (void)state;
    sim *m = sim_ready(31);
    m->down = true;
    sim_cut(m, true);
    for (int i = 0; i < 64; i++) sim_command(m, "Agent.online", "{}");
    assert_error(m, sim_command(m, "Agent.online", "{}"), "LIMIT");
    m->down = false;
    sim_run(m, 6000);
    assert_int_equal(sim_count(m, RESULT, "success"), 64);
    sim_free(m);
}

static void an_engine_wants_its_arguments(void **state) {
    (void)state;
    int error = 0;
    tccc_engine_config config = { .tab_uuid = SIM_TAB };
    assert_null(tccc_engine_new(&config, 0, &error));
    assert_int_equal(error, TCCC_E_ARG_MISSING);
    config.token = "t";
    config.tab_uuid = "short";
    assert_null(tccc_engine_new(&config, 0, &error));
    assert_int_equal(error, TCCC_E_ARG_RANGE);
    assert_null(tccc_engine_new(NULL, 0, NULL));
    tccc_engine_free(NULL);
}

#define SAYS(test, name) { name, test, NULL, NULL, NULL }

int main(void) {
    const struct CMUnitTest tests[] = {
        SAYS(ready_fires_once_with_the_tab_and_the_agent_goes_online, "SDK-100 SDK-101 ready fires once with the tab, and the agent goes online"),
        SAYS(a_call_out_tells_its_events_in_order, "SDK-028 SDK-157 SDK-163 SDK-177 a call out tells callOuted, calloutAccepted, sessionEnded in order"),
        SAYS(a_call_in_rings_is_accepted_and_tells_its_events_in_order, "SDK-042 SDK-103 SDK-148 SDK-178 AMB-02 a call in rings and is accepted"),
        SAYS(every_ending_reaches_the_page_with_its_reasons, "SDK-044 SDK-152 SDK-154 SDK-155 SDK-156 every ending reaches the page with its reasons"),
        SAYS(an_agent_cancels_while_it_rings, "SDK-043 an agent cancels while it rings"),
        cmocka_unit_test(end_and_hung_up_reject_a_ringing_call),
        SAYS(a_ringing_call_can_move_to_another_agent, "SDK-151 a ringing call can move to another agent"),
        SAYS(a_session_that_was_handed_over_may_come_back, "a session that was handed over may come back"),
        SAYS(muting_works_at_once_and_without_a_connection, "SDK-045 SDK-046 SDK-047 muting works at once and without a connection"),
        SAYS(hold_asks_the_server_and_then_stops_the_sound, "SDK-054 SDK-055 hold asks the server and then stops the sound"),
        SAYS(digits_go_by_voice_or_by_the_server, "SDK-062 digits go by voice or by the server"),
        SAYS(commands_before_ready_are_refused_and_never_hang, "SDK-082 SDK-176 commands before ready are refused and never hang"),
        SAYS(options_are_checked_and_named, "SDK-027 SDK-029 SDK-080 options are checked and named"),
        SAYS(a_start_in_the_same_tick_as_online_goes_behind_it, "SDK-077 SDK-078 a start in the same tick as online goes behind it"),
        SAYS(status_changes_are_told_exactly_once, "SDK-079 SDK-081 SDK-165 status changes are told exactly once"),
        cmocka_unit_test(a_request_without_an_answer_times_out_after_ten_seconds),
        cmocka_unit_test(a_start_that_is_lost_with_its_connection_is_hung_up_when_it_comes_back),
        cmocka_unit_test(a_start_that_never_reached_the_server_is_not_sent_after_its_timeout),
        SAYS(a_refused_token_fires_token_expired_with_a_message, "SDK-006 SDK-102 a refused token fires tokenExpired with a message"),
        SAYS(a_second_sign_in_kicks_the_first_out, "SDK-166 SDK-171 a second sign-in kicks the first out"),
        SAYS(a_lost_connection_comes_back_without_losing_or_doubling_an_event, "SDK-009 a lost connection comes back without losing or doubling an event"),
        cmocka_unit_test(an_event_that_comes_twice_is_told_once_and_a_gap_is_closed_by_a_resume),
        cmocka_unit_test(silence_is_noticed_after_two_heartbeats),
        cmocka_unit_test(an_idle_connection_stays),
        SAYS(the_resume_window_ends_the_calls_and_not_the_sign_in, "SDK-009 the resume window ends the calls and not the sign-in"),
        SAYS(who_signed_in_elsewhere_while_this_page_was_away_kicks_it_out, "SDK-171 who signed in elsewhere while this page was away kicks it out"),
        cmocka_unit_test(a_server_that_lost_the_seat_ends_the_calls_at_once),
        cmocka_unit_test(thirty_seconds_without_signalling_do_not_touch_the_sound),
        cmocka_unit_test(a_reloaded_page_gets_its_talking_call_back),
        cmocka_unit_test(a_reloaded_page_rings_again_for_a_ringing_call),
        cmocka_unit_test(a_welcome_that_is_lost_does_not_lock_the_seat_out),
        cmocka_unit_test(events_that_are_too_many_to_keep_come_as_a_snapshot),
        cmocka_unit_test(a_peer_that_keeps_breaking_the_protocol_is_given_up),
        cmocka_unit_test(the_media_paths_are_measured_as_a_call_would_use_them),
        cmocka_unit_test(without_a_path_the_measurement_says_so_and_an_end_of_the_seat_ends_it),
        cmocka_unit_test(a_64th_open_request_is_the_last),
        cmocka_unit_test(an_engine_wants_its_arguments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
