/* test_wire.c: tccc.v1 messages both ways, their bounds and the sentences of what is wrong. Layer: tests. */
#include "core/wire.h"

#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "tccc/error.h"

#define TAB "11111111-2222-4333-8444-555555555555"
#define KEY "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static wire_failure why;

static int parse(enum wire_side from, const char *text, wire_message *message) {
    return wire_parse(message, from, text, strlen(text), &why);
}

static void assert_bad(enum wire_side from, const char *text, int error, uint32_t answer_id, const char *sentence) {
    wire_message message;
    assert_int_equal(parse(from, text, &message), error);
    assert_int_equal(why.error, error);
    assert_int_equal(why.answer_id, answer_id);
    assert_string_equal(why.message, sentence);
    wire_free(&message); /* nothing is left, and that is allowed */
}

static void assert_prints(const wire_message *message, const char *expected) {
    static char text[WIRE_TEXT_MAX + 1];
    int length = wire_print(message, text, sizeof text);
    assert_string_equal(text, expected);
    assert_int_equal(length, (int)strlen(expected));
    assert_int_equal(wire_print(message, text, (size_t)length), TCCC_E_TOO_LARGE);
    assert_int_equal(wire_print(message, text, (size_t)length + 1), length);
}

static void hello_carries_one_of_two_tokens(void **state) {
    (void)state;
    wire_message in, out = { .kind = WIRE_HELLO, .hello = { .token = "abc", .tab = TAB, .sdk = "0.1.0" } };
    assert_prints(&out, "{\"t\":\"hello\",\"v\":1,\"token\":\"abc\",\"tab\":\"" TAB "\",\"sdk\":\"0.1.0\"}");
    assert_int_equal(parse(WIRE_FROM_CLIENT, "{\"t\":\"hello\",\"v\":1,\"token\":\"abc\",\"tab\":\"" TAB "\",\"lastSeq\":0}", &in), 0);
    assert_true(in.hello.has_last_seq && in.hello.last_seq == 0 && !in.hello.sdk && !in.hello.resume);
    wire_free(&in);
    assert_bad(WIRE_FROM_CLIENT, "{\"t\":\"hello\",\"v\":1,\"tab\":\"" TAB "\"}", TCCC_E_ARG_MISSING, 0, "hello: token is missing.");
    assert_bad(WIRE_FROM_CLIENT, "{\"t\":\"hello\",\"v\":2,\"token\":\"a\",\"tab\":\"" TAB "\"}", TCCC_E_PROTOCOL, 0, "hello: v must be 1.");
    assert_bad(WIRE_FROM_CLIENT, "{\"t\":\"hello\",\"v\":1,\"token\":\"a\",\"tab\":\"x\"}", TCCC_E_ARG_RANGE, 0, "hello: tab must have 36 to 36 bytes.");
    assert_bad(WIRE_FROM_CLIENT, "{\"t\":\"hello\",\"v\":1,\"resume\":\"zz\",\"tab\":\"" TAB "\"}", TCCC_E_ARG_RANGE, 0,
               "hello: resume must have 64 to 64 bytes.");
}

static void a_request_with_a_wrong_argument_can_be_answered(void **state) {
    (void)state;
    assert_bad(WIRE_FROM_CLIENT, "{\"t\":\"req\",\"id\":5,\"m\":\"call.start\",\"a\":{\"phoneNumber\":1}}", TCCC_E_ARG_TYPE, 5,
               "call.start: phoneNumber must be a string.");
    assert_bad(WIRE_FROM_CLIENT, "{\"t\":\"req\",\"id\":5,\"m\":\"call.start\",\"a\":{\"phoneNumber\":\"1\",\"servingNumberGroupIds\":[1]}}",
               TCCC_E_ARG_TYPE, 5, "call.start: servingNumberGroupIds must be an array of strings.");
    assert_bad(WIRE_FROM_CLIENT, "{\"t\":\"req\",\"id\":5,\"m\":\"call.digits\",\"a\":{\"sessionId\":\"s\",\"digits\":\"12a\"}}", TCCC_E_ARG_RANGE, 5,
               "call.digits: digits must be of 0-9, *, # and A-D.");
    assert_bad(WIRE_FROM_CLIENT, "{\"t\":\"req\",\"id\":5,\"m\":\"call.fly\",\"a\":{}}", TCCC_E_PROTOCOL, 5, "req: m names no method.");
    assert_bad(WIRE_FROM_CLIENT, "{\"t\":\"req\",\"id\":5,\"m\":\"call.accept\"}", TCCC_E_ARG_MISSING, 5, "call.accept: a is missing.");
    assert_bad(WIRE_FROM_CLIENT, "{\"t\":\"req\",\"id\":0,\"m\":\"agent.online\",\"a\":{}}", TCCC_E_ARG_RANGE, 0,
               "req: id must be a whole number from 1 to 2147483647.");
}

static void what_is_no_message_is_told_so(void **state) {
    (void)state;
    assert_bad(WIRE_FROM_CLIENT, "", TCCC_E_FORMAT, 0, "message: The data has a wrong form.");
    assert_bad(WIRE_FROM_CLIENT, "[]", TCCC_E_ARG_TYPE, 0, "message: The value must be an object.");
    assert_bad(WIRE_FROM_CLIENT, "{\"t\":\"zz\"}", TCCC_E_PROTOCOL, 0, "message: t names no message.");
    assert_bad(WIRE_FROM_CLIENT, "{\"t\":\"welcome\"}", TCCC_E_PROTOCOL, 0, "welcome: t is not for this side to send.");
    assert_bad(WIRE_FROM_SERVER, "{\"t\":\"ack\",\"seq\":1}", TCCC_E_PROTOCOL, 0, "ack: t is not for this side to send.");
    assert_bad(WIRE_FROM_SERVER, "{\"t\":\"ev\",\"seq\":1,\"e\":\"zz\",\"d\":{}}", TCCC_E_PROTOCOL, 0, "ev: e names no event.");
    assert_bad(WIRE_FROM_SERVER, "{\"t\":\"ev\",\"seq\":1,\"e\":\"media\",\"d\":{\"sessionId\":\"s\",\"op\":\"start\",\"channel\":4}}",
               TCCC_E_ARG_RANGE, 0, "media: channel must be a whole number from 0 to 3.");
    assert_bad(WIRE_FROM_SERVER, "{\"t\":\"res\",\"id\":1,\"ok\":false,\"error\":{\"code\":\"X\",\"message\":\"\"}}", TCCC_E_ARG_MISSING, 0,
               "res: error: remedy is missing.");
}

static void a_message_is_at_most_64_kib(void **state) {
    (void)state;
    char *text = malloc(WIRE_TEXT_MAX + 1);
    memset(text, ' ', WIRE_TEXT_MAX + 1);
    memcpy(text, "{\"t\":\"bye\"}", 11);
    wire_message message;
    assert_int_equal(wire_parse(&message, WIRE_FROM_CLIENT, text, WIRE_TEXT_MAX, NULL), 0);
    wire_free(&message);
    assert_int_equal(wire_parse(&message, WIRE_FROM_CLIENT, text, WIRE_TEXT_MAX + 1, NULL), TCCC_E_TOO_LARGE);
    memset(text, 'x', WIRE_TEXT_MAX);
    text[WIRE_TEXT_MAX] = 0;
    wire_message large = { .kind = WIRE_REQ, .request = { .id = 1, .method = WIRE_MEDIA_OFFER, .args.sdp = text } };
    static char print[2 * WIRE_TEXT_MAX];
    assert_int_equal(wire_print(&large, print, sizeof print), TCCC_E_TOO_LARGE);
    free(text);
}

static wire_message full_welcome(const wire_session *sessions, int n) {
    wire_message message = { .kind = WIRE_WELCOME };
    message.welcome = (wire_welcome){
        .resume = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", .user_id = "a@example.com", .user_name = "A",
        .status = AGENT_STATUS_REST, .reason = "meal", .sessions = sessions, .n_sessions = n, .seq = 17, .heartbeat_ms = 5000,
        .resume_window_ms = 60000, .ticket = "t-1", .data_channel = true, .websocket = true,
    };
    return message;
}

static void a_welcome_keeps_its_snapshot(void **state) {
    (void)state;
    static char text[WIRE_TEXT_MAX + 1];
    wire_session sessions[2] = {
        { .session_id = "s1", .way = WIRE_WAY_OUT, .state = WIRE_TALKING, .held = true, .caller = "1", .callee = "2", .phone_desc = "d",
          .server_type = WIRE_STAFF_PHONE_SEAT, .timeout_s = 3, .start_ms = 1700000000000, .answer_ms = 1700000000001, .has_media = true,
          .media = { .op = WIRE_MEDIA_START, .channel = 2, .direction = WIRE_RECVONLY, .codec = WIRE_PCMU, .ptime_ms = 20,
                     .suite = WIRE_AES_CM_128_HMAC_SHA1_32, .send_key = KEY, .receive_key = KEY } },
        { .session_id = "s2", .caller = "", .callee = "", .state = WIRE_ENDED },
    };
    wire_message in, out = full_welcome(sessions, 2);
    int length = wire_print(&out, text, sizeof text);
    assert_int_equal(wire_parse(&in, WIRE_FROM_SERVER, text, (size_t)length, &why), 0);
    const wire_session *one = &in.welcome.sessions[0];
    assert_int_equal(in.welcome.n_sessions, 2);
    assert_string_equal(one->session_id, "s1");
    assert_true(one->way == WIRE_WAY_OUT && one->state == WIRE_TALKING && one->held && one->start_ms == 1700000000000);
    assert_true(one->media.suite == WIRE_AES_CM_128_HMAC_SHA1_32 && one->media.direction == WIRE_RECVONLY && one->media.channel == 2);
    assert_true(!in.welcome.sessions[1].has_media && !in.welcome.sessions[1].phone_desc);
    assert_true(in.welcome.status == AGENT_STATUS_REST && in.welcome.data_channel && in.welcome.websocket);
    assert_true(json_is_object(in.welcome.settings));
    wire_free(&in);
}

static void a_snapshot_has_at_most_32_sessions(void **state) {
    (void)state;
    static char text[WIRE_TEXT_MAX + 1];
    wire_session sessions[33];
    for (int i = 0; i < 33; i++) sessions[i] = (wire_session){ .session_id = "s", .caller = "", .callee = "" };
    wire_message in, out = full_welcome(sessions, 32);
    int length = wire_print(&out, text, sizeof text);
    assert_int_equal(wire_parse(&in, WIRE_FROM_SERVER, text, (size_t)length, &why), 0);
    wire_free(&in);
    out.welcome.n_sessions = 33;
    length = wire_print(&out, text, sizeof text);
    assert_int_equal(wire_parse(&in, WIRE_FROM_SERVER, text, (size_t)length, &why), TCCC_E_ARG_RANGE);
    assert_string_equal(why.message, "welcome: sessions must have at most 32 elements.");
}

static void a_message_cut_anywhere_is_refused(void **state) {
    (void)state;
    static char text[WIRE_TEXT_MAX + 1];
    wire_session session = { .session_id = "s1", .caller = "\xe5\xbc\xa0", .callee = "2" };
    wire_message in, out = full_welcome(&session, 1);
    int length = wire_print(&out, text, sizeof text);
    for (int cut = 0; cut < length; cut++) {
        char *exact = malloc((size_t)cut + 1); /* AddressSanitizer stands guard behind it */
        memcpy(exact, text, (size_t)cut);
        assert_int_not_equal(wire_parse(&in, WIRE_FROM_SERVER, exact, (size_t)cut, &why), 0);
        free(exact);
    }
}

static void results_are_read_by_their_method(void **state) {
    (void)state;
    static const char call[] = "{\"t\":\"res\",\"id\":9,\"ok\":true,\"r\":{\"sessionId\":\"s1\",\"callerPhoneNumber\":\"1\",\"calleePhoneNumber\":\"2\","
                               "\"calleeLocation\":\"Beijing\",\"serverType\":\"staffSeat\"}}";
    wire_message in;
    wire_result result;
    assert_int_equal(parse(WIRE_FROM_SERVER, call, &in), 0);
    assert_int_equal(wire_read_result(WIRE_CALL_START, in.answer.raw, &result, &why), 0);
    assert_string_equal(result.callee_location, "Beijing");
    assert_null(result.remark);
    assert_int_equal(wire_read_result(WIRE_CALL_ACCEPT, in.answer.raw, &result, &why), 0);
    assert_int_equal(wire_read_result(WIRE_AGENT_ONLINE, in.answer.raw, &result, &why), TCCC_E_ARG_MISSING);
    assert_string_equal(why.message, "agent.online: status is missing.");
    wire_free(&in);
    wire_message out = { .kind = WIRE_RES, .answer = { .id = 9, .ok = true, .method = WIRE_CALL_START } };
    out.answer.result = (wire_result){ .session_id = "s1", .caller = "1", .callee = "2", .callee_location = "Beijing" };
    assert_prints(&out, call);
}

static void a_directory_is_told_and_passed_on(void **state) {
    (void)state;
    static const char told[] =
        "{\"t\":\"res\",\"id\":3,\"ok\":true,\"r\":{\"groups\":[{\"skillGroupId\":\"7\",\"skillGroupName\":\"sales\",\"online\":2,\"free\":1,"
        "\"waiting\":4}],\"agents\":[{\"userId\":\"a@x\",\"name\":\"A\",\"status\":\"rest\",\"skillGroupIds\":[\"7\"],\"extension\":\"1001\"}],"
        "\"flows\":[{\"flowId\":\"5\",\"name\":\"rating\"}],\"restReasons\":[],\"more\":true}}";
    static const char *const ids[] = { "7" };
    const wire_directory_group group = { "7", "sales", 2, 1, 4 };
    const wire_directory_agent agent = { "a@x", "A", AGENT_STATUS_REST, ids, 1, "1001", false };
    const wire_directory_flow flow = { "5", "rating" };
    const wire_directory directory = { .groups = &group, .agents = &agent, .flows = &flow, .n_groups = 1, .n_agents = 1, .n_flows = 1, .more = true };
    wire_message in, out = { .kind = WIRE_RES, .answer = { .id = 3, .ok = true, .method = WIRE_DIRECTORY_GET, .result = { .directory = &directory } } };
    assert_prints(&out, told);
    assert_int_equal(parse(WIRE_FROM_SERVER, told, &in), 0);
    wire_result result;
    assert_int_equal(wire_read_result(WIRE_DIRECTORY_GET, in.answer.raw, &result, &why), 0);
    out.answer.result = result; /* as the engine hands it to the page */
    assert_prints(&out, told);
    wire_free(&in);
    assert_int_equal(parse(WIRE_FROM_SERVER, "{\"t\":\"res\",\"id\":3,\"ok\":true,\"r\":{\"groups\":[],\"agents\":[],\"flows\":{}}}", &in), 0);
    assert_int_equal(wire_read_result(WIRE_DIRECTORY_GET, in.answer.raw, &result, &why), TCCC_E_ARG_TYPE);
    assert_string_equal(why.message, "directory.get: flows must be an array.");
    wire_free(&in);
}

static void a_page_tells_of_its_microphone(void **state) {
    (void)state;
    wire_message in, out = { .kind = WIRE_REQ, .request = { .id = 2, .method = WIRE_AGENT_DEVICE, .args.microphone = WIRE_DEVICE_DENIED } };
    assert_prints(&out, "{\"t\":\"req\",\"id\":2,\"m\":\"agent.device\",\"a\":{\"microphone\":\"denied\"}}");
    assert_int_equal(parse(WIRE_FROM_CLIENT, "{\"t\":\"req\",\"id\":2,\"m\":\"agent.device\",\"a\":{\"microphone\":\"lost\"}}", &in), 0);
    assert_int_equal(in.request.args.microphone, WIRE_DEVICE_LOST);
    wire_free(&in);
    assert_bad(WIRE_FROM_CLIENT, "{\"t\":\"req\",\"id\":2,\"m\":\"agent.device\",\"a\":{\"microphone\":\"gone\"}}", TCCC_E_ARG_RANGE, 2,
               "agent.device: microphone must be one of ok, lost, denied.");
}

static void errors_carry_name_sentence_and_remedy(void **state) {
    (void)state;
    wire_message bye = { .kind = WIRE_BYE, .bye = { true, wire_error_of(TCCC_E_REPLAY, NULL) } };
    assert_prints(&bye, "{\"t\":\"bye\",\"error\":{\"code\":\"REPLAY\",\"message\":\"The packet was received before.\","
                        "\"remedy\":\"Nothing needs to be done; the packet is dropped.\"}}");
    assert_string_equal(wire_error_of(TCCC_E_TIMEOUT, "mine").message, "mine");
    assert_int_equal(wire_error_value("KICKED"), TCCC_E_KICKED);
    assert_int_equal(wire_error_value("no such"), TCCC_E_INTERNAL);
}

static void the_sdk_s_events_have_their_fields(void **state) {
    (void)state;
    static const wire_ivr_key key = { "1", "sales" };
    wire_message out = { .kind = WIRE_EV, .event = { .seq = 4, .name = WIRE_EV_CALL_IN, .session_id = "s1" } };
    out.event.call_in = (wire_call_in){ .timeout_s = 8, .callee = "4001234567", .ivr_path = &key, .n_ivr_path = 1 };
    assert_prints(&out, "{\"t\":\"ev\",\"seq\":4,\"e\":\"callIn\",\"d\":{\"sessionId\":\"s1\",\"type\":\"phone\",\"timeout\":8,"
                        "\"calleePhoneNumber\":\"4001234567\",\"ivrPath\":[{\"key\":\"1\",\"label\":\"sales\"}],\"serverType\":\"staffSeat\"}}");
    out = (wire_message){ .kind = WIRE_EV, .event = { .seq = 5, .name = WIRE_EV_SESSION_ENDED, .session_id = "s1" } };
    out.event.ended = (wire_session_ended){ .duration_s = 9.614, .close_by = WIRE_BY_ADMIN, .main_reason = "busy", .sub_reason = "486" };
    assert_prints(&out, "{\"t\":\"ev\",\"seq\":5,\"e\":\"sessionEnded\",\"d\":{\"sessionId\":\"s1\",\"type\":\"phone\",\"duration\":9.614,"
                        "\"closeBy\":\"admin\",\"mainReason\":\"busy\",\"subReason\":\"486\"}}");
    out = (wire_message){ .kind = WIRE_EV, .event = { .seq = 6, .name = WIRE_EV_TRANSFER, .session_id = "s1" } };
    out.event.transfer.skill_group_id = "334";
    assert_prints(&out, "{\"t\":\"ev\",\"seq\":6,\"e\":\"transfer\",\"d\":{\"sessionId\":\"s1\",\"skillGroupId\":\"334\"}}");
}

static void a_transcript_has_its_fields_and_bounds(void **state) {
    (void)state;
    static const wire_asr_word word = { "please", 300, 800, true };
    static const char text[] = "{\"t\":\"ev\",\"seq\":7,\"e\":\"asr\",\"d\":{\"sessionId\":\"s1\",\"result\":{\"slice_type\":2,\"index\":3,"
                               "\"start_time\":250,\"end_time\":900,\"voice_text_str\":\"please\",\"word_size\":1,\"word_list\":[{\"word\":\"please\","
                               "\"start_time\":300,\"end_time\":800,\"stable_flag\":1}]},\"flow\":\"OUT\"}}";
    wire_message in, out = { .kind = WIRE_EV, .event = { .seq = 7, .name = WIRE_EV_ASR, .session_id = "s1" } };
    out.event.asr = (wire_asr){ .flow = WIRE_FLOW_OUT, .slice = WIRE_SLICE_END, .index = 3, .start_ms = 250, .end_ms = 900, .text = "please",
                                .words = &word, .n_words = 1 };
    assert_prints(&out, text);
    assert_int_equal(parse(WIRE_FROM_SERVER, text, &in), 0);
    const wire_asr *asr = &in.event.asr;
    assert_true(asr->flow == WIRE_FLOW_OUT && asr->slice == WIRE_SLICE_END && asr->index == 3 && asr->n_words == 1 && asr->words[0].stable);
    assert_string_equal(asr->words[0].text, "please");
    wire_free(&in);
    assert_bad(WIRE_FROM_SERVER, "{\"t\":\"ev\",\"seq\":1,\"e\":\"asr\",\"d\":{\"sessionId\":\"s\",\"flow\":\"in\",\"result\":{}}}", TCCC_E_ARG_RANGE, 0,
               "asr: flow must be one of IN, OUT.");
    assert_bad(WIRE_FROM_SERVER, "{\"t\":\"ev\",\"seq\":1,\"e\":\"asr\",\"d\":{\"sessionId\":\"s\",\"flow\":\"IN\",\"result\":{\"slice_type\":3}}}", TCCC_E_ARG_RANGE, 0,
               "asr: result: slice_type must be a whole number from 0 to 2.");
}

#define SAYS(test, name) { name, test, NULL, NULL, NULL }

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hello_carries_one_of_two_tokens),
        cmocka_unit_test(a_request_with_a_wrong_argument_can_be_answered),
        cmocka_unit_test(what_is_no_message_is_told_so),
        cmocka_unit_test(a_message_is_at_most_64_kib),
        cmocka_unit_test(a_welcome_keeps_its_snapshot),
        cmocka_unit_test(a_snapshot_has_at_most_32_sessions),
        cmocka_unit_test(a_message_cut_anywhere_is_refused),
        cmocka_unit_test(results_are_read_by_their_method),
        cmocka_unit_test(a_directory_is_told_and_passed_on),
        cmocka_unit_test(a_page_tells_of_its_microphone),
        cmocka_unit_test(errors_carry_name_sentence_and_remedy),
        SAYS(a_transcript_has_its_fields_and_bounds, "SDK-168, SDK-169, SDK-170: a transcript has its fields and bounds"),
        SAYS(the_sdk_s_events_have_their_fields, "SDK-105 to SDK-115, SDK-153 to SDK-156, SDK-164: the SDK's events have their fields"),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
