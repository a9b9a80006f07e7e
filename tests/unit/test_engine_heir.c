/* test_engine_heir.c: one page of several goes on where another one was. Layer: tests. Source: docs/tabs.md. */
#include "seat_simulation.h"

#include "cmocka_all.h"

#define EVENT TCCC_OUT_EVENT
#define MEDIA TCCC_OUT_MEDIA

static char mirror[TCCC_COMMAND_MAX];

static void share(const sim *m) { assert_true(tccc_engine_mirror(m->engine, mirror, sizeof mirror) > 0); }

static server_call *talking(sim *m) {
    server_call *call = server_call_in(&m->server, "13900000002");
    sim_run(m, 100);
    sim_session_command(m, "Call.accept", call->id);
    sim_run(m, 300);
    assert_int_equal(call->state, WIRE_TALKING);
    return call;
}

static void an_heir_has_the_calls_and_opens_their_sound_without_telling_anything_again(void **state) {
    (void)state;
    sim *m = sim_ready(1);
    talking(m);
    sim_session_command(m, "Call.muteMic", "session-1");
    sim_run(m, 100);
    share(m);
    assert_null(strstr(mirror, "sendKey"));
    sim_inherit(m, mirror);
    sim_run(m, 500);
    assert_int_equal(sim_count(m, EVENT, "\"event\""), sim_count(m, EVENT, "mediaPath"));
    assert_non_null(sim_find(m, MEDIA, "\"op\":\"open\",\"channel\":0,\"sessionId\":\"session-1\""));
    assert_non_null(strstr(sim_find(m, MEDIA, "\"op\":\"direct\""), "\"send\":true,\"receive\":true,\"muted\":true"));
    assert_non_null(strstr(sim_result(m, sim_command(m, "Session.list", "{}")), "\"state\":\"talking\""));
    sim_session_command(m, "Call.hungUp", "session-1");
    sim_run(m, 200);
    assert_non_null(sim_find(m, EVENT, "sessionEnded"));
    sim_free(m);
}

static void what_happened_meanwhile_is_told_once_and_in_order(void **state) {
    (void)state;
    sim *m = sim_ready(2);
    server_call *call = talking(m);
    share(m);
    server_held(&m->server, call, true); /* acknowledged by the page before, but not shared */
    sim_run(m, 2000);
    server_end(&m->server, call, WIRE_BY_CLIENT, NULL, NULL);
    sim_inherit(m, mirror);
    sim_run(m, 500);
    assert_int_equal(sim_count(m, EVENT, "\"event\":\"held\""), 1);
    assert_int_equal(sim_count(m, EVENT, "\"event\":\"sessionEnded\""), 1);
    assert_true(sim_place(m, EVENT, "held") < sim_place(m, EVENT, "sessionEnded"));
    assert_int_equal(sim_count(m, EVENT, "reconnected") + sim_count(m, EVENT, "ready"), 0);
    sim_free(m);
}

static void events_carry_the_number_of_what_they_tell(void **state) {
    (void)state;
    sim *m = sim_ready(3);
    uint64_t before = outbox_last_seq(m->server.box);
    server_call_in(&m->server, "13900000002");
    sim_run(m, 100);
    int place = sim_place(m, EVENT, "callIn");
    assert_true(place >= 0 && (uint64_t)m->records[place].index > before && (uint64_t)m->records[place].index <= outbox_last_seq(m->server.box));
    assert_int_equal(m->records[sim_place(m, EVENT, "ready")].index, 0);
    sim_free(m);
}

static void a_call_rings_on_and_is_accepted_by_the_heir(void **state) {
    (void)state;
    sim *m = sim_ready(4);
    server_call *call = server_call_in(&m->server, "13900000002");
    sim_run(m, 100);
    share(m);
    sim_inherit(m, mirror);
    assert_int_equal(sim_count(m, MEDIA, "tone"), 0);
    sim_run(m, 200);
    assert_non_null(strstr(sim_find(m, MEDIA, "tone"), "\"ring\""));
    sim_command(m, "Call.accept", "{\"sessionId\":\"session-1\",\"tabUUID\":\"" SIM_TAB "\"}");
    sim_run(m, 200);
    assert_int_equal(call->state, WIRE_TALKING);
    sim_free(m);
}

static void an_heir_that_cannot_connect_says_so_and_ends_its_calls_with_the_window(void **state) {
    (void)state;
    sim *m = sim_ready(5);
    talking(m);
    share(m);
    m->down = true;
    sim_inherit(m, mirror);
    sim_run(m, 3000);
    assert_int_equal(sim_count(m, EVENT, "connectionLost"), 1);
    assert_true(sim_place(m, EVENT, "connectionLost") < sim_place(m, EVENT, "reconnecting"));
    sim_run(m, 70000);
    assert_non_null(sim_find(m, EVENT, "sessionEnded"));
    share(m);
    assert_non_null(strstr(mirror, "\"forsaken\":true"));
    sim_inherit(m, mirror); /* the next one knows that the calls are over, and tells nothing again */
    int told = sim_count(m, EVENT, "\"event\":\"error\"");
    sim_run(m, 120000);
    assert_int_equal(sim_count(m, EVENT, "\"event\":\"error\""), told);
    m->down = false;
    sim_run(m, 30000);
    assert_int_equal(sim_count(m, EVENT, "\"event\":\"reconnected\""), 1);
    sim_free(m);
}

static void who_inherits_a_lost_connection_tells_that_it_is_back(void **state) {
    (void)state;
    sim *m = sim_ready(6);
    m->down = true;
    sim_cut(m, true);
    share(m);
    m->down = false;
    sim_inherit(m, mirror);
    sim_run(m, 500);
    assert_int_equal(sim_count(m, EVENT, "reconnected"), 1);
    assert_int_equal(sim_count(m, EVENT, "connectionLost"), 0);
    sim_free(m);
}

static void a_mirror_that_is_none_is_refused(void **state) {
    static const char *const bad[] = { "", "x", "{}", "{\"lastSeq\":1,\"resume\":\"00\",\"status\":\"free\",\"lost\":false,\"sessions\":[]}",
        "{\"lastSeq\":1,\"resume\":\"0000000000000000000000000000000000000000000000000000000000000000\",\"status\":\"free\",\"lost\":false,\"sessions\":[{}]}" };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        tccc_engine_config config = { .tab_uuid = SIM_TAB, .sdk_version = "", .mirror = bad[i] };
        int error = 0;
        assert_null(tccc_engine_new(&config, 0, &error));
        assert_int_equal(error, TCCC_E_FORMAT);
    }
}

static void another_network_is_tried_at_once(void **state) {
    (void)state;
    sim *m = sim_ready(7);
    m->down = true;
    sim_cut(m, true);
    sim_run(m, 20000);
    m->down = false;
    tccc_engine_network(m->engine, m->now_ms);
    sim_run(m, 200);
    assert_int_equal(sim_count(m, EVENT, "\"event\":\"reconnected\""), 1);
    sim_free(m);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_heir_has_the_calls_and_opens_their_sound_without_telling_anything_again),
        cmocka_unit_test(what_happened_meanwhile_is_told_once_and_in_order),
        cmocka_unit_test(events_carry_the_number_of_what_they_tell),
        cmocka_unit_test(a_call_rings_on_and_is_accepted_by_the_heir),
        cmocka_unit_test(an_heir_that_cannot_connect_says_so_and_ends_its_calls_with_the_window),
        cmocka_unit_test(who_inherits_a_lost_connection_tells_that_it_is_back),
        cmocka_unit_test(a_mirror_that_is_none_is_refused),
        cmocka_unit_test(another_network_is_tried_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
