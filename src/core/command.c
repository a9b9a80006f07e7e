/* command.c: parses the page's commands. Layer: core. */
#include "core/command.h"

#include "tccc/error.h"

#include <stdio.h>
#include <string.h>

#define TEXT(name, text) text,
static const char *const names[] = { COMMANDS(TEXT) NULL };

const char *command_name(enum command_name name) { return names[name]; }

/* The protocol's method with the same arguments; WIRE_N_METHODS: takes none. */
static enum wire_method arguments_like(enum command_name name) {
    switch (name) {
    case COMMAND_CALL_START: return WIRE_CALL_START;
    case COMMAND_CALL_INTERNAL: return WIRE_CALL_INTERNAL;
    case COMMAND_CALL_TRANSFER: return WIRE_CALL_TRANSFER;
    case COMMAND_CALL_FLOW: return WIRE_CALL_FLOW;
    case COMMAND_CALL_MONITOR: return WIRE_CALL_MONITOR;
    case COMMAND_CALL_WHISPER: return WIRE_CALL_WHISPER;
    case COMMAND_CALL_CONSULT: return WIRE_CALL_CONSULT;
    case COMMAND_AGENT_SET_STATUS: return WIRE_AGENT_STATUS;
    case COMMAND_MEDIA_OFFER: return WIRE_MEDIA_OFFER;
    case COMMAND_AGENT_DEVICE: return WIRE_AGENT_DEVICE;
    case COMMAND_CHAT_TRANSFER: return WIRE_CHAT_TRANSFER;
    case COMMAND_CHAT_SEND: return WIRE_CHAT_SEND;
    case COMMAND_CHAT_READ: return WIRE_CHAT_READ;
    case COMMAND_CHAT_HISTORY: return WIRE_CHAT_HISTORY;
    case COMMAND_CALL_RUNNING: return WIRE_CALL_RUNNING;
    case COMMAND_CHAT_UPLOAD: return WIRE_CHAT_UPLOAD;
    case COMMAND_VISIT_START: return WIRE_VISIT_START;
    case COMMAND_VISIT_RATE: return WIRE_CHAT_RATE;
    case COMMAND_VIDEO_TRANSFER: return WIRE_VIDEO_TRANSFER;
    case COMMAND_VIDEO_OFFER: return WIRE_VIDEO_OFFER;
    case COMMAND_AGENT_ONLINE: case COMMAND_AGENT_OFFLINE: case COMMAND_AGENT_GET_STATUS: case COMMAND_SESSION_LIST:
    case COMMAND_MEDIA_STATS: case COMMAND_DIRECTORY_GET: case COMMAND_MEDIA_PROBE: case N_COMMANDS: return WIRE_N_METHODS;
    case COMMAND_CALL_ACCEPT: case COMMAND_CALL_END: case COMMAND_CALL_HUNG_UP: case COMMAND_CALL_DELETE: case COMMAND_CALL_MUTE:
    case COMMAND_CALL_UNMUTE: case COMMAND_CALL_IS_MUTED: case COMMAND_CALL_HOLD: case COMMAND_CALL_UNHOLD:
    case COMMAND_CALL_UNMONITOR: case COMMAND_CALL_INTERCEPT: case COMMAND_CALL_KICK: case COMMAND_CALL_CONSULT_COMPLETE:
    case COMMAND_CALL_CONSULT_CANCEL: case COMMAND_CALL_CONFERENCE: case COMMAND_CALL_CONFERENCE_LEAVE:
    case COMMAND_CALL_UNFLOW: case COMMAND_CALL_DIGITS: case COMMAND_CHAT_ACCEPT: case COMMAND_CHAT_REJECT: case COMMAND_CHAT_END:
    case COMMAND_CHAT_DELETE: case COMMAND_CHAT_TYPING: case COMMAND_VISIT_END:
    case COMMAND_VIDEO_ACCEPT: case COMMAND_VIDEO_END: case COMMAND_VIDEO_DELETE: case COMMAND_VIDEO_MUTE_MIC: case COMMAND_VIDEO_UNMUTE_MIC:
    case COMMAND_VIDEO_MUTE: case COMMAND_VIDEO_UNMUTE: case COMMAND_VIDEO_HOLD: case COMMAND_VIDEO_UNHOLD: break;
    }
    return WIRE_CALL_ACCEPT; /* sessionId */
}

static int fail(wire_failure *failure, int error, const char *place, const char *sentence) {
    failure->error = error;
    failure->message[0] = 0;
    if (*sentence) snprintf(failure->message, sizeof failure->message, "%.60s: %.180s", place, sentence);
    return error;
}

/* A session is named by {sessionId} or by a bare string. */
static int read_bare(command *command, const char *session_id, wire_failure *failure) {
    size_t length = strlen(session_id);
    if (length < 1 || length > WIRE_SESSION_ID_MAX)
        return fail(failure, TCCC_E_ARG_RANGE, names[command->name], "sessionId must have 1 to 64 bytes.");
    command->args.session_id = session_id;
    return 0;
}

static int read_digits(command *command, const json_value *args, wire_failure *failure) {
    json_reader in = json_read(args);
    const char *digits = json_string_or(&in, "dtmfText", NULL, WIRE_DIGITS_MAX);
    if (digits && digits[strspn(digits, "0123456789*#ABCD")] != 0)
        json_fail(&in, TCCC_E_ARG_RANGE, "dtmfText", "must be of 0-9, *, # and A-D");
    command->args.digits = digits;
    return in.error ? fail(failure, in.error, names[command->name], in.message) : 0;
}

static int read_seconds(command *command, const json_value *args, wire_failure *failure) {
    json_reader in = json_read(args ? args : command->tree); /* which has no such member */
    command->seconds = (int)json_integer_or(&in, "seconds", 3, 1, 10);
    return in.error ? fail(failure, in.error, names[command->name], in.message) : 0;
}

static int read_options(command *command, const json_value *args, wire_failure *failure) {
    enum wire_method like = arguments_like(command->name);
    if (command->name == COMMAND_MEDIA_PROBE) return read_seconds(command, args, failure);
    if (like == WIRE_N_METHODS) return 0;
    if (like == WIRE_CALL_ACCEPT && json_text(args)) return read_bare(command, json_text(args), failure);
    json_value *none = NULL;
    if (!args && json_parse("{}", 2, 2, &none) < 0)
        return fail(failure, TCCC_E_NO_MEMORY, names[command->name], tccc_error_sentence(TCCC_E_NO_MEMORY));
    int error = wire_read_args(like, args ? args : none, &command->args, names[command->name], failure);
    json_free(none);
    if (error == 0 && command->name == COMMAND_CALL_DIGITS) error = read_digits(command, args, failure);
    return error;
}

static int find(const char *text) {
    for (int i = 0; i < N_COMMANDS; i++)
        if (strcmp(names[i], text) == 0) return i;
    return -1;
}

static int read_command(command *command, wire_failure *failure) {
    json_reader in = json_read(command->tree);
    command->id = (uint32_t)json_integer(&in, "id", 1, WIRE_ID_MAX);
    if (in.error) return fail(failure, TCCC_E_FORMAT, "command", in.message);
    const char *text = json_string(&in, "cmd", 1, 64);
    if (!text) return fail(failure, in.error, "command", in.message);
    int name = find(text);
    if (name < 0) return fail(failure, TCCC_E_ARG_RANGE, text, "there is no such command.");
    command->name = (enum command_name)name;
    return read_options(command, json_member(command->tree, "args"), failure);
}

int command_parse(command *command, const char *text, size_t length, wire_failure *failure) {
    memset(command, 0, sizeof *command);
    memset(failure, 0, sizeof *failure);
    int error = json_parse(text, length, WIRE_TEXT_MAX, &command->tree);
    if (error < 0) return fail(failure, error == TCCC_E_TOO_LARGE ? error : TCCC_E_FORMAT, "command", tccc_error_sentence(error));
    error = read_command(command, failure);
    if (error < 0) command_free(command);
    return error;
}

void command_free(command *command) {
    json_free(command->tree);
    command->tree = NULL;
}
