/* command.h: the page's commands: names, options, and what is wrong with them. Layer: core. */
#ifndef TCCC_CORE_COMMAND_H
#define TCCC_CORE_COMMAND_H

#include "core/wire.h"

/* X(ENUM, "cmd") */
#define COMMANDS(X) \
    X(CALL_START, "Call.startOutboundCall") X(CALL_ACCEPT, "Call.accept") X(CALL_END, "Call.end") X(CALL_HUNG_UP, "Call.hungUp") \
    X(CALL_DELETE, "Call.deleteCall") X(CALL_MUTE, "Call.muteMic") X(CALL_UNMUTE, "Call.unmuteMic") \
    X(CALL_IS_MUTED, "Call.isMicMuted") X(CALL_HOLD, "Call.hold") X(CALL_UNHOLD, "Call.unHold") X(CALL_DIGITS, "Call.sendDigits") \
    X(CALL_INTERNAL, "Call.startInternalCall") X(CALL_TRANSFER, "Call.transfer") X(CALL_FLOW, "Call.startSelfService") \
    X(CALL_UNFLOW, "Call.stopSelfService") \
    X(CALL_MONITOR, "Call.monitor") X(CALL_UNMONITOR, "Call.unmonitor") X(CALL_WHISPER, "Call.whisper") X(CALL_INTERCEPT, "Call.intercept") \
    X(CALL_KICK, "Call.kick") X(CALL_RUNNING, "Call.getRunningSessions") \
    X(CALL_CONSULT, "Call.consult.start") X(CALL_CONSULT_COMPLETE, "Call.consult.complete") X(CALL_CONSULT_CANCEL, "Call.consult.cancel") \
    X(CALL_CONFERENCE, "Call.consult.conference") X(CALL_CONFERENCE_LEAVE, "Call.consult.leave") \
    X(AGENT_ONLINE, "Agent.online") X(AGENT_OFFLINE, "Agent.offline") X(AGENT_SET_STATUS, "Agent.setStatus") \
    X(AGENT_GET_STATUS, "Agent.getStatus") X(SESSION_LIST, "Session.list") X(MEDIA_OFFER, "Media.offer") X(MEDIA_STATS, "Media.stats") \
    X(AGENT_DEVICE, "Agent.device") X(DIRECTORY_GET, "Directory.get") X(MEDIA_PROBE, "Media.probe") \
    X(CHAT_ACCEPT, "Chat.accept") X(CHAT_REJECT, "Chat.reject") X(CHAT_END, "Chat.end") X(CHAT_DELETE, "Chat.deleteChat") \
    X(CHAT_TRANSFER, "Chat.transfer") X(CHAT_SEND, "Chat.send") X(CHAT_READ, "Chat.read") X(CHAT_TYPING, "Chat.typing") \
    X(CHAT_HISTORY, "Chat.getHistory") X(CHAT_UPLOAD, "Chat.upload") \
    X(VISIT_START, "Visit.start") X(VISIT_END, "Visit.end") X(VISIT_RATE, "Visit.rate") \
    X(VIDEO_ACCEPT, "Video.accept") X(VIDEO_END, "Video.end") X(VIDEO_DELETE, "Video.deleteVideo") X(VIDEO_MUTE_MIC, "Video.muteMic") \
    X(VIDEO_UNMUTE_MIC, "Video.unmuteMic") X(VIDEO_MUTE, "Video.muteVideo") X(VIDEO_UNMUTE, "Video.unmuteVideo") \
    X(VIDEO_HOLD, "Video.hold") X(VIDEO_UNHOLD, "Video.unHold") X(VIDEO_TRANSFER, "Video.transfer") X(VIDEO_OFFER, "Video.offer")

enum command_name {
#define COMMAND_ENUM(name, text) COMMAND_##name,
    COMMANDS(COMMAND_ENUM)
#undef COMMAND_ENUM
    N_COMMANDS
};

typedef struct command {
    uint32_t id;
    enum command_name name;
    wire_args args;                 /* digits is NULL when dtmfText is absent (it is optional, SDK-062) */
    int seconds;                    /* Media.probe: 1..10, 3 when absent */
    json_value *tree;               /* owned */
} command;

/* Parses {"id":1..,"cmd":..,"args":{..}}; args may be absent, and for commands that take a sessionId alone a bare string
 * will do (AMB-02). 0; or, with nothing to free: FORMAT or TOO_LARGE (no id to answer to), else ARG_MISSING, ARG_TYPE or
 * ARG_RANGE with command->id set and a sentence in *failure that begins with the command and names the option. */
int command_parse(command *command, const char *text, size_t length, wire_failure *failure);
void command_free(command *command);
const char *command_name(enum command_name name);

#endif
