/* engine.c: the signalling core put together: the calls of engine.h. Layer: engine. */
#include "engine/engine_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RESERVE (64u << 10)         /* bytes of outputs that one input can cause, besides what its own text brings */
#define RESERVE_PACKET (8u << 10)
#define PRINT_FIRST 1024u           /* bytes that a text gets at first */

/* ---- outputs */

void engine_print(tccc_engine *engine, enum tccc_out kind, int (*print)(const void *what, char *text, size_t capacity), const void *what) {
    for (size_t room = PRINT_FIRST; room <= OUTPUT_MAX; room *= 4) {
        uint8_t *text = output_begin(&engine->out, room);
        if (!text) return;
        int length = print(what, (char *)text, room);
        if (length >= 0) {
            output_commit(&engine->out, kind, kind == TCCC_OUT_EVENT ? (int)(engine->event_seq & INT32_MAX) : 0, (size_t)length);
            return;
        }
    }
}

static int print_event(const void *what, char *text, size_t capacity) { return event_print(what, text, capacity); }
static int print_message(const void *what, char *text, size_t capacity) { return wire_print_client(what, text, capacity); }

void engine_emit(tccc_engine *engine, const event *event) { engine_print(engine, TCCC_OUT_EVENT, print_event, event); }

void engine_emit_error(tccc_engine *engine, int error, const char *sentence) {
    engine_emit(engine, &(event){ .kind = EVENT_ERROR, .error = wire_error_of(error, sentence) });
}

void engine_send(tccc_engine *engine, const wire_message *message) {
    engine_print(engine, TCCC_OUT_WIRE_TEXT, print_message, message);
    if (is_connected(engine)) engine->ping_ms = engine->now_ms + engine->heartbeat_ms;
}

void engine_order(tccc_engine *engine, const char *op) {
    char text[32];
    int length = snprintf(text, sizeof text, "{\"op\":\"%s\"}", op);
    output_put(&engine->out, TCCC_OUT_MEDIA, 0, text, (size_t)length);
}

void engine_status(tccc_engine *engine, const wire_status_changed *status) {
    bool more = status->countdown_s || status->reserved == AGENT_STATUS_REST || status->reserved == AGENT_STATUS_NOT_READY;
    bool news = status->status != engine->status || more || engine->status_had_more;
    engine->status = status->status;
    engine->status_had_more = more;
    if (!news) return;
    wire_event changed = { .name = WIRE_EV_STATUS_CHANGED, .changed = *status };
    engine_emit(engine, &(event){ .kind = EVENT_WIRE, .wire = &changed });
}

/* ---- life */

static bool fits(const char *text, size_t min, size_t max) {
    size_t length = text ? strlen(text) : 0;
    return length >= min && length <= max;
}

static int check(const tccc_engine_config *config) {
    if (!config || !config->tab_uuid || (!config->token && !config->resume_token && !config->mirror)) return TCCC_E_ARG_MISSING;
    if (!fits(config->tab_uuid, WIRE_TAB_LEN, WIRE_TAB_LEN) || !fits(config->sdk_version, 0, 64)) return TCCC_E_ARG_RANGE;
    if (config->token && !fits(config->token, 1, WIRE_TOKEN_MAX)) return TCCC_E_ARG_RANGE;
    if (config->resume_token && !fits(config->resume_token, WIRE_RESUME_LEN, WIRE_RESUME_LEN)) return TCCC_E_ARG_RANGE;
    return 0;
}

static void copy(char *to, const char *from) {
    if (from) memcpy(to, from, strlen(from) + 1);
}

/* Whether the text is a mirror; the engine is to be thrown away when not. */
static bool inherit(tccc_engine *engine, const char *mirror) {
    json_value *tree;
    if (json_parse(mirror, strlen(mirror), TCCC_COMMAND_MAX, &tree) < 0) return false;
    json_reader in = json_read(tree);
    engine->last_seq = (uint64_t)json_integer(&in, "lastSeq", 0, JSON_INTEGER_MAX);
    const char *resume = json_string(&in, "resume", WIRE_RESUME_LEN, WIRE_RESUME_LEN);
    engine->status = (enum agent_status)json_choice(&in, "status", agent_status_names);
    engine->told_lost = json_bool(&in, "lost");
    engine->forsaken = json_bool_or(&in, "forsaken", false);
    const json_value *sessions = json_array(&in, "sessions", 2 * WIRE_SESSIONS_MAX); /* calls and chats */
    bool good = !in.error && calls_inherit(engine, sessions);
    if (good) copy(engine->resume, resume);
    engine->heir = good;
    json_free(tree);
    return good;
}

static bool engine_init(tccc_engine *engine, const tccc_engine_config *config, uint64_t now_ms) {
    engine->now_ms = now_ms;
    engine->random = config->seed * 0x9e3779b97f4a7c15ull | 1; /* xorshift must not start at 0 */
    copy(engine->token, config->token);
    copy(engine->resume, config->resume_token);
    copy(engine->tab, config->tab_uuid);
    copy(engine->sdk, config->sdk_version);
    engine->visitor = config->visitor != 0;
    engine->auto_online = config->auto_online != 0 && !engine->visitor;
    engine->tone = "none";
    engine->route_told = "none";
    route_init(&engine->route, engine->random);
    if (config->mirror && !inherit(engine, config->mirror)) return false;
    engine->probe.seq = (uint16_t)(engine->random >> 32);
    link_start(engine);
    return true;
}

tccc_engine *tccc_engine_new(const tccc_engine_config *config, uint64_t now_ms, int *error) {
    int unused;
    if (!error) error = &unused;
    *error = check(config);
    if (*error < 0) return NULL;
    tccc_engine *engine = calloc(1, sizeof *engine);
    *error = engine ? output_init(&engine->out, 2 * RESERVE) : TCCC_E_NO_MEMORY;
    if (*error < 0) {
        free(engine);
        return NULL;
    }
    if (engine_init(engine, config, now_ms)) return engine;
    *error = TCCC_E_FORMAT;
    tccc_engine_free(engine);
    return NULL;
}

void tccc_engine_free(tccc_engine *engine) {
    if (!engine) return;
    for (int i = 0; i < ASKS_MAX; i++) free(engine->asks[i].text);
    calls_free(engine);
    chats_free(engine);
    output_close(&engine->out);
    explicit_bzero(engine, sizeof *engine); /* tokens and keys */
    free(engine);
}

/* ---- inputs */

/* Time never runs back. */
static void advance(tccc_engine *engine, uint64_t now_ms) {
    if (now_ms > engine->now_ms) engine->now_ms = now_ms;
}

static void send_frame(tccc_engine *engine, uint8_t paths, const uint8_t *header, const uint8_t *packet, size_t length) {
    for (int i = 0; i < CARRIER_PATHS; i++) {
        if (!(paths >> i & 1)) continue;
        uint8_t *frame = output_begin(&engine->out, CARRIER_HEADER + length);
        if (!frame) return;
        memcpy(frame, header, CARRIER_HEADER);
        memcpy(frame + CARRIER_HEADER, packet, length);
        output_commit(&engine->out, TCCC_OUT_PATH_FRAME, i, CARRIER_HEADER + length);
    }
}

static void open_path(tccc_engine *engine, int path) {
    char text[160];
    int length = snprintf(text, sizeof text, "{\"ticket\":\"%s\"}", engine->ticket);
    output_put(&engine->out, TCCC_OUT_PATH_OPEN, path, text, (size_t)length);
}

static void tell_path(tccc_engine *engine) {
    const char *name = route_name(&engine->route);
    if (strcmp(name, engine->route_told) == 0 || !is_after_ready(engine)) return;
    engine->route_told = name;
    engine_emit(engine, &(event){ .kind = EVENT_MEDIA_PATH, .text = name });
}

static void step_route(tccc_engine *engine) {
    int path;
    uint8_t ping[ROUTE_PING_LEN];
    enum route_order order;
    while ((order = route_due(&engine->route, engine->now_ms, &path, ping)) != ROUTE_ORDER_NONE) {
        if (order == ROUTE_ORDER_OPEN) open_path(engine, path);
        if (order == ROUTE_ORDER_CLOSE) output_put(&engine->out, TCCC_OUT_PATH_CLOSE, path, NULL, 0);
        if (order == ROUTE_ORDER_PING) output_put(&engine->out, TCCC_OUT_PATH_FRAME, path, ping, sizeof ping);
    }
    tell_path(engine);
}

static void send_probe(tccc_engine *engine, const uint8_t frame[PROBE_LEN]) {
    uint8_t paths = route_paths(&engine->route);
    for (int i = 0; i < CARRIER_PATHS; i++)
        if (paths >> i & 1) output_put(&engine->out, TCCC_OUT_PATH_FRAME, i, frame, PROBE_LEN);
}

void engine_end_probe(tccc_engine *engine, int error) {
    uint32_t command = engine->probe.command;
    engine->probe.command = 0;
    if (command == 0) return;
    if (error < 0) page_refuse(engine, command, error, NULL);
    else page_probed(engine, command);
}

static void step_probe(tccc_engine *engine) {
    uint8_t frame[PROBE_LEN];
    enum probe_order order;
    bool has_path = strcmp(route_name(&engine->route), "none") != 0;
    while ((order = probe_due(&engine->probe, has_path, engine->now_ms, frame)) != PROBE_NOTHING) {
        if (order == PROBE_SEND) send_probe(engine, frame);
        if (order == PROBE_DONE) engine_end_probe(engine, 0);
        if (order == PROBE_UNREACHABLE) engine_end_probe(engine, TCCC_E_MEDIA_UNREACHABLE);
    }
}

/* After every input: what is due, and whether memory was short. */
static int conclude(tccc_engine *engine) {
    step_route(engine);
    step_probe(engine);
    if (!engine->out.starved) return 0;
    engine->out.starved = false;
    link_break(engine, TCCC_E_NO_MEMORY, NULL); /* what was lost comes again with the resume */
    return TCCC_E_NO_MEMORY;
}

int tccc_engine_command(tccc_engine *engine, const char *json, size_t len, uint64_t now_ms) {
    command command;
    wire_failure why;
    advance(engine, now_ms);
    if (len > TCCC_COMMAND_MAX) return TCCC_E_TOO_LARGE;
    if (output_reserve(&engine->out, RESERVE) < 0) return TCCC_E_NO_MEMORY;
    int error = command_parse(&command, json, len, &why);
    if (error < 0 && command.id == 0) return error;
    if (error < 0) {
        page_refuse(engine, command.id, error, why.message);
    } else {
        page_command(engine, &command);
        command_free(&command);
    }
    return conclude(engine);
}

int tccc_engine_wire_open(tccc_engine *engine, uint64_t now_ms) {
    advance(engine, now_ms);
    link_open(engine);
    return conclude(engine);
}

int tccc_engine_wire_text(tccc_engine *engine, const char *text, size_t len, uint64_t now_ms) {
    advance(engine, now_ms);
    if (output_reserve(&engine->out, RESERVE + 2 * (len < WIRE_TEXT_MAX ? len : WIRE_TEXT_MAX)) < 0) engine->out.starved = true;
    else link_text(engine, text, len);
    return conclude(engine);
}

int tccc_engine_wire_closed(tccc_engine *engine, int code, uint64_t now_ms) {
    (void)code; /* what a close means was said by bye or refuse before it */
    advance(engine, now_ms);
    link_closed(engine);
    return conclude(engine);
}

int tccc_engine_path_open(tccc_engine *engine, int path, uint64_t now_ms) {
    if (path < 0 || path >= TCCC_PATHS) return TCCC_E_ARG_RANGE;
    advance(engine, now_ms);
    route_opened(&engine->route, path, engine->now_ms);
    return conclude(engine);
}

int tccc_engine_path_frame(tccc_engine *engine, int path, const uint8_t *frame, size_t len, uint64_t now_ms) {
    carrier_frame packet;
    if (path < 0 || path >= TCCC_PATHS) return TCCC_E_ARG_RANGE;
    advance(engine, now_ms);
    if (output_reserve(&engine->out, RESERVE_PACKET) < 0) return TCCC_E_NO_MEMORY;
    if (!route_receive(&engine->route, path, frame, len, &packet, engine->now_ms)) return conclude(engine);
    if (packet.kind == CARRIER_ECHO) probe_echo(&engine->probe, &packet, engine->now_ms);
    else
        output_put(&engine->out, TCCC_OUT_PACKET, packet.channel, packet.body, packet.length);
    return conclude(engine);
}

int tccc_engine_path_closed(tccc_engine *engine, int path, uint64_t now_ms) {
    if (path < 0 || path >= TCCC_PATHS) return TCCC_E_ARG_RANGE;
    advance(engine, now_ms);
    route_closed(&engine->route, path, engine->now_ms);
    return conclude(engine);
}

int tccc_engine_packet(tccc_engine *engine, int channel, const uint8_t *packet, size_t len, uint64_t now_ms) {
    uint8_t header[CARRIER_HEADER];
    if (channel < 0 || channel >= CARRIER_CHANNELS || len == 0) return TCCC_E_ARG_RANGE;
    if (len > CARRIER_PACKET_MAX) return TCCC_E_TOO_LARGE;
    advance(engine, now_ms);
    if (output_reserve(&engine->out, RESERVE_PACKET) < 0) return TCCC_E_NO_MEMORY;
    uint8_t paths = route_send(&engine->route, channel, header);
    send_frame(engine, paths, header, packet, len);
    conclude(engine);
    return paths ? 0 : TCCC_E_CONNECTION_LOST;
}

int tccc_engine_mirror(const tccc_engine *engine, char *text, size_t capacity) {
    if (!is_after_ready(engine)) return 0;
    json_writer out = json_write(text, capacity);
    json_open_object(&out, NULL);
    json_put_integer(&out, "lastSeq", (int64_t)engine->last_seq);
    json_put_string(&out, "resume", engine->resume);
    json_put_string(&out, "status", agent_status_name(engine->status));
    json_put_bool(&out, "lost", engine->told_lost);
    if (engine->forsaken) json_put_bool(&out, "forsaken", true);
    calls_list(engine, &out);
    json_close(&out);
    return json_finish(&out);
}

int tccc_engine_network(tccc_engine *engine, uint64_t now_ms) {
    advance(engine, now_ms);
    link_network(engine);
    route_network(&engine->route, engine->now_ms);
    return conclude(engine);
}

int tccc_engine_tick(tccc_engine *engine, uint64_t now_ms) {
    advance(engine, now_ms);
    link_tick(engine);
    asks_tick(engine);
    return conclude(engine);
}

uint64_t tccc_engine_next_ms(const tccc_engine *engine) {
    const uint64_t due[] = { link_next_ms(engine), asks_next_ms(engine), route_next_ms(&engine->route), probe_next_ms(&engine->probe) };
    uint64_t next = NEVER;
    for (size_t i = 0; i < sizeof due / sizeof *due; i++)
        if (due[i] < next) next = due[i];
    return next;
}

int tccc_engine_poll(tccc_engine *engine, tccc_output *out) { return output_poll(&engine->out, out); }
