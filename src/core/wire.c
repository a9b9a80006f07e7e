/* wire.c: names on the wire and its error objects. Layer: core. Source: docs/protocol.md. */
#include "core/wire.h"

#include "tccc/error.h"

#include <string.h>

#define TEXT(name, text) text,
const char *const wire_kind_names[] = { "hello", "welcome", "refuse", "req", "res", "ev", "ack", "ping", "pong", "bye", NULL };
const char *const wire_method_names[] = { WIRE_METHODS(TEXT) NULL };
const char *const wire_event_names[] = { WIRE_EVENTS(TEXT) NULL };
const char *const wire_set_status_names[] = { "free", "rest", "arrange", "notReady", "stopNotReady", NULL };
const char *const wire_device_names[] = { "ok", "lost", "denied", NULL };
const char *const wire_directory_lists[] = { "groups", "agents", "flows", "restReasons", NULL };
const char *const wire_server_type_names[] = { "staffSeat", "staffPhoneSeat", "miniProgramSeat", "staffExtensionSeat", NULL };
const char *const wire_close_by_names[] = { "client", "seat", "admin", "timer", NULL };
const char *const wire_media_op_names[] = { "start", "update", "stop", NULL };
const char *const wire_direction_names[] = { "sendrecv", "sendonly", "recvonly", "inactive", NULL };
const char *const wire_codec_names[] = { "opus", "PCMA", "PCMU", NULL };
const char *const wire_suite_names[] = { "AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32", NULL };
const char *const wire_session_state_names[] = { "offered", "dialing", "ringing", "talking", "ended", "monitoring", NULL };
const char *const wire_way_names[] = { "in", "out", NULL };
const char *const wire_held_by_names[] = { "client", "seat", NULL };
const char *const wire_session_type_names[] = { "phone", "internal", "im", "voip", "video", NULL };
const char *const wire_from_names[] = { "client", "seat", "system", NULL };
const char *const wire_chat_kind_names[] = { "text", "image", "file", NULL };
const char *const wire_consult_names[] = { "ringing", "talking", "conference", "ended", NULL };
const char *const wire_role_names[] = { "admin", "inspector", "agent", NULL };
const char *const wire_picture_names[] = { "none", "VP8", "H264", NULL };
const char *const wire_flow_names[] = { "IN", "OUT", NULL };

const char *wire_kind_name(enum wire_kind kind) { return wire_kind_names[kind]; }
const char *wire_method_name(enum wire_method method) { return wire_method_names[method]; }
const char *wire_event_name(enum wire_event_name name) { return wire_event_names[name]; }
const char *wire_server_type_name(enum wire_server_type type) { return wire_server_type_names[type]; }
const char *wire_close_by_name(enum wire_close_by by) { return wire_close_by_names[by]; }
const char *wire_codec_name(enum wire_codec codec) { return wire_codec_names[codec]; }
const char *wire_suite_name(enum wire_suite suite) { return suite == WIRE_NO_SRTP ? NULL : wire_suite_names[suite - 1]; }
const char *wire_direction_name(enum wire_direction direction) { return wire_direction_names[direction]; }
const char *wire_session_state_name(enum wire_session_state state) { return wire_session_state_names[state]; }

wire_error wire_error_of(int error, const char *sentence) {
    return (wire_error){ tccc_error_name(error), sentence ? sentence : tccc_error_sentence(error), tccc_error_remedy(error) };
}

int wire_error_value(const char *code) {
    static const int8_t values[] = {
#define VALUE(name, value, sentence, remedy) (value),
        TCCC_ERRORS(VALUE)
#undef VALUE
    };
    for (size_t i = 0; i < sizeof values; i++)
        if (strcmp(tccc_error_name(values[i]), code) == 0) return values[i];
    return TCCC_E_INTERNAL;
}
