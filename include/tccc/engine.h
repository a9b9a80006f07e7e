/* engine.h: the signalling core: commands, wire messages and time in; wire messages, events and orders out.
 * Layer: public. Sans-IO: no clock, socket, thread or global.
 *
 * One `tccc_engine` is one signed-in page (a seat). Every input call is followed by tccc_engine_poll until it returns
 * 0; then the host waits for input or until tccc_engine_next_ms and calls tccc_engine_tick. `now_ms` is milliseconds
 * of any monotonic clock. Arguments are borrowed for the call. What poll returns is valid until the next call.
 * The wire is docs/protocol.md. Not thread-safe.
 */
#ifndef TCCC_ENGINE_H
#define TCCC_ENGINE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TCCC_COMMAND_MAX 65536    /* bytes of one command or wire message */
#define TCCC_PATHS 3              /* 0 data channel, 1 and 2 WebSockets */
#define TCCC_NEVER UINT64_MAX     /* tccc_engine_next_ms: no timer is running */

typedef struct tccc_engine tccc_engine;

typedef struct {
    const char *token;            /* sign-in token, or NULL when resume_token is given */
    const char *resume_token;     /* from TCCC_OUT_STORE of an earlier page load, or NULL */
    const char *tab_uuid;         /* 36 characters */
    const char *sdk_version;
    uint64_t seed;                /* for reconnect jitter */
    int auto_online;              /* 1: go online by itself at ready (what existing pages expect) */
    const char *mirror;           /* tccc_engine_mirror of another page of this agent, which this one goes on from; or NULL */
    int visitor;                  /* 1: a visitor's page: Visit.* and the customer's side of Chat.* and Call.* */
} tccc_engine_config;

enum tccc_out {
    TCCC_OUT_WIRE_CONNECT = 1,    /* open the signalling WebSocket */
    TCCC_OUT_WIRE_TEXT,           /* data: send this text on it */
    TCCC_OUT_WIRE_CLOSE,          /* close it; index: close code */
    TCCC_OUT_PATH_OPEN,           /* open media path `index`; data: JSON {"ticket":..} */
    TCCC_OUT_PATH_CLOSE,          /* close media path `index` */
    TCCC_OUT_PATH_FRAME,          /* data: send this frame on media path `index` */
    TCCC_OUT_PACKET,              /* data: RTP/RTCP packet for the voice engine's stream `index` */
    TCCC_OUT_RESULT,              /* data: JSON answer to a command */
    TCCC_OUT_EVENT,               /* data: JSON {"event":name,"data":{..}} for the page; index: number of the server's event it tells, 0 none */
    TCCC_OUT_MEDIA,               /* data: JSON order to the voice engine, as below */
    TCCC_OUT_STORE                /* data: resume token to keep over a reload; empty: forget it */
};

typedef struct {
    enum tccc_out kind;
    int index;
    const uint8_t *data;          /* text is not zero-terminated */
    size_t len;
} tccc_output;

/* A new engine that will connect at the first poll, or NULL with *error (ARG_MISSING, ARG_RANGE, NO_MEMORY, FORMAT: the mirror
 * is none). */
tccc_engine *tccc_engine_new(const tccc_engine_config *config, uint64_t now_ms, int *error);
void tccc_engine_free(tccc_engine *engine);

/* A command of the page: {"id":1..,"cmd":"Call.accept","args":{..}}. Always answered once by TCCC_OUT_RESULT:
 * {"id":..,"status":"success","data":{..}} or {"id":..,"status":"error","code":..,"errorMsg":..,"remedy":..}.
 * Commands: Call.startOutboundCall accept end hungUp deleteCall muteMic unmuteMic isMicMuted hold unHold sendDigits;
 * Chat.accept reject end deleteChat transfer send read typing getHistory upload; Visit.start end rate (a visitor's page);
 * Agent.online offline setStatus getStatus; Session.list; Agent.device {microphone}; Directory.get; Media.offer {sdp} (answer {sdp}); Media.stats;
 * Media.probe {seconds?} (measures the media paths: docs/protocol.md).
 * 0; or, and then nothing was done and no result follows, FORMAT or TOO_LARGE (no id to answer to) or NO_MEMORY. */
int tccc_engine_command(tccc_engine *engine, const char *json, size_t len, uint64_t now_ms);

/* The host's sockets. After TCCC_OUT_WIRE_CLOSE or TCCC_OUT_PATH_CLOSE the host reports nothing more of that socket; a new
 * one may be asked for at once. 0, ARG_RANGE (path), TOO_LARGE (packet), CONNECTION_LOST (packet: no path is open), or
 * NO_MEMORY: what was lost comes again, the connection is resumed. Bad messages and frames are no error of the host's. */
int tccc_engine_wire_open(tccc_engine *engine, uint64_t now_ms);
int tccc_engine_wire_text(tccc_engine *engine, const char *text, size_t len, uint64_t now_ms);
int tccc_engine_wire_closed(tccc_engine *engine, int code, uint64_t now_ms);

int tccc_engine_path_open(tccc_engine *engine, int path, uint64_t now_ms);
int tccc_engine_path_frame(tccc_engine *engine, int path, const uint8_t *frame, size_t len, uint64_t now_ms);
int tccc_engine_path_closed(tccc_engine *engine, int path, uint64_t now_ms);
/* A packet from the voice engine's stream `channel`; sent on the chosen path or paths, dropped when there is none. */
int tccc_engine_packet(tccc_engine *engine, int channel, const uint8_t *packet, size_t len, uint64_t now_ms);

/* What another engine needs to go on where this one is: JSON {"lastSeq","resume","status","lost","sessions"} without keys of media.
 * The other one is told of no event twice and misses none; commands without an answer are not handed on. The length without the
 * closing NUL; 0 before ready and after the end, when there is nothing to hand on; or TOO_LARGE. Changes with inputs only. */
int tccc_engine_mirror(const tccc_engine *engine, char *text, size_t capacity);

/* The host's network is another one, or came back: the connection is tried at once, and what goes on unanswered is opened anew. 0. */
int tccc_engine_network(tccc_engine *engine, uint64_t now_ms);

int tccc_engine_tick(tccc_engine *engine, uint64_t now_ms);
uint64_t tccc_engine_next_ms(const tccc_engine *engine);
/* The next output: 1 with *out filled, 0 when there is none. */
int tccc_engine_poll(tccc_engine *engine, tccc_output *out);

/* TCCC_OUT_MEDIA orders: {"op":"open","channel":n,"sessionId":..,"config":{codec,payloadType,dtmfPayloadType,dtmfRate,
 * ptimeMs,srtp?}}, {"op":"direct","channel":n,"send":bool,"receive":bool,"muted":bool}, {"op":"digits","channel":n,
 * "digits":".."}, {"op":"close","channel":n}, {"op":"tone","name":"ring"|"ringback"|"none"} (local tones),
 * {"op":"prepare"} (a call is coming: warm the voice engine). */

#ifdef __cplusplus
}
#endif
#endif
