/* seat_simulation.h: an engine, a seat's server and a network between them under a simulated clock. Layer: tests. */
#ifndef TCCC_TESTS_SEAT_SIMULATION_H
#define TCCC_TESTS_SEAT_SIMULATION_H

#include "seat_server.h"
#include "tccc/engine.h"

#define SIM_FLYING_MAX 2048
#define SIM_RECORDS_MAX 8192
#define SIM_TAB "11111111-2222-4333-8444-555555555555"
#define SIM_HEIR_TAB "21111111-2222-4333-8444-555555555555"

/* An input of the engine is being carried out: for tests that let memory run out there and only there. */
static bool sim_inside;
#define SIM_IN(call) (sim_inside = true, (void)(call), sim_inside = false)

enum sim_kind { SIM_TO_SERVER, SIM_TO_CLIENT, SIM_OPENED, SIM_CLOSED, SIM_PATH_OPENED, SIM_PATH_CLOSED, SIM_FRAME_UP, SIM_FRAME_DOWN };

typedef struct {
    uint64_t due_ms, order;
    enum sim_kind kind;
    unsigned life;                  /* of the socket it belongs to */
    int path, code;
    size_t length;
    char *data;
} sim_item;

typedef struct { enum tccc_out kind; int index; char *text; } sim_record;

typedef struct sim {
    uint64_t now_ms, random, order;
    tccc_engine *engine;
    seat_server server;
    sim_item flying[SIM_FLYING_MAX];
    int n_flying;
    unsigned life, path_life[CARRIER_PATHS];
    uint64_t last_up_ms, last_down_ms; /* a socket keeps the order */
    bool is_up, down;               /* is_up: the socket is open at both ends; down: no connection can be made */
    bool path_up[CARRIER_PATHS], path_down[CARRIER_PATHS];
    int delay_ms, jitter_ms, loss_percent, doubling_percent; /* the last two of frames */
    sim_record records[SIM_RECORDS_MAX]; /* results, events, orders and stored tokens */
    int n_records;
    uint32_t next_id;
    unsigned packets_up, packets_down, doubled_packets;
    uint64_t seen_up[1024], seen_down[1024];
    char store[WIRE_RESUME_LEN + 1];
} sim;

static inline uint32_t sim_random(sim *m, uint32_t below) {
    m->random ^= m->random << 13;
    m->random ^= m->random >> 7;
    m->random ^= m->random << 17;
    return (uint32_t)(m->random >> 16) % below;
}

static inline sim_item *sim_fly(sim *m, enum sim_kind kind, uint64_t due_ms, const void *data, size_t length) {
    if (m->n_flying == SIM_FLYING_MAX) abort();
    sim_item *item = &m->flying[m->n_flying++];
    *item = (sim_item){ .due_ms = due_ms, .order = ++m->order, .kind = kind, .life = m->life, .length = length };
    item->data = malloc(length + 1);
    if (length) memcpy(item->data, data, length);
    item->data[length] = 0;
    return item;
}

static inline uint64_t sim_delay(sim *m) { return (uint64_t)m->delay_ms + (m->jitter_ms ? sim_random(m, (uint32_t)m->jitter_ms) : 0); }

static inline uint64_t sim_in_order(sim *m, uint64_t *last_ms) {
    uint64_t due = m->now_ms + sim_delay(m);
    return *last_ms = due > *last_ms ? due : *last_ms;
}

static inline void sim_server_send(void *context, const char *text, size_t length) {
    sim *m = context;
    sim_fly(m, SIM_TO_CLIENT, sim_in_order(m, &m->last_down_ms), text, length);
}

static inline void sim_server_close(void *context, int code) {
    sim *m = context;
    sim_fly(m, SIM_CLOSED, sim_in_order(m, &m->last_down_ms), NULL, 0)->code = code;
}

static inline void sim_frame(sim *m, enum sim_kind kind, int path, const void *data, size_t length) {
    if (sim_random(m, 100) < (uint32_t)m->loss_percent) return;
    unsigned copies = sim_random(m, 100) < (uint32_t)m->doubling_percent ? 2 : 1;
    for (unsigned i = 0; i < copies; i++) {
        sim_item *item = sim_fly(m, kind, m->now_ms + sim_delay(m), data, length);
        item->path = path;
        item->life = m->path_life[path];
    }
}

static inline void sim_connect(sim *m) {
    m->life++;
    m->is_up = false;
    m->last_up_ms = m->last_down_ms = m->now_ms;
    sim_fly(m, m->down ? SIM_CLOSED : SIM_OPENED, m->now_ms + sim_delay(m) + 1, NULL, 0)->code = 1006;
}

static inline void sim_hang(sim *m) {
    m->life++;
    if (m->is_up) server_closed(&m->server);
    m->is_up = false;
}

static inline void sim_open_path(sim *m, int path) {
    m->path_life[path]++;
    sim_item *item = sim_fly(m, m->path_down[path] ? SIM_PATH_CLOSED : SIM_PATH_OPENED, m->now_ms + sim_delay(m) + 1, NULL, 0);
    item->path = path;
    item->life = m->path_life[path];
}

static inline void sim_close_path(sim *m, int path) {
    m->path_life[path]++;
    m->path_up[path] = false;
    carrier_path(&m->server.carrier, path, false);
}

static inline void sim_record_out(sim *m, const tccc_output *out) {
    if (m->n_records == SIM_RECORDS_MAX) abort();
    sim_record *record = &m->records[m->n_records++];
    *record = (sim_record){ out->kind, out->index, malloc(out->len + 1) };
    memcpy(record->text, out->data, out->len);
    record->text[out->len] = 0;
    if (out->kind != TCCC_OUT_STORE) return;
    snprintf(m->store, sizeof m->store, "%s", record->text);
}

static inline void sim_output(sim *m, const tccc_output *out) {
    switch (out->kind) {
    case TCCC_OUT_WIRE_CONNECT: sim_connect(m); break;
    case TCCC_OUT_WIRE_TEXT: sim_fly(m, SIM_TO_SERVER, sim_in_order(m, &m->last_up_ms), out->data, out->len); break;
    case TCCC_OUT_WIRE_CLOSE: sim_hang(m); break;
    case TCCC_OUT_PATH_OPEN: sim_open_path(m, out->index); break;
    case TCCC_OUT_PATH_CLOSE: sim_close_path(m, out->index); break;
    case TCCC_OUT_PATH_FRAME: sim_frame(m, SIM_FRAME_UP, out->index, out->data, out->len); break;
    case TCCC_OUT_PACKET:
        m->packets_down++;
        if (out->len == 2 && m->seen_down[out->data[0] * 4 + out->data[1] / 64] & 1ull << out->data[1] % 64) m->doubled_packets++;
        if (out->len == 2) m->seen_down[out->data[0] * 4 + out->data[1] / 64] |= 1ull << out->data[1] % 64;
        break;
    case TCCC_OUT_RESULT: case TCCC_OUT_EVENT: case TCCC_OUT_MEDIA: case TCCC_OUT_STORE: sim_record_out(m, out); break;
    }
}

static inline void sim_drain(sim *m) {
    tccc_output out;
    while (tccc_engine_poll(m->engine, &out)) sim_output(m, &out);
}

/* `server_up` true: the seat's page; frames go through the server's own carrier. */
static inline void sim_server_frame(sim *m, const sim_item *item) {
    carrier_frame frame;
    uint8_t reply[CARRIER_REPLY_MAX];
    size_t length;
    enum carrier_take take = carrier_receive(&m->server.carrier, item->path, (const uint8_t *)item->data, item->length, &frame, reply, &length);
    if (take == CARRIER_TAKE_REPLY) sim_frame(m, SIM_FRAME_DOWN, item->path, reply, length);
    for (int path = 0; take == CARRIER_TAKE_ECHO && path < CARRIER_PATHS; path++)
        if (carrier_paths(&m->server.carrier) >> path & 1) sim_frame(m, SIM_FRAME_DOWN, path, reply, length);
    if (take != CARRIER_TAKE_PACKET) return;
    m->packets_up++;
    if (frame.length != 2) return;
    uint64_t *seen = &m->seen_up[frame.body[0] * 4 + frame.body[1] / 64], bit = 1ull << frame.body[1] % 64;
    if (*seen & bit) m->doubled_packets++;
    *seen |= bit;
}

static inline void sim_deliver_path(sim *m, const sim_item *item) {
    if (item->life != m->path_life[item->path]) return;
    bool lost = m->path_down[item->path];
    switch (item->kind) {
    case SIM_PATH_OPENED:
        m->path_up[item->path] = true;
        carrier_path(&m->server.carrier, item->path, true);
        SIM_IN(tccc_engine_path_open(m->engine, item->path, m->now_ms));
        break;
    case SIM_PATH_CLOSED: SIM_IN(tccc_engine_path_closed(m->engine, item->path, m->now_ms)); break;
    case SIM_FRAME_UP: if (!lost) sim_server_frame(m, item); break;
    case SIM_FRAME_DOWN:
        if (!lost) SIM_IN(tccc_engine_path_frame(m->engine, item->path, (const uint8_t *)item->data, item->length, m->now_ms));
        break;
    default: abort();
    }
}

static inline void sim_deliver(sim *m, const sim_item *item) {
    if (item->kind >= SIM_PATH_OPENED) {
        sim_deliver_path(m, item);
        return;
    }
    if (item->life != m->life || (m->down && item->kind != SIM_CLOSED)) return;
    switch (item->kind) {
    case SIM_TO_SERVER: if (m->is_up) server_text(&m->server, item->data, item->length); break;
    case SIM_TO_CLIENT: SIM_IN(tccc_engine_wire_text(m->engine, item->data, item->length, m->now_ms)); break;
    case SIM_OPENED:
        m->is_up = true;
        server_open(&m->server);
        SIM_IN(tccc_engine_wire_open(m->engine, m->now_ms));
        break;
    case SIM_CLOSED:
        sim_hang(m);
        SIM_IN(tccc_engine_wire_closed(m->engine, item->code, m->now_ms));
        break;
    default: abort();
    }
}

static inline int sim_next(const sim *m) {
    int next = -1;
    for (int i = 0; i < m->n_flying; i++) {
        const sim_item *a = &m->flying[i], *b = next < 0 ? NULL : &m->flying[next];
        if (!b || a->due_ms < b->due_ms || (a->due_ms == b->due_ms && a->order < b->order)) next = i;
    }
    return next;
}

/* Runs until the time, delivering and ticking when due. */
static inline void sim_run(sim *m, uint64_t for_ms) {
    uint64_t until = m->now_ms + for_ms;
    for (;;) {
        sim_drain(m);
        int next = sim_next(m);
        uint64_t tick = tccc_engine_next_ms(m->engine), item = next < 0 ? UINT64_MAX : m->flying[next].due_ms;
        uint64_t due = tick < item ? tick : item;
        if (due > until) break;
        if (due > m->now_ms) m->now_ms = due;
        if (tick <= item) {
            SIM_IN(tccc_engine_tick(m->engine, m->now_ms));
            continue;
        }
        sim_item taken = m->flying[next];
        m->flying[next] = m->flying[--m->n_flying];
        sim_deliver(m, &taken);
        free(taken.data);
    }
    m->now_ms = until;
}

/* The connection breaks: what flies is lost; `noticed`: the client's socket says so. */
static inline void sim_cut(sim *m, bool noticed) {
    sim_hang(m);
    if (noticed) SIM_IN(tccc_engine_wire_closed(m->engine, 1006, m->now_ms));
    sim_drain(m);
}

static inline uint32_t sim_command(sim *m, const char *cmd, const char *args) {
    char text[1024];
    int length = snprintf(text, sizeof text, "{\"id\":%u,\"cmd\":\"%s\",\"args\":%s}", ++m->next_id, cmd, args);
    if (tccc_engine_command(m->engine, text, (size_t)length, m->now_ms) != 0) abort();
    sim_drain(m);
    return m->next_id;
}

static inline uint32_t sim_session_command(sim *m, const char *cmd, const char *session_id) {
    char args[128];
    snprintf(args, sizeof args, "{\"sessionId\":\"%s\"}", session_id);
    return sim_command(m, cmd, args);
}

static inline int sim_count(const sim *m, enum tccc_out kind, const char *part) {
    int n = 0;
    for (int i = 0; i < m->n_records; i++) n += m->records[i].kind == kind && strstr(m->records[i].text, part) != NULL;
    return n;
}

/* The newest record of the kind that contains the text, or NULL. */
static inline const char *sim_find(const sim *m, enum tccc_out kind, const char *part) {
    for (int i = m->n_records - 1; i >= 0; i--)
        if (m->records[i].kind == kind && strstr(m->records[i].text, part)) return m->records[i].text;
    return NULL;
}

/* Place of the newest such record, -1 when there is none. */
static inline int sim_place(const sim *m, enum tccc_out kind, const char *part) {
    for (int i = m->n_records - 1; i >= 0; i--)
        if (m->records[i].kind == kind && strstr(m->records[i].text, part)) return i;
    return -1;
}

static inline const char *sim_result(const sim *m, uint32_t id) {
    char part[32];
    snprintf(part, sizeof part, "{\"id\":%u,", id);
    return sim_find(m, TCCC_OUT_RESULT, part);
}

static inline void sim_engine(sim *m, const char *token, const char *resume) {
    tccc_engine_config config = { .token = token, .resume_token = resume, .tab_uuid = SIM_TAB, .sdk_version = "0.1.0",
                                  .seed = m->random, .auto_online = 1 };
    m->engine = tccc_engine_new(&config, m->now_ms, NULL);
    if (!m->engine) abort();
}

static inline sim *sim_new(uint64_t seed) {
    sim *m = calloc(1, sizeof *m);
    if (!m) abort();
    server_init(&m->server);
    m->server.send = sim_server_send;
    m->server.close = sim_server_close;
    m->server.context = m;
    m->random = seed * 0x9e3779b97f4a7c15ull | 1;
    m->now_ms = 1000;
    m->delay_ms = 20;
    sim_engine(m, SERVER_TOKEN, NULL);
    return m;
}

/* The page is loaded again: a new engine with the stored token, which knows nothing. */
static inline void sim_close_page(sim *m) {
    tccc_engine_free(m->engine);
    sim_hang(m);
    for (int i = 0; i < CARRIER_PATHS; i++) sim_close_path(m, i);
    m->next_id = 0;
    for (int i = 0; i < m->n_records; i++) free(m->records[i].text);
    m->n_records = 0;
}

static inline void sim_reload(sim *m) {
    char resume[WIRE_RESUME_LEN + 1];
    memcpy(resume, m->store, sizeof resume);
    sim_close_page(m);
    sim_engine(m, NULL, resume);
}

/* The page dies; another one of the agent goes on from what it had shared. */
static inline void sim_inherit(sim *m, const char *mirror) {
    sim_close_page(m);
    tccc_engine_config config = { .tab_uuid = SIM_HEIR_TAB, .sdk_version = "0.1.0", .seed = m->random, .auto_online = 1, .mirror = mirror };
    m->engine = tccc_engine_new(&config, m->now_ms, NULL);
    if (!m->engine) abort();
}

static inline void sim_free(sim *m) {
    tccc_engine_free(m->engine);
    server_free(&m->server);
    for (int i = 0; i < m->n_flying; i++) free(m->flying[i].data);
    for (int i = 0; i < m->n_records; i++) free(m->records[i].text);
    free(m);
}

/* Signed in, online, with every media path. */
static inline sim *sim_ready(uint64_t seed) {
    sim *m = sim_new(seed);
    sim_run(m, 1500);
    return m;
}

#endif
