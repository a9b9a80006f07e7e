/* wire_parse.c: parses and validates tccc.v1 messages. Layer: core. Source: docs/protocol.md, docs/protocol.schema.json. */
#include "core/wire_chat.h"

#include "tccc/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS "0123456789"
#define HEX DIGITS "abcdefABCDEF"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* Required text of min..max characters out of `alphabet`. */
static const char *take_coded(json_reader *in, const char *name, size_t min, size_t max, const char *alphabet, const char *complaint) {
    const char *text = json_string(in, name, min, max);
    if (text && text[strspn(text, alphabet)] != 0) json_fail(in, TCCC_E_ARG_RANGE, name, complaint);
    return text;
}

static const char *take_session_id(json_reader *in) { return json_string(in, "sessionId", 1, WIRE_SESSION_ID_MAX); }

static const char *take_number(json_reader *in, const char *name) { return json_string(in, name, 1, WIRE_NUMBER_MAX); }

static const char *take_field_or_null(json_reader *in, const char *name) { return json_string_or(in, name, NULL, WIRE_TEXT_FIELD_MAX); }

static enum wire_server_type take_server_type(json_reader *in) {
    return (enum wire_server_type)json_choice(in, "serverType", wire_server_type_names);
}

static void take_version(json_reader *in) {
    if (json_integer(in, "v", 0, JSON_INTEGER_MAX) != WIRE_VERSION) json_fail(in, TCCC_E_PROTOCOL, "v", "must be 1");
}

/* Takes over the failure of a reader of the member `name`. */
static void adopt(json_reader *in, const char *name, const json_reader *member) {
    if (in->error || !member->error) return;
    in->error = member->error;
    snprintf(in->message, sizeof in->message, "%.20s: %.130s", name, member->message);
}

static wire_error take_error(json_reader *in) {
    json_reader member = json_read(json_object(in, "error"));
    wire_error error = {
        .code = json_string(&member, "code", 1, 64),
        .message = json_string(&member, "message", 0, 1024),
        .remedy = json_string(&member, "remedy", 0, 1024),
    };
    adopt(in, "error", &member);
    return error;
}

static void read_hello(wire_message *message, json_reader *in) {
    wire_hello *hello = &message->hello;
    take_version(in);
    bool resumes = !in->error && json_text(json_member(in->object, "resume"));
    hello->token = json_string_or(in, "token", NULL, WIRE_TOKEN_MAX);
    if (resumes) hello->resume = take_coded(in, "resume", WIRE_RESUME_LEN, WIRE_RESUME_LEN, HEX, "must be hexadecimal");
    else json_string_or(in, "resume", NULL, 0); /* refuses other types */
    if (hello->token && hello->resume) json_fail(in, TCCC_E_ARG_RANGE, "token", "must not come together with resume");
    if (!hello->token && !hello->resume) json_fail(in, TCCC_E_ARG_MISSING, "token", "is missing");
    hello->tab = take_coded(in, "tab", WIRE_TAB_LEN, WIRE_TAB_LEN, DIGITS LETTERS "-", "must be a UUID");
    int64_t seq = json_integer_or(in, "lastSeq", -1, 0, JSON_INTEGER_MAX);
    hello->has_last_seq = seq >= 0;
    hello->last_seq = seq >= 0 ? (uint64_t)seq : 0;
    hello->sdk = json_string_or(in, "sdk", NULL, 64);
    hello->heir = json_bool_or(in, "heir", false);
    if (hello->heir && !(hello->resume && hello->has_last_seq)) json_fail(in, TCCC_E_ARG_MISSING, "lastSeq", "and resume must come with heir");
}

static void read_srtp(wire_media *media, json_reader *in) {
    const json_value *srtp = json_object_or(in, "srtp");
    if (!srtp) return;
    json_reader member = json_read(srtp);
    media->suite = (enum wire_suite)(json_choice(&member, "suite", wire_suite_names) + 1);
    media->send_key = take_coded(&member, "sendKey", 40, 40, DIGITS LETTERS "+/", "must be base64 of 30 bytes");
    media->receive_key = take_coded(&member, "receiveKey", 40, 40, DIGITS LETTERS "+/", "must be base64 of 30 bytes");
    adopt(in, "srtp", &member);
}

static void read_media(wire_media *media, json_reader *in) {
    media->op = (enum wire_media_op)json_choice(in, "op", wire_media_op_names);
    if (in->error || media->op == WIRE_MEDIA_STOP) return;
    media->channel = (int)json_integer(in, "channel", 0, 3);
    media->direction = (enum wire_direction)json_choice(in, "direction", wire_direction_names);
    media->codec = (enum wire_codec)json_choice(in, "codec", wire_codec_names);
    media->payload_type = (int)json_integer(in, "payloadType", 0, 127);
    media->dtmf_payload_type = (int)json_integer(in, "dtmfPayloadType", 0, 127);
    if (media->dtmf_payload_type != 0 && media->dtmf_payload_type < 96)
        json_fail(in, TCCC_E_ARG_RANGE, "dtmfPayloadType", "must be 0 or 96 to 127");
    media->dtmf_rate = (int)json_integer(in, "dtmfRate", 0, 48000);
    media->ptime_ms = (int)json_integer(in, "ptimeMs", 10, 60);
    if (media->ptime_ms % 10 != 0) json_fail(in, TCCC_E_ARG_RANGE, "ptimeMs", "must be a multiple of 10");
    read_srtp(media, in);
}

static void read_session_media(wire_session *session, json_reader *in) {
    const json_value *media = json_object_or(in, "media");
    if (!media) return;
    json_reader member = json_read(media);
    take_session_id(&member);
    read_media(&session->media, &member);
    if (session->media.op != WIRE_MEDIA_START) json_fail(&member, TCCC_E_ARG_RANGE, "op", "must be start");
    session->has_media = true;
    adopt(in, "media", &member);
}

static enum wire_session_type take_type(json_reader *in) {
    return (enum wire_session_type)json_choice(in, "type", wire_session_type_names);
}

static const char *take_peer(json_reader *in, enum wire_session_type type) {
    return type == WIRE_INTERNAL ? json_string(in, "peerUserId", 1, WIRE_TEXT_FIELD_MAX) : NULL;
}

static void read_session(wire_session *session, json_reader *in) {
    session->session_id = take_session_id(in);
    session->type = take_type(in);
    session->peer_user_id = take_peer(in, session->type);
    if (wire_is_visit(session->type)) read_visitor(&session->visitor, in);
    session->last_seq = (uint64_t)json_integer_or(in, "lastSeq", 0, 0, JSON_INTEGER_MAX);
    session->self_service = json_bool_or(in, "selfService", false);
    session->muted = json_bool_or(in, "muted", false);
    int consult = json_choice_or(in, "consult", WIRE_CONSULT_ENDED, wire_consult_names);
    session->has_consult = consult != WIRE_CONSULT_ENDED;
    session->consult = (enum wire_consult)consult;
    session->camera_muted = json_bool_or(in, "cameraMuted", false);
    session->way = (enum wire_way)json_choice(in, "direction", wire_way_names);
    session->state = (enum wire_session_state)json_choice(in, "state", wire_session_state_names);
    session->held = json_bool(in, "held");
    session->caller = json_string(in, "callerPhoneNumber", 0, WIRE_NUMBER_MAX);
    session->callee = json_string(in, "calleePhoneNumber", 0, WIRE_NUMBER_MAX);
    session->phone_desc = take_field_or_null(in, "phoneDesc");
    session->server_type = take_server_type(in);
    session->timeout_s = (int)json_integer(in, "timeout", 0, 86400);
    session->start_ms = (uint64_t)json_integer(in, "startMs", 0, JSON_INTEGER_MAX);
    session->answer_ms = (uint64_t)json_integer(in, "answerMs", 0, JSON_INTEGER_MAX);
    read_session_media(session, in);
}

int wire_read_session(const json_value *object, wire_session *session) {
    *session = (wire_session){ 0 };
    json_reader in = json_read(object);
    if (!in.error) read_session(session, &in);
    return in.error;
}

/* Room for the array's elements, owned by the message; NULL when there are none or there was a failure. */
static void *list_new(wire_message *message, json_reader *in, const json_value *array, size_t size) {
    int n = json_size(array);
    if (in->error || n == 0) return NULL;
    message->list = calloc((size_t)n, size);
    if (!message->list) json_fail(in, TCCC_E_NO_MEMORY, "memory", "is exhausted");
    return message->list;
}

static void read_sessions(wire_message *message, json_reader *in) {
    const json_value *array = json_array(in, "sessions", WIRE_SESSIONS_MAX);
    wire_session *sessions = list_new(message, in, array, sizeof *sessions);
    if (!sessions) return;
    int n = 0;
    for (const json_value *e = json_first(array); e && !in->error; e = json_next(e)) {
        json_reader member = json_read(e);
        read_session(&sessions[n++], &member);
        adopt(in, "sessions", &member);
    }
    message->welcome.sessions = sessions;
    message->welcome.n_sessions = n;
}

static void read_agent(wire_welcome *welcome, json_reader *in) {
    json_reader member = json_read(json_object(in, "agent"));
    welcome->user_id = json_string(&member, "userId", 1, WIRE_TEXT_FIELD_MAX);
    welcome->user_name = json_string(&member, "name", 0, WIRE_TEXT_FIELD_MAX);
    welcome->status = (enum agent_status)json_choice(&member, "status", agent_status_names);
    welcome->reason = json_string(&member, "reason", 0, WIRE_TEXT_FIELD_MAX);
    welcome->role = (enum wire_role)json_choice_or(&member, "role", WIRE_ROLE_AGENT, wire_role_names);
    adopt(in, "agent", &member);
}

static void read_path_names(wire_welcome *welcome, json_reader *in) {
    for (const json_value *e = json_first(json_array(in, "paths", 2)); e; e = json_next(e)) {
        const char *name = json_text(e);
        if (name && strcmp(name, "dc") == 0) welcome->data_channel = true;
        else if (name && strcmp(name, "ws") == 0) welcome->websocket = true;
        else json_fail(in, TCCC_E_ARG_RANGE, "paths", "must hold dc or ws");
    }
}

static void read_ways(wire_welcome *welcome, json_reader *in) {
    json_reader member = json_read(json_object(in, "media"));
    welcome->ticket = take_coded(&member, "ticket", 1, 128, DIGITS LETTERS "-_", "must be letters, digits, - and _");
    read_path_names(welcome, &member);
    welcome->ice_servers = json_array_or(&member, "iceServers", WIRE_ICE_SERVERS_MAX);
    adopt(in, "media", &member);
}

static void read_welcome(wire_message *message, json_reader *in) {
    wire_welcome *welcome = &message->welcome;
    take_version(in);
    welcome->resume = take_coded(in, "resume", WIRE_RESUME_LEN, WIRE_RESUME_LEN, HEX, "must be hexadecimal");
    read_agent(welcome, in);
    read_sessions(message, in);
    welcome->replay = json_bool(in, "replay");
    welcome->seq = (uint64_t)json_integer(in, "seq", 0, JSON_INTEGER_MAX);
    welcome->heartbeat_ms = (int)json_integer(in, "heartbeatMs", 50, 60000);
    welcome->resume_window_ms = (int)json_integer(in, "resumeWindowMs", 100, 3600000);
    read_ways(welcome, in);
    welcome->settings = json_object(in, "settings");
}

static void read_refuse(wire_message *message, json_reader *in) { message->refuse = take_error(in); }

static const char *take_tab(json_reader *in) {
    const char *text = json_string_or(in, "tabUUID", NULL, WIRE_TAB_LEN);
    if (text && (strlen(text) != WIRE_TAB_LEN || text[strspn(text, DIGITS LETTERS "-")] != 0)) json_fail(in, TCCC_E_ARG_RANGE, "tabUUID", "must be a UUID");
    return text;
}

static void read_number_groups(wire_args *args, json_reader *in) {
    const json_value *array = json_array_or(in, "servingNumberGroupIds", WIRE_NUMBER_GROUPS_MAX);
    for (const json_value *e = json_first(array); e && !in->error; e = json_next(e)) {
        const char *id = json_text(e);
        if (!id) json_fail(in, TCCC_E_ARG_TYPE, "servingNumberGroupIds", "must be an array of strings");
        else if (!*id || strlen(id) > 64) json_fail(in, TCCC_E_ARG_RANGE, "servingNumberGroupIds", "must hold strings of 1 to 64 bytes");
        else args->number_groups[args->n_number_groups++] = id;
    }
}

static void read_call_start(wire_args *args, json_reader *in) {
    static const char *const encodings[] = { "number", NULL };
    args->phone_number = take_number(in, "phoneNumber");
    args->phone_desc = take_field_or_null(in, "phoneDesc");
    args->uui = json_string_or(in, "uui", NULL, WIRE_UUI_MAX);
    args->skill_group_id = json_string_or(in, "skillGroupId", NULL, 64);
    args->caller_phone_number = json_string_or(in, "callerPhoneNumber", NULL, WIRE_NUMBER_MAX);
    read_number_groups(args, in);
    args->real_number = json_choice_or(in, "phoneEncodeType", -1, encodings) == 0;
    args->tab = take_tab(in);
}

static void read_call_internal(wire_args *args, json_reader *in) {
    args->callee_user_id = json_string(in, "calleeUserId", 1, WIRE_TEXT_FIELD_MAX);
    args->use_mobile = json_bool_or(in, "useMobile", false);
    args->tab = take_tab(in);
}

static void read_target(wire_args *args, json_reader *in) {
    args->skill_group_id = json_string_or(in, "skillGroupId", NULL, 64);
    args->user_id = take_field_or_null(in, "userId");
    args->extension = json_string_or(in, "extension", NULL, WIRE_EXTENSION_MAX);
    args->phone_number = json_string_or(in, "phoneNumber", NULL, WIRE_NUMBER_MAX);
    const char **const targets[] = { &args->skill_group_id, &args->user_id, &args->extension, &args->phone_number };
    int n = 0;
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        if (*targets[i] && !**targets[i]) *targets[i] = NULL; /* pages send "" for what they do not mean */
        n += *targets[i] != NULL;
    }
    if (n == 0) json_fail(in, TCCC_E_ARG_MISSING, "skillGroupId", "or userId, extension or phoneNumber is missing");
    if (n > 1) json_fail(in, TCCC_E_ARG_RANGE, "skillGroupId", "must not come together with userId, extension or phoneNumber: one of them");
}

static void read_args(enum wire_method method, wire_args *args, json_reader *in) {
    switch (method) {
    case WIRE_AGENT_ONLINE: case WIRE_AGENT_OFFLINE: case WIRE_DIRECTORY_GET: case WIRE_N_METHODS: return;
    case WIRE_AGENT_DEVICE: args->microphone = (enum wire_device)json_choice(in, "microphone", wire_device_names); return;
    case WIRE_AGENT_STATUS:
        args->status = (enum wire_set_status)json_choice(in, "status", wire_set_status_names);
        args->rest_reason = take_field_or_null(in, "restReason");
        return;
    case WIRE_CALL_START: read_call_start(args, in); return;
    case WIRE_MEDIA_OFFER: args->sdp = json_string(in, "sdp", 1, WIRE_SDP_MAX); return;
    case WIRE_CALL_INTERNAL: read_call_internal(args, in); return;
    case WIRE_CALL_RUNNING: args->after_seq = (uint64_t)json_integer_or(in, "after", 0, 0, JSON_INTEGER_MAX); return;
    case WIRE_CALL_TRANSFER: case WIRE_CALL_CONSULT: read_target(args, in); break;
    case WIRE_CALL_MONITOR: args->text_only = json_bool_or(in, "textOnly", false); break;
    case WIRE_CALL_WHISPER: args->on = json_bool(in, "on"); break;
    case WIRE_CALL_FLOW: args->flow_id = take_coded(in, "flowId", 1, WIRE_FLOW_ID_MAX, DIGITS, "must be a number"); break;
    case WIRE_CALL_MUTE: args->muted = json_bool(in, "muted"); break;
    case WIRE_CALL_DIGITS:
        args->digits = take_coded(in, "digits", 1, WIRE_DIGITS_MAX, DIGITS "*#ABCD", "must be of 0-9, *, # and A-D");
        break;
    case WIRE_CALL_ACCEPT: case WIRE_VIDEO_ACCEPT: args->tab = take_tab(in); break;
    case WIRE_VIDEO_OFFER: args->sdp = json_string(in, "sdp", 1, WIRE_SDP_MAX); break;
    case WIRE_VIDEO_MUTE:
        args->muted = json_bool(in, "audio");
        args->camera_muted = json_bool(in, "video");
        break;
    case WIRE_VIDEO_TRANSFER: read_chat_args(WIRE_CHAT_TRANSFER, args, in); return;
    case WIRE_VIDEO_END: case WIRE_VIDEO_DELETE: case WIRE_VIDEO_HOLD: case WIRE_VIDEO_UNHOLD: break;
    case WIRE_CALL_REJECT: case WIRE_CALL_HANGUP: case WIRE_CALL_DELETE: case WIRE_CALL_HOLD:
    case WIRE_CALL_UNHOLD: case WIRE_CALL_UNFLOW: case WIRE_CALL_UNMONITOR: case WIRE_CALL_INTERCEPT: case WIRE_CALL_KICK:
    case WIRE_CALL_CONSULT_COMPLETE: case WIRE_CALL_CONSULT_CANCEL: case WIRE_CALL_CONFERENCE: case WIRE_CALL_CONFERENCE_LEAVE: break;
    case WIRE_VISIT_START: case WIRE_VISIT_END: case WIRE_CHAT_ACCEPT: case WIRE_CHAT_REJECT: case WIRE_CHAT_END:
    case WIRE_CHAT_DELETE: case WIRE_CHAT_SEND: case WIRE_CHAT_READ: case WIRE_CHAT_TYPING: case WIRE_CHAT_HISTORY:
    case WIRE_CHAT_TRANSFER: case WIRE_CHAT_UPLOAD: case WIRE_CHAT_RATE:
        read_chat_args(method, args, in);
        return;
    }
    args->session_id = take_session_id(in);
}

/* The index of the member's text in names[]; a failure is PROTOCOL. */
static int take_name(json_reader *in, const char *name, const char *const names[], const char *complaint) {
    const char *text = json_string(in, name, 1, 64);
    for (int i = 0; text && names[i]; i++)
        if (strcmp(names[i], text) == 0) return i;
    json_fail(in, TCCC_E_PROTOCOL, name, complaint);
    return -1;
}

static void read_request(wire_message *message, json_reader *in) {
    wire_request *request = &message->request;
    request->id = (uint32_t)json_integer(in, "id", 1, WIRE_ID_MAX);
    int method = take_name(in, "m", wire_method_names, "names no method");
    request->method = method < 0 ? WIRE_N_METHODS : (enum wire_method)method;
    json_reader args = json_read(json_object(in, "a"));
    if (in->error) return;
    read_args(request->method, &request->args, &args);
    *in = args;
}

static void read_answer(wire_message *message, json_reader *in) {
    wire_answer *answer = &message->answer;
    answer->id = (uint32_t)json_integer(in, "id", 1, WIRE_ID_MAX);
    answer->ok = json_bool(in, "ok");
    if (in->error) return;
    if (answer->ok) answer->raw = json_object(in, "r");
    else answer->error = take_error(in);
}

static void read_ivr_path(wire_message *message, json_reader *in) {
    const json_value *array = json_array(in, "ivrPath", WIRE_IVR_KEYS_MAX);
    wire_ivr_key *keys = list_new(message, in, array, sizeof *keys);
    if (!keys) return;
    int n = 0;
    for (const json_value *e = json_first(array); e && !in->error; e = json_next(e), n++) {
        json_reader member = json_read(e);
        keys[n].key = json_string(&member, "key", 0, 16);
        keys[n].label = json_string(&member, "label", 0, WIRE_TEXT_FIELD_MAX);
        adopt(in, "ivrPath", &member);
    }
    message->event.call_in.ivr_path = keys;
    message->event.call_in.n_ivr_path = n;
}

static void read_call_in(wire_message *message, json_reader *in) {
    wire_call_in *call = &message->event.call_in;
    call->type = take_type(in);
    call->peer_user_id = take_peer(in, call->type);
    call->timeout_s = (int)json_integer(in, "timeout", 0, 86400);
    if (wire_is_visit(call->type)) read_visitor(&call->visitor, in);
    call->last_seq = (uint64_t)json_integer_or(in, "lastSeq", 0, 0, JSON_INTEGER_MAX);
    call->callee = wire_is_visit(call->type) ? "" : json_string(in, "calleePhoneNumber", 0, WIRE_NUMBER_MAX);
    call->caller = json_string_or(in, "callerPhoneNumber", NULL, WIRE_NUMBER_MAX);
    call->caller_location = take_field_or_null(in, "callerLocation");
    call->remark = take_field_or_null(in, "remark");
    call->auto_answer = json_bool_or(in, "autoAnswer", false);
    call->consult_user_id = take_field_or_null(in, "consultUserId");
    if (!wire_is_visit(call->type) || json_array_or(in, "ivrPath", WIRE_IVR_KEYS_MAX)) read_ivr_path(message, in);
    call->protected_callee = json_string_or(in, "protectedCallee", NULL, WIRE_NUMBER_MAX);
    call->protected_caller = json_string_or(in, "protectedCaller", NULL, WIRE_NUMBER_MAX);
    call->server_type = (enum wire_server_type)(wire_is_visit(call->type) ? json_choice_or(in, "serverType", WIRE_STAFF_SEAT, wire_server_type_names)
                                                                          : json_choice(in, "serverType", wire_server_type_names));
}

static void read_call_outed(wire_call_outed *call, json_reader *in) {
    call->caller = json_string(in, "callerPhoneNumber", 0, WIRE_NUMBER_MAX);
    call->callee = json_string(in, "calleePhoneNumber", 0, WIRE_NUMBER_MAX);
    call->protected_callee = json_string_or(in, "protectedCallee", NULL, WIRE_NUMBER_MAX);
    call->remark = take_field_or_null(in, "remark");
    call->phone_desc = take_field_or_null(in, "phoneDesc");
    call->tab = take_tab(in);
    call->type = (enum wire_session_type)json_choice_or(in, "type", WIRE_PHONE, wire_session_type_names);
    call->server_type = take_server_type(in);
}

static void read_ended(wire_session_ended *ended, json_reader *in) {
    ended->type = take_type(in);
    ended->duration_s = json_real(in, "duration", 0, 1e9);
    ended->close_by = (enum wire_close_by)json_choice(in, "closeBy", wire_close_by_names);
    ended->main_reason = take_field_or_null(in, "mainReason");
    ended->sub_reason = take_field_or_null(in, "subReason");
}

static void read_progress(wire_event *event, json_reader *in) {
    event->progress.ringing = json_bool_or(in, "ringing", false);
    event->progress.early_media = json_bool_or(in, "earlyMedia", false);
    if (!event->progress.ringing && !event->progress.early_media)
        json_fail(in, TCCC_E_ARG_MISSING, "ringing", "or earlyMedia is missing");
}

static void read_status_changed(wire_status_changed *changed, json_reader *in) {
    changed->status = (enum agent_status)json_choice(in, "status", agent_status_names);
    changed->reason = take_field_or_null(in, "reason");
    int reserved = json_choice_or(in, "reserved", AGENT_STATUS_OFFLINE, agent_status_names);
    changed->reserved = (enum agent_status)reserved;
    changed->countdown_s = (int)json_integer_or(in, "countdown", 0, 0, 3600);
}

static void read_asr_words(wire_message *message, json_reader *in) {
    const json_value *array = json_array(in, "word_list", WIRE_ASR_WORDS_MAX);
    wire_asr_word *words = list_new(message, in, array, sizeof *words);
    if (!words) return;
    int n = 0;
    for (const json_value *e = json_first(array); e && !in->error; e = json_next(e), n++) {
        json_reader member = json_read(e);
        words[n].text = json_string(&member, "word", 0, WIRE_ASR_WORD_MAX);
        words[n].start_ms = json_integer(&member, "start_time", 0, JSON_INTEGER_MAX);
        words[n].end_ms = json_integer(&member, "end_time", 0, JSON_INTEGER_MAX);
        words[n].stable = json_integer(&member, "stable_flag", 0, 1);
        adopt(in, "word_list", &member);
    }
    message->event.asr.words = words;
    message->event.asr.n_words = n;
}

static void read_asr(wire_message *message, json_reader *in) {
    wire_asr *asr = &message->event.asr;
    json_reader result = json_read(json_object(in, "result"));
    asr->flow = (enum wire_flow)json_choice(in, "flow", wire_flow_names);
    asr->slice = (enum wire_slice)json_integer(&result, "slice_type", 0, 2);
    asr->index = json_integer(&result, "index", 0, JSON_INTEGER_MAX);
    asr->start_ms = json_integer(&result, "start_time", 0, JSON_INTEGER_MAX);
    asr->end_ms = json_integer(&result, "end_time", 0, JSON_INTEGER_MAX);
    asr->text = json_string(&result, "voice_text_str", 0, WIRE_ASR_TEXT_MAX);
    read_asr_words(message, &result);
    adopt(in, "result", &result);
}

static void read_event_data(wire_message *message, json_reader *in) {
    wire_event *event = &message->event;
    if (event->name != WIRE_EV_STATUS_CHANGED && event->name != WIRE_EV_KICKED_OUT) event->session_id = take_session_id(in);
    switch (event->name) {
    case WIRE_EV_CALL_IN: read_call_in(message, in); break;
    case WIRE_EV_CALL_OUTED: read_call_outed(&event->call_outed, in); break;
    case WIRE_EV_SESSION_ENDED: read_ended(&event->ended, in); break;
    case WIRE_EV_STATUS_CHANGED: read_status_changed(&event->changed, in); break;
    case WIRE_EV_TRANSFER:
        event->transfer.skill_group_id = json_string_or(in, "skillGroupId", NULL, 64);
        event->transfer.user_id = take_field_or_null(in, "userId");
        event->transfer.extension = json_string_or(in, "extension", NULL, WIRE_EXTENSION_MAX);
        event->transfer.phone_number = json_string_or(in, "phoneNumber", NULL, WIRE_NUMBER_MAX);
        break;
    case WIRE_EV_KICKED_OUT: event->reason = json_string(in, "reason", 0, WIRE_TEXT_FIELD_MAX); break;
    case WIRE_EV_PROGRESS: read_progress(event, in); break;
    case WIRE_EV_HELD:
        event->held.held = json_bool(in, "held");
        event->held.by_seat = json_choice(in, "by", wire_held_by_names) == 1;
        break;
    case WIRE_EV_MEDIA: read_media(&event->media, in); break;
    case WIRE_EV_MONITOR_ENDED: event->reason = json_string(in, "reason", 0, WIRE_TEXT_FIELD_MAX); break;
    case WIRE_EV_CONSULT:
        event->consult.state = (enum wire_consult)json_choice(in, "state", wire_consult_names);
        event->consult.reason = take_field_or_null(in, "reason");
        break;
    case WIRE_EV_SELF_SERVICE: event->self_service = json_bool(in, "running"); break;
    case WIRE_EV_MESSAGE: read_chat(&event->message, in); break;
    case WIRE_EV_MESSAGE_READ: event->mark.seq = (uint64_t)json_integer(in, "seq", 1, JSON_INTEGER_MAX); /* fall through */
    case WIRE_EV_TYPING: event->mark.from = (enum wire_from)json_choice(in, "from", wire_from_names); break;
    case WIRE_EV_QUEUED:
        event->queued.type = take_type(in);
        event->queued.ahead = (int)json_integer(in, "ahead", 0, 1000000);
        break;
    case WIRE_EV_VIDEO_MUTED:
        event->video_muted.from = (enum wire_from)json_choice(in, "from", wire_from_names);
        event->video_muted.audio = json_bool(in, "audio");
        event->video_muted.video = json_bool(in, "video");
        break;
    case WIRE_EV_VIDEO_CODEC: event->picture = (enum wire_picture)json_choice(in, "codec", wire_picture_names); break;
    case WIRE_EV_JOINED: event->nickname = json_string(in, "nickname", 0, WIRE_TEXT_FIELD_MAX); break;
    case WIRE_EV_ASR: read_asr(message, in); break;
    case WIRE_EV_USER_ACCESSED: event->accepted_tab = take_tab(in); break;
    case WIRE_EV_CALLOUT_ACCEPTED: case WIRE_EV_AUTO_TRANSFER: case WIRE_N_EVENTS: break;
    }
}

static void read_event(wire_message *message, json_reader *in) {
    message->event.seq = (uint64_t)json_integer(in, "seq", 1, JSON_INTEGER_MAX);
    int name = take_name(in, "e", wire_event_names, "names no event");
    message->event.name = name < 0 ? WIRE_N_EVENTS : (enum wire_event_name)name;
    json_reader data = json_read(json_object(in, "d"));
    if (in->error) return;
    read_event_data(message, &data);
    *in = data;
}

static void read_ack(wire_message *message, json_reader *in) { message->ack_seq = (uint64_t)json_integer(in, "seq", 0, JSON_INTEGER_MAX); }

static void read_ping(wire_message *message, json_reader *in) { message->ping_n = (uint32_t)json_integer(in, "n", 0, UINT32_MAX); }

static void read_bye(wire_message *message, json_reader *in) {
    if (!json_object_or(in, "error")) return;
    message->bye.has_error = true;
    message->bye.error = take_error(in);
}

#define CLIENT (1 << WIRE_FROM_CLIENT)
#define SERVER (1 << WIRE_FROM_SERVER)

static const struct {
    void (*read)(wire_message *message, json_reader *in);
    int sides;
} kinds[] = {
    [WIRE_HELLO] = { read_hello, CLIENT },   [WIRE_WELCOME] = { read_welcome, SERVER }, [WIRE_REFUSE] = { read_refuse, SERVER },
    [WIRE_REQ] = { read_request, CLIENT },   [WIRE_RES] = { read_answer, SERVER },      [WIRE_EV] = { read_event, SERVER },
    [WIRE_ACK] = { read_ack, CLIENT },       [WIRE_PING] = { read_ping, CLIENT | SERVER },
    [WIRE_PONG] = { read_ping, CLIENT | SERVER }, [WIRE_BYE] = { read_bye, CLIENT | SERVER },
};

/* What the sentence of a failure begins with: the method or event when it is known, else the kind. */
static const char *place_of(const wire_message *message, int kind) {
    if (kind < 0) return "message";
    if (kind == WIRE_REQ && message->request.method < WIRE_N_METHODS) return wire_method_name(message->request.method);
    if (kind == WIRE_EV && message->event.name < WIRE_N_EVENTS) return wire_event_name(message->event.name);
    return wire_kind_names[kind];
}

static int fail(wire_failure *failure, int error, uint32_t answer_id, const char *place, const char *sentence) {
    if (!failure) return error;
    failure->error = error;
    failure->answer_id = answer_id;
    failure->message[0] = 0;
    if (*sentence) snprintf(failure->message, sizeof failure->message, "%.60s: %.180s", place, sentence);
    return error;
}

static void read_kind(wire_message *message, enum wire_side from, int kind, json_reader *in) {
    message->kind = (enum wire_kind)kind;
    if (message->kind == WIRE_REQ) message->request.method = WIRE_N_METHODS;
    if (message->kind == WIRE_EV) message->event.name = WIRE_N_EVENTS;
    if (kinds[kind].sides & 1 << from) kinds[kind].read(message, in);
    else json_fail(in, TCCC_E_PROTOCOL, "t", "is not for this side to send");
}

int wire_parse(wire_message *message, enum wire_side from, const char *text, size_t length, wire_failure *failure) {
    memset(message, 0, sizeof *message);
    int error = json_parse(text, length, WIRE_TEXT_MAX, &message->tree);
    if (error < 0) return fail(failure, error, 0, "message", tccc_error_sentence(error));
    json_reader in = json_read(message->tree);
    int kind = take_name(&in, "t", wire_kind_names, "names no message");
    if (!in.error) read_kind(message, from, kind, &in);
    if (!in.error) return 0;
    bool answerable = kind == WIRE_REQ && in.error != TCCC_E_NO_MEMORY;
    fail(failure, in.error, answerable ? message->request.id : 0, place_of(message, kind), in.message);
    wire_free(message);
    return in.error;
}

void wire_free(wire_message *message) {
    json_free(message->tree);
    free(message->list);
    message->tree = NULL;
    message->list = NULL;
}

int wire_read_args(enum wire_method method, const json_value *object, wire_args *args, const char *place, wire_failure *failure) {
    *args = (wire_args){ 0 };
    json_reader in = json_read(object);
    if (!in.error) read_args(method, args, &in);
    return in.error ? fail(failure, in.error, 0, place, in.message) : 0;
}

static void read_call_response(wire_result *result, json_reader *in) {
    result->session_id = take_session_id(in);
    result->caller = json_string(in, "callerPhoneNumber", 0, WIRE_NUMBER_MAX);
    result->callee = json_string(in, "calleePhoneNumber", 0, WIRE_NUMBER_MAX);
    result->callee_location = take_field_or_null(in, "calleeLocation");
    result->server_type = take_server_type(in);
    result->remark = take_field_or_null(in, "remark");
}

/* The page reads the lists; here only that there are lists. */
static void read_directory(wire_result *result, json_reader *in) {
    for (int i = 0; i < WIRE_DIRECTORY_LISTS; i++) result->lists[i] = json_array(in, wire_directory_lists[i], WIRE_TEXT_MAX);
    result->more = json_bool_or(in, "more", false);
}

int wire_read_result(enum wire_method method, const json_value *raw, wire_result *result, wire_failure *failure) {
    *result = (wire_result){ 0 };
    json_reader in = json_read(raw);
    if (method == WIRE_DIRECTORY_GET) read_directory(result, &in);
    if (method <= WIRE_AGENT_STATUS || method == WIRE_AGENT_DEVICE) result->status = (enum agent_status)json_choice(&in, "status", agent_status_names);
    if (method == WIRE_CALL_START || method == WIRE_CALL_INTERNAL || method == WIRE_CALL_MONITOR) read_call_response(result, &in);
    if (method == WIRE_CALL_MONITOR) result->text_only = json_bool_or(&in, "textOnly", false);
    if (method == WIRE_CALL_CONSULT) result->consult_session_id = json_string(&in, "consultSessionId", 1, WIRE_SESSION_ID_MAX);
    if (method == WIRE_CALL_RUNNING) {
        result->sessions = json_array(&in, "sessions", WIRE_RUNNING_MAX);
        result->next = (uint64_t)json_integer_or(&in, "next", 0, 0, JSON_INTEGER_MAX);
    }
    if (method == WIRE_MEDIA_OFFER || method == WIRE_VIDEO_OFFER) result->sdp = json_string(&in, "sdp", 1, WIRE_SDP_MAX);
    read_chat_result(method, result, &in);
    return in.error ? fail(failure, in.error, 0, wire_method_name(method), in.message) : 0;
}
