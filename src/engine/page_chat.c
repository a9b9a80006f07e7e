/* page_chat.c: carries out the page's commands for chats and visits. Layer: engine. */
#include "engine/engine_state.h"

#include <stdio.h>

/* The chat that the command names; NULL: the command has been answered. */
static chat *named_chat(tccc_engine *engine, const command *command) {
    chat *chat = chats_find(engine, command->args.session_id);
    if (chat) return chat;
    char sentence[96];
    bool is_call = calls_find(engine, command->args.session_id) != NULL;
    snprintf(sentence, sizeof sentence, "%s: the session is no chat. Use the methods of Call or Video.", command_name(command->name));
    page_refuse(engine, command->id, is_call ? TCCC_E_STATE : TCCC_E_NOT_FOUND, is_call ? sentence : NULL);
    return NULL;
}

static bool admit(tccc_engine *engine, const command *command, chat *chat, enum chat_event event) {
    char sentence[96];
    enum chat_state before = chat->state;
    enum chat_verdict verdict = chat_fsm_step(&chat->state, event);
    snprintf(sentence, sizeof sentence, "%s: the chat is %s.", command_name(command->name), chat_fsm_name(before));
    if (verdict == CHAT_REFUSE) page_refuse(engine, command->id, TCCC_E_STATE, sentence);
    if (verdict == CHAT_IGNORE) page_done(engine, command);
    calls_tone(engine);
    return verdict == CHAT_PASS;
}

static void forward(tccc_engine *engine, const command *command, enum wire_method method) {
    int error = asks_send(engine, command->id, method, &command->args);
    if (error == 0) return;
    if (command->args.session_id) chats_refused(engine, command->args.session_id);
    page_refuse(engine, command->id, error, error == TCCC_E_LIMIT ? "64 requests wait for an answer." : NULL);
}

typedef struct {
    enum chat_event event;
    enum wire_method method;
} way;

static way way_of(const tccc_engine *engine, const chat *chat, enum command_name name) {
    switch (name) {
    case COMMAND_CHAT_ACCEPT: return (way){ CHAT_CMD_ACCEPT, WIRE_CHAT_ACCEPT };
    case COMMAND_CHAT_REJECT: return (way){ CHAT_CMD_REJECT, WIRE_CHAT_REJECT };
    case COMMAND_CHAT_END:
        if (engine->visitor) return (way){ CHAT_CMD_END, WIRE_VISIT_END };
        if (chat->state == CHAT_OFFERED || chat->state == CHAT_ACCEPTING) return (way){ CHAT_CMD_REJECT, WIRE_CHAT_REJECT };
        return (way){ CHAT_CMD_END, WIRE_CHAT_END };
    case COMMAND_VISIT_END: return (way){ CHAT_CMD_END, WIRE_VISIT_END };
    case COMMAND_CHAT_TRANSFER: return (way){ CHAT_CMD_HAND_OVER, WIRE_CHAT_TRANSFER };
    case COMMAND_CHAT_SEND: return (way){ CHAT_CMD_TALK, WIRE_CHAT_SEND };
    case COMMAND_CHAT_TYPING: return (way){ CHAT_CMD_TALK, WIRE_CHAT_TYPING };
    case COMMAND_CHAT_UPLOAD: return (way){ CHAT_CMD_TALK, WIRE_CHAT_UPLOAD };
    case COMMAND_CHAT_READ: return (way){ CHAT_CMD_LOOK, WIRE_CHAT_READ };
    case COMMAND_CHAT_HISTORY: return (way){ CHAT_CMD_LOOK, WIRE_CHAT_HISTORY };
    case COMMAND_VISIT_RATE: return (way){ CHAT_CMD_RATE, WIRE_CHAT_RATE };
    default: return (way){ CHAT_CMD_DELETE, WIRE_CHAT_DELETE };
    }
}

void page_chat(tccc_engine *engine, const command *command) {
    chat *chat = named_chat(engine, command);
    if (!chat) return;
    way way = way_of(engine, chat, command->name);
    if (admit(engine, command, chat, way.event)) forward(engine, command, way.method);
}

void page_visit(tccc_engine *engine, const command *command) {
    if (command->args.visit_type != WIRE_IM) engine_order(engine, "prepare");
    forward(engine, command, WIRE_VISIT_START);
}

/* A visit is ended by whoever keeps its type. */
void page_visit_end(tccc_engine *engine, const command *command) {
    const call *call = calls_find(engine, command->args.session_id);
    if (chats_find(engine, command->args.session_id)) page_chat(engine, command);
    else if (call && call->type == WIRE_VIDEO) page_video_end(engine, command);
    else if (call) page_leave(engine, command);
    else forward(engine, command, WIRE_VISIT_END);
}

bool page_may(const tccc_engine *engine, enum command_name name) {
    switch (name) {
    case COMMAND_SESSION_LIST: case COMMAND_MEDIA_OFFER: case COMMAND_MEDIA_STATS: case COMMAND_MEDIA_PROBE: case COMMAND_CHAT_SEND: case COMMAND_CHAT_READ:
    case COMMAND_CHAT_TYPING: case COMMAND_CHAT_HISTORY: case COMMAND_CHAT_UPLOAD: case COMMAND_CHAT_END: case COMMAND_CALL_MUTE:
    case COMMAND_CALL_UNMUTE: case COMMAND_CALL_IS_MUTED: case COMMAND_CALL_DIGITS: case COMMAND_CALL_HUNG_UP:
    case COMMAND_VIDEO_MUTE_MIC: case COMMAND_VIDEO_UNMUTE_MIC: case COMMAND_VIDEO_MUTE: case COMMAND_VIDEO_UNMUTE:
    case COMMAND_VIDEO_OFFER: case COMMAND_VIDEO_END:
        return true;
    case COMMAND_VISIT_START: case COMMAND_VISIT_END: case COMMAND_VISIT_RATE:
        return engine->visitor;
    default:
        return !engine->visitor;
    }
}
