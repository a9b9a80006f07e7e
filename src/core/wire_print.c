/* wire_print.c: prints tccc.v1 messages. Layer: core. Source: docs/protocol.md. */
#include "core/wire_chat.h"

static void put_optional(json_writer *out, const char *name, const char *text) {
    if (text) json_put_string(out, name, text);
}

static void put_error(json_writer *out, const wire_error *error) {
    json_open_object(out, "error");
    json_put_string(out, "code", error->code);
    json_put_string(out, "message", error->message);
    json_put_string(out, "remedy", error->remedy);
    json_close(out);
}

static void put_srtp(json_writer *out, const wire_media *media) {
    if (media->suite == WIRE_NO_SRTP) return;
    json_open_object(out, "srtp");
    json_put_string(out, "suite", wire_suite_name(media->suite));
    json_put_string(out, "sendKey", media->send_key);
    json_put_string(out, "receiveKey", media->receive_key);
    json_close(out);
}

static void put_media_members(json_writer *out, const char *session_id, const wire_media *media) {
    json_put_string(out, "sessionId", session_id);
    json_put_string(out, "op", wire_media_op_names[media->op]);
    if (media->op == WIRE_MEDIA_STOP) return;
    json_put_integer(out, "channel", media->channel);
    json_put_string(out, "direction", wire_direction_name(media->direction));
    json_put_string(out, "codec", wire_codec_name(media->codec));
    json_put_integer(out, "payloadType", media->payload_type);
    json_put_integer(out, "dtmfPayloadType", media->dtmf_payload_type);
    json_put_integer(out, "dtmfRate", media->dtmf_rate);
    json_put_integer(out, "ptimeMs", media->ptime_ms);
    put_srtp(out, media);
}

void wire_put_session(json_writer *out, const char *name, const wire_session *session) {
    json_open_object(out, name);
    json_put_string(out, "sessionId", session->session_id);
    json_put_string(out, "type", wire_session_type_names[session->type]);
    put_optional(out, "peerUserId", session->peer_user_id);
    if (wire_is_visit(session->type)) put_visitor(out, &session->visitor);
    if (session->last_seq) json_put_integer(out, "lastSeq", (int64_t)session->last_seq);
    if (session->self_service) json_put_bool(out, "selfService", true);
    if (session->muted) json_put_bool(out, "muted", true);
    if (session->has_consult) json_put_string(out, "consult", wire_consult_names[session->consult]);
    if (session->camera_muted) json_put_bool(out, "cameraMuted", true);
    json_put_string(out, "direction", wire_way_names[session->way]);
    json_put_string(out, "state", wire_session_state_name(session->state));
    json_put_bool(out, "held", session->held);
    json_put_string(out, "callerPhoneNumber", session->caller);
    json_put_string(out, "calleePhoneNumber", session->callee);
    put_optional(out, "phoneDesc", session->phone_desc);
    json_put_string(out, "serverType", wire_server_type_name(session->server_type));
    json_put_integer(out, "timeout", session->timeout_s);
    json_put_integer(out, "startMs", (int64_t)session->start_ms);
    json_put_integer(out, "answerMs", (int64_t)session->answer_ms);
    if (session->has_media) {
        json_open_object(out, "media");
        put_media_members(out, session->session_id, &session->media);
        json_close(out);
    }
    json_close(out);
}

static void print_hello(json_writer *out, const wire_message *message) {
    const wire_hello *hello = &message->hello;
    json_put_integer(out, "v", WIRE_VERSION);
    put_optional(out, "token", hello->token);
    put_optional(out, "resume", hello->resume);
    json_put_string(out, "tab", hello->tab);
    if (hello->has_last_seq) json_put_integer(out, "lastSeq", (int64_t)hello->last_seq);
    put_optional(out, "sdk", hello->sdk);
    if (hello->heir) json_put_bool(out, "heir", true);
}

static void put_media_ways(json_writer *out, const wire_welcome *welcome) {
    json_open_object(out, "media");
    json_put_string(out, "ticket", welcome->ticket);
    json_open_array(out, "paths");
    if (welcome->data_channel) json_put_string(out, NULL, "dc");
    if (welcome->websocket) json_put_string(out, NULL, "ws");
    json_close(out);
    if (welcome->ice_servers) json_put_value(out, "iceServers", welcome->ice_servers);
    json_close(out);
}

static void put_agent(json_writer *out, const wire_welcome *welcome) {
    json_open_object(out, "agent");
    json_put_string(out, "userId", welcome->user_id);
    json_put_string(out, "name", welcome->user_name);
    json_put_string(out, "status", agent_status_name(welcome->status));
    json_put_string(out, "reason", welcome->reason ? welcome->reason : "");
    json_put_string(out, "role", wire_role_names[welcome->role]);
    json_close(out);
}

static void print_welcome(json_writer *out, const wire_message *message) {
    const wire_welcome *welcome = &message->welcome;
    json_put_integer(out, "v", WIRE_VERSION);
    json_put_string(out, "resume", welcome->resume);
    put_agent(out, welcome);
    json_open_array(out, "sessions");
    for (int i = 0; i < welcome->n_sessions; i++) wire_put_session(out, NULL, &welcome->sessions[i]);
    json_close(out);
    json_put_bool(out, "replay", welcome->replay);
    json_put_integer(out, "seq", (int64_t)welcome->seq);
    json_put_integer(out, "heartbeatMs", welcome->heartbeat_ms);
    json_put_integer(out, "resumeWindowMs", welcome->resume_window_ms);
    put_media_ways(out, welcome);
    if (welcome->settings) {
        json_put_value(out, "settings", welcome->settings);
        return;
    }
    json_open_object(out, "settings");
    json_close(out);
}

static void print_refuse(json_writer *out, const wire_message *message) { put_error(out, &message->refuse); }

static void put_number_groups(json_writer *out, const wire_args *args) {
    if (args->n_number_groups == 0) return;
    json_open_array(out, "servingNumberGroupIds");
    for (int i = 0; i < args->n_number_groups; i++) json_put_string(out, NULL, args->number_groups[i]);
    json_close(out);
}

static void put_call_start(json_writer *out, const wire_args *args) {
    json_put_string(out, "phoneNumber", args->phone_number);
    put_optional(out, "phoneDesc", args->phone_desc);
    put_optional(out, "uui", args->uui);
    put_optional(out, "skillGroupId", args->skill_group_id);
    put_optional(out, "callerPhoneNumber", args->caller_phone_number);
    put_number_groups(out, args);
    if (args->real_number) json_put_string(out, "phoneEncodeType", "number");
    put_optional(out, "tabUUID", args->tab);
}

static void put_target(json_writer *out, const wire_args *args) {
    put_optional(out, "skillGroupId", args->skill_group_id);
    put_optional(out, "userId", args->user_id);
    put_optional(out, "extension", args->extension);
    put_optional(out, "phoneNumber", args->phone_number);
}

static void put_args(json_writer *out, enum wire_method method, const wire_args *args) {
    switch (method) {
    case WIRE_AGENT_ONLINE: case WIRE_AGENT_OFFLINE: case WIRE_DIRECTORY_GET: case WIRE_N_METHODS: return;
    case WIRE_AGENT_DEVICE: json_put_string(out, "microphone", wire_device_names[args->microphone]); return;
    case WIRE_AGENT_STATUS:
        json_put_string(out, "status", wire_set_status_names[args->status]);
        put_optional(out, "restReason", args->rest_reason);
        return;
    case WIRE_CALL_START: put_call_start(out, args); return;
    case WIRE_MEDIA_OFFER: json_put_string(out, "sdp", args->sdp); return;
    case WIRE_CALL_INTERNAL:
        json_put_string(out, "calleeUserId", args->callee_user_id);
        if (args->use_mobile) json_put_bool(out, "useMobile", true);
        put_optional(out, "tabUUID", args->tab);
        return;
    case WIRE_CALL_RUNNING:
        if (args->after_seq) json_put_integer(out, "after", (int64_t)args->after_seq);
        return;
    case WIRE_CALL_TRANSFER: case WIRE_CALL_CONSULT: put_target(out, args); break;
    case WIRE_CALL_MONITOR:
        if (args->text_only) json_put_bool(out, "textOnly", true);
        break;
    case WIRE_CALL_WHISPER: json_put_bool(out, "on", args->on); break;
    case WIRE_CALL_FLOW: json_put_string(out, "flowId", args->flow_id); break;
    case WIRE_CALL_MUTE: json_put_bool(out, "muted", args->muted); break;
    case WIRE_CALL_DIGITS: json_put_string(out, "digits", args->digits); break;
    case WIRE_CALL_ACCEPT: case WIRE_VIDEO_ACCEPT: put_optional(out, "tabUUID", args->tab); break;
    case WIRE_VIDEO_OFFER: json_put_string(out, "sdp", args->sdp); break;
    case WIRE_VIDEO_MUTE:
        json_put_bool(out, "audio", args->muted);
        json_put_bool(out, "video", args->camera_muted);
        break;
    case WIRE_VIDEO_TRANSFER: put_target(out, args); break;
    case WIRE_VIDEO_END: case WIRE_VIDEO_DELETE: case WIRE_VIDEO_HOLD: case WIRE_VIDEO_UNHOLD: break;
    case WIRE_CALL_REJECT: case WIRE_CALL_HANGUP: case WIRE_CALL_DELETE: case WIRE_CALL_HOLD:
    case WIRE_CALL_UNHOLD: case WIRE_CALL_UNFLOW: case WIRE_CALL_UNMONITOR: case WIRE_CALL_INTERCEPT: case WIRE_CALL_KICK:
    case WIRE_CALL_CONSULT_COMPLETE: case WIRE_CALL_CONSULT_CANCEL: case WIRE_CALL_CONFERENCE: case WIRE_CALL_CONFERENCE_LEAVE: break;
    case WIRE_VISIT_START: case WIRE_VISIT_END: case WIRE_CHAT_ACCEPT: case WIRE_CHAT_REJECT: case WIRE_CHAT_END:
    case WIRE_CHAT_DELETE: case WIRE_CHAT_SEND: case WIRE_CHAT_READ: case WIRE_CHAT_TYPING: case WIRE_CHAT_HISTORY:
    case WIRE_CHAT_TRANSFER: case WIRE_CHAT_UPLOAD: case WIRE_CHAT_RATE:
        put_chat_args(out, method, args);
        return;
    }
    json_put_string(out, "sessionId", args->session_id);
}

static void print_request(json_writer *out, const wire_message *message) {
    const wire_request *request = &message->request;
    json_put_integer(out, "id", request->id);
    json_put_string(out, "m", wire_method_name(request->method));
    json_open_object(out, "a");
    put_args(out, request->method, &request->args);
    json_close(out);
}

static void put_call_response(json_writer *out, const wire_result *result) {
    json_put_string(out, "sessionId", result->session_id);
    json_put_string(out, "callerPhoneNumber", result->caller);
    json_put_string(out, "calleePhoneNumber", result->callee);
    put_optional(out, "calleeLocation", result->callee_location);
    json_put_string(out, "serverType", wire_server_type_name(result->server_type));
    put_optional(out, "remark", result->remark);
}

static void put_directory_agent(json_writer *out, const wire_directory_agent *agent) {
    json_open_object(out, NULL);
    json_put_string(out, "userId", agent->user_id);
    json_put_string(out, "name", agent->name);
    json_put_string(out, "status", agent_status_name(agent->status));
    json_open_array(out, "skillGroupIds");
    for (int i = 0; i < agent->n_groups; i++) json_put_string(out, NULL, agent->groups[i]);
    json_close(out);
    put_optional(out, "extension", agent->extension);
    if (agent->has_mobile) json_put_bool(out, "hasMobile", true);
    json_close(out);
}

static void put_directory_groups(json_writer *out, const wire_directory *directory) {
    json_open_array(out, "groups");
    for (int i = 0; i < directory->n_groups; i++) {
        const wire_directory_group *group = &directory->groups[i];
        json_open_object(out, NULL);
        json_put_string(out, "skillGroupId", group->id);
        json_put_string(out, "skillGroupName", group->name);
        json_put_integer(out, "online", group->online);
        json_put_integer(out, "free", group->free);
        json_put_integer(out, "waiting", group->waiting);
        json_close(out);
    }
    json_close(out);
}

static void put_directory(json_writer *out, const wire_directory *directory) {
    put_directory_groups(out, directory);
    json_open_array(out, "agents");
    for (int i = 0; i < directory->n_agents; i++) put_directory_agent(out, &directory->agents[i]);
    json_close(out);
    json_open_array(out, "flows");
    for (int i = 0; i < directory->n_flows; i++) {
        json_open_object(out, NULL);
        json_put_string(out, "flowId", directory->flows[i].id);
        json_put_string(out, "name", directory->flows[i].name);
        json_close(out);
    }
    json_close(out);
    if (directory->rest_reasons) json_put_value(out, "restReasons", directory->rest_reasons);
    else json_open_array(out, "restReasons"), json_close(out);
    if (directory->more) json_put_bool(out, "more", true);
}

/* As it was parsed, for the page. */
static void put_directory_lists(json_writer *out, const wire_result *result) {
    for (int i = 0; i < WIRE_DIRECTORY_LISTS; i++) json_put_value(out, wire_directory_lists[i], result->lists[i]);
    if (result->more) json_put_bool(out, "more", true);
}

static void put_running(json_writer *out, const wire_result *result) {
    if (result->next) json_put_integer(out, "next", (int64_t)result->next);
    json_open_array(out, "sessions");
    for (int i = 0; i < result->n_running; i++) {
        const wire_running *call = &result->running[i];
        json_open_object(out, NULL);
        json_put_string(out, "sessionId", call->session_id);
        json_put_string(out, "userId", call->user_id);
        json_put_string(out, "name", call->name);
        json_put_string(out, "type", wire_session_type_names[call->type]);
        json_put_string(out, "state", wire_session_state_name(call->state));
        json_put_string(out, "callerPhoneNumber", call->caller);
        json_put_string(out, "calleePhoneNumber", call->callee);
        json_put_integer(out, "startMs", call->start_ms);
        json_put_integer(out, "answerMs", call->answer_ms);
        json_close(out);
    }
    json_close(out);
}

void wire_put_result(json_writer *out, enum wire_method method, const wire_result *result) {
    if (method == WIRE_DIRECTORY_GET) put_directory_lists(out, result);
    if (method <= WIRE_AGENT_STATUS || method == WIRE_AGENT_DEVICE) json_put_string(out, "status", agent_status_name(result->status));
    if (method == WIRE_CALL_START || method == WIRE_CALL_INTERNAL || method == WIRE_CALL_MONITOR) put_call_response(out, result);
    if (method == WIRE_CALL_MONITOR && result->text_only) json_put_bool(out, "textOnly", true);
    if (method == WIRE_CALL_CONSULT) json_put_string(out, "consultSessionId", result->consult_session_id);
    if (method == WIRE_CALL_RUNNING) json_put_value(out, "sessions", result->sessions);
    if (result->next) json_put_integer(out, "next", (int64_t)result->next);
    if (method == WIRE_MEDIA_OFFER || method == WIRE_VIDEO_OFFER) json_put_string(out, "sdp", result->sdp);
    put_chat_result(out, method, result);
}

/* Lists are the server's own members or, parsed, values. */
static void put_result(json_writer *out, enum wire_method method, const wire_result *result) {
    if (method == WIRE_DIRECTORY_GET && result->directory) put_directory(out, result->directory);
    else if (method == WIRE_CALL_RUNNING && !result->sessions) put_running(out, result);
    else wire_put_result(out, method, result);
}

static void print_answer(json_writer *out, const wire_message *message) {
    const wire_answer *answer = &message->answer;
    json_put_integer(out, "id", answer->id);
    json_put_bool(out, "ok", answer->ok);
    if (!answer->ok) {
        put_error(out, &answer->error);
    } else if (answer->raw) {
        json_put_value(out, "r", answer->raw);
    } else {
        json_open_object(out, "r");
        put_result(out, answer->method, &answer->result);
        json_close(out);
    }
}

static void put_ivr_path(json_writer *out, const wire_call_in *call) {
    json_open_array(out, "ivrPath");
    for (int i = 0; i < call->n_ivr_path; i++) {
        json_open_object(out, NULL);
        json_put_string(out, "key", call->ivr_path[i].key);
        json_put_string(out, "label", call->ivr_path[i].label);
        json_close(out);
    }
    json_close(out);
}

static void put_call_in(json_writer *out, const wire_call_in *call) {
    json_put_string(out, "type", wire_session_type_names[call->type]);
    put_optional(out, "peerUserId", call->peer_user_id);
    json_put_integer(out, "timeout", call->timeout_s);
    if (call->last_seq) json_put_integer(out, "lastSeq", (int64_t)call->last_seq);
    if (wire_is_visit(call->type)) put_visitor(out, &call->visitor);
    else json_put_string(out, "calleePhoneNumber", call->callee);
    put_optional(out, "callerPhoneNumber", call->caller);
    put_optional(out, "callerLocation", call->caller_location);
    put_optional(out, "remark", call->remark);
    if (!wire_is_visit(call->type) || call->n_ivr_path) put_ivr_path(out, call);
    put_optional(out, "protectedCallee", call->protected_callee);
    put_optional(out, "protectedCaller", call->protected_caller);
    if (call->type != WIRE_IM) json_put_string(out, "serverType", wire_server_type_name(call->server_type));
    if (call->auto_answer) json_put_bool(out, "autoAnswer", true);
    put_optional(out, "consultUserId", call->consult_user_id);
}

static void put_call_outed(json_writer *out, const wire_call_outed *call) {
    json_put_string(out, "callerPhoneNumber", call->caller);
    json_put_string(out, "calleePhoneNumber", call->callee);
    put_optional(out, "protectedCallee", call->protected_callee);
    put_optional(out, "remark", call->remark);
    put_optional(out, "phoneDesc", call->phone_desc);
    if (wire_is_visit(call->type)) json_put_string(out, "type", wire_session_type_names[call->type]);
    json_put_string(out, "serverType", wire_server_type_name(call->server_type));
    put_optional(out, "tabUUID", call->tab);
}

static void put_ended(json_writer *out, const wire_session_ended *ended) {
    json_put_string(out, "type", wire_session_type_names[ended->type]);
    json_put_real(out, "duration", ended->duration_s);
    json_put_string(out, "closeBy", wire_close_by_name(ended->close_by));
    put_optional(out, "mainReason", ended->main_reason);
    put_optional(out, "subReason", ended->sub_reason);
}

static void put_progress(json_writer *out, bool ringing, bool early_media) {
    if (ringing) json_put_bool(out, "ringing", true);
    if (early_media) json_put_bool(out, "earlyMedia", true);
}

static void put_status_changed(json_writer *out, const wire_status_changed *changed) {
    bool reserved = changed->reserved == AGENT_STATUS_REST || changed->reserved == AGENT_STATUS_NOT_READY;
    json_put_string(out, "status", agent_status_name(changed->status));
    put_optional(out, "reason", changed->reason);
    if (reserved) json_put_string(out, "reserved", agent_status_name(changed->reserved));
    if (changed->countdown_s) json_put_integer(out, "countdown", changed->countdown_s);
}

static void put_asr(json_writer *out, const wire_asr *asr) {
    json_open_object(out, "result");
    json_put_integer(out, "slice_type", asr->slice);
    json_put_integer(out, "index", asr->index);
    json_put_integer(out, "start_time", asr->start_ms);
    json_put_integer(out, "end_time", asr->end_ms);
    json_put_string(out, "voice_text_str", asr->text);
    json_put_integer(out, "word_size", asr->n_words);
    json_open_array(out, "word_list");
    for (int i = 0; i < asr->n_words; i++) {
        json_open_object(out, NULL);
        json_put_string(out, "word", asr->words[i].text);
        json_put_integer(out, "start_time", asr->words[i].start_ms);
        json_put_integer(out, "end_time", asr->words[i].end_ms);
        json_put_integer(out, "stable_flag", asr->words[i].stable);
        json_close(out);
    }
    json_close(out);
    json_close(out);
    json_put_string(out, "flow", wire_flow_names[asr->flow]);
}

static void put_event_members(json_writer *out, const wire_event *event) {
    switch (event->name) {
    case WIRE_EV_STATUS_CHANGED: put_status_changed(out, &event->changed); return;
    case WIRE_EV_KICKED_OUT: json_put_string(out, "reason", event->reason); return;
    case WIRE_EV_MEDIA: put_media_members(out, event->session_id, &event->media); return;
    default: json_put_string(out, "sessionId", event->session_id);
    }
    switch (event->name) {
    case WIRE_EV_CALL_IN: put_call_in(out, &event->call_in); break;
    case WIRE_EV_CALL_OUTED: put_call_outed(out, &event->call_outed); break;
    case WIRE_EV_SESSION_ENDED: put_ended(out, &event->ended); break;
    case WIRE_EV_TRANSFER:
        put_optional(out, "skillGroupId", event->transfer.skill_group_id);
        put_optional(out, "userId", event->transfer.user_id);
        put_optional(out, "extension", event->transfer.extension);
        put_optional(out, "phoneNumber", event->transfer.phone_number);
        break;
    case WIRE_EV_PROGRESS: put_progress(out, event->progress.ringing, event->progress.early_media); break;
    case WIRE_EV_HELD:
        json_put_bool(out, "held", event->held.held);
        json_put_string(out, "by", wire_held_by_names[event->held.by_seat]);
        break;
    case WIRE_EV_MONITOR_ENDED: json_put_string(out, "reason", event->reason); break;
    case WIRE_EV_CONSULT:
        json_put_string(out, "state", wire_consult_names[event->consult.state]);
        put_optional(out, "reason", event->consult.reason);
        break;
    case WIRE_EV_SELF_SERVICE: json_put_bool(out, "running", event->self_service); break;
    case WIRE_EV_MESSAGE: wire_put_chat(out, &event->message); break;
    case WIRE_EV_MESSAGE_READ: json_put_integer(out, "seq", (int64_t)event->mark.seq); /* fall through */
    case WIRE_EV_TYPING: json_put_string(out, "from", wire_from_names[event->mark.from]); break;
    case WIRE_EV_QUEUED:
        json_put_string(out, "type", wire_session_type_names[event->queued.type]);
        json_put_integer(out, "ahead", event->queued.ahead);
        break;
    case WIRE_EV_VIDEO_MUTED:
        json_put_string(out, "from", wire_from_names[event->video_muted.from]);
        json_put_bool(out, "audio", event->video_muted.audio);
        json_put_bool(out, "video", event->video_muted.video);
        break;
    case WIRE_EV_VIDEO_CODEC: json_put_string(out, "codec", wire_picture_names[event->picture]); break;
    case WIRE_EV_JOINED: json_put_string(out, "nickname", event->nickname); break;
    case WIRE_EV_ASR: put_asr(out, &event->asr); break;
    case WIRE_EV_USER_ACCESSED: put_optional(out, "tabUUID", event->accepted_tab); break;
    case WIRE_EV_CALLOUT_ACCEPTED: case WIRE_EV_AUTO_TRANSFER:
    case WIRE_EV_STATUS_CHANGED: case WIRE_EV_KICKED_OUT: case WIRE_EV_MEDIA: case WIRE_N_EVENTS: break;
    }
}

void wire_put_event_data(json_writer *out, const char *name, const wire_event *event) {
    json_open_object(out, name);
    put_event_members(out, event);
    json_close(out);
}

static void print_event(json_writer *out, const wire_message *message) {
    json_put_integer(out, "seq", (int64_t)message->event.seq);
    json_put_string(out, "e", wire_event_name(message->event.name));
    wire_put_event_data(out, "d", &message->event);
}

static void print_ack(json_writer *out, const wire_message *message) { json_put_integer(out, "seq", (int64_t)message->ack_seq); }

static void print_ping(json_writer *out, const wire_message *message) { json_put_integer(out, "n", message->ping_n); }

static void print_bye(json_writer *out, const wire_message *message) {
    if (message->bye.has_error) put_error(out, &message->bye.error);
}

typedef void print_message(json_writer *, const wire_message *);

static int print_with(print_message *const *prints, const wire_message *message, char *text, size_t capacity) {
    json_writer out = json_write(text, capacity < WIRE_TEXT_MAX + 1 ? capacity : WIRE_TEXT_MAX + 1);
    json_open_object(&out, NULL);
    json_put_string(&out, "t", wire_kind_name(message->kind));
    prints[message->kind](&out, message);
    json_close(&out);
    return json_finish(&out);
}

#define OF_CLIENT [WIRE_HELLO] = print_hello, [WIRE_REQ] = print_request, [WIRE_ACK] = print_ack
#define OF_BOTH [WIRE_PING] = print_ping, [WIRE_PONG] = print_ping, [WIRE_BYE] = print_bye
#define OF_SERVER [WIRE_WELCOME] = print_welcome, [WIRE_REFUSE] = print_refuse, [WIRE_RES] = print_answer, [WIRE_EV] = print_event

int wire_print(const wire_message *message, char *text, size_t capacity) {
    static print_message *const prints[] = { OF_CLIENT, OF_BOTH, OF_SERVER };
    return print_with(prints, message, text, capacity);
}

int wire_print_client(const wire_message *message, char *text, size_t capacity) {
    static print_message *const prints[] = { OF_CLIENT, OF_BOTH };
    return print_with(prints, message, text, capacity);
}
