/* test_event.c: events as the page gets them. Layer: tests. */
#include "core/event.h"

#include <string.h>

#include "cmocka_all.h"
#include "tccc/error.h"

static void assert_prints(const event *event, const char *expected) {
    char text[512];
    assert_int_equal(event_print(event, text, sizeof text), (int)strlen(expected));
    assert_string_equal(text, expected);
    assert_int_equal(event_print(event, text, strlen(expected)), TCCC_E_TOO_LARGE);
}

static void the_core_s_own_events_have_flat_fields(void **state) {
    (void)state;
    assert_prints(&(event){ .kind = EVENT_READY, .text = "tab" }, "{\"event\":\"ready\",\"data\":{\"tabUUID\":\"tab\"}}");
    assert_prints(&(event){ .kind = EVENT_TOKEN_EXPIRED, .text = "m" }, "{\"event\":\"tokenExpired\",\"data\":{\"message\":\"m\"}}");
    assert_prints(&(event){ .kind = EVENT_SESSION_COMPLETED, .text = "s" }, "{\"event\":\"sessionCompleted\",\"data\":{\"sessionId\":\"s\"}}");
    assert_prints(&(event){ .kind = EVENT_CONNECTION_LOST, .text = "silent" }, "{\"event\":\"connectionLost\",\"data\":{\"reason\":\"silent\"}}");
    assert_prints(&(event){ .kind = EVENT_RECONNECTING, .reconnecting = { 2, 500 } },
                  "{\"event\":\"reconnecting\",\"data\":{\"attempt\":2,\"delayMs\":500}}");
    assert_prints(&(event){ .kind = EVENT_RECONNECTED, .reconnected = { 1200, true } },
                  "{\"event\":\"reconnected\",\"data\":{\"afterMs\":1200,\"replayed\":true}}");
    assert_prints(&(event){ .kind = EVENT_MEDIA_PATH, .text = "webSocket" }, "{\"event\":\"mediaPath\",\"data\":{\"path\":\"webSocket\"}}");
    assert_prints(&(event){ .kind = EVENT_ERROR, .error = { "IO", "m", "r" } },
                  "{\"event\":\"error\",\"data\":{\"code\":\"IO\",\"message\":\"m\",\"remedy\":\"r\"}}");
}

static void the_server_s_events_pass_as_they_are(void **state) {
    (void)state;
    wire_event wire = { .name = WIRE_EV_CALL_OUTED, .session_id = "s", .call_outed = { .caller = "1", .callee = "2", .server_type = WIRE_STAFF_SEAT } };
    assert_prints(&(event){ .kind = EVENT_WIRE, .wire = &wire },
                  "{\"event\":\"callOuted\",\"data\":{\"sessionId\":\"s\",\"callerPhoneNumber\":\"1\",\"calleePhoneNumber\":\"2\",\"serverType\":\"staffSeat\"}}");
    wire = (wire_event){ .name = WIRE_EV_STATUS_CHANGED, .changed = { .status = AGENT_STATUS_NOT_READY } };
    assert_prints(&(event){ .kind = EVENT_WIRE, .wire = &wire }, "{\"event\":\"statusChanged\",\"data\":{\"status\":\"notReady\"}}");
    wire = (wire_event){ .name = WIRE_EV_AUTO_TRANSFER, .session_id = "s" };
    assert_prints(&(event){ .kind = EVENT_WIRE, .wire = &wire }, "{\"event\":\"autoTransfer\",\"data\":{\"sessionId\":\"s\"}}");
}

#define SAYS(test, name) { name, test, NULL, NULL, NULL }

int main(void) {
    const struct CMUnitTest tests[] = {
        SAYS(the_core_s_own_events_have_flat_fields, "SDK-101 SDK-102 the core's own events have flat fields"),
        SAYS(the_server_s_events_pass_as_they_are, "SDK-151 SDK-157 to SDK-161 SDK-165 the server's events pass as they are"),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
