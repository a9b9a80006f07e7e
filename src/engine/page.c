/* page.c: carries out the page's commands and prints their results. Layer: engine. */
#include "engine/engine_state.h"

#include <stdio.h>
#include <string.h>

typedef struct {                    /* what a result's `data` holds */
    const tccc_engine *engine;
    uint32_t command;
    int name;                       /* of a command that is answered here; -1: see method */
    enum wire_method method;
    const wire_result *result;
    const wire_error *error;        /* failure */
    bool muted;
} answer;

static void put_stats(json_writer *out, const route *route) {
    json_put_string(out, "path", route_name(route));
    json_put_integer(out, "openPaths", route_open_paths(route));
    json_open_array(out, "rttMs");
    for (int i = 0; i < CARRIER_PATHS; i++) json_put_integer(out, NULL, route->path[i].rtt_ms);
    json_close(out);
    json_put_integer(out, "framesSent", (int64_t)route->frames_sent);
    json_put_integer(out, "framesReceived", (int64_t)route->frames_received);
    json_put_integer(out, "framesDoubled", (int64_t)route->frames_doubled);
}

static void put_probe(json_writer *out, const tccc_engine *engine) {
    json_put_string(out, "path", route_name(&engine->route));
    probe_put(&engine->probe, out);
}

static void put_data(json_writer *out, const answer *answer) {
    json_open_object(out, "data");
    if (answer->result) wire_put_result(out, answer->method, answer->result);
    if (answer->name == COMMAND_AGENT_GET_STATUS) json_put_string(out, "status", agent_status_name(answer->engine->status));
    if (answer->name == COMMAND_CALL_IS_MUTED) json_put_bool(out, "isMicMuted", answer->muted);
    if (answer->name == COMMAND_SESSION_LIST) calls_list(answer->engine, out);
    if (answer->name == COMMAND_MEDIA_STATS) put_stats(out, &answer->engine->route);
    if (answer->name == COMMAND_MEDIA_PROBE) put_probe(out, answer->engine);
    json_close(out);
}

static int answer_print(const void *what, char *text, size_t capacity) {
    const answer *answer = what;
    json_writer out = json_write(text, capacity);
    json_open_object(&out, NULL);
    json_put_integer(&out, "id", answer->command);
    json_put_string(&out, "status", answer->error ? "error" : "success");
    if (answer->error) {
        json_put_string(&out, "code", answer->error->code);
        json_put_string(&out, "errorMsg", answer->error->message);
        json_put_string(&out, "remedy", answer->error->remedy);
    } else {
        put_data(&out, answer);
    }
    json_close(&out);
    return json_finish(&out);
}

static void give(tccc_engine *engine, const answer *answer) { engine_print(engine, TCCC_OUT_RESULT, answer_print, answer); }

void page_result(tccc_engine *engine, uint32_t command, enum wire_method method, const wire_result *result) {
    give(engine, &(answer){ .engine = engine, .command = command, .name = -1, .method = method, .result = result });
}

void page_failure(tccc_engine *engine, uint32_t command, const wire_error *error) {
    give(engine, &(answer){ .engine = engine, .command = command, .name = -1, .error = error });
}

void page_refuse(tccc_engine *engine, uint32_t command, int error, const char *sentence) {
    wire_error why = wire_error_of(error, sentence);
    page_failure(engine, command, &why);
}

void page_done(tccc_engine *engine, const command *command) {
    give(engine, &(answer){ .engine = engine, .command = command->id, .name = (int)command->name });
}

void page_ask(tccc_engine *engine, const command *command, enum wire_method method, const wire_args *args) {
    int error = asks_send(engine, command->id, method, args);
    if (error < 0) page_refuse(engine, command->id, error, error == TCCC_E_LIMIT ? "64 requests wait for an answer." : NULL);
}

/* Why a session of another kind is none for this command; NULL: it is one. */
static const char *kind_instead(const call *call, bool video) {
    if (!call) return "a chat. Use the methods of Chat";
    if (call->type == WIRE_VIDEO) return video ? NULL : "a video session. Use the methods of Video";
    return video ? "a call. Use the methods of Call" : NULL;
}

call *page_named(tccc_engine *engine, const command *command, bool video) {
    call *call = calls_find(engine, command->args.session_id);
    char sentence[112];
    const char *instead = kind_instead(call, video);
    if (!instead) return call;
    bool is_there = call || chats_find(engine, command->args.session_id);
    snprintf(sentence, sizeof sentence, "%s: the session is %s.", command_name(command->name), instead);
    page_refuse(engine, command->id, is_there ? TCCC_E_STATE : TCCC_E_NOT_FOUND, is_there ? sentence : NULL);
    return NULL;
}

static call *named_call(tccc_engine *engine, const command *command) { return page_named(engine, command, false); }

static void refuse_state(tccc_engine *engine, const command *command, enum call_state state) {
    char sentence[96];
    snprintf(sentence, sizeof sentence, "%s: the call is %s.", command_name(command->name), call_fsm_name(state));
    page_refuse(engine, command->id, TCCC_E_STATE, sentence);
}

/* Steps the call's machine. True when the command is to be carried out; else it has been answered. */
bool page_admit(tccc_engine *engine, const command *command, call *call, enum call_event event) {
    enum call_state before = call->state;
    enum call_verdict verdict = call_fsm_step(&call->state, event);
    if (verdict == CALL_REFUSE) refuse_state(engine, command, before);
    if (verdict == CALL_IGNORE) page_done(engine, command);
    return verdict == CALL_PASS;
}

static void start(tccc_engine *engine, const command *command) {
    engine_order(engine, "prepare");
    page_ask(engine, command, WIRE_CALL_START, &command->args);
}

static void start_internal(tccc_engine *engine, const command *command) {
    engine_order(engine, "prepare");
    page_ask(engine, command, WIRE_CALL_INTERNAL, &command->args);
}

static void ask_call(tccc_engine *engine, const command *command, const call *call, enum wire_method method) {
    page_ask(engine, command, method, &(wire_args){ .session_id = call->id });
}

static void accept(tccc_engine *engine, const command *command) {
    call *call = named_call(engine, command);
    if (!call || !page_admit(engine, command, call, CALL_CMD_ACCEPT)) return;
    calls_tone(engine);
    int error = asks_send(engine, command->id, WIRE_CALL_ACCEPT, &(wire_args){ .session_id = call->id, .tab = command->args.tab });
    if (error == 0) return;
    call_fsm_step(&call->state, CALL_EV_ACCEPT_FAILED);
    calls_tone(engine);
    page_refuse(engine, command->id, error, NULL);
}

/* Microphone and loudspeaker are off at once, whatever the connection does. */
static void hang_up(tccc_engine *engine, const command *command) {
    call *call = named_call(engine, command);
    if (!call) return;
    bool offered = call->state == CALL_OFFERED;
    if (!page_admit(engine, command, call, CALL_CMD_HANGUP)) return;
    calls_step_sound(engine, call);
    calls_tone(engine);
    ask_call(engine, command, call, engine->visitor ? WIRE_VISIT_END : offered ? WIRE_CALL_REJECT : WIRE_CALL_HANGUP);
}

void page_leave(tccc_engine *engine, const command *command) { hang_up(engine, command); }


static void delete_call(tccc_engine *engine, const command *command) {
    call *call = named_call(engine, command);
    if (call && page_admit(engine, command, call, CALL_CMD_DELETE)) ask_call(engine, command, call, WIRE_CALL_DELETE);
}

static void mute(tccc_engine *engine, const command *command) {
    call *call = named_call(engine, command);
    if (!call || !page_admit(engine, command, call, CALL_CMD_MUTE)) return;
    bool muted = command->name == COMMAND_CALL_MUTE;
    if (call->muted != muted) {
        call->muted = muted;
        calls_step_sound(engine, call);
        asks_send(engine, 0, WIRE_CALL_MUTE, &(wire_args){ .session_id = call->id, .muted = muted }); /* a note for the records */
    }
    page_done(engine, command);
}

static void is_muted(tccc_engine *engine, const command *command) {
    call *call = named_call(engine, command);
    if (call) give(engine, &(answer){ .engine = engine, .command = command->id, .name = COMMAND_CALL_IS_MUTED, .muted = call->muted });
}

static void hold(tccc_engine *engine, const command *command) {
    bool holds = command->name == COMMAND_CALL_HOLD;
    call *call = named_call(engine, command);
    if (call && page_admit(engine, command, call, holds ? CALL_CMD_HOLD : CALL_CMD_UNHOLD))
        ask_call(engine, command, call, holds ? WIRE_CALL_HOLD : WIRE_CALL_UNHOLD);
}

static void send_digits(tccc_engine *engine, const command *command) {
    const char *digits = command->args.digits;
    call *call = named_call(engine, command);
    if (!call || !page_admit(engine, command, call, CALL_CMD_DIGITS)) return;
    if (!digits || !*digits) {
        page_done(engine, command);
    } else if (!engine->visitor && call->has_media && call->media.dtmf_payload_type != 0) { /* a visitor's are for a flow as a rule */
        calls_digits(engine, call, digits);
        page_done(engine, command);
    } else {
        page_ask(engine, command, WIRE_CALL_DIGITS, &(wire_args){ .session_id = call->id, .digits = digits });
    }
}

static void hand_over(tccc_engine *engine, const command *command) {
    enum wire_method method = command->name == COMMAND_CALL_TRANSFER ? WIRE_CALL_TRANSFER
                            : command->name == COMMAND_CALL_FLOW     ? WIRE_CALL_FLOW
                                                                     : WIRE_CALL_UNFLOW;
    call *call = named_call(engine, command);
    if (call && page_admit(engine, command, call, CALL_CMD_HAND_OVER)) page_ask(engine, command, method, &command->args);
}

static void consult(tccc_engine *engine, const command *command) {
    call *call = named_call(engine, command);
    if (call && page_admit(engine, command, call, CALL_CMD_CONSULT)) page_ask(engine, command, WIRE_CALL_CONSULT, &command->args);
}

static void consult_step(tccc_engine *engine, const command *command) {
    bool leaves = command->name == COMMAND_CALL_CONFERENCE_LEAVE;
    enum wire_method method = leaves                                        ? WIRE_CALL_CONFERENCE_LEAVE
                            : command->name == COMMAND_CALL_CONSULT_COMPLETE ? WIRE_CALL_CONSULT_COMPLETE
                            : command->name == COMMAND_CALL_CONSULT_CANCEL   ? WIRE_CALL_CONSULT_CANCEL
                                                                             : WIRE_CALL_CONFERENCE;
    call *call = named_call(engine, command);
    if (call && page_admit(engine, command, call, leaves ? CALL_CMD_LEAVE : CALL_CMD_CONSULT_STEP)) ask_call(engine, command, call, method);
}

/* The server knows who may, and which sessions there are. */
static void monitor(tccc_engine *engine, const command *command) {
    if (!command->args.text_only) engine_order(engine, "prepare");
    page_ask(engine, command, WIRE_CALL_MONITOR, &command->args);
}

static void unmonitor(tccc_engine *engine, const command *command) { page_ask(engine, command, WIRE_CALL_UNMONITOR, &command->args); }
static void kick(tccc_engine *engine, const command *command) { page_ask(engine, command, WIRE_CALL_KICK, &command->args); }
static void running(tccc_engine *engine, const command *command) { page_ask(engine, command, WIRE_CALL_RUNNING, &command->args); }

static void supervise(tccc_engine *engine, const command *command) {
    call *call = calls_find(engine, command->args.session_id);
    enum wire_method method = command->name == COMMAND_CALL_WHISPER ? WIRE_CALL_WHISPER : WIRE_CALL_INTERCEPT;
    if (!call || call->state != CALL_MONITORING) {
        char sentence[96];
        snprintf(sentence, sizeof sentence, "%s: the session is not being monitored by voice.", command_name(command->name));
        page_refuse(engine, command->id, TCCC_E_STATE, sentence);
    } else if (page_admit(engine, command, call, CALL_CMD_SUPERVISE)) {
        page_ask(engine, command, method, &command->args);
    }
}

static void online(tccc_engine *engine, const command *command) { page_ask(engine, command, WIRE_AGENT_ONLINE, &command->args); }
static void offline(tccc_engine *engine, const command *command) { page_ask(engine, command, WIRE_AGENT_OFFLINE, &command->args); }
static void set_status(tccc_engine *engine, const command *command) { page_ask(engine, command, WIRE_AGENT_STATUS, &command->args); }
void page_probed(tccc_engine *engine, uint32_t command) {
    give(engine, &(answer){ .engine = engine, .command = command, .name = COMMAND_MEDIA_PROBE });
}

static void measure(tccc_engine *engine, const command *command) {
    if (engine->probe.command) page_refuse(engine, command->id, TCCC_E_STATE, "Media.probe: the paths are being measured already.");
    else probe_start(&engine->probe, command->id, command->seconds, engine->now_ms);
}

static void device(tccc_engine *engine, const command *command) { page_ask(engine, command, WIRE_AGENT_DEVICE, &command->args); }
static void directory(tccc_engine *engine, const command *command) { page_ask(engine, command, WIRE_DIRECTORY_GET, &command->args); }
static void offer(tccc_engine *engine, const command *command) { page_ask(engine, command, WIRE_MEDIA_OFFER, &command->args); }

void page_command(tccc_engine *engine, const command *command) {
    static void (*const carry_out[N_COMMANDS])(tccc_engine *, const struct command *) = {
        [COMMAND_CALL_START] = start,          [COMMAND_CALL_ACCEPT] = accept,      [COMMAND_CALL_END] = hang_up,
        [COMMAND_CALL_HUNG_UP] = hang_up,      [COMMAND_CALL_DELETE] = delete_call, [COMMAND_CALL_MUTE] = mute,
        [COMMAND_CALL_UNMUTE] = mute,          [COMMAND_CALL_IS_MUTED] = is_muted,  [COMMAND_CALL_HOLD] = hold,
        [COMMAND_CALL_UNHOLD] = hold,          [COMMAND_CALL_DIGITS] = send_digits, [COMMAND_AGENT_ONLINE] = online,
        [COMMAND_AGENT_OFFLINE] = offline,     [COMMAND_AGENT_SET_STATUS] = set_status, [COMMAND_AGENT_GET_STATUS] = page_done,
        [COMMAND_SESSION_LIST] = page_done,         [COMMAND_MEDIA_OFFER] = offer,       [COMMAND_MEDIA_STATS] = page_done,
        [COMMAND_CALL_INTERNAL] = start_internal, [COMMAND_CALL_TRANSFER] = hand_over, [COMMAND_CALL_FLOW] = hand_over,
        [COMMAND_CALL_MONITOR] = monitor,      [COMMAND_CALL_UNMONITOR] = unmonitor, [COMMAND_CALL_WHISPER] = supervise,
        [COMMAND_CALL_INTERCEPT] = supervise,  [COMMAND_CALL_KICK] = kick,         [COMMAND_CALL_RUNNING] = running,
        [COMMAND_CALL_CONSULT] = consult,      [COMMAND_CALL_CONSULT_COMPLETE] = consult_step,
        [COMMAND_CALL_CONSULT_CANCEL] = consult_step, [COMMAND_CALL_CONFERENCE] = consult_step, [COMMAND_CALL_CONFERENCE_LEAVE] = consult_step,
        [COMMAND_CALL_UNFLOW] = hand_over,     [COMMAND_AGENT_DEVICE] = device,    [COMMAND_DIRECTORY_GET] = directory,
        [COMMAND_CHAT_ACCEPT] = page_chat,     [COMMAND_CHAT_REJECT] = page_chat,   [COMMAND_CHAT_END] = page_chat,
        [COMMAND_CHAT_DELETE] = page_chat,     [COMMAND_CHAT_TRANSFER] = page_chat, [COMMAND_CHAT_SEND] = page_chat,
        [COMMAND_CHAT_READ] = page_chat,       [COMMAND_CHAT_TYPING] = page_chat,   [COMMAND_CHAT_HISTORY] = page_chat,
        [COMMAND_CHAT_UPLOAD] = page_chat,     [COMMAND_VISIT_START] = page_visit,  [COMMAND_VISIT_END] = page_visit_end,
        [COMMAND_VISIT_RATE] = page_chat,      [COMMAND_VIDEO_ACCEPT] = page_video, [COMMAND_VIDEO_END] = page_video,
        [COMMAND_VIDEO_DELETE] = page_video,   [COMMAND_VIDEO_MUTE_MIC] = page_video, [COMMAND_VIDEO_UNMUTE_MIC] = page_video,
        [COMMAND_VIDEO_MUTE] = page_video,     [COMMAND_VIDEO_UNMUTE] = page_video, [COMMAND_VIDEO_TRANSFER] = page_video,
        [COMMAND_VIDEO_OFFER] = page_video,    [COMMAND_VIDEO_HOLD] = page_video,  [COMMAND_VIDEO_UNHOLD] = page_video,
        [COMMAND_MEDIA_PROBE] = measure,
    };
    char sentence[96];
    if (!page_may(engine, command->name)) {
        snprintf(sentence, sizeof sentence, "%s is for %s pages.", command_name(command->name), engine->visitor ? "agents'" : "visitors'");
        page_refuse(engine, command->id, TCCC_E_FORBIDDEN, sentence);
        return;
    }
    bool any_time = command->name == COMMAND_AGENT_GET_STATUS; /* "offline" before sign-in */
    if (any_time || is_after_ready(engine)) carry_out[command->name](engine, command);
    else page_refuse(engine, command->id, engine->end_error ? engine->end_error : TCCC_E_NOT_READY, NULL);
}
