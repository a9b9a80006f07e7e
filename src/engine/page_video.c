/* page_video.c: carries out the page's commands for video sessions. Layer: engine. */
#include "engine/engine_state.h"

static void accept(tccc_engine *engine, const command *command, call *call) {
    if (!page_admit(engine, command, call, CALL_CMD_ACCEPT)) return;
    calls_tone(engine);
    int error = asks_send(engine, command->id, WIRE_VIDEO_ACCEPT, &(wire_args){ .session_id = call->id, .tab = command->args.tab });
    if (error == 0) return;
    call_fsm_step(&call->state, CALL_EV_ACCEPT_FAILED);
    calls_tone(engine);
    page_refuse(engine, command->id, error, NULL);
}

/* Camera and microphone are off at once, whatever the connection does. */
static void end(tccc_engine *engine, const command *command, call *call) {
    if (!page_admit(engine, command, call, CALL_CMD_HANGUP)) return;
    calls_picture(engine, call);
    calls_step_sound(engine, call);
    calls_tone(engine);
    page_ask(engine, command, engine->visitor ? WIRE_VISIT_END : WIRE_VIDEO_END, &(wire_args){ .session_id = call->id });
}

/* The page mutes its own tracks; the other side is told. */
static void mute(tccc_engine *engine, const command *command, call *call) {
    bool is_mic = command->name == COMMAND_VIDEO_MUTE_MIC || command->name == COMMAND_VIDEO_UNMUTE_MIC;
    bool muted = command->name == COMMAND_VIDEO_MUTE_MIC || command->name == COMMAND_VIDEO_MUTE;
    bool *what = is_mic ? &call->muted : &call->camera_muted;
    if (!page_admit(engine, command, call, CALL_CMD_MUTE)) return;
    if (*what != muted) {
        *what = muted;
        calls_picture(engine, call);
        calls_step_sound(engine, call);
        asks_send(engine, 0, WIRE_VIDEO_MUTE, &(wire_args){ .session_id = call->id, .muted = call->muted, .camera_muted = call->camera_muted });
    }
    page_done(engine, command);
}

static void hold(tccc_engine *engine, const command *command, call *call) {
    bool holds = command->name == COMMAND_VIDEO_HOLD;
    if (page_admit(engine, command, call, holds ? CALL_CMD_HOLD : CALL_CMD_UNHOLD))
        page_ask(engine, command, holds ? WIRE_VIDEO_HOLD : WIRE_VIDEO_UNHOLD, &(wire_args){ .session_id = call->id });
}

static void offer(tccc_engine *engine, const command *command, const call *call) {
    bool runs = call->state == CALL_TALKING || call->state == CALL_HELD;
    if (runs) page_ask(engine, command, WIRE_VIDEO_OFFER, &command->args);
    else page_refuse(engine, command->id, TCCC_E_STATE, "Video.offer: the session is not being talked in.");
}

void page_video_end(tccc_engine *engine, const command *command) {
    call *call = page_named(engine, command, true);
    if (call) end(engine, command, call);
}

void page_video(tccc_engine *engine, const command *command) {
    call *call = page_named(engine, command, true);
    if (!call) return;
    switch (command->name) {
    case COMMAND_VIDEO_ACCEPT: accept(engine, command, call); break;
    case COMMAND_VIDEO_END: end(engine, command, call); break;
    case COMMAND_VIDEO_DELETE:
        if (page_admit(engine, command, call, CALL_CMD_DELETE)) page_ask(engine, command, WIRE_VIDEO_DELETE, &(wire_args){ .session_id = call->id });
        break;
    case COMMAND_VIDEO_TRANSFER:
        if (page_admit(engine, command, call, CALL_CMD_HAND_OVER)) page_ask(engine, command, WIRE_VIDEO_TRANSFER, &command->args);
        break;
    case COMMAND_VIDEO_HOLD: case COMMAND_VIDEO_UNHOLD: hold(engine, command, call); break;
    case COMMAND_VIDEO_OFFER: offer(engine, command, call); break;
    default: mute(engine, command, call); break;
    }
}
