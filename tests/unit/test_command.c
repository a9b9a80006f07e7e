/* test_command.c: the page's commands, their options and what is said about wrong ones. Layer: tests. */
#include "core/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "tccc/error.h"

static void assert_refused(const char *text, int error, uint32_t id, const char *sentence) {
    command command;
    wire_failure why;
    assert_int_equal(command_parse(&command, text, strlen(text), &why), error);
    assert_int_equal(command.id, id);
    assert_string_equal(why.message, sentence);
}

static command good(const char *text) {
    command command;
    wire_failure why;
    if (command_parse(&command, text, strlen(text), &why) != 0) fail_msg("%s: %s", text, why.message);
    return command;
}

static void a_session_is_named_by_an_object_or_a_bare_string(void **state) {
    (void)state;
    static const char *const names[] = { "accept", "end", "hungUp", "deleteCall", "muteMic", "unmuteMic", "isMicMuted", "hold", "unHold" };
    char text[128];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        static const char *const forms[] = { "\"s-1\"", "{\"sessionId\":\"s-1\"}" };
        for (int form = 0; form < 2; form++) {
            snprintf(text, sizeof text, "{\"id\":3,\"cmd\":\"Call.%s\",\"args\":%s}", names[i], forms[form]);
            command command = good(text);
            assert_int_equal(command.id, 3);
            assert_string_equal(command.args.session_id, "s-1");
            command_free(&command);
        }
    }
}

static void every_option_of_a_start_is_taken(void **state) {
    (void)state;
    command command = good("{\"id\":1,\"cmd\":\"Call.startOutboundCall\",\"args\":{\"phoneNumber\":\"+8613800000001\",\"phoneDesc\":\"d\",\"uui\":\"u\","
                           "\"skillGroupId\":\"334\",\"callerPhoneNumber\":\"0755\",\"servingNumberGroupIds\":[\"a\",\"b\"],\"phoneEncodeType\":\"number\"}}");
    const wire_args *args = &command.args;
    assert_string_equal(args->phone_number, "+8613800000001");
    assert_string_equal(args->phone_desc, "d");
    assert_string_equal(args->uui, "u");
    assert_string_equal(args->skill_group_id, "334");
    assert_string_equal(args->caller_phone_number, "0755");
    assert_true(args->n_number_groups == 2 && strcmp(args->number_groups[1], "b") == 0 && args->real_number);
    command_free(&command);
}

static void digits_are_optional_but_checked(void **state) {
    (void)state;
    command command = good("{\"id\":1,\"cmd\":\"Call.sendDigits\",\"args\":{\"sessionId\":\"s\",\"dtmfText\":\"0123456789*#ABCD\"}}");
    assert_string_equal(command.args.digits, "0123456789*#ABCD");
    command_free(&command);
    command = good("{\"id\":1,\"cmd\":\"Call.sendDigits\",\"args\":{\"sessionId\":\"s\"}}");
    assert_null(command.args.digits);
    command_free(&command);
    assert_refused("{\"id\":1,\"cmd\":\"Call.sendDigits\",\"args\":{\"sessionId\":\"s\",\"dtmfText\":\"e\"}}", TCCC_E_ARG_RANGE, 1,
                   "Call.sendDigits: dtmfText must be of 0-9, *, # and A-D.");
    assert_refused("{\"id\":1,\"cmd\":\"Call.sendDigits\",\"args\":{\"sessionId\":\"s\",\"dtmfText\":12}}", TCCC_E_ARG_TYPE, 1,
                   "Call.sendDigits: dtmfText must be a string.");
}

static void wrong_options_are_named(void **state) {
    (void)state;
    assert_refused("{\"id\":1,\"cmd\":\"Call.startOutboundCall\"}", TCCC_E_ARG_MISSING, 1, "Call.startOutboundCall: phoneNumber is missing.");
    assert_refused("{\"id\":1,\"cmd\":\"Call.startOutboundCall\",\"args\":{\"phoneNumber\":\"\"}}", TCCC_E_ARG_RANGE, 1,
                   "Call.startOutboundCall: phoneNumber must have 1 to 32 bytes.");
    assert_refused("{\"id\":1,\"cmd\":\"Call.startOutboundCall\",\"args\":{\"phoneNumber\":\"1\",\"phoneEncodeType\":\"base64\"}}", TCCC_E_ARG_RANGE, 1,
                   "Call.startOutboundCall: phoneEncodeType must be one of number.");
    assert_refused("{\"id\":1,\"cmd\":\"Call.hold\",\"args\":{}}", TCCC_E_ARG_MISSING, 1, "Call.hold: sessionId is missing.");
    assert_refused("{\"id\":1,\"cmd\":\"Call.hold\",\"args\":7}", TCCC_E_ARG_TYPE, 1, "Call.hold: The value must be an object.");
    assert_refused("{\"id\":1,\"cmd\":\"Call.hold\",\"args\":\"\"}", TCCC_E_ARG_RANGE, 1, "Call.hold: sessionId must have 1 to 64 bytes.");
    assert_refused("{\"id\":1,\"cmd\":\"Agent.setStatus\",\"args\":{\"status\":\"busy\"}}", TCCC_E_ARG_RANGE, 1,
                   "Agent.setStatus: status must be one of free, rest, arrange, notReady, stopNotReady.");
    assert_refused("{\"id\":1,\"cmd\":\"Fax.accept\",\"args\":{}}", TCCC_E_ARG_RANGE, 1, "Fax.accept: there is no such command.");
    assert_refused("{\"id\":1}", TCCC_E_ARG_MISSING, 1, "command: cmd is missing.");
}

static void without_an_id_there_is_nobody_to_answer(void **state) {
    (void)state;
    assert_refused("{\"cmd\":\"Call.hold\"}", TCCC_E_FORMAT, 0, "command: id is missing.");
    assert_refused("{\"id\":0,\"cmd\":\"Call.hold\"}", TCCC_E_FORMAT, 0, "command: id must be a whole number from 1 to 2147483647.");
    assert_refused("Call.hold", TCCC_E_FORMAT, 0, "command: The data has a wrong form.");
    char *large = malloc(WIRE_TEXT_MAX + 1);
    command command;
    wire_failure why;
    memset(large, ' ', WIRE_TEXT_MAX + 1);
    assert_int_equal(command_parse(&command, large, WIRE_TEXT_MAX + 1, &why), TCCC_E_TOO_LARGE);
    free(large);
}

#define SAYS(test, name) { name, test, NULL, NULL, NULL }

int main(void) {
    const struct CMUnitTest tests[] = {
        SAYS(a_session_is_named_by_an_object_or_a_bare_string, "AMB-02 a session is named by an object or a bare string"),
        SAYS(every_option_of_a_start_is_taken, "SDK-029 to SDK-035 every option of a start is taken"),
        SAYS(digits_are_optional_but_checked, "SDK-062 digits are optional but checked"),
        SAYS(wrong_options_are_named, "SDK-080 wrong options are named"),
        cmocka_unit_test(without_an_id_there_is_nobody_to_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
