/* test_engine_video.c: video sessions through the engine: events, commands, orders for the page's peer connection. Layer: tests. */
#include "cmocka_all.h"
#include "seat_simulation.h"

#define EVENT TCCC_OUT_EVENT
#define MEDIA TCCC_OUT_MEDIA

static const char accept_in[] = "{\"sessionId\":\"session-1\"}";

static void assert_has(const char *text, const char *part) {
    if (text && strstr(text, part)) return;
    print_error("expected %s in %s\n", part, text ? text : "(nothing)");
    fail();
}

static server_call *offered(sim *m) {
    server_call *call = server_new_call(&m->server, WIRE_WAY_IN, "");
    wire_event event = { .name = WIRE_EV_CALL_IN, .session_id = call->id };
    event.call_in = (wire_call_in){ .type = WIRE_VIDEO, .timeout_s = 20, .visitor = { .user_id = "v1", .nickname = "Ann", .client_data = "{\"order\":7}", .callee = "shop" } };
    server_event(&m->server, &event);
    sim_run(m, 100);
    return call;
}

static server_call *taken(sim *m) {
    server_call *call = offered(m);
    sim_command(m, "Video.accept", accept_in);
    sim_run(m, 100);
    call->state = WIRE_TALKING;
    server_simple(&m->server, call, WIRE_EV_USER_ACCESSED);
    sim_run(m, 100);
    return call;
}

static void a_video_session_rings_is_accepted_and_its_connection_runs_until_the_end(void **state) {
    (void)state;
    sim *m = sim_ready(1);
    server_call *call = offered(m);
    assert_has(sim_find(m, EVENT, "callIn"), "\"type\":\"video\",\"timeout\":20,\"userId\":\"v1\",\"nickname\":\"Ann\",\"clientData\":\"{\\\"order\\\":7}\",\"callee\":\"shop\"");
    assert_has(sim_find(m, MEDIA, "tone"), "\"ring\"");
    sim_command(m, "Video.accept", accept_in);
    sim_run(m, 100);
    assert_int_equal(m->server.executed[WIRE_VIDEO_ACCEPT], 1);
    assert_int_equal(sim_count(m, MEDIA, "\"video\""), 0); /* nobody is there before the server says so */
    call->state = WIRE_TALKING;
    server_simple(&m->server, call, WIRE_EV_USER_ACCESSED);
    sim_run(m, 100);
    assert_has(sim_find(m, MEDIA, "\"video\""), "{\"op\":\"video\",\"sessionId\":\"session-1\",\"run\":true,\"audioMuted\":false,\"videoMuted\":false}");
    sim_command(m, "Video.end", accept_in);
    assert_has(sim_find(m, MEDIA, "\"video\""), "\"run\":false"); /* at once, whatever the connection does */
    sim_run(m, 100);
    assert_int_equal(m->server.executed[WIRE_VIDEO_END], 1);
    sim_free(m);
}

static void mutes_are_orders_for_the_page_and_told_to_the_other_side(void **state) {
    (void)state;
    sim *m = sim_ready(2);
    taken(m);
    sim_command(m, "Video.muteVideo", accept_in);
    assert_has(sim_find(m, MEDIA, "\"video\""), "\"audioMuted\":false,\"videoMuted\":true");
    sim_command(m, "Video.muteMic", accept_in);
    assert_has(sim_find(m, MEDIA, "\"video\""), "\"audioMuted\":true,\"videoMuted\":true");
    sim_command(m, "Video.muteMic", accept_in); /* is so already */
    sim_command(m, "Video.unmuteVideo", accept_in);
    assert_has(sim_find(m, MEDIA, "\"video\""), "\"audioMuted\":true,\"videoMuted\":false");
    sim_run(m, 100);
    assert_int_equal(m->server.executed[WIRE_VIDEO_MUTE], 3);
    wire_event event = { .name = WIRE_EV_VIDEO_MUTED, .session_id = "session-1" };
    event.video_muted.video = true;
    server_event(&m->server, &event);
    sim_run(m, 100);
    assert_has(sim_find(m, EVENT, "videoMuted"), "{\"sessionId\":\"session-1\",\"from\":\"client\",\"audio\":false,\"video\":true}");
    sim_free(m);
}

static void on_hold_nothing_is_sent_and_what_was_muted_stays_so(void **state) {
    (void)state;
    sim *m = sim_ready(5);
    taken(m);
    sim_command(m, "Video.muteMic", accept_in);
    sim_command(m, "Video.hold", accept_in);
    sim_run(m, 100);
    assert_has(sim_find(m, MEDIA, "\"video\""), "\"run\":true,\"audioMuted\":true,\"videoMuted\":false,\"held\":true}");
    assert_has(sim_find(m, EVENT, "held"), "\"held\":true");
    sim_command(m, "Video.unHold", accept_in);
    sim_run(m, 100);
    assert_has(sim_find(m, MEDIA, "\"video\""), "\"audioMuted\":true,\"videoMuted\":false}");
    assert_int_equal(m->server.executed[WIRE_VIDEO_UNHOLD], 1);
    sim_free(m);
}

static void methods_of_the_wrong_kind_are_refused_by_a_sentence_that_names_the_right_ones(void **state) {
    (void)state;
    sim *m = sim_ready(3);
    offered(m);
    assert_has(sim_result(m, sim_session_command(m, "Call.accept", "session-1")), "Call.accept: the session is a video session. Use the methods of Video.");
    assert_has(sim_result(m, sim_command(m, "Video.offer", "{\"sessionId\":\"session-1\",\"sdp\":\"v=0\"}")), "\"code\":\"STATE\"");
    assert_has(sim_result(m, sim_command(m, "Video.transfer", accept_in)), "\"code\":\"ARG_MISSING\"");
    assert_has(sim_result(m, sim_session_command(m, "Video.accept", "session-9")), "\"code\":\"NOT_FOUND\"");
    server_call_in(&m->server, "13900000002");
    sim_run(m, 100);
    assert_has(sim_result(m, sim_session_command(m, "Video.accept", "session-2")), "Video.accept: the session is a call. Use the methods of Call.");
    sim_free(m);
}

static void a_session_that_the_visitor_ends_stops_its_connection_and_can_be_deleted(void **state) {
    (void)state;
    sim *m = sim_ready(4);
    server_call *call = taken(m);
    wire_event event = { .name = WIRE_EV_SESSION_ENDED, .session_id = call->id };
    event.ended = (wire_session_ended){ .type = WIRE_VIDEO, .close_by = WIRE_BY_CLIENT };
    server_event(&m->server, &event);
    sim_run(m, 100);
    assert_has(sim_find(m, MEDIA, "\"video\""), "\"run\":false");
    uint32_t id = sim_session_command(m, "Video.deleteVideo", call->id);
    sim_run(m, 100);
    assert_has(sim_result(m, id), "success");
    assert_has(sim_find(m, EVENT, "sessionCompleted"), "session-1");
    sim_free(m);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_video_session_rings_is_accepted_and_its_connection_runs_until_the_end),
        cmocka_unit_test(mutes_are_orders_for_the_page_and_told_to_the_other_side),
        cmocka_unit_test(on_hold_nothing_is_sent_and_what_was_muted_stays_so),
        cmocka_unit_test(methods_of_the_wrong_kind_are_refused_by_a_sentence_that_names_the_right_ones),
        cmocka_unit_test(a_session_that_the_visitor_ends_stops_its_connection_and_can_be_deleted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
