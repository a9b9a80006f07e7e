/* fuzz_engine.c: random inputs in every call of the engine. Whatever comes: it sends only good messages, every command has
 * exactly one result, `ready` fires at most once, every output for the page is JSON, time goes on. Input: records of one
 * byte (what) and one of length, then so many bytes. Layer: tests. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/wire.h"
#include "engine/carrier.h"
#include "tccc/engine.h"
#include "tccc/error.h"

#define COMMANDS_MAX 128
#define TAB "11111111-2222-4333-8444-555555555555"
#define R64 "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

/* Messages of a sane server; %u is the next number of an event, or of the last request. */
static const char *const said[] = {
    "{\"t\":\"welcome\",\"v\":1,\"resume\":\"" R64 "\",\"agent\":{\"userId\":\"a\",\"name\":\"\",\"status\":\"offline\",\"reason\":\"\"},\"sessions\":[],"
    "\"replay\":false,\"seq\":0,\"heartbeatMs\":5000,\"resumeWindowMs\":60000,\"media\":{\"ticket\":\"t\",\"paths\":[\"dc\",\"ws\"]},\"settings\":{}}",
    "{\"t\":\"welcome\",\"v\":1,\"resume\":\"" R64 "\",\"agent\":{\"userId\":\"a\",\"name\":\"\",\"status\":\"busy\",\"reason\":\"\"},\"sessions\":[{\"sessionId\":"
    "\"s1\",\"type\":\"phone\",\"direction\":\"in\",\"state\":\"talking\",\"held\":true,\"callerPhoneNumber\":\"1\",\"calleePhoneNumber\":\"2\",\"serverType\":"
    "\"staffSeat\",\"timeout\":0,\"startMs\":1,\"answerMs\":2}],\"replay\":false,\"seq\":0,\"heartbeatMs\":100,\"resumeWindowMs\":1000,\"media\":{\"ticket\":"
    "\"t\",\"paths\":[\"ws\"]},\"settings\":{}}",
    "{\"t\":\"welcome\",\"v\":1,\"resume\":\"" R64 "\",\"agent\":{\"userId\":\"a\",\"name\":\"\",\"status\":\"free\",\"reason\":\"\"},\"sessions\":[],"
    "\"replay\":true,\"seq\":9,\"heartbeatMs\":5000,\"resumeWindowMs\":60000,\"media\":{\"ticket\":\"t\",\"paths\":[]},\"settings\":{}}",
    "{\"t\":\"refuse\",\"error\":{\"code\":\"TOKEN_USED\",\"message\":\"\",\"remedy\":\"\"}}",
    "{\"t\":\"refuse\",\"error\":{\"code\":\"SHUTTING_DOWN\",\"message\":\"\",\"remedy\":\"\"}}",
    "{\"t\":\"bye\",\"error\":{\"code\":\"KICKED\",\"message\":\"\",\"remedy\":\"\"}}", "{\"t\":\"bye\"}", "{\"t\":\"ping\",\"n\":%u}",
    "{\"t\":\"ev\",\"seq\":%u,\"e\":\"callIn\",\"d\":{\"sessionId\":\"s1\",\"type\":\"phone\",\"timeout\":0,\"calleePhoneNumber\":\"1\",\"ivrPath\":[],\"serverType\":\"staffSeat\"}}",
    "{\"t\":\"ev\",\"seq\":%u,\"e\":\"callOuted\",\"d\":{\"sessionId\":\"s1\",\"callerPhoneNumber\":\"\",\"calleePhoneNumber\":\"1\",\"serverType\":\"staffSeat\"}}",
    "{\"t\":\"ev\",\"seq\":%u,\"e\":\"progress\",\"d\":{\"sessionId\":\"s1\",\"ringing\":true,\"earlyMedia\":true}}",
    "{\"t\":\"ev\",\"seq\":%u,\"e\":\"calloutAccepted\",\"d\":{\"sessionId\":\"s1\"}}",
    "{\"t\":\"ev\",\"seq\":%u,\"e\":\"userAccessed\",\"d\":{\"sessionId\":\"s1\"}}",
    "{\"t\":\"ev\",\"seq\":%u,\"e\":\"autoTransfer\",\"d\":{\"sessionId\":\"s1\"}}",
    "{\"t\":\"ev\",\"seq\":%u,\"e\":\"held\",\"d\":{\"sessionId\":\"s1\",\"held\":true,\"by\":\"seat\"}}",
    "{\"t\":\"ev\",\"seq\":%u,\"e\":\"held\",\"d\":{\"sessionId\":\"s1\",\"held\":false,\"by\":\"seat\"}}",
    ("{\"t\":\"ev\",\"seq\":%u,\"e\":\"media\",\"d\":{\"sessionId\":\"s1\",\"op\":\"start\",\"channel\":1,\"direction\":\"sendrecv\",\"codec\":\"PCMA\","
        "\"payloadType\":8,\"dtmfPayloadType\":0,\"dtmfRate\":0,\"ptimeMs\":20}}"),
    "{\"t\":\"ev\",\"seq\":%u,\"e\":\"media\",\"d\":{\"sessionId\":\"s1\",\"op\":\"stop\"}}",
    "{\"t\":\"ev\",\"seq\":%u,\"e\":\"statusChanged\",\"d\":{\"status\":\"rest\"}}",
    "{\"t\":\"ev\",\"seq\":%u,\"e\":\"sessionEnded\",\"d\":{\"sessionId\":\"s1\",\"type\":\"phone\",\"duration\":1.5,\"closeBy\":\"client\"}}",
    "{\"t\":\"ev\",\"seq\":%u,\"e\":\"kickedOut\",\"d\":{\"reason\":\"\"}}",
    "{\"t\":\"res\",\"id\":%u,\"ok\":true,\"r\":{}}", "{\"t\":\"res\",\"id\":%u,\"ok\":true,\"r\":{\"status\":\"free\",\"sdp\":\"v\"}}",
    "{\"t\":\"res\",\"id\":%u,\"ok\":true,\"r\":{\"sessionId\":\"s1\",\"callerPhoneNumber\":\"\",\"calleePhoneNumber\":\"1\",\"serverType\":\"staffSeat\"}}",
    "{\"t\":\"res\",\"id\":%u,\"ok\":false,\"error\":{\"code\":\"STATE\",\"message\":\"m\",\"remedy\":\"r\"}}",
};

static const char *const asked[] = {
    "{\"id\":%u,\"cmd\":\"Call.startOutboundCall\",\"args\":{\"phoneNumber\":\"1\"}}", "{\"id\":%u,\"cmd\":\"Call.accept\",\"args\":\"s1\"}",
    "{\"id\":%u,\"cmd\":\"Call.hungUp\",\"args\":\"s1\"}", "{\"id\":%u,\"cmd\":\"Call.deleteCall\",\"args\":\"s1\"}",
    "{\"id\":%u,\"cmd\":\"Call.hold\",\"args\":\"s1\"}", "{\"id\":%u,\"cmd\":\"Call.unHold\",\"args\":\"s1\"}",
    "{\"id\":%u,\"cmd\":\"Call.muteMic\",\"args\":\"s1\"}", "{\"id\":%u,\"cmd\":\"Call.sendDigits\",\"args\":{\"sessionId\":\"s1\",\"dtmfText\":\"1\"}}",
    "{\"id\":%u,\"cmd\":\"Agent.online\"}", "{\"id\":%u,\"cmd\":\"Session.list\"}", "{\"id\":%u,\"cmd\":\"Media.stats\"}",
    "{\"id\":%u,\"cmd\":\"Media.offer\",\"args\":{\"sdp\":\"v\"}}", "{\"id\":%u,\"cmd\":\"Call.isMicMuted\",\"args\":\"s1\"}",
};

typedef struct {
    tccc_engine *engine;
    uint64_t now_ms;
    unsigned next_seq, last_request, next_command, results[COMMANDS_MAX], n_ready;
} state;

static void require(int truth) {
    if (!truth) abort();
}

static void check_sent(state *s, const tccc_output *out) {
    wire_message message;
    require(wire_parse(&message, WIRE_FROM_CLIENT, (const char *)out->data, out->len, NULL) == 0);
    if (message.kind == WIRE_REQ) s->last_request = message.request.id;
    if (message.kind == WIRE_HELLO && !message.hello.has_last_seq) s->next_seq = 1;
    wire_free(&message);
}

static void check_json(state *s, const tccc_output *out) {
    json_value *tree = NULL;
    int64_t id = 0;
    require(json_parse((const char *)out->data, out->len, 1u << 20, &tree) == 0);
    if (out->kind == TCCC_OUT_RESULT) {
        require(json_whole(json_member(tree, "id"), &id) && json_text(json_member(tree, "status")));
        if (id < COMMANDS_MAX) require(++s->results[id] == 1);
    }
    if (out->kind == TCCC_OUT_EVENT && strcmp(json_text(json_member(tree, "event")), "ready") == 0) require(++s->n_ready == 1);
    if (out->kind == TCCC_OUT_MEDIA) require(json_text(json_member(tree, "op")) != NULL);
    json_free(tree);
}

static void drain(state *s) {
    tccc_output out;
    while (tccc_engine_poll(s->engine, &out)) {
        switch (out.kind) {
        case TCCC_OUT_WIRE_TEXT: check_sent(s, &out); break;
        case TCCC_OUT_RESULT: case TCCC_OUT_EVENT: case TCCC_OUT_MEDIA: case TCCC_OUT_PATH_OPEN: check_json(s, &out); break;
        case TCCC_OUT_PATH_FRAME: require(out.len > CARRIER_HEADER && out.len <= CARRIER_FRAME_MAX && out.index < TCCC_PATHS); break;
        case TCCC_OUT_STORE: require(out.len == 0 || out.len == WIRE_RESUME_LEN); break;
        case TCCC_OUT_WIRE_CONNECT: case TCCC_OUT_WIRE_CLOSE: case TCCC_OUT_PATH_CLOSE: case TCCC_OUT_PACKET: break;
        }
    }
}

static void say(state *s, unsigned which) {
    char text[1024];
    const char *form = said[which % (sizeof said / sizeof *said)];
    bool is_event = strstr(form, "\"ev\"") != NULL;
    int length = snprintf(text, sizeof text, form, is_event ? s->next_seq : s->last_request ? s->last_request : 1);
    if (is_event) s->next_seq++;
    tccc_engine_wire_text(s->engine, text, (size_t)length, s->now_ms);
}

static void ask(state *s, unsigned which) {
    char text[256];
    if (s->next_command == COMMANDS_MAX) return;
    int length = snprintf(text, sizeof text, asked[which % (sizeof asked / sizeof *asked)], s->next_command);
    require(tccc_engine_command(s->engine, text, (size_t)length, s->now_ms) == 0);
    s->next_command++;
}

static void act(state *s, uint8_t what, const uint8_t *bytes, size_t length) {
    tccc_engine *e = s->engine;
    int path = what >> 4;
    switch (what & 15) {
    case 0: tccc_engine_wire_open(e, s->now_ms); break;
    case 1: tccc_engine_wire_text(e, (const char *)bytes, length, s->now_ms); break;
    case 2: tccc_engine_wire_closed(e, 1006, s->now_ms); break;
    case 3: { /* raw commands may have any id: they are no part of the count */
        tccc_output out;
        tccc_engine_command(e, (const char *)bytes, length, s->now_ms);
        while (tccc_engine_poll(e, &out))
            if (out.kind == TCCC_OUT_WIRE_TEXT) check_sent(s, &out);
        break;
    }
    case 4: tccc_engine_path_open(e, path, s->now_ms); break;
    case 5: tccc_engine_path_frame(e, path & 3, bytes, length, s->now_ms); break;
    case 6: tccc_engine_path_closed(e, path, s->now_ms); break;
    case 7: tccc_engine_packet(e, path, bytes, length, s->now_ms); break;
    case 8: case 9: tccc_engine_tick(e, s->now_ms += (uint64_t)path * (what & 1 ? 10 : 1000)); break;
    case 10: case 11: ask(s, (unsigned)path); break;
    default: say(s, length ? bytes[0] : (unsigned)path);
    }
    drain(s);
    require(tccc_engine_next_ms(e) == TCCC_NEVER || tccc_engine_next_ms(e) + 1 > 0);
}

/* Whatever happened, a minute and a bit later nobody waits any more. */
static void finish(state *s) {
    for (int i = 0; i < 150; i++) {
        tccc_engine_tick(s->engine, s->now_ms += 500);
        drain(s);
    }
    for (unsigned id = 1; id < s->next_command; id++) require(s->results[id] == 1);
    tccc_engine_free(s->engine);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const tccc_engine_config config = { .token = "token", .tab_uuid = TAB, .sdk_version = "f", .seed = 5, .auto_online = 1 };
    state s = { .now_ms = 1000, .next_seq = 1, .next_command = 1 };
    s.engine = tccc_engine_new(&config, s.now_ms, NULL);
    require(s.engine != NULL);
    drain(&s);
    for (size_t at = 0; at + 2 <= size;) {
        size_t length = data[at + 1];
        if (length > size - at - 2) length = size - at - 2;
        act(&s, data[at], data + at + 2, length);
        at += 2 + length;
    }
    finish(&s);
    return 0;
}
